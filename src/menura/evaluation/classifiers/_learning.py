"""The loop in which deep classifiers learn: an epoch at a time, until what they are chosen by no
longer gets better."""

import math
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor, nn

from menura.evaluation.classifiers._images import starts_of, stretches
from menura.evaluation.classifiers.contract import Examples, Probabilities, Training
from menura.foundation import seeds
from menura.foundation.devices import Compute
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.training.interrupt import Interrupts

MOST_BAD = 50  # steps in one training whose loss was not finite
MOST_GRADIENT = 5.0


@dataclass(frozen=True)
class LearningConfig:
    """epochs: at most. patience: epochs without gain after which it ends. batch: stretches a step.
    rate: of Adam. schedule: "constant", or "cosine" down to nothing at the end of all epochs.
    decay: of the weights (AdamW). smoothing: of the labels."""

    epochs: int = 20
    patience: int = 4
    batch: int = 32
    rate: float = 1e-3
    schedule: Literal["constant", "cosine"] = "constant"
    decay: float = 0.0
    smoothing: float = 0.0

    def __post_init__(self) -> None:
        for name in ("epochs", "patience", "batch"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if not self.rate > 0:
            raise ValueError(f"rate must be above 0, not {self.rate:g}")
        if not self.decay >= 0:
            raise ValueError(f"decay must be 0 or more, not {self.decay:g}")
        check_share("smoothing", self.smoothing)


def check_share(name: str, value: float) -> None:
    """Raises ValueError unless it is from 0 to below 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be 0 or more and below 1, not {value:g}")


@runtime_checkable
class Learner(Protocol):
    """What the loop asks of a classifier."""

    @property
    def n_samples(self) -> int:
        """Of a stretch."""

    def numbers(self, labels: Sequence[str]) -> Int64[np.ndarray, " tracks"]:
        """The place of each label."""

    def logits_of_changed(
        self, sound: Float32[Tensor, "rows time"], rng: torch.Generator
    ) -> Float32[Tensor, "rows labels"]:
        """Of stretches as they are learnt from."""

    def probabilities(self, examples: Examples) -> Probabilities:
        """Of whole tracks."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Who learns, from what, where, and since when (monotonic seconds)."""

    classifier: Learner
    module: nn.ModuleDict
    learn_from: Examples
    choose_by: Examples | None
    compute: Compute
    training: Training
    started: float


@dataclass(frozen=True)
class Outcome:
    """epochs: learnt. best: that whose weights are kept. why: it ended, in words."""

    epochs: int
    best: int
    n_stretches: int
    why: str


class Draws:
    """Stretches to learn from: labels in turn at random, then a recording of the label, a track
    of it and a place in it."""

    def __init__(self, examples: Examples, numbers: Sequence[int], n_each: int):
        assert examples.sounds is not None, "asked for by whoever fits"
        self._sounds, self._places, self._n_each = examples.sounds, examples.places, n_each
        owners: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for n, (number, group) in enumerate(zip(numbers, examples.groups, strict=True)):
            owners[int(number)][group].append(n)
        self._owners = {label: list(groups.values()) for label, groups in sorted(owners.items())}
        self.n_in_all = sum(
            len(starts_of(self._sounds.n_samples(place), n_each)) for place in self._places
        )

    def batch(self, n: int, seed: int) -> tuple[Float32[Tensor, "rows time"], Tensor]:
        """`n` stretches, and the numbers of their labels."""
        rng = np.random.default_rng(seed)
        labels = list(self._owners)
        turns = np.concatenate([rng.permutation(labels) for _ in range(-(-n // len(labels)))])[:n]
        at = []
        for label in turns:
            groups = self._owners[int(label)]
            tracks = groups[rng.integers(len(groups))]
            place = self._places[tracks[rng.integers(len(tracks))]]
            spare = max(0, self._sounds.n_samples(place) - self._n_each)
            at.append((place, int(rng.integers(spare + 1))))
        return stretches(self._sounds, at, self._n_each), torch.from_numpy(turns.astype(np.int64))


def learn(lesson: Lesson, settings: LearningConfig, reporter: Reporter) -> Outcome:
    """Move the weights of the classifier; those of the best epoch are in it afterwards.

    Without tracks to choose by all epochs are learnt, and the last is kept.
    """
    classifier, module, training = lesson.classifier, lesson.module, lesson.training
    numbers = classifier.numbers(lesson.learn_from.labels).tolist()
    draws = Draws(lesson.learn_from, numbers, classifier.n_samples)
    n_epochs = training.epochs or settings.epochs
    n_steps = max(1, math.ceil(draws.n_in_all / settings.batch))
    stepper = _Stepper(lesson, settings, n_epochs * n_steps)
    best, best_epoch, weights = math.inf, 0, _copied(module)
    epoch, why = 0, ""
    with Interrupts() if training.kept_when_stopped else nullcontext() as interrupts:

        def ended() -> str:
            if interrupts is not None and interrupts.wanted:
                return "stopped"
            return "its time was over" if _is_over(lesson) else ""

        while not why:
            for number in range(epoch * n_steps, (epoch + 1) * n_steps):
                stepper.step(draws, number)
                said = f"epoch {epoch + 1}, {_left(lesson, number + 1, n_epochs * n_steps)}"
                reporter.progress(number + 1, n_epochs * n_steps, said)
                if why := ended():
                    break
            epoch += 1
            value = _cost(lesson) if lesson.choose_by is not None else -float(epoch)
            if value < best:
                best, best_epoch, weights = value, epoch, _copied(module)
            why = why or ended()
            if epoch - best_epoch >= settings.patience:
                why = why or f"no gain in {settings.patience} epochs"
            if epoch == n_epochs:
                why = why or "all that were asked for"
    if best == math.inf:
        raise MenuraError("training came to nothing: what it is chosen by is never finite")
    module.load_state_dict(weights)
    module.eval()
    return Outcome(epoch, best_epoch, draws.n_in_all, why)


class _Stepper:
    """One step after another, each a function of its number."""

    def __init__(self, lesson: Lesson, settings: LearningConfig, n_steps: int):
        self._lesson, self._settings, self._n_steps = lesson, settings, n_steps
        self._optimizer = torch.optim.AdamW(
            lesson.module.parameters(), lr=settings.rate, weight_decay=settings.decay
        )
        self._n_bad = 0

    def step(self, draws: Draws, number: int) -> None:
        lesson, settings = self._lesson, self._settings
        seed, device = lesson.training.seed, lesson.compute.device
        sound, meant = draws.batch(settings.batch, seeds.derive(seed, "stretches", number))
        lesson.module.train()
        for group in self._optimizer.param_groups:
            group["lr"] = settings.rate * self._share(number)
        self._optimizer.zero_grad(set_to_none=True)
        # Dropout and changes of images are a function of the number of the step too.
        drawn = seeds.derive(seed, "step", number)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(drawn)
            logits = lesson.classifier.logits_of_changed(
                sound, torch.Generator().manual_seed(drawn)
            )
        loss = nn.functional.cross_entropy(
            logits, meant.to(device), label_smoothing=settings.smoothing
        )
        loss.backward()  # type: ignore[no-untyped-call]
        size = nn.utils.clip_grad_norm_(lesson.module.parameters(), MOST_GRADIENT)
        if math.isfinite(float(size)):
            self._optimizer.step()
            return
        self._n_bad += 1
        if self._n_bad > MOST_BAD:
            raise MenuraError(
                f"training goes wrong: {MOST_BAD} steps were not finite; lower learning.rate"
            )

    def _share(self, number: int) -> float:
        """Of the full rate. Where minutes end it first, they are what it comes down by."""
        if self._settings.schedule == "constant":
            return 1.0
        done = number / self._n_steps
        if self._lesson.training.minutes is not None:
            done = max(done, _elapsed(self._lesson) / (60 * self._lesson.training.minutes))
        return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _cost(lesson: Lesson) -> float:
    """Mean −ln of how likely the true labels are, every label weighing the same."""
    assert lesson.choose_by is not None, "asked where there is something to choose by"
    numbers = lesson.classifier.numbers(lesson.choose_by.labels)
    likely = lesson.classifier.probabilities(lesson.choose_by)
    costs = -np.log(likely[np.arange(len(numbers)), numbers] + 1e-9)
    of_labels = [costs[numbers == label].mean() for label in np.unique(numbers)]
    return float(np.mean(of_labels))


def _copied(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}


def _elapsed(lesson: Lesson) -> float:
    return time.monotonic() - lesson.started


def _is_over(lesson: Lesson) -> bool:
    minutes = lesson.training.minutes
    return minutes is not None and _elapsed(lesson) >= 60 * minutes


def _left(lesson: Lesson, done: int, of: int) -> str:
    left_s = _elapsed(lesson) * (of - done) / done
    if lesson.training.minutes is not None:
        left_s = min(left_s, 60 * lesson.training.minutes - _elapsed(lesson))
    return f"at most {max(0.0, left_s):.0f} s left"
