"""Packages whose names are imported when they are first used."""

import subprocess
import sys
from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["menura.audio", "menura.prepared"])
def test_every_name_is_there_and_no_other(package: str) -> None:
    module = import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = module.nothing


def test_a_worker_loads_only_what_preparing_needs() -> None:
    """It starts for every preparation: what it imports is waited for."""
    code = (
        "import sys; import menura.prepared.building; "
        "print(*(name for name in sys.modules if name.startswith('menura.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = done.stdout.split()
    assert "menura.prepared.listening" in loaded
    unwanted = ("menura.audio.synthesis", "menura.audio.picture", "menura.prepared.rendition")
    assert [name for name in unwanted if name in loaded] == []
