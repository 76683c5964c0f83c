"""What a figure says of where it was measured: the machine, and the versions that decide."""

import platform
from importlib import metadata
from pathlib import Path

from menura.foundation.cores import n_cores
from menura.foundation.version import __version__

LIBRARIES = ("numpy", "torch", "librosa")


def machine() -> dict[str, str | int | None]:
    """System, processor, cores, and the versions that decide speed. No name or path of the
    machine: this goes into pages that are passed on."""
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": n_cores(),  # that this run was given
        "python": platform.python_version(),
        "menura": __version__,
        **{name: metadata.version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    names = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    return f"{platform.machine()} with {', '.join(names) or 'no vector extensions known'}"
