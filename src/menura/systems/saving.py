"""A system as a folder: written whole, read strictly, never by pickle."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from menura import models, representations
from menura.foundation.atomic import replacing, write_text
from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.models.contract import Codes
from menura.representations import Representation, ScoreRepresentation
from menura.systems import coded
from menura.systems.bound import BoundSystem
from menura.systems.card import model_card
from menura.systems.format import (
    CARD,
    CODEC_WEIGHTS,
    WEIGHTS,
    Description,
    read_description,
    write_description,
)
from menura.systems.scores import ScoreSystem
from menura.systems.tensors import write_tensors
from menura.systems.trained import TrainedSystem


def build(description: Description, seed: int = 0) -> BoundSystem:
    """A system from its description, with fresh weights drawn from `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        representation = _representation(description)
        spec = replace(representation.spec, labels=description.labels)
        model = models.build(description.model.name, description.model.config, spec)
    if isinstance(representation, ScoreRepresentation):
        return ScoreSystem(description, representation, model)
    return TrainedSystem(description, representation, model)


def _representation(description: Description) -> Representation | ScoreRepresentation:
    part, form = description.representation, (description.sample_rate, description.n_audio_channels)
    if part.name == coded.NAME:
        return coded.Coded(from_dict(coded.CodedConfig, part.config, "coded: "), *form)
    if representations.is_of_scores(part.name):
        return representations.build_score(part.name, part.config, *form)
    return representations.build(part.name, part.config, *form)


def save(
    system: BoundSystem,
    folder: Path,
    weights: Mapping[str, Tensor] | None = None,
    *,
    kept_as: torch.dtype | None = None,
    card: str | None = None,
    codec: Path | None = None,
) -> None:
    """Write the folder. `weights` (e.g. an average) stand in for the model's present ones.

    kept_as: a half precision for what was learnt step by step; statistics stay whole. Loaded, the
    system is one of float32 all the same. card: the model card, where it is another than the usual.
    codec: the folder of the system that the codec was by itself, settled: its file is copied as it
        is.
    The weights are written before the description: a folder that has one has both.
    Raises MenuraError for a weight that is beyond what the half precision can say, UsageError for
    the file of another codec.
    """
    flat = _flat(system, weights)
    if codec is not None:
        flat = _without_codec(flat, codec)
        with replacing(folder / CODEC_WEIGHTS) as temporary:
            shutil.copyfile(codec / WEIGHTS, temporary)
    if kept_as is not None:
        flat |= _halved(system, flat, kept_as)
    write_tensors(folder / WEIGHTS, flat)
    if codec is None:
        (folder / CODEC_WEIGHTS).unlink(missing_ok=True)  # of what was here before
    write_text(folder / CARD, card or model_card(system))
    write_description(folder, system.description)


def load(folder: Path) -> BoundSystem:
    """Read a system strictly: every weight present, none left over, every shape as built.

    Raises MenuraError naming the file and the mend.
    """
    description = read_description(folder)
    try:
        system = build(description)
    except UsageError as error:
        raise MenuraError(f"{folder}: cannot be built: {error}") from None
    load_weights(system, folder)
    system.model.eval()
    return system


def load_weights(system: BoundSystem, folder: Path) -> None:
    """Fill `system` with the weights of another folder; they must fit exactly."""
    path = folder / WEIGHTS
    weights = _read(path)
    if (apart := folder / CODEC_WEIGHTS).exists():
        weights |= coded.of_codec(_read(apart))
    if isinstance(system.model, Codes) and _flat(system, None).keys() - weights.keys():
        system.model.settle()  # it was saved without what only training needs
    wanted = _flat(system, None)
    for problem in _misfits(wanted, weights):
        raise MenuraError(
            f"{path}: does not fit this system: {problem}; train it again, or open it with the "
            "Menura that made it"
        )
    _module(system).load_state_dict(weights, strict=True)  # into float32, whatever the file has


def take_over(system: BoundSystem, other: BoundSystem) -> list[str]:
    """Fill `system` with the weights and statistics of another, whose labels and channels may
    differ where the model can adopt them. What does not fit is listed; nothing is taken then."""
    weights = {
        **_prefixed("representation", other.representation.state_dict()),
        **_prefixed("model", system.model.adopted(other.model.state_dict(), other.model.spec)),
    }
    problems = _misfits(_flat(system, None), weights)
    if not problems:
        _module(system).load_state_dict(weights, strict=True)
    return problems


def content_hash(folder: Path) -> str:
    """Twelve hex digits that name these weights: what generated files carry in their comment."""
    digest = hashlib.blake2b(digest_size=6)
    apart = folder / CODEC_WEIGHTS
    for path in (folder / WEIGHTS, *([apart] if apart.exists() else [])):
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise MenuraError(f"{path}: cannot be read ({error}); train again or restore it") from None


def _without_codec(flat: Mapping[str, Tensor], codec: Path) -> dict[str, Tensor]:
    """The weights but for those of its codec's own file. Raises UsageError for another codec."""
    apart = coded.of_codec(_read(codec / WEIGHTS))
    for name, value in apart.items():
        if name not in flat or not torch.equal(value.float(), flat[name].cpu().float()):
            raise UsageError(f"{codec}: is not the codec of this system ({name} is another)")
    return {name: value for name, value in flat.items() if name not in apart}


def _module(system: BoundSystem) -> torch.nn.ModuleDict:
    return torch.nn.ModuleDict({"representation": system.representation, "model": system.model})


def _flat(system: BoundSystem, weights: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
    state = dict(_module(system).state_dict())
    return state | _prefixed("model", weights or {})


def _prefixed(prefix: str, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value for name, value in weights.items()}


def _halved(
    system: BoundSystem, flat: Mapping[str, Tensor], kept_as: torch.dtype
) -> dict[str, Tensor]:
    """The parameters in another precision, by name."""
    names = [name for name, _ in _module(system).named_parameters() if name in flat]
    halved = {name: flat[name].detach().to(kept_as) for name in names}
    for name, value in halved.items():
        if not value.isfinite().all():
            raise MenuraError(f"{name}: has a weight that {kept_as} cannot say; keep bfloat16")
    return halved


def _misfits(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> list[str]:
    missing = [f"{name} is missing" for name in sorted(wanted.keys() - given.keys())]
    extra = [f"{name} is not part of it" for name in sorted(given.keys() - wanted.keys())]
    shapes = [
        f"{name} has shape {tuple(given[name].shape)}, not {tuple(wanted[name].shape)}"
        for name in sorted(wanted.keys() & given.keys())
        if given[name].shape != wanted[name].shape
    ]
    return missing + extra + shapes
