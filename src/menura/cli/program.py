"""The program `menura`: its verbs, in the order in which a newcomer meets them."""

import click

from menura.cli.change import inpaint, interpolate, vary
from menura.cli.classify import classify
from menura.cli.compare import compare
from menura.cli.demo import demo
from menura.cli.download import download
from menura.cli.evaluate import evaluate
from menura.cli.explore import explore
from menura.cli.features import features
from menura.cli.listen import listen
from menura.cli.look import spectrogram
from menura.cli.machine import doctor, list_
from menura.cli.make import continue_, generate, reconstruct
from menura.cli.prepare import prepare
from menura.cli.train import train
from menura.cli.verb import Verbs, debug_option
from menura.cli.verify import verify
from menura.foundation.version import __version__


@click.group(
    "menura",
    cls=Verbs,
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"max_content_width": 100},
    epilog="`menura VERB --help` says what a verb takes. Start with `menura demo`.",
)
@click.version_option(__version__, message="menura %(version)s")
@click.pass_context
def program(context: click.Context) -> None:
    """Train small generative models of music on your own audio, and make new clips."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


program.params.append(debug_option())
for verb in (
    demo,
    doctor,
    list_,
    download,
    prepare,
    train,
    generate,
    continue_,
    reconstruct,
    spectrogram,
    inpaint,
    vary,
    interpolate,
    explore,
    evaluate,
    compare,
    classify,
    listen,
    features,
    verify,
):
    program.add_command(verb)
