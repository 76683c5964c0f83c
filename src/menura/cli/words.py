"""Arguments and options that several verbs take, so that they read the same everywhere."""

from collections.abc import Callable
from typing import Any

import click

from menura.cli.values import NOT_NEGATIVE, PATH, WHOLE, Setting

run_argument = click.argument("run", type=PATH, metavar="RUN")
clip_argument = click.argument("clip", type=PATH, metavar="CLIP")

out_file = click.option(
    "--out", type=PATH, required=True, metavar="FILE", help="The sound file to write."
)
out_folder = click.option(
    "--out", type=PATH, required=True, metavar="DIR", help="The folder to write into."
)
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


def settings_option(of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """--set, for settings of what `of` says."""
    return click.option(
        "--set",
        "settings",
        type=Setting(),
        multiple=True,
        metavar="KEY=VALUE",
        help=f"Change one setting of the {of}; may be repeated.",
    )
