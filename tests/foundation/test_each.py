"""The same of each item in threads: as one after another."""

import threading

import pytest

from menura.foundation import each as each_file
from menura.foundation.each import each


@pytest.fixture(params=[1, 4])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(each_file, "n_cores", lambda: request.param)
    return int(request.param)


def test_answers_come_in_order(cores: int) -> None:
    both = threading.Barrier(min(2, cores))  # two at once, where there are cores for it

    def waited(number: int) -> int:
        both.wait(timeout=20)
        return number * number

    assert each(waited, range(8)) == [number * number for number in range(8)]
    assert each(waited, []) == []


def test_an_error_of_one_is_raised(cores: int) -> None:
    def inverse(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        each(inverse, [1, 2, 0, 4])


def test_as_many_threads_as_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(each_file, "n_cores", lambda: 4)
    names = each(lambda _: threading.current_thread().name, range(8), 1)
    assert set(names) == {threading.current_thread().name}
    assert threading.current_thread().name not in each(
        lambda _: threading.current_thread().name, range(8), 2
    )
