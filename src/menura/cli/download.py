"""menura download."""

from pathlib import Path

import click

from menura.cli.answer import Answer
from menura.cli.terminal import terminal
from menura.cli.verb import ContinuedVerb
from menura.cli.words import out_folder


@click.command("download", cls=ContinuedVerb)
@click.argument("corpus", metavar="CORPUS")
@out_folder
@click.option("--keep-archive", is_flag=True, help="Keep the archive beside what it holds.")
def download(corpus: str, out: Path, keep_archive: bool) -> Answer:
    """Fetch a published dataset, or base.

    CORPUS is fma-metadata, fma-small, fma-medium, fma-large, fma-full, gtzan, nsynth-train,
    nsynth-valid, nsynth-test, maestro-v3 or maestro-v3-midi; or base, the newest version of the
    system that ships with Menura. It comes from its official address,
    is compared with its published checksum and unpacked into a folder of its own in DIR. Its
    licence is shown first. Stopped and started again, it goes on where it was.
    """
    from menura.workflows.download import download as work

    with terminal() as reporter:
        report = work(corpus, out, keep_archive=keep_archive, reporter=reporter)
    return Answer(report, [report.folder])
