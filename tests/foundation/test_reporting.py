import pytest

from menura.foundation.reporting import Collected, Reporter, WarnsOnce


def test_reporter_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter()
    reporter.say("a")
    reporter.warn("b")
    reporter.progress(1.0, 2.0, "c")
    assert capfd.readouterr() == ("", "")


def test_collected_keeps_lines_in_order() -> None:
    reporter = Collected()
    reporter.say("a")
    reporter.warn("b")
    reporter.progress(1.0, 2.0, "c")
    reporter.say("d")
    assert (reporter.lines, reporter.warnings) == (["a", "d"], ["b"])


def test_a_warning_is_passed_on_once() -> None:
    heard = Collected()
    reporter = WarnsOnce(heard)
    for line in ("b", "c", "b"):
        reporter.say("a")
        reporter.warn(line)
        reporter.progress(1.0, 2.0, "d")
    assert (heard.lines, heard.warnings) == (["a"] * 3, ["b", "c"])
