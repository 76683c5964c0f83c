"""A codec first, then a flow over its latents, in one folder."""

import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from menura.audio import Clip, write
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected, Reporter
from menura.models.spectral_codec import SpectralCodec
from menura.prepared import PreparedCorpus
from menura.recipes import RandomCrops
from menura.representations import decode_chunked, encode_chunked, reader
from menura.systems import coded
from menura.training import checkpoint, fit, stage
from menura.training.latents import stored_latents
from menura.training.rows import Tracks
from menura.training.source import Row
from menura.training.variants import variants_of
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from tunes import folder_of_tunes, tune

RATE = 8000
CROPS = RandomCrops(batch_size=4, n_frames=16)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("stages")
    prepare(folder_of_tunes(root / "tunes"), root / "prepared", workers=1)
    return root / "prepared"


@pytest.fixture(scope="module")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train("latent-flow", corpus, folder, preset="tiny", steps=8)
    return folder


def representation(run: Path) -> coded.Coded:
    found = load(run).representation
    assert isinstance(found, coded.Coded)
    return found


def test_the_codec_is_inside_the_flows_folder(run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(run, moved, ignore=shutil.ignore_patterns("codec", "latents", "corpus"))
    a, b = (load(folder).generate(1, 0.5, seed=1)[0].samples for folder in (run, moved))
    np.testing.assert_array_equal(a, b)
    with safe_open(run / "weights.safetensors", "pt") as file:
        names = list(file.keys())
    assert any(name.startswith("representation.codec.decoder") for name in names)
    assert not any("critics" in name for name in names), "only training needs critics"


def test_it_is_the_codec_that_was_trained(run: Path) -> None:
    ours = representation(run).codec.state_dict()
    theirs = load(run / "codec").model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_codec_stays_as_it_is_while_the_flow_learns(run: Path) -> None:
    part = representation(run)
    assert not any(p.requires_grad for p in part.codec.parameters())


def test_latents_are_scaled_for_the_flow(run: Path, corpus: Path) -> None:
    part = representation(run)
    rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
    tracks = Tracks(rendition, part, rendition.of_split("train"))
    frames = torch.cat([part.encode(piece[None]) for piece in tracks.pieces(600)], dim=2)
    torch.testing.assert_close(frames.mean(dim=(0, 2)), torch.zeros(4), atol=0.1, rtol=0)
    torch.testing.assert_close(frames.std(dim=(0, 2)), torch.ones(4), atol=0.1, rtol=0)


def test_as_a_representation_it_can_be_cut_into_chunks(run: Path) -> None:
    part = representation(run)
    sound = tune(4.0, RATE, seed=3)
    whole = part.encode(torch.from_numpy(sound)[None])
    assert whole.shape == (1, 4, part.frames_for(sound.shape[1]))
    pieces = encode_chunked(part, reader(sound), sound.shape[1], 200)
    torch.testing.assert_close(torch.cat(list(pieces), dim=2), whole, atol=1e-4, rtol=1e-3)
    there = part.decode(whole)[0].detach().numpy()
    chunked = decode_chunked(part, whole, 300)
    assert np.abs(chunked - there).max() <= 1e-4 * np.abs(there).max()  # −80 dB


def test_stereo_is_two_codings(run: Path) -> None:
    part = representation(run)
    stereo = coded.Coded(part.config, RATE, 2)
    assert stereo.spec.n_channels == 2 * part.spec.n_channels
    assert stereo.decode(stereo.encode(torch.zeros(1, 2, 800))).shape[1] == 2


def test_stored_latents_are_those_that_would_be_encoded(
    run: Path, corpus: Path, tmp_path: Path
) -> None:
    part = representation(run)
    rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
    tracks = Tracks(rendition, part, rendition.of_split("train"))
    stored = stored_latents(tracks, "key", CROPS, tmp_path, Reporter())
    track, hop = tracks.indices[0], part.spec.hop_length
    whole = rendition.read(track, 0, rendition.tracks[track].n_samples + 4 * hop)
    for start, variant in enumerate(variants_of(CROPS)):
        shift = round(variant.late * hop)
        # A hop of silence before, so that step 1 begins `shift` samples before the track.
        later = np.pad(whole, ((0, 0), (hop + shift, 0)))
        wanted = part.encode(torch.from_numpy(later)[None])[:, :, start + 1 : start + 21]
        made = stored.encode([Row(track, start, variant=start)], 20)
        torch.testing.assert_close(made, wanted, atol=2e-2, rtol=2e-2)  # kept as float16


def test_latents_are_made_once(run: Path, corpus: Path, tmp_path: Path) -> None:
    part = representation(run)
    rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
    tracks = Tracks(rendition, part, rendition.of_split("train"))
    stored_latents(tracks, "one", CROPS, tmp_path, Reporter())
    file = tmp_path / "latents" / "variant-0.f16"
    before = file.stat().st_mtime_ns
    stored_latents(tracks, "one", CROPS, tmp_path, Reporter())
    assert file.stat().st_mtime_ns == before
    stored_latents(tracks, "another codec", CROPS, tmp_path, Reporter())
    assert file.stat().st_mtime_ns != before


def test_a_track_shorter_than_a_window_is_looped(run: Path, tmp_path: Path) -> None:
    source = folder_of_tunes(tmp_path / "short", n_files=3, seconds=0.6)
    prepare(source, tmp_path / "prepared", workers=1)
    part = representation(run)
    rendition = PreparedCorpus.open(tmp_path / "prepared").rendition(RATE, 1)
    tracks = Tracks(rendition, part, rendition.of_split("train"))
    n = tracks.n_frames(0)
    frames = stored_latents(tracks, "k", CROPS, tmp_path, Reporter()).encode([Row(0, 0)], 2 * n)
    assert torch.equal(frames[:, :, :n], frames[:, :, n:])


def test_a_resumed_run_is_the_unbroken_one(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the flow's stage: the codec is not trained again."""
    steps = {"preset": "tiny", "steps": 8}
    train("latent-flow", corpus, tmp_path / "unbroken", **steps)  # type: ignore[arg-type]
    real = fit.Fit._one_step

    def stop_at_four(self: fit.Fit, *rest: object) -> None:
        if self.folder.name == "resumed" and self.progress.step == 4:
            signal.raise_signal(signal.SIGINT)
        real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fit.Fit, "_one_step", stop_at_four)
    with pytest.raises(KeyboardInterrupt):
        train("latent-flow", corpus, tmp_path / "resumed", **steps)  # type: ignore[arg-type]
    monkeypatch.setattr(fit.Fit, "_one_step", real)
    said = Collected()
    train("latent-flow", corpus, tmp_path / "resumed", resume=True, preset="tiny", reporter=said)
    assert "going on to the 8 steps that this run was begun with" in said.lines
    for place in ("codec", "."):
        a, b = (checkpoint._tensors(tmp_path / n / place) for n in ("unbroken", "resumed"))
        assert a.keys() == b.keys()
        assert all(torch.equal(a[name], b[name]) for name in a), place


def test_a_raw_folder_is_not_needed_once_its_codec_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder_of_tunes(tmp_path / "tunes")
    real = fit.Fit._one_step

    def stopped(self: fit.Fit, *rest: object) -> None:
        if self.folder.name == "codec" and self.progress.step == 1:
            signal.raise_signal(signal.SIGINT)
        real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fit.Fit, "_one_step", stopped)
    with pytest.raises(KeyboardInterrupt):
        train("latent-flow", source, tmp_path / "run", preset="tiny", steps=8)
    monkeypatch.setattr(fit.Fit, "_one_step", real)
    shutil.rmtree(source)
    train("latent-flow", source, tmp_path / "run", preset="tiny", resume=True)
    assert load(tmp_path / "run").generate(1, 0.5, seed=0)
    assert not (tmp_path / "run" / "limits.json").exists(), "it has come to its end"


def test_files_that_come_before_the_first_step_are_learnt_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder_of_tunes(tmp_path / "tunes", n_files=3)

    def stopped(*rest: object) -> None:
        raise KeyboardInterrupt

    real = stage._begin
    monkeypatch.setattr(stage, "_begin", stopped)
    with pytest.raises(KeyboardInterrupt):
        train("latent-flow", source, tmp_path / "run", preset="tiny", steps=4)
    monkeypatch.setattr(stage, "_begin", real)
    write(Clip(tune(2.0, RATE, seed=77), RATE), source / "new.wav")
    said = Collected()
    train(
        *("latent-flow", source, tmp_path / "run"),
        preset="tiny",
        steps=4,
        resume=True,
        reporter=said,
    )
    assert any("is of other files than there are now" in line for line in said.lines)
    learnt = PreparedCorpus.open(tmp_path / "run" / "corpus")
    assert "new.wav" in {track.id for track in learnt.tracks}


def test_a_codec_that_would_learn_for_ever_is_refused(tmp_path: Path) -> None:
    prepare(folder_of_tunes(tmp_path / "tunes", n_files=1), tmp_path / "prepared", workers=1)
    with pytest.raises(MenuraError, match=r"no recording is held out.*give --minutes"):
        train("latent-flow", tmp_path / "prepared", tmp_path / "run", preset="tiny")


def test_a_run_that_starts_from_another_keeps_its_codec(
    run: Path, corpus: Path, tmp_path: Path
) -> None:
    train("latent-flow", corpus, tmp_path, preset="tiny", steps=4, init=str(run))
    assert not (tmp_path / "codec").exists(), "a codec was trained only to be thrown away"
    assert representation(tmp_path).content() == representation(run).content()


def test_it_says_which_stage_it_is_in(corpus: Path, tmp_path: Path) -> None:
    reporter = Collected()
    train("latent-flow", corpus, tmp_path, preset="tiny", steps=4, reporter=reporter)
    stages = [line for line in reporter.lines if " stage: " in line]
    assert len(stages) == 2


def test_settings_reach_the_codec(corpus: Path, tmp_path: Path) -> None:
    settings = {"codec.model.n_latent": "3"}
    train("latent-flow", corpus, tmp_path, preset="tiny", steps=4, settings=settings)
    system = load(tmp_path)
    assert system.representation.spec.n_channels == 3
    assert isinstance(load(tmp_path / "codec").model, SpectralCodec)


def test_every_way_to_make_music_works(run: Path) -> None:
    system = load(run)
    seed = Clip(tune(1.0, RATE, seed=9), RATE)
    assert system.generate(2, 0.7, seed=0)[1].n_samples == 5600
    assert system.continue_(seed, 0.5, seed=0).n_samples == 12_000
    assert system.inpaint(seed, 0.3, 0.6, seed=0).n_samples == 8000
    assert system.vary(seed, 0.4, seed=0).n_samples == 8000
