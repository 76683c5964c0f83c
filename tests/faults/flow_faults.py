"""Mistakes in the flagship: codec, flow, labels, and the way between clips."""

from faults.fault import Fault

FLOW = "src/menura/models/latent_flow.py"
CODEC = "src/menura/models/spectral_codec.py"
SYSTEM = "src/menura/systems/trained.py"
BEGINNINGS = "src/menura/systems/beginnings.py"

FLOW_FAULTS = (
    Fault(
        "the beginning least like the seed is kept",
        BEGINNINGS,
        "np.argmin(",
        "np.argmax(",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "beginnings are compared with where the seed begins",
        BEGINNINGS,
        "seed_clip.samples[:, max(0, seed_clip.n_samples - second) :]",
        "seed_clip.samples[:, :second]",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "a short piece begins otherwise than a long one",
        BEGINNINGS,
        "model.beginnings(known, wanted,",
        "model.beginnings(known, min(wanted, n_frames),",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "what is heard of a beginning is the seed",
        BEGINNINGS,
        "sound[:, :, max(0, start - n_join) : max(0, stop)]",
        "sound[:, :, : stop - start + n_join]",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "a beginning that would click is as good as any",
        BEGINNINGS,
        "    if smooth:\n",
        "    if False:\n",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "a note that fades out with the seed is taken for a click",
        BEGINNINGS,
        "max(usual, float(fading.max(initial=0.0)))",
        "usual",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "the chosen beginning is not gone on from",
        "src/menura/systems/going_on.py",
        "torch.cat([known, chosen], dim=2)",
        "known",
        ("tests/systems/test_beginnings.py",),
    ),
    Fault(
        "known frames flow like the others",
        FLOW,
        "            x = torch.where(known, torch.lerp(started, music, t), x)\n",
        "",
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "the flow is asked for what it is told",
        FLOW,
        "asked = (~known)[:, None].float()",
        "asked = torch.ones_like(known)[:, None].float()",
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "what is hidden is seen",
        FLOW,
        "torch.cat([x, music * told, told], dim=1)",
        "torch.cat([x, music, told], dim=1)",
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "guidance away from what is asked",
        FLOW,
        "guided = guided + more * (asked - without)",
        "guided = guided - more * (asked - without)",
        ("tests/models/test_latent_flow.py", "tests/contracts/test_every_model.py"),
    ),
    Fault(
        "noises are mixed on a line",
        FLOW,
        'path or "spherical"',
        'path or "linear"',
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "an end is not given back whole",
        FLOW,
        "return torch.cat([begun, frames - self._flown(begun)], dim=1)",
        "return torch.cat([begun, torch.zeros_like(frames)], dim=1)",
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "labels are always hidden in training",
        FLOW,
        "labels = labels & shown",
        "labels = torch.zeros_like(labels)",
        ("tests/contracts/test_every_model.py",),
    ),
    Fault(
        "windows are laid end to end",
        "src/menura/models/_windows.py",
        "n_pieces = 1 - (-2 * (n_frames - n_window) // n_window)",
        "n_pieces = 1 - (-(n_frames - n_window) // n_window)",
        ("tests/models/test_latent_flow.py",),
    ),
    Fault(
        "the codec begins with the least of its components",
        CODEC,
        "axes.T.flip(0)[:n]",
        "axes.T[:n]",
        ("tests/models/test_spectral_codec.py",),
    ),
    Fault(
        "the codec's mean is forgotten",
        CODEC,
        "= -(axes @ centre)",
        "= 0 * (axes @ centre)",
        ("tests/models/test_spectral_codec.py",),
    ),
    Fault(
        "labels go to the wrong rows",
        "src/menura/training/source.py",
        "self._flags_of(row) for row in rows]",
        "self._flags_of(row) for row in [*rows][::-1]]",
        ("tests/training/test_labels.py",),
    ),
    Fault(
        "a seed that ends within a frame tells the one at its seam",
        "src/menura/systems/coding.py",
        "frames_filled(representation, clip.n_samples)",
        "representation.frames_for(clip.n_samples)",
        ("tests/systems/test_powers.py",),
    ),
    Fault(
        "a glide goes the other way",
        SYSTEM,
        "torch.linspace(0, 1, n_frames)[None]",
        "torch.linspace(1, 0, n_frames)[None]",
        ("tests/systems/test_powers.py",),
    ),
    Fault(
        "players that join late are not in the estimate",
        "src/menura/training/estimate.py",
        "firsts = sorted({phase.start_step for phase in phases if phase.start_step < n_steps})",
        "firsts = [0]",
        ("tests/training/test_estimate.py",),
    ),
    Fault(
        "music through a codec is mistaken for another piece of its name",
        "src/menura/evaluation/floors.py",
        "key = (name, clip.sample_rate, clip.n_samples)",
        "key = (name, clip.sample_rate, 0)",
        ("tests/evaluation/test_floors.py",),
    ),
    Fault(
        "a loop is turned back the wrong way",
        "src/menura/systems/loops.py",
        "closed.roll(-turn, dims=2)",
        "closed.roll(turn - 1, dims=2)",
        ("tests/systems/test_loops.py",),
    ),
    Fault(
        "a loop is decoded as a piece that begins and ends",
        "src/menura/systems/loops.py",
        "% n_frames",
        ".clamp(0, n_frames - 1)",
        ("tests/systems/test_loops.py",),
    ),
)
