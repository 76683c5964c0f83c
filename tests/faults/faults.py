"""The mistakes that the tests must notice. Each is one that a person could make in good faith."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One mistake: in `file`, the text `old` (found exactly once) becomes `new`.

    tests: files or test names (as pytest takes them) of which at least one must then fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS = (
    Fault(
        "a typo in a setting becomes a default",
        "src/menura/foundation/config.py",
        "    if unknown:\n",
        "    if not cls:\n",
        ("tests/foundation/test_config.py",),
    ),
    Fault(
        "a tuple comes back from JSON as a list",
        "src/menura/foundation/config.py",
        "return tuple(_fit(args[0], item, where) for item in value)",
        "return [_fit(args[0], item, where) for item in value]",
        ("tests/foundation/test_config.py",),
    ),
    Fault(
        "true counts as the number 1",
        "src/menura/foundation/config.py",
        "if isinstance(value, plain) and not (isinstance(value, bool) and plain is not bool):",
        "if isinstance(value, plain):",
        ("tests/foundation/test_config.py",),
    ),
    Fault(
        "a failed write replaces the old file",
        "src/menura/foundation/atomic.py",
        "        yield temporary\n        _flush(temporary)\n        temporary.replace(path)\n"
        "    finally:\n",
        "        yield temporary\n    finally:\n"
        "        if temporary.exists():\n            temporary.replace(path)\n",
        ("tests/foundation/test_atomic.py",),
    ),
    Fault(
        "the name reaches the disk before the bytes",
        "src/menura/foundation/atomic.py",
        "        _flush(temporary)\n        temporary.replace(path)\n",
        "        temporary.replace(path)\n        _flush(path)\n",
        ("tests/foundation/test_atomic.py",),
    ),
    Fault(
        "another package replaces a part of ours",
        "src/menura/foundation/rooms.py",
        "        own = self._own()\n        if name in own:\n"
        '            return f"{self.package}.{own[name]}"\n        foreign = self._foreign()\n'
        "        if name in foreign:\n            return foreign[name].module\n",
        "        own = self._own()\n        foreign = self._foreign()\n"
        "        if name in foreign:\n            return foreign[name].module\n"
        '        if name in own:\n            return f"{self.package}.{own[name]}"\n',
        ("tests/foundation/test_rooms.py",),
    ),
    Fault(
        "listing a room imports its parts",
        "src/menura/foundation/rooms.py",
        "        return sorted({*self._own(), *self._foreign()})\n",
        "        names = sorted({*self._own(), *self._foreign()})\n"
        "        return [name for name in names if self.load(name)]\n",
        ("tests/foundation/test_rooms.py",),
    ),
    Fault(
        "purposes of seeds run together",
        "src/menura/foundation/seeds.py",
        '"\\x1f".join',
        '"".join',
        ("tests/foundation/test_seeds.py",),
    ),
    Fault(
        "seeds differ from run to run",
        "src/menura/foundation/seeds.py",
        "    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1",
        "    return hash(text) & (2**63 - 1)",
        ("tests/foundation/test_seeds.py",),
    ),
    Fault(
        "a room imports upward",
        "src/menura/audio/clip.py",
        "from dataclasses import dataclass\n",
        "from dataclasses import dataclass\n\nimport menura.workflows.sound\n",
        ("tests/test_architecture.py::test_room_looks_only_down",),
    ),
    Fault(
        "importing the package imports torch",
        "src/menura/__init__.py",
        "from importlib import import_module\n",
        "from importlib import import_module\n\nimport torch\n",
        ("tests/test_architecture.py::test_import_is_instant",),
    ),
    Fault(
        "the fade-out rises",
        "src/menura/audio/editing.py",
        "*= _rise(n_out)[::-1]",
        "*= _rise(n_out)",
        ("tests/audio/test_editing.py",),
    ),
    Fault(
        "the loop fades the wrong way",
        "src/menura/audio/editing.py",
        "samples[:, :n_fade] * np.sin(angle) + after_end * np.cos(angle)",
        "samples[:, :n_fade] * np.cos(angle) + after_end * np.sin(angle)",
        ("tests/audio/test_editing.py",),
    ),
    Fault(
        "a length is a sample short",
        "src/menura/audio/editing.py",
        "n_wanted = round(seconds * clip.sample_rate)",
        "n_wanted = int(seconds * clip.sample_rate)",
        ("tests/audio/test_editing.py",),
    ),
    Fault(
        "antiphase channels are mixed to silence",
        "src/menura/audio/mixing.py",
        "    if not cancels(samples, mixed):\n",
        "    if len(mixed):\n",
        ("tests/audio/test_mixing.py",),
    ),
    Fault(
        "the resampler loses its last block",
        "src/menura/audio/resampling.py",
        "parts = [stream.push(clip.samples), stream.finish()]",
        "parts = [stream.push(clip.samples)]",
        ("tests/audio/test_resampling.py",),
    ),
    Fault(
        "the true peak is the sample peak",
        "src/menura/audio/loudness.py",
        "\nOVERSAMPLING = 4\n",
        "\nOVERSAMPLING = 1\n",
        ("tests/audio/test_loudness.py",),
    ),
    Fault(
        "decibels of power for decibels of amplitude",
        "src/menura/audio/loudness.py",
        "10 ** (gain_db / 20)",
        "10 ** (gain_db / 10)",
        ("tests/audio/test_loudness.py",),
    ),
    Fault(
        "peaks are cut off in writing",
        "src/menura/audio/writing.py",
        "    if peak <= 1.0:\n",
        "    if peak <= 2.0:\n",
        ("tests/audio/test_writing.py",),
    ),
    Fault(
        "channels and time are swapped in writing",
        "src/menura/audio/writing.py",
        "np.rint(block.T * 32_768)",
        "np.rint(block.reshape(-1, len(block)) * 32_768)",
        ("tests/audio/test_writing.py",),
    ),
    Fault(
        "the comment that says whence is lost",
        "src/menura/audio/writing.py",
        "        if comment:\n",
        "        if not comment:\n",
        ("tests/audio/test_writing.py",),
    ),
    Fault(
        "the normaliser is lost on the way back",
        "src/menura/representations/_normaliser.py",
        "return frames * self.scale + self.shift",
        "return frames",
        ("tests/representations", "tests/contracts/test_every_representation.py"),
    ),
    Fault(
        "variance where the deviation is meant",
        "src/menura/representations/_normaliser.py",
        ".clamp_min(0).sqrt()",
        ".clamp_min(0)",
        ("tests/representations/test_normaliser.py",),
    ),
    Fault(
        "a promise too high",
        "src/menura/representations/log_power.py",
        'Promise("log-mel-db", 3.0)',
        'Promise("log-mel-db", 0.1)',
        ("tests/contracts/test_every_representation.py",),
    ),
    Fault(
        "a promise that promises nothing",
        "src/menura/representations/log_mel.py",
        'Promise("log-mel-db", 3.5)',
        'Promise("log-mel-db", 60.0)',
        ("tests/contracts/test_every_representation.py",),
    ),
    Fault(
        "chunks are cut without their context",
        "src/menura/representations/_chunking.py",
        "return (start - context) * hop, (stop + context) * hop",
        "return start * hop, (stop + 2 * context) * hop",
        ("tests/contracts/test_every_representation.py",),
    ),
    Fault(
        "momentum with the wrong sign",
        "src/menura/representations/_stft.py",
        "ahead = projected + momentum * (projected - previous)",
        "ahead = projected - momentum * (projected - previous)",
        ("tests/golden/test_spectra.py",),
    ),
    Fault(
        "amplitude where power is meant",
        "src/menura/representations/_spectral.py",
        ".abs().square()",
        ".abs()",
        ("tests/golden/test_spectra.py",),
    ),
    Fault(
        "a cross-fade that dips",
        "src/menura/audio/joining.py",
        "/ np.sqrt(power)",
        "",
        ("tests/audio/test_joining.py",),
    ),
    Fault(
        "the model predicts the frame it was given",
        "src/menura/models/frame_rnn.py",
        "error = frames[:, 1:] - predicted",
        "error = frames[:, :-1] - predicted",
        ("tests/models/test_frame_rnn.py",),
    ),
    Fault(
        "the carried state is lost",
        "src/menura/models/frame_rnn.py",
        "return self.carried * _column(batch.continues)",
        "return self._silence(n)",
        ("tests/models/test_frame_rnn.py",),
    ),
    Fault(
        "state is carried into a new piece",
        "src/menura/models/frame_rnn.py",
        "return self.carried * _column(batch.continues)",
        "return self.carried",
        ("tests/models/test_frame_rnn.py",),
    ),
    Fault(
        "the gradient flows into the window before",
        "src/menura/models/frame_rnn.py",
        "self.carried = state.detach()",
        "self.carried = state",
        ("tests/models/test_frame_rnn.py",),
    ),
    Fault(
        "the seed's last frames look into silence",
        "src/menura/systems/trained.py",
        "known = self._encode(seed_clip)[:, :, : max(1, n_known)]",
        "known = self._encode(seed_clip)",
        ("tests/systems/test_powers.py",),
    ),
    Fault(
        "weights are loaded loosely",
        "src/menura/systems/saving.py",
        "    for problem in _misfits(wanted, weights):\n",
        "    weights = {**wanted, **{k: v for k, v in weights.items() if k in wanted}}\n"
        "    for problem in ():\n",
        ("tests/systems/test_saving.py",),
    ),
    Fault(
        "the last system is kept, not the best",
        "src/menura/training/fit.py",
        'if verdict == "best":',
        'if verdict != "stop":',
        ("tests/training/test_fit.py",),
    ),
    Fault(
        "the weights are saved in place of their average",
        "src/menura/training/fit.py",
        "save(self.system, self.folder, self._average.weights)",
        "save(self.system, self.folder)",
        ("tests/training/test_fit.py",),
    ),
    Fault(
        "evaluating leaves its state behind",
        "src/menura/training/evaluating.py",
        "    put_back(model, carried)\n",
        "",
        ("tests/contracts/test_every_model.py",),
    ),
    Fault(
        "a gradient that is not finite is stepped on",
        "src/menura/training/stepping.py",
        '            _check(norm, f"the gradient of {name}")\n',
        "",
        ("tests/training/test_guard.py",),
    ),
    Fault(
        "the rate is never lowered",
        "src/menura/training/guard.py",
        "self._progress.rate *= 0.5",
        "self._progress.rate *= 1.0",
        ("tests/training/test_guard.py",),
    ),
    Fault(
        "a resumed run forgets its optimisers",
        "src/menura/training/checkpoint.py",
        "    for phase, optimizer in snapshot.optimizers.items():\n        _restore_optimizer(",
        "    for phase, optimizer in ():\n        _restore_optimizer(",
        ("tests/training/test_fit.py",),
    ),
    Fault(
        "crops are the same in every step",
        "src/menura/training/batches.py",
        'derive(self.seed, "crops", step)',
        'derive(self.seed, "crops")',
        ("tests/training/test_batches.py",),
    ),
    Fault(
        "some windows are never trained on",
        "src/menura/training/batches.py",
        "(number * n // self.batch_size + position) % n",
        "(number * n // self.batch_size + position // 2) % n",
        ("tests/training/test_batches.py",),
    ),
    Fault(
        "the held-out split goes by file, not by recording",
        "src/menura/prepared/splitting.py",
        "groups.setdefault(name, _Group(name, [])).tracks",
        "groups.setdefault(track.id, _Group(track.id, [])).tracks",
        ("tests/prepared/test_splitting.py",),
    ),
    Fault(
        "a loop is cut off after it was closed",
        "src/menura/workflows/finishing.py",
        "n_loop = min(n_wanted, clip.n_samples - n_fade)",
        "n_loop = min(n_wanted, clip.n_samples)",
        ("tests/workflows/test_finishing.py",),
    ),
    Fault(
        "a clip is written over by what is made of it",
        "src/menura/workflows/outputs.py",
        "if out.exists() and path.exists() and out.samefile(path):",
        "if out.exists() and path.exists() and str(out) == path:",
        ("tests/workflows/test_outputs.py",),
    ),
    Fault(
        "the numbering starts anew over what is there",
        "src/menura/workflows/outputs.py",
        "Numbered(out, max(numbers, default=0)",
        "Numbered(out, min(numbers, default=0)",
        ("tests/workflows/test_outputs.py",),
    ),
    Fault(
        "every file of a call states the same seed",
        "src/menura/workflows/generate.py",
        "seconds=seconds, seed=own_seed)",
        "seconds=seconds, seed=sound.seed)",
        ("tests/test_whole_tiny_run.py::test_a_single_clip_is_made_again",),
    ),
    Fault(
        "a long clip is pictured by the first frame of each column",
        "src/menura/workflows/spectrogram.py",
        "np.maximum.reduceat(frames[0].numpy(), starts, axis=1)",
        "frames[0].numpy()[:, starts]",
        ("tests/workflows/test_spectrogram.py::test_a_column_shows_the_largest_of_its_frames",),
    ),
    Fault(
        "the sampler walks away from the music",
        "src/menura/models/_ode.py",
        "ahead = x + (then - now) * slope\n",
        "ahead = x - (then - now) * slope\n",
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "latents are not scaled for the flow",
        "src/menura/systems/coded.py",
        'Normaliser("per-bin", codec.n_latent)',
        'Normaliser("none", codec.n_latent)',
        ("tests/training/test_two_stages.py",),
    ),
    Fault(
        "latents of all offsets are the same",
        "src/menura/training/latents.py",
        "first + shift, last + shift",
        "first, last",
        ("tests/training/test_two_stages.py",),
    ),
)
