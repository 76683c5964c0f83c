"""The one training loop, for every model."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from menura.foundation.devices import Compute
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.models.contract import Generates
from menura.recipes import Training
from menura.systems import BoundSystem, Description, is_system, load, save
from menura.training import checkpoint, memorising
from menura.training.adapters import Adapters
from menura.training.average import Average
from menura.training.batches import Batches
from menura.training.carried import carried_state, put_back
from menura.training.clocks import Clocks
from menura.training.device import ready_for
from menura.training.estimate import Estimate, clock, measure
from menura.training.evaluating import held_out_remark, held_out_value
from menura.training.guard import Guard, HopelessError
from menura.training.interrupt import Interrupts
from menura.training.origin import Origin
from menura.training.progress import Progress
from menura.training.stepping import NotFiniteError, Stepper
from menura.training.tracking import Tracking

PREVIEW_S = 120.0  # seconds of training between previews
PREVIEW_SHARE = 0.03  # of the time, at most: slow players are heard less often
N_LAST_BATCHES = 32  # that a model sees again when its training is over


@dataclass(frozen=True)
class Limits:
    """What ends a run besides want of improvement. Minutes count over all resumes."""

    steps: int | None = None
    minutes: float | None = None

    def factor(self, step: int, seconds: float, fall: float) -> float:
        """Of the rate: 1, and over the last share `fall` of the run down to nothing. Where nothing
        says how long the run is, it is always 1."""
        by_steps = 1.0 if self.steps is None else 1 - step / self.steps
        by_time = 1.0 if self.minutes is None else 1 - seconds / (60 * self.minutes)
        left = max(0.0, min(by_steps, by_time))
        return left / fall if left < fall else 1.0


@dataclass(frozen=True)
class Data:
    """Batches to learn from, and of recordings held out (None where there are none)."""

    train: Batches
    held_out: Batches | None


class Fit:
    """One run of one system. `describe` words the system's description at a point of the run.
    origin: of a system that has learnt before; None where its weights are fresh."""

    def __init__(
        self,
        system: BoundSystem,
        data: Data,
        settings: Training,
        compute: Compute,
        folder: Path,
        plan: dict[str, Any],
        describe: Callable[[Progress], Description],
        reporter: Reporter,
        origin: Origin | None = None,
    ):
        self.system, self.data, self.settings, self.folder = system, data, settings, folder
        self._describe, self._reporter, self._origin = describe, reporter, origin
        model, seed = system.model, int(plan["seed"])
        rank = 0 if origin is None else origin.adapter_rank
        self._adapters = Adapters(model, rank, seed) if rank else None
        self._stepper = Stepper(model, settings, compute, seed, self._adapters)
        system.representation.to(self._stepper.fabric.device)
        self._average = Average(system.model, settings.ema_decay)
        self.progress = Progress(rate=1.0 if origin is None else origin.rate)
        self._preview_took_s = 0.0
        self._n_remarks = 0  # looks in a row at which the model had something to say
        self._snapshot = checkpoint.Snapshot(
            *(system, self._stepper.optimizers, self._average, self.progress, plan),
            self._adapters,
        )

    def resume(self) -> None:
        """Go on from the checkpoint in the folder."""
        checkpoint.restore(self.folder, self._snapshot)

    def save_checkpoint(self) -> None:
        """Write down where the run is."""
        checkpoint.save(self.folder, self._snapshot)

    def estimate(self, n_steps: int | None) -> Estimate:
        """Time steps on the real data, leaving no trace. n_steps: what is asked for, if known."""
        model, carried = self.system.model, carried_state(self.system.model)
        weights = {k: v.detach().clone() for k, v in model.state_dict().items()}

        def step(number: int) -> None:
            # Rate 0: every part of the step is done, no weight moves.
            self._stepper.step(self.data.train.batch(0), number, rate=0.0)

        try:
            with ready_for(model):
                return measure(model, step, self.folder, math.inf if n_steps is None else n_steps)
        finally:
            model.load_state_dict(weights)
            put_back(model, carried)
            for optimizer in self._stepper.optimizers.values():
                optimizer.state.clear()

    def run(self, limits: Limits) -> str:
        """Train until a limit, want of improvement or an interrupt; returns which, in words.

        A system and a checkpoint are in the folder afterwards, also when it raises
        KeyboardInterrupt (after an interrupt) or MenuraError (when training goes wrong for good);
        unless it is the disk that fails, which is a MenuraError too.
        """
        guard = Guard(
            self.system.model,
            self._stepper.optimizers,
            self._average,
            self.progress,
            self._reporter,
            self._adapters,
        )
        clocks = Clocks(self.progress.seconds)
        with (
            ready_for(self.system.model),
            Interrupts() as interrupts,
            Tracking(self.folder, self.progress.step) as tracking,
        ):
            try:
                if self._origin and self.progress.step == 0 and self.progress.first is None:
                    # It may be that nothing is to be gained.
                    self._look(guard, tracking, clocks, limits)
                while not (reason := self._reason_to_end(limits, clocks, interrupts)):
                    self._one_step(guard, clocks, limits)
                    if self.progress.step % self.settings.evaluate_every == 0:
                        self._look(guard, tracking, clocks, limits)
                        # Only here: what the guard goes back to is then what a resumed run has.
                        if clocks.due("checkpoint", self.settings.checkpoint_s):
                            self.save_checkpoint()
                    if clocks.due("preview", self._preview_every_s(limits)):
                        self._preview(tracking, self.system)
                    self._show(limits, clocks)
            except HopelessError:
                self._keep(clocks)
                raise
            self._keep(clocks)
            if interrupts.wanted:
                self._reporter.say(
                    f"interrupted: what was learnt is kept in {printable(str(self.folder))}"
                )
                self._calibrated()
                raise KeyboardInterrupt
            self._finish(guard, tracking, clocks, limits)
        return reason

    def _reason_to_end(self, limits: Limits, clocks: Clocks, interrupts: Interrupts) -> str:
        """In words, or "" to go on."""
        if interrupts.wanted:
            return "it was interrupted"
        if self.progress.is_exhausted(self.settings):
            return "the held-out value has stopped falling"
        if self.progress.step >= self._last_step(limits):
            return f"{self._last_step(limits)} steps are done"
        if limits.minutes is not None and clocks.seconds >= 60 * limits.minutes:
            return f"{limits.minutes:g} minutes are over"
        return ""

    def _last_step(self, limits: Limits) -> int:
        return min(limits.steps or self.settings.max_steps, self.settings.max_steps)

    def _fallen(self, limits: Limits, clocks: Clocks) -> float:
        """What is left of the rate towards the end of the run."""
        whole = replace(limits, steps=self._last_step(limits))
        return whole.factor(self.progress.step, clocks.seconds, self.settings.fall)

    def _one_step(self, guard: Guard, clocks: Clocks, limits: Limits) -> None:
        progress, losses = self.progress, dict[str, float]()
        guard.before_step()
        try:
            batch = self.data.train.batch(progress.step)
            fallen = self._fallen(limits, clocks)
            losses = self._stepper.step(batch, progress.step, progress.rate, fallen)
            guard.accept()
            self._average.follow(progress.step)
        except NotFiniteError as error:
            guard.refuse(str(error))
        clocks.stepped(losses)
        progress.take_in(losses)
        progress.step += 1
        progress.seconds = clocks.seconds

    def _look(self, guard: Guard, tracking: Tracking, clocks: Clocks, limits: Limits) -> None:
        """Evaluate; save what is best; lower the rate when nothing improves."""
        progress = self.progress
        losses = progress.mean_losses()
        rate = progress.rate * self._fallen(limits, clocks)
        values = {**losses, "seconds": clocks.seconds, "rate": rate}
        verdict = "best"
        if self.data.held_out is not None:
            with self._average.in_place(), self._stepper.fabric.autocast():
                values["held_out"] = held_out_value(
                    self.system.model, self.data.held_out.batch, self.settings.n_held_out
                )
                remark = held_out_remark(self.system.model, self.data.held_out.batch)
            self._tell(remark)
            verdict = progress.look(values["held_out"], self.settings)
            self._watch(values["held_out"], losses)
        tracking.values(progress.step, values)
        guard.remember()
        if verdict == "best" or self.settings.keep == "last":
            self._save_system()
        if verdict == "drop":
            self._reporter.say(
                f"step {progress.step}: no better for {self.settings.patience} looks; "
                f"rate lowered to {progress.rate:g} × the recipe's"
            )

    def _watch(self, value: float, losses: dict[str, float]) -> None:
        """What is told of a held-out value: where it began, and that it rises for good."""
        progress = self.progress
        if progress.step == 0:
            progress.first = value
            self._reporter.say(f"held-out value before the first step: {value:.4f}")
        if memorising.is_told(self.system.model) and memorising.begins(progress, value, losses):
            keeps_best = self.settings.keep == "best"
            self._reporter.warn(memorising.warning(progress, value, keeps_best))

    def _tell(self, remark: str) -> None:
        """Say what holds for a second look, once: at one look it may be chance."""
        self._n_remarks = self._n_remarks + 1 if remark else 0
        if self._n_remarks == 2:
            self._reporter.warn(f"step {self.progress.step}: {remark}")

    def _keep(self, clocks: Clocks) -> None:
        """A checkpoint, and a system if there is none yet.

        It comes before the last look, which a run that goes on from here must not have had.
        """
        self.progress.seconds = clocks.seconds
        self.save_checkpoint()
        if not is_system(self.folder):
            self._save_system()

    def _finish(self, guard: Guard, tracking: Tracking, clocks: Clocks, limits: Limits) -> None:
        """A last look if steps came after the last one, and a preview."""
        if self.progress.step % self.settings.evaluate_every:
            self._look(guard, tracking, clocks, limits)
        self._preview(tracking, self._calibrated())

    def _calibrated(self) -> BoundSystem:
        """What is kept, which need not be the last weights, made ready to play and kept so.

        Whatever goes wrong with it must not end the run: the weights are good without it.
        """
        try:
            kept = load(self.folder)
            for part in (kept.representation, kept.model):
                part.to(self._stepper.fabric.device)
            if not kept.model.calibrates:
                return kept
            self._reporter.progress(0, 0, "seeing how it plays best")
            with torch.no_grad(), self._stepper.fabric.autocast():
                said = kept.model.calibrate(map(self.data.train.batch, range(N_LAST_BATCHES)))
            save(kept, self.folder)
        except (MenuraError, OSError, RuntimeError) as error:
            self._reporter.warn(f"it is played as it was learnt: not calibrated ({error})")
            return self.system
        self._reporter.say(said)
        return kept

    def _save_system(self) -> None:
        self.system.description = self._describe(self.progress)
        save(self.system, self.folder, self._average.weights)

    def _preview(self, tracking: Tracking, system: BoundSystem) -> None:
        """A clip to hear. Whatever goes wrong with it must not end the run."""
        if not system.has(Generates):
            return
        step, begun = self.progress.step, time.monotonic()
        try:
            with self._average.in_place():
                clip = system.generate(1, system.seconds, seed=0)[0]
            path = tracking.preview(step, clip, f"Menura {__version__}; preview at step {step}")
        except (MenuraError, OSError, RuntimeError) as error:
            self._reporter.warn(f"step {step}: no preview ({error})")
            return
        finally:
            self._preview_took_s = time.monotonic() - begun
        self._reporter.say(f"step {step}: preview in {printable(str(path))}")

    def _show(self, limits: Limits, clocks: Clocks) -> None:
        progress = self.progress
        loss = next(iter(clocks.losses.values()), float("nan"))
        best = "" if progress.best is None else f", held-out {progress.best:.4f}"
        line = f"step {progress.step}, loss {loss:.4f}{best}"
        if limits.minutes is not None:
            total = 60 * limits.minutes
            done = min(clocks.seconds, total)
            self._reporter.progress(done, total, f"{line}, {clock(total - done)} left")
        elif limits.steps is not None:
            left = clocks.seconds_per_step() * (limits.steps - progress.step)
            self._reporter.progress(progress.step, limits.steps, f"{line}, {clock(left)} left")
        else:  # no known end: the total is 0
            self._reporter.progress(0.0, 0.0, f"{line}, {clock(clocks.seconds)} so far")

    def _preview_every_s(self, limits: Limits) -> float:
        """Four in a run whose minutes are known, if that is sooner; so that they cost little."""
        often = PREVIEW_S if limits.minutes is None else min(PREVIEW_S, 15 * limits.minutes)
        return max(often, self._preview_took_s / PREVIEW_SHARE)
