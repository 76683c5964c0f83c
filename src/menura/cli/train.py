"""menura train."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import COUNT, PATH_OR_URL
from menura.cli.verb import ResumableVerb
from menura.cli.words import (
    device_option,
    minutes_option,
    out_option,
    precision_option,
    preset_option,
    seed_option,
    settings_option,
)
from menura.foundation.errors import UsageError


@click.command("train", cls=ResumableVerb)
@click.argument("recipe", metavar="RECIPE")
@click.argument("corpus", type=PATH_OR_URL, metavar="CORPUS")
@out_option("RUN", "The run's folder.")
@preset_option("Size or form (menura list presets RECIPE).")
@click.option(
    "--init",
    metavar="base|none|RUN",
    help="Start from base, from another run, or from nothing (default: base, where this Menura has "
    "it and it fits).",
)
@minutes_option("Stop after M minutes.")
@click.option("--steps", type=COUNT, metavar="N", help="Stop after N steps.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run.")
@seed_option
@settings_option("recipe")
@device_option("Where to compute.")
@precision_option("Numbers to compute with")
def train(
    recipe: str,
    corpus: Path | str,
    out: Path,
    preset: str,
    init: str | None,
    minutes: float | None,
    steps: int | None,
    resume: bool,
    seed: int,
    settings: tuple[tuple[str, str], ...],
    device: str,
    precision: str,
) -> Answer:
    """Train RECIPE on CORPUS.

    RECIPE is a name from `menura list recipes`; CORPUS is a prepared folder, its URL
    (s3://…, https://…), or a raw folder of audio.
    """
    if minutes is not None and steps is not None:
        raise UsageError("--minutes and --steps exclude each other; give one of them")
    from menura.workflows.train import train as work

    with terminal() as reporter:
        result = work(
            recipe,
            corpus,
            out,
            preset=preset,
            init=init,
            minutes=minutes,
            steps=steps,
            resume=resume,
            seed=seed,
            settings=dict(settings),
            device=device,
            precision=precision,
            reporter=reporter,
        )
    return Answer(result, [str(result.run)])
