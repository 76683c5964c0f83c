"""Frames as OpenEXR images of 32-bit floats, and back, bit for bit.

The image is as wide as there are frames; the first feature is at the bottom. One panel (see
`Axis.panels`) is the channel Y, two or three are R, G and B; what there is of further audio
channels lies in layers, channel2.Y and so on. The header says, as JSON in three strings, all that
it takes to make the sound again.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from menura.foundation.atomic import replacing
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.version import __version__
from menura.representations._exr_file import read_header, read_pixels, write_pixels
from menura.representations.contract import Representation

OneClip = Float32[Tensor, "1 features frames"]
Image = Float32[np.ndarray, "rows frames"]

FORMAT, VERSION = "menura-frames", 1
ABOUT, CONFIG, STATISTICS = "menura", "menuraConfig", "menuraStatistics"
MOST_VALUES = 1 << 27  # 512 MiB of floats: an image is written and read whole


@dataclass(frozen=True)
class About:
    """What the header's first string says: whose frames these are, and of what sound.

    n_panels: equal parts of the features of a channel. n_samples: true length of the sound, which
    frames alone do not tell.
    """

    representation: str
    sample_rate: int
    n_audio_channels: int
    n_panels: int
    n_features: int
    n_frames: int
    n_samples: int
    format: str = FORMAT
    version: int = VERSION
    menura: str = __version__


def write_exr(
    path: Path | str,
    representation: Representation,
    frames: OneClip,
    n_samples: int | None = None,
) -> None:
    """Write the frames of one clip as an OpenEXR file, whole or not at all.

    frames: as `representation.encode` gives them, any float32 values. n_samples: true length of
    the sound; None: what the frames decode to.

    Raises UsageError for frames that are not the representation's or that are none, and for more
    than 134,217,728 values; MenuraError where the library is missing or the file cannot be written.
    """
    path = Path(path)
    n_clips, n_features, n_frames = frames.shape
    if n_clips != 1 or n_features != representation.spec.n_channels or n_frames == 0:
        raise UsageError(
            f"{_named(path)}: an image holds the frames of one clip, "
            f"{representation.spec.n_channels} features each, not {tuple(frames.shape)}"
        )
    refuse_large(path, n_features, n_frames)
    about = About(
        name_of(representation),
        representation.sample_rate,
        representation.n_audio_channels,
        len(representation.axis.panels),
        n_features,
        n_frames,
        representation.samples_for(n_frames) if n_samples is None else n_samples,
    )
    header = {
        ABOUT: json.dumps(to_dict(about), ensure_ascii=False),
        CONFIG: json.dumps(to_dict(representation.config), ensure_ascii=False),
        STATISTICS: json.dumps(_statistics(representation)),
    }
    values = frames[0].detach().cpu().numpy()
    with replacing(path) as temporary:
        write_pixels(temporary, path, header, _images(values, about))


def read_exr(path: Path | str) -> tuple[Representation, OneClip]:
    """The representation, with its statistics, and the frames that `write_exr` wrote.

    Raises MenuraError for a file that is missing, damaged, or not written by Menura.
    """
    path = Path(path)
    about, header = _about(path)
    representation = _built(path, about, header)
    spec = representation.spec
    if (spec.n_channels, spec.n_audio_channels) != (about.n_features, about.n_audio_channels):
        raise _damaged(path, "its frames do not fit its settings")
    images = read_pixels(path, _channels(about))
    size = about.n_features // len(_channels(about)), about.n_frames
    if any(image.shape != size for image in images.values()):
        raise _damaged(path, "its pixels are not as many as its header says")
    frames = np.concatenate([images[name][::-1] for name in _channels(about)])
    return representation, torch.from_numpy(frames)[None]


def exr_n_samples(path: Path | str) -> int:
    """True length, in samples, of the sound whose frames the file holds. Raises as `read_exr`."""
    return _about(Path(path))[0].n_samples


def refuse_large(path: Path, n_features: int, n_frames: int) -> None:
    """Raises UsageError for more values than are written to, or read from, one image."""
    if n_features * n_frames > MOST_VALUES:
        raise UsageError(
            f"{_named(path)}: {n_frames} frames of {n_features} features are more than an image "
            f"holds ({MOST_VALUES} values); cut the clip"
        )


def name_of(representation: Representation) -> str:
    """The name of the part. Raises UsageError for a class that is not in the room."""
    from menura.representations import room  # which imports this file

    module = type(representation).__module__
    stem = module.rpartition(".")[2]
    # The name that the file's tells first: others need not be imported then.
    for name in sorted(room.names(), key=lambda name: name.replace("-", "_") != stem):
        if room.load(name).__name__ == module:
            return name
    raise UsageError(f"{type(representation).__qualname__} is not a representation with a name")


def _channels(about: About) -> list[str]:
    """Names of the image's channels, in the order of the features."""
    colours = "Y" if about.n_panels == 1 else "RGB"[: about.n_panels]
    layers = ["", *(f"channel{n}." for n in range(2, about.n_audio_channels + 1))]
    return [f"{layer}{colour}" for layer in layers for colour in colours]


def _images(values: Float32[np.ndarray, "features frames"], about: About) -> dict[str, Image]:
    names = _channels(about)
    if about.n_features % len(names):
        raise UsageError(f"{about.n_features} features cannot be shared out to {len(names)} images")
    parts = np.split(values, len(names))
    images = {
        name: np.ascontiguousarray(part[::-1]) for name, part in zip(names, parts, strict=True)
    }
    if about.n_panels == 2:
        # Many viewers show R and G only beside a B.
        images["B"] = np.zeros_like(images["R"])
    return images


def _statistics(representation: Representation) -> dict[str, Any]:
    """What was fitted. JSON holds every float32 exactly."""
    state = representation.state_dict()
    return {
        name: {"shape": list(value.shape), "values": value.flatten().tolist()}
        for name, value in state.items()
    }


def _about(path: Path) -> tuple[About, Mapping[str, str]]:
    header = read_header(path)
    values = _json(path, header, ABOUT, "it was not written by Menura")
    if values.get("format") != FORMAT:
        raise _damaged(path, "it was not written by Menura")
    if values.get("version") != VERSION:
        raise MenuraError(
            f"{_named(path)}: written in format version {values.get('version')}, this Menura "
            f"({__version__}) reads {VERSION}; use the Menura it names: {values.get('menura')}"
        )
    try:
        about = from_dict(About, values)
    except UsageError as error:
        raise _damaged(path, str(error)) from None
    sizes = (about.n_panels, about.n_features, about.n_frames, about.n_audio_channels)
    if min(sizes) < 1 or about.n_samples < 0 or about.n_panels > 3:
        raise _damaged(path, "its header names sizes that cannot be")
    if about.n_features % len(_channels(about)):
        raise _damaged(path, "its header names sizes that cannot be")
    refuse_large(path, about.n_features, about.n_frames)
    return about, header


def _built(path: Path, about: About, header: Mapping[str, str]) -> Representation:
    from menura.representations import build  # which imports this file

    config = _json(path, header, CONFIG, "its settings are missing")
    statistics = _json(path, header, STATISTICS, "its statistics are missing")
    try:
        part = build(about.representation, config, about.sample_rate, about.n_audio_channels)
        state = {name: _tensor(value) for name, value in statistics.items()}
        part.load_state_dict(state, strict=True)
    except UsageError as error:
        raise _damaged(path, str(error)) from None
    except (KeyError, TypeError, ValueError, RuntimeError):
        raise _damaged(path, "its statistics do not fit its settings") from None
    return part


def _tensor(value: Mapping[str, Any]) -> Tensor:
    if not all(map(math.isfinite, value["values"])):
        raise ValueError("not finite")
    return torch.tensor(value["values"], dtype=torch.float32).reshape(value["shape"])


def _json(path: Path, header: Mapping[str, str], key: str, missing: str) -> dict[str, Any]:
    try:
        values = json.loads(header[key])
    except (KeyError, ValueError, RecursionError):
        raise _damaged(path, missing) from None
    if not isinstance(values, dict):
        raise _damaged(path, missing)
    return values


def _damaged(path: Path, why: str) -> MenuraError:
    return MenuraError(
        f"{_named(path)}: no frames can be read: {why}; give a file that "
        "`menura spectrogram --out X.exr` wrote"
    )


def _named(path: Path) -> str:
    return printable(str(path))
