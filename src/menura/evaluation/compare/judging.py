"""Every metric that suits, of what one way of making has made, and of real music in its place."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from menura.audio import Clip, Tape
from menura.evaluation import metrics
from menura.evaluation.collecting import tape_for
from menura.evaluation.compare.intervals import interval
from menura.evaluation.compare.labels import by_label
from menura.evaluation.compare.material import Material
from menura.evaluation.compare.stretches import length_s
from menura.evaluation.compare.ways import Way, seeds_of
from menura.evaluation.floors import Division, divisions, floors_over, is_labelled
from menura.evaluation.metrics import Against, Clips, Measurement, Metric
from menura.evaluation.taped import on_tape
from menura.foundation.errors import MenuraError, causes, is_out_of_memory
from menura.foundation.reporting import Reporter

ReadAt = Callable[[int], Mapping[str, Clip]]
"""Sample rate in Hz → clips, mono."""


@dataclass(frozen=True)
class Scored:
    """A figure, and between which limits it may lie (None: not known).

    Of what was made these are 95 % limits over other draws of clips (see `intervals`); of real
    music, the lowest and the highest of five divisions of the recordings (see `floors`).
    """

    measured: Measurement
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Judged:
    """By metric; not_measured: why a metric says nothing. broken: those of them that failed in a
    way that another try may not. lacking: those of them that say nothing because what was made has
    nothing to measure where real music has, which is worse than any figure."""

    scores: Mapping[str, Scored] = field(default_factory=dict)
    not_measured: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


class _LackingError(MenuraError):
    """What was made has nothing to measure where real music has."""


class Judge:
    """Measures for one comparison. What real music sounds like is worked out once, and kept; its
    sound lies on a tape for each rate, and not in memory.

    names: of the metrics; none takes all.
    """

    def __init__(
        self,
        material: Material,
        seed: int,
        reporter: Reporter | None = None,
        names: Sequence[str] = (),
    ) -> None:
        self._material, self._seed, self._reporter = material, seed, reporter or Reporter()
        self._metrics = {name: metrics.load(name) for name in names or metrics.room.names()}
        self._kept: dict[tuple[str, int], dict[str, Clip]] = {}
        self._tapes: dict[int, Tape] = {}
        self._divided: dict[tuple[int, bool, tuple[int, ...]], list[Division]] = {}

    def judge(self, way: Way, made: ReadAt) -> Judged:
        """What a system made by this way; each part that is new. Names say the label that a clip
        was asked for, where it was (see `evaluation/by_label.py`)."""

        heard: dict[int, dict[str, Clip]] = {}

        def measure(metric: Metric, against: Against) -> Scored:
            rate = metric.sample_rate
            if rate not in heard:
                heard.clear()  # one rate at a time: metrics come in the order of theirs
                heard[rate] = self._new_parts(way, made(rate))
            return self._scored(metric, self._reference(way, against, rate), heard[rate])

        return self._each(way, measure)

    def real(self, way: Way) -> Judged:
        """Real music measured as if this way had made it, where that tells something."""

        def measure(metric: Metric, against: Against) -> Scored | None:
            rate = metric.sample_rate
            if against in ("real", "labelled") and not metric.has_floor:
                return None
            if is_floor(way, metric):
                return self._floor(way, metric)
            if against == "original":  # what is passed through by nobody comes back as it is
                return None
            clips = self._real_clips(way, rate)
            return self._scored(metric, self._reference(way, against, rate), clips)

        return self._each(way, measure)

    def close(self) -> None:
        """Let go of the tapes; nothing can be measured afterwards."""
        for tape in self._tapes.values():
            tape.close()

    def _each(self, way: Way, measure: Callable[[Metric, Against], Scored | None]) -> Judged:
        scores, reasons, broken, lacking = {}, {}, [], []
        in_order = sorted(self._metrics.items(), key=lambda one: (one[1].sample_rate, one[0]))
        for number, (name, metric) in enumerate(in_order):
            against = against_of(metric)
            if against not in way.against:
                continue
            self._reporter.progress(number, len(in_order), f"{way.name}: measuring {name}")
            if (reason := metric.unavailable()) is not None:
                reasons[name] = reason
                continue
            try:
                scored = measure(metric, against)
            except MenuraError as error:
                reasons[name] = str(error)
                if isinstance(error, _LackingError):
                    lacking.append(name)
                if any(isinstance(c, OSError) or is_out_of_memory(c) for c in causes(error)):
                    broken.append(name)  # the machine's trouble: a full disk
            except Exception as error:  # one metric's fault must not cost the others
                reasons[name] = f"{type(error).__name__}: {error}"
                broken.append(name)
            else:
                if scored is not None:
                    scores[name] = scored
        return Judged(scores, reasons, tuple(broken), tuple(lacking))

    def _scored(self, metric: Metric, reference: Clips, candidate: Clips) -> Scored:
        if not candidate:
            raise MenuraError("nothing was made that could be measured")
        if (reason := metric.unsuited(reference, candidate)) is not None:
            lacking = metric.lacking(reference, candidate) is not None
            raise _LackingError(reason) if lacking else MenuraError(reason)
        measured = metric.score(reference, candidate)
        if not math.isfinite(measured.value):
            raise MenuraError("the figure is not a number")
        limits = interval(metric, reference, candidate, measured, self._seed)
        return Scored(measured, *(limits or (None, None)))

    def _floor(self, way: Way, metric: Metric) -> Scored:
        found = floors_over(metric, self._divisions(way, metric))
        values = [value for value, _ in found]
        if not values or not np.isfinite(values).all():
            raise MenuraError("there is too little real music to measure against itself")
        middle = metric.score(*found[len(found) // 2][1])
        return Scored(middle, values[0], values[-1])

    def _divisions(self, way: Way, metric: Metric) -> list[Division]:
        """The same for all metrics that go by label, and for all others; and for all ways that make
        clips as long."""
        lengths, rate, labelled = self._lengths(way), metric.sample_rate, is_labelled(metric)
        samples = {name: round(seconds * rate) for name, seconds in lengths.items()}
        key = (rate, labelled, tuple(samples.values()))
        if key not in self._divided:
            pattern = {
                name: Clip(np.zeros((1, n), np.float32), rate) for name, n in samples.items()
            }
            reference = self._reference(way, metric.against, rate)
            self._divided[key] = divisions(reference, pattern, self._seed, labelled=labelled)
        return self._divided[key]

    def _lengths(self, way: Way) -> dict[str, float]:
        """Seconds of what is measured of each clip, by name."""
        material = self._material
        if way.verb in ("generate", "continue"):
            return dict.fromkeys((f"{k:03}" for k in range(material.n)), material.seconds)
        lengths = {f"{k:03}": length_s(piece) for k, piece in enumerate(material.pieces)}
        if way.new is None:
            return lengths
        spans = {name: way.new(material, name) for name in lengths}
        return {name: span[1] - span[0] for name, span in spans.items() if span}

    def _reference(self, way: Way, against: Against, rate: int) -> dict[str, Clip]:
        if against == "real":  # not by number alone, as what is made is: they are no pairs
            return {f"held out {name}": clip for name, clip in self._keep("held out", rate).items()}
        if against == "labelled":
            return by_label(self._material, self._keep("held out", rate))
        if against == "seed":
            return self._keep("seeds", rate)
        if against == "original":
            return self._new_of(way, "pieces", rate)
        known = {f"training {name}": clip for name, clip in self._keep("training", rate).items()}
        if way.verb == "continue":  # to repeat the seed is to copy as well
            seeds, clips = seeds_of(self._material), self._keep("seeds", rate)
            once = {stretch: name for name, stretch in reversed(seeds.items())}
            known |= {f"seed {name}": clips[name] for name in sorted(once.values())}
        return known

    def _real_clips(self, way: Way, rate: int) -> dict[str, Clip]:
        return self._new_of(way, "going on" if way.verb == "continue" else "pieces", rate)

    def _new_of(self, way: Way, what: str, rate: int) -> dict[str, Clip]:
        """Of real clips, what this way would have made anew. Kept, since what is worked out of a
        clip is remembered by the clip itself."""
        if way.new is None:
            return self._keep(what, rate)
        key = (f"{what}: {way.name}", rate)
        if key not in self._kept:
            self._kept[key] = self._new_parts(way, self._keep(what, rate))
        return self._kept[key]

    def _keep(self, what: str, rate: int) -> dict[str, Clip]:
        material = self._material
        if (what, rate) not in self._kept:
            self._reporter.progress(0, 0, f"reading the real music: {what}")
            stretches = {
                "held out": material.held_out,
                "training": material.training,
                "pieces": material.pieces,
                "going on": material.going_on,
                "seeds": tuple(seeds_of(material).values()),
            }[what]
            if rate not in self._tapes:
                self._tapes[rate] = tape_for(rate)
            tape = self._tapes[rate]
            self._kept[what, rate] = {
                name: on_tape(tape, clip) for name, clip in material.clips(stretches, rate)
            }
        return self._kept[what, rate]

    def _new_parts(self, way: Way, clips: Mapping[str, Clip]) -> dict[str, Clip]:
        if way.new is None:
            return dict(clips)
        spans = {name: way.new(self._material, name) for name in clips}
        return {name: clips[name].between(*span) for name, span in spans.items() if span}


def is_floor(way: Way, metric: Metric) -> bool:
    """Whether real music is measured by this against other halves of the same recordings."""
    return against_of(metric) in ("real", "labelled") and not way.returns


def against_of(metric: Metric) -> Against:
    """What a metric's reference is to be; a metric of pairs that does not say, compares with the
    clip that was made from."""
    return "original" if metric.paired and metric.against == "real" else metric.against
