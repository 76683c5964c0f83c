"""menura listen create, serve, results: blind listening tests."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.values import ANY_NUMBER, COUNT, PATH, POSITIVE, WHOLE
from menura.cli.verb import Verb, Verbs, debug_option
from menura.cli.words import names_option, out_option, seed_option
from menura.foundation.printable import printable


@click.group("listen", cls=Verbs, no_args_is_help=False, invoke_without_command=True)
@click.pass_context
def listen(context: click.Context) -> None:
    """Ask people, blind: make a listening test, serve it, read what they say."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


listen.params.append(debug_option())

test_argument = click.argument("test", type=PATH, metavar="TEST")


class ServingVerb(Verb):
    """A verb that runs until it is interrupted."""

    kept = "every answer that was acknowledged is kept"


@click.command("create", cls=Verb)
@click.argument("systems", type=PATH, nargs=-1, required=True, metavar="DIR…")
@out_option("TEST", "The new folder to make.")
@names_option(
    "--questions",
    "A,B",
    "Of fluent, good, real (one sound); same (a reconstruction); mix, features, genre (an "
    "interpolation); prefer (which of two). Default: those that the clips are made for.",
)
@click.option(
    "--ask",
    multiple=True,
    metavar="TEXT",
    help="A question of your own beside those; may be repeated.",
)
@click.option(
    "--real",
    type=PATH,
    metavar="DIR",
    help="Real music: judged too, without being named. Of longer pieces a part, drawn by the seed.",
)
@click.option(
    "--originals",
    type=PATH,
    metavar="DIR",
    help="What the reconstructions were made of, by the same file name.",
)
@click.option(
    "--first",
    type=PATH,
    metavar="A",
    help="The one end of the interpolations: a clip, or a folder by the same file name.",
)
@click.option("--second", type=PATH, metavar="B", help="The other end.")
@click.option(
    "--clips",
    type=COUNT,
    default=10,
    show_default=True,
    metavar="N",
    help="Of each system, and pairs of each two.",
)
@click.option(
    "--trials",
    type=COUNT,
    default=40,
    show_default=True,
    metavar="N",
    help="Most that one rater is asked; raters share what is more. Repeats come on top.",
)
@click.option(
    "--repeats",
    type=WHOLE,
    default=4,
    show_default=True,
    metavar="N",
    help="Asked again, hidden, of each kind of trial.",
)
@click.option(
    "--seconds",
    type=POSITIVE,
    default=10.0,
    show_default=True,
    metavar="S",
    help="Of each clip that are heard.",
)
@click.option(
    "--loudness",
    "loudness_lufs",
    type=ANY_NUMBER,
    default=-23.0,
    show_default=True,
    metavar="LUFS",
    help="Of all clips, by EBU R128.",
)
@click.option(
    "--title", default="Listening test", show_default=True, metavar="TEXT", help="Raters see it."
)
@seed_option
def create(
    systems: tuple[Path, ...],
    out: Path,
    questions: tuple[str, ...],
    ask: tuple[str, ...],
    real: Path | None,
    originals: Path | None,
    first: Path | None,
    second: Path | None,
    clips: int,
    trials: int,
    repeats: int,
    seconds: float,
    loudness_lufs: float,
    title: str,
    seed: int,
) -> Answer:
    """Make a test that compares the clips in the folders DIR, one for each system.

    A system is called as its folder is, or NAME=DIR. TEST is one folder that may be moved: copies
    of the clips without names or tags, equally loud, and test.json, the key. Raters never get the
    key, and each has an order of their own.
    """
    from menura.workflows.listen.create import listen_create as work

    with terminal() as reporter:
        made = work(
            systems,
            out,
            questions=questions,
            ask=ask,
            real=real,
            originals=originals,
            first=first,
            second=second,
            clips=clips,
            trials=trials,
            repeats=repeats,
            seconds=seconds,
            loudness_lufs=loudness_lufs,
            title=title,
            seed=seed,
            reporter=reporter,
        )
    counts = ", ".join(f"{name} {n}" for name, n in made.n_clips.items())
    level = "" if made.loudness_lufs is None else f" at {made.loudness_lufs:.1f} LUFS"
    return Answer(
        made,
        [
            printable(made.out),
            f"questions: {', '.join(made.questions)}",
            f"clips{level}: {counts}",
            f"each rater is asked {made.n_trials} times, hidden repeats with them",
        ],
    )


@click.command("serve", cls=ServingVerb)
@test_argument
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="H",
    help="0.0.0.0 lets others on the network in.",
)
@click.option(
    "--port", type=WHOLE, default=8790, show_default=True, metavar="P", help="0: any that is free."
)
def serve(test: Path, host: str, port: int) -> Answer:
    """Let raters take TEST in a browser, also on a phone, until Ctrl-C.

    Answers are kept in TEST. A rater who comes back goes on where they were, also after the server
    was stopped or killed and started again.
    """
    from menura.workflows.listen.serve import listen_serve as work

    with terminal() as reporter:
        served = work(test, host=host, port=port, reporter=reporter)
    raters = "1 rater has" if served.n_raters == 1 else f"{served.n_raters} raters have"
    trials = "1 trial" if served.n_trials == 1 else f"{served.n_trials} trials"
    return Answer(
        served,
        [
            f"{raters} answered {trials}; what they say: "
            f"menura listen results {printable(served.test)}"
        ],
    )


@click.command("results", cls=Verb)
@test_argument
@click.option("--out", type=PATH, metavar="HTML", help="Also write a page.")
@click.option("--csv", type=PATH, metavar="FILE", help="Also write every answer as a row.")
@click.option(
    "--keep-all", is_flag=True, help="Count raters too who contradict themselves (they are named)."
)
@seed_option
def results(test: Path, out: Path | None, csv: Path | None, keep_all: bool, seed: int) -> Answer:
    """Say what the raters of TEST say: means, shares of choices, agreement.

    With 95 % intervals by drawing raters again. Raters who contradict themselves where they were
    asked the same again are left out; who, of what, and by which rule, is said.
    """
    from menura.cli.listen_table import lines
    from menura.workflows.listen.results import listen_results as work

    with terminal() as reporter:
        found = work(test, out=out, csv=csv, keep_all=keep_all, seed=seed, reporter=reporter)
    return Answer(found, lines(found))


for verb in (create, serve, results):
    listen.add_command(verb)
