"""What people see on standard error: plain lines, or a bar on a terminal."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from menura.cli.terminal import LiveBar, PlainLines, terminal


def test_plain_progress_is_a_line_from_time_to_time(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter(range(1000))
    reporter = PlainLines(every_s=10, now=lambda: next(seconds))
    for step in range(101):
        reporter.progress(step, 100, f"step {step}")
    lines = capsys.readouterr().err.splitlines()
    assert 5 <= len(lines) <= 11
    assert lines[0] == "  9%  step 9"


@pytest.mark.parametrize(
    ("done", "total", "said"), [(3, 0, "reading"), (7, 5, "100% reading"), (0, 5, "0% reading")]
)
def test_plain_progress_stands_odd_totals(
    done: float, total: float, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    PlainLines(every_s=0).progress(done, total, "reading")
    assert capsys.readouterr().err.split() == said.split()


def test_nothing_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal() as reporter:
        reporter.say("said [not markup]")
        reporter.warn("warned")
    assert capsys.readouterr() == ("", "said [not markup]\nwarning: warned\n")


def live(**environment: str) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100, _environ=environment)
    with Progress(console=console, transient=True) as bar:
        reporter = LiveBar(bar)
        reporter.progress(1, 4, "reading [a].wav")
        reporter.say("kept [a].wav")
        reporter.warn("b.wav is short")
        reporter.progress(2, 8, "writing")
        assert [(task.completed, task.total, task.description) for task in bar.tasks] == [
            (2, 8, "writing")
        ]
    return text.getvalue()


def test_the_bar_shows_lines_above_it() -> None:
    shown = live(TERM="xterm-256color")
    assert "kept [a].wav" in shown
    assert "\x1b[33mwarning: b.wav is short\x1b[0m" in shown


def test_a_bar_without_a_known_end_states_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with terminal() as reporter:
        assert isinstance(reporter, LiveBar)
        bar = reporter._bar
        for done, total, share in ((0, 0, ""), (1, 4, "25%"), (9, 0, ""), (3, 4, "75%")):
            reporter.progress(done, total, "training")
            [task] = bar.tasks
            assert (task.total, task.fields["share"]) == (total or None, share)
            shown = Console(file=io.StringIO(), width=100)
            shown.print(bar.make_tasks_table([task]))
            assert isinstance(shown.file, io.StringIO)
            assert ("%" in shown.file.getvalue()) == (share != "")


def test_no_color_is_respected() -> None:
    shown = live(TERM="xterm-256color", NO_COLOR="1")
    assert "warning: b.wav is short" in shown
    assert "\x1b[33m" not in shown


def test_a_terminal_gets_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with terminal() as reporter:
        assert isinstance(reporter, LiveBar)
    monkeypatch.setenv("TERM", "dumb")
    with terminal() as reporter:
        assert isinstance(reporter, PlainLines)
