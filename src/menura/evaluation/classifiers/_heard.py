"""What deep classifiers share: they hear stretches of a track, and the mean is their verdict."""

import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor, nn

from menura.audio import Clip
from menura.evaluation.classifiers._images import (
    Images,
    LogMel,
    OneClip,
    starts_of,
    stretches,
)
from menura.evaluation.classifiers._learning import LearningConfig, Lesson, learn
from menura.evaluation.classifiers.contract import (
    Arrays,
    Classifier,
    Examples,
    Probabilities,
    Sounds,
    Training,
)
from menura.foundation import seeds
from menura.foundation.devices import Compute, choose
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter

AT_ONCE = 32  # stretches judged at once
MOST_ROUNDING = 0.1  # of logits, and of their size
MOST_FITTED = 256  # stretches that the scaling of the bands is taken from

Logits = Float32[Tensor, "rows labels"]


class HeardClassifier(Classifier):
    """A network over images of log-mel. Learns from stretches at random places of tracks, every
    label as often; judges by stretches that lie end to end.

    gains_from_bfloat16: whether the network is faster in it, where the machine has it.
    """

    is_deep = True
    gains_from_bfloat16: ClassVar[bool] = True

    def __init__(self, config: Any, labels: Sequence[str]):
        super().__init__(config, labels)
        self._compute = Compute("cpu", "float32")
        self._build(seed=0)

    @abstractmethod
    def network(self) -> nn.Module:
        """A fresh one: images to one logit for each label. Its weights are drawn when built."""

    def changed(self, images: Images, rng: torch.Generator) -> Images:
        """What is done to images each time they are learnt from; nothing, unless overridden."""
        return images

    @property
    def sample_rate(self) -> int:
        return int(self.config.image.sample_rate)

    @property
    def n_samples(self) -> int:
        """Samples of a stretch."""
        return int(self.config.image.n_samples)

    def fit(
        self,
        learn_from: Examples,
        choose_by: Examples | None,
        training: Training,
        reporter: Reporter,
    ) -> str:
        self._compute = choose(
            training.device, training.precision, gains_from_bfloat16=self.gains_from_bfloat16
        )
        self._build(seeds.derive(training.seed, "weights"))
        sounds = _sounds_of(learn_from)
        self.numbers((*learn_from.labels, *(choose_by.labels if choose_by else ())))
        missing = sorted(set(self.labels) - set(learn_from.labels))
        if missing:
            raise MenuraError(f"nothing to learn {missing[0]!r} from")
        started = time.monotonic()
        self._fit_scaling(learn_from, sounds, training.seed)
        self._check_precision(learn_from, sounds, training, reporter)
        outcome = learn(
            Lesson(self, self._module, learn_from, choose_by, self._compute, training, started),
            self._settings(),
            reporter,
        )
        precision = self._compute.precision
        # What is judged from here on is judged as it will be once it is saved and loaded.
        self._compute = replace(self._compute, precision="float32")
        return (
            f"{outcome.epochs} epochs of {outcome.n_stretches} stretches of "
            f"{self.n_samples / self.sample_rate:.1f} s ({outcome.why}; the best was epoch "
            f"{outcome.best}), {len(learn_from)} tracks of {len(set(learn_from.groups))} "
            f"recordings, in {precision} on {self._compute.device}"
        )

    def logits(self, sound: Float32[Tensor, "rows time"]) -> Logits:
        """Of stretches, without what is done to images in training."""
        with torch.autocast(self._compute.device, torch.bfloat16, enabled=self._is_bfloat16):
            logits: Tensor = self._module["network"](self._images(sound))
        return logits.float()

    def logits_of_changed(
        self, sound: Float32[Tensor, "rows time"], rng: torch.Generator
    ) -> Logits:
        """Of stretches as they are learnt from."""
        images = self.changed(self._images(sound), rng)
        with torch.autocast(self._compute.device, torch.bfloat16, enabled=self._is_bfloat16):
            logits: Tensor = self._module["network"](images)
        return logits.float()

    def probabilities(self, examples: Examples) -> Probabilities:
        sounds = _sounds_of(examples)
        with self._judging():
            return np.stack([self._verdict(sounds, place) for place in examples.places])

    def predict(self, clip: Clip) -> Float64[np.ndarray, " labels"]:
        if clip.n_samples == 0:
            raise MenuraError("the clip is empty")
        with self._judging():
            return self._verdict(OneClip(clip, self.sample_rate), 0)

    def arrays(self) -> Arrays:
        return {name: t.detach().cpu().numpy() for name, t in self._module.state_dict().items()}

    def restore(self, arrays: Arrays) -> None:
        wanted = self._module.state_dict()
        for name in sorted(wanted.keys() ^ arrays.keys()):
            raise ValueError(f"{name} is {'missing' if name in wanted else 'not part of it'}")
        for name, tensor in wanted.items():
            if tuple(arrays[name].shape) != tuple(tensor.shape):
                raise ValueError(
                    f"{name} has shape {arrays[name].shape}, not {tuple(tensor.shape)}"
                )
        self._module.load_state_dict({n: torch.from_numpy(a.copy()) for n, a in arrays.items()})
        self._module.eval()

    @property
    def _is_bfloat16(self) -> bool:
        return self._compute.precision == "bfloat16"

    def _images(self, sound: Float32[Tensor, "rows time"]) -> Images:
        with torch.autocast(self._compute.device, enabled=False):
            images: Tensor = self._module["image"](sound.to(self._compute.device))
        return images

    def _judging(self) -> torch.inference_mode:
        self._module.eval()
        return torch.inference_mode()

    def _build(self, seed: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed % 2**63)
            network = self.network()
        modules = {"image": LogMel(self.config.image), "network": network}
        self._module = nn.ModuleDict(modules).to(self._compute.device)

    def _settings(self) -> LearningConfig:
        settings: LearningConfig = self.config.learning
        return settings

    def _fit_scaling(self, learn_from: Examples, sounds: Sounds, seed: int) -> None:
        rng = np.random.default_rng(seeds.derive(seed, "scaling"))
        at = [
            (place, start)
            for place in learn_from.places
            for start in starts_of(sounds.n_samples(place), self.n_samples)
        ]
        chosen = rng.permutation(len(at))[:MOST_FITTED]
        image: LogMel = self._module["image"]  # type: ignore[assignment]

        def images() -> Iterator[Images]:
            for n in range(0, len(chosen), AT_ONCE):
                some = [at[i] for i in chosen[n : n + AT_ONCE]]
                sound = stretches(sounds, some, self.n_samples)
                yield image.logarithms(sound.to(self._compute.device))

        with torch.no_grad():
            image.fit(images())

    def _check_precision(
        self, learn_from: Examples, sounds: Sounds, training: Training, reporter: Reporter
    ) -> None:
        """Whether this machine computes the network rightly in bfloat16: of shapes that they do
        not foresee, some make garbage."""
        if not self._is_bfloat16:
            return
        places = [(place, 0) for place in learn_from.places[: self._settings().batch]]
        exact = replace(self._compute, precision="float32")
        with self._judging():
            for at in (places, places[:1]):
                sound = stretches(sounds, at, self.n_samples)
                rounded, self._compute = self.logits(sound), exact
                true, self._compute = self.logits(sound), replace(exact, precision="bfloat16")
                most = MOST_ROUNDING * (1 + float(true.abs().max()))
                if not bool(((rounded - true).abs() <= most).all()):  # also where one is no number
                    break
            else:
                return
        if training.precision == "bfloat16":
            raise MenuraError(
                "--precision bfloat16: this machine computes this network wrongly in it; take "
                "float32 or auto"
            )
        reporter.warn("this machine computes this network wrongly in bfloat16; float32 is taken")
        self._compute = exact

    def _verdict(self, sounds: Sounds, place: int) -> Float64[np.ndarray, " labels"]:
        """The mean over the stretches of a track."""
        total, count = np.zeros(len(self.labels)), 0
        for sound in self._in_batches(sounds, place):
            likely = torch.softmax(self.logits(sound).cpu().double(), dim=1)
            total += likely.sum(dim=0).numpy()
            count += len(likely)
        mean: Float64[np.ndarray, " labels"] = total / count
        return mean

    def _in_batches(self, sounds: Sounds, place: int) -> Iterator[Float32[Tensor, "rows time"]]:
        at = [(place, start) for start in starts_of(sounds.n_samples(place), self.n_samples)]
        for n in range(0, len(at), AT_ONCE):
            yield stretches(sounds, at[n : n + AT_ONCE], self.n_samples)


def _sounds_of(examples: Examples) -> Sounds:
    if examples.sounds is None:
        raise ValueError("these tracks have no sound")
    if len(examples) == 0:
        raise MenuraError("there are no tracks to hear")
    return examples.sounds
