"""A verb of the command line: what all of them share is said here once."""

import contextlib
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from menura.cli.values import (
    ANY_NUMBER,
    NOT_NEGATIVE,
    POSITIVE,
    WHOLE,
    OneOf,
)
from menura.foundation.device_names import DEVICES, PRECISIONS
from menura.foundation.errors import MenuraError, UsageError, unknown_name
from menura.workflows.sound import SoundOptions

JSON = click.Option(["--json"], is_flag=True, help="Print the results as JSON.")


def debug_option() -> click.Option:
    """Read by `entry.run` before anything is parsed; declared so that it is allowed and listed."""
    return click.Option(
        ["--debug"], is_flag=True, expose_value=False, help="Show the traceback of an error."
    )


class InterruptedByUserError(MenuraError):
    """Ctrl-C. 130 is what a shell gives to a program that SIGINT ended."""

    exit_status = 130


class Verb(click.Command):
    """A command whose function returns an Answer; it takes `--json` and `--debug`."""

    kept = "files already written are whole, and nothing half-written is left"
    shared: tuple[click.Parameter, ...] = (JSON, debug_option())

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        *own, help_option = super().get_params(ctx)
        return [*own, *self.shared, help_option]

    def invoke(self, ctx: click.Context) -> None:
        _refuse_swallowed_options(self, ctx)
        as_json = ctx.params.pop("json")
        try:
            # Standard output carries the answer alone, whatever a library likes to print.
            with contextlib.redirect_stdout(sys.stderr):
                answer = super().invoke(ctx)
        except KeyboardInterrupt:
            raise InterruptedByUserError(f"stopped; {self.kept}") from None
        answer.show(as_json)
        if answer.status:
            ctx.exit(answer.status)


class ResumableVerb(Verb):
    """A verb with `--resume`."""

    kept = "what was done so far is kept; the same command with --resume goes on from there"


class ContinuedVerb(Verb):
    """A verb that, started again, goes on by itself where it was stopped."""

    kept = "what was done so far is kept; the same command goes on from there"


class SoundVerb(Verb):
    """A verb that makes sound: its shared options arrive as one `sound: SoundOptions`."""

    sound_options = (
        click.Option(
            ["--seconds"],
            type=POSITIVE,
            metavar="S",
            help="Length, at most 86400 (default: the system's own; CLIP's where one is changed).",
        ),
        click.Option(
            ["--seed"],
            type=WHOLE,
            default=0,
            show_default=True,
            metavar="K",
            help="Same seed, same music.",
        ),
        click.Option(
            ["--fade-in", "fade_in_s"],
            type=NOT_NEGATIVE,
            default=0.0,
            metavar="S",
            help="Seconds of fade at the start.",
        ),
        click.Option(
            ["--fade-out", "fade_out_s"],
            type=NOT_NEGATIVE,
            default=0.0,
            metavar="S",
            help="Seconds of fade at the end.",
        ),
        click.Option(["--loop"], is_flag=True, help="Make the end flow into the start."),
        click.Option(
            ["--stereo"],
            is_flag=True,
            help="Spread mono over two channels; mixed, it is as before.",
        ),
        click.Option(
            ["--loudness", "loudness_lufs"],
            type=ANY_NUMBER,
            metavar="LUFS",
            help="Loudness by EBU R128, -70 to 0, e.g. -14 (default: as made).",
        ),
        click.Option(
            ["--device"],
            type=OneOf(DEVICES),
            default="auto",
            metavar="|".join(DEVICES),
            help="Where to compute (default: auto, the fastest that the system gains from).",
        ),
        click.Option(
            ["--precision"],
            type=OneOf(PRECISIONS),
            default="auto",
            metavar="|".join(PRECISIONS),
            help="Numbers to compute with (default: auto, bfloat16 where it is faster).",
        ),
        click.Option(
            ["--compile", "compiled"],
            is_flag=True,
            help="Compile the network first: half a minute, for much to make.",
        ),
        click.Option(
            ["--format"],
            type=OneOf(("wav", "flac", "ogg", "mp3")),
            metavar="wav|flac|ogg|mp3",
            help="Default: what the name of the file ends in; wav in a folder.",
        ),
    )
    shared = (*sound_options, *Verb.shared)

    def invoke(self, ctx: click.Context) -> None:
        given: dict[str, Any] = {
            field.name: ctx.params.pop(field.name) for field in fields(SoundOptions)
        }
        ctx.params["sound"] = SoundOptions(**given)
        super().invoke(ctx)


class Verbs(click.Group):
    """The verbs in the order they were added; an unknown one is answered with those there are."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            raise unknown_name("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def _refuse_swallowed_options(verb: Verb, ctx: click.Context) -> None:
    """`--out --json` is a forgotten value, not a folder named --json."""
    options = [param for param in verb.get_params(ctx) if isinstance(param, click.Option)]
    words = {word for option in options for word in option.opts}
    for option in options:
        value = ctx.params.get(option.name or "")
        if isinstance(value, str | Path) and str(value) in words:
            raise UsageError(f"{option.opts[0]} has no value: the next word is the option {value}")
