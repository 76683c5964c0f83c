"""What every benchmark says of where it ran."""

import importlib.metadata
import platform
from pathlib import Path

from menura.foundation.cores import n_cores


def machine() -> dict[str, str | int | None]:
    """System, processor, cores, and the versions that decide speed."""
    libraries = ("menura", "numpy", "torch", "librosa")
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": n_cores(),  # that this run was given
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in libraries},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    names = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    return f"{platform.machine()} with {', '.join(names) or 'no vector extensions known'}"
