"""listen results: what the raters of a listening test say, and whom to believe."""

from pathlib import Path

from menura.evaluation.listening.definition import ANSWERS, load
from menura.evaluation.listening.opinions import opinions
from menura.evaluation.listening.page import results_page
from menura.evaluation.listening.results import ListeningResults, results_of
from menura.evaluation.listening.sheet import write_sheet
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.store import Answers, Database
from menura.workflows.outputs import output_file


def listen_results(
    test: Path | str,
    *,
    out: Path | str | None = None,
    csv: Path | str | None = None,
    keep_all: bool = False,
    seed: int = 0,
    reporter: Reporter | None = None,
) -> ListeningResults:
    """Means and shares with intervals, agreement, and the raters who contradict themselves.

    It may be asked while the test is served. out: a page to write, .html. csv: every answer as a
    row, .csv. keep_all: leave no answer out of the figures. seed: of the bootstrap.
    Raises MenuraError where `test` is no test, or nobody has answered.
    """
    reporter, folder = reporter or Reporter(), Path(test)
    page = None if out is None else output_file(out, ["html"], [])
    sheet = None if csv is None else output_file(csv, ["csv"], [], option="--csv")
    definition = load(folder)
    kept = folder / ANSWERS
    if not kept.is_file():
        raise MenuraError(
            f"{printable(str(folder))}: nobody has answered yet; menura listen serve lets them"
        )
    database = Database(kept, make=False)
    try:
        answers = Answers(database, definition.id)
        given, n_trials = opinions(definition, answers.all()), answers.n_trials()
    finally:
        database.close()
    if not given:
        raise MenuraError(f"{printable(str(folder))}: nobody has answered yet")
    results = results_of(definition, given, n_trials, keep_all=keep_all, seed=seed)
    if sheet is not None:
        write_sheet(definition, given, results.left_out, sheet)
        reporter.say(f"wrote {printable(str(sheet))}")
    if page is not None:
        results_page(results).write(page)
        reporter.say(f"wrote {printable(str(page))}")
    return results
