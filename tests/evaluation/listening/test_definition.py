"""A test that is damaged is refused, not guessed at."""

from pathlib import Path

import pytest

from menura.evaluation.listening.definition import load
from menura.foundation.errors import MenuraError


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "damaged"),
        ("{}", "damaged"),
        ('{"version": 99}', "another version"),
        ("[]", "damaged"),
    ],
)
def test_a_damaged_test_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "test.json").write_text(content)
    with pytest.raises(MenuraError, match=words):
        load(tmp_path)
