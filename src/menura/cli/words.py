"""Arguments and options that several verbs take, so that they read the same everywhere."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from menura.cli.values import (
    COUNT,
    NOT_NEGATIVE,
    PATH,
    POSITIVE,
    WHOLE,
    OneOf,
    Setting,
)
from menura.foundation.device_names import DEVICES, PRECISIONS
from menura.foundation.errors import UsageError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

run_argument = click.argument("run", type=PATH, metavar="RUN")
clip_argument = click.argument("clip", type=PATH, metavar="CLIP")
corpus_argument = click.argument("corpus", type=PATH, metavar="CORPUS")


def out_option(metavar: str, what: str) -> Decorator:
    """--out, which must be given. what: is written there."""
    return click.option("--out", type=PATH, required=True, metavar=metavar, help=what)


out_file = out_option("FILE", "The sound file to write.")
out_folder = out_option("DIR", "The folder to write into.")
label_option = click.option(
    "--label", metavar="L", help="One of the run's labels (menura list labels RUN)."
)
temperature_option = click.option(
    "--temperature", type=NOT_NEGATIVE, metavar="T", help="Lower is safer, higher is wilder."
)
prompt_option = click.option(
    "--prompt",
    metavar="TEXT",
    help="What the music is to be, in words (words that are labels, where the run has labels).",
)
negative_prompt_option = click.option(
    "--negative-prompt",
    metavar="TEXT",
    help='What it is not to be; so is what follows "without" in the prompt.',
)
guidance_option = click.option(
    "--guidance", type=NOT_NEGATIVE, metavar="G", help="How strictly to follow the label or prompt."
)
pretrained_preset_option = click.option(
    "--preset", metavar="P", help="Where RUN is a pretrained recipe: its size, by name."
)
soundfont_option = click.option(
    "--soundfont",
    type=PATH,
    metavar="FILE",
    help="An SF2 file to play notes with, in place of the built-in synthesiser.",
)
seed_option = click.option(
    "--seed",
    type=WHOLE,
    default=0,
    show_default=True,
    metavar="K",
    help="Same seed, same result.",
)


def preset_option(what: str) -> Decorator:
    """--preset, laptop where none is given."""
    return click.option("--preset", default="laptop", show_default=True, metavar="P", help=what)


def minutes_option(what: str) -> Decorator:
    """--minutes, without end where none are given."""
    return click.option("--minutes", type=POSITIVE, metavar="M", help=what)


def workers_option(doing: str) -> Decorator:
    """--workers: processes that are at work side by side."""
    text = f"Processes that {doing} (default: one a core)."
    return click.option("--workers", type=COUNT, metavar="N", help=text)


def device_option(what: str) -> Decorator:
    """--device, where networks compute."""
    return _one_of("--device", DEVICES, what)


def precision_option(what: str) -> Decorator:
    """--precision, which numbers networks compute with."""
    text = f"{what}; auto takes bfloat16 where it is faster."
    return _one_of("--precision", PRECISIONS, text)


def names_option(option: str, example: str, what: str) -> Decorator:
    """Names with commas between them, or given again and again. example: of them, as A,B."""

    def names(
        context: click.Context, param: click.Parameter, values: Sequence[str]
    ) -> tuple[str, ...]:
        found = tuple(name.strip() for value in values for name in value.split(","))
        if not all(name and not name.startswith("-") for name in found):
            raise UsageError(f"{option} takes names with commas between them: {option} {example}")
        return found

    metavar = f"{example},…"
    return click.option(option, multiple=True, callback=names, metavar=metavar, help=what)


def settings_option(of: str) -> Decorator:
    """--set, for settings of what `of` says."""
    return click.option(
        "--set",
        "settings",
        type=Setting(),
        multiple=True,
        metavar="KEY=VALUE",
        help=f"Change one setting of the {of}; may be repeated.",
    )


def _one_of(option: str, names: Sequence[str], what: str) -> Decorator:
    """The first of a few names where none is given."""
    return click.option(
        option,
        type=OneOf(names),
        default=names[0],
        show_default=True,
        metavar="|".join(names),
        help=what,
    )
