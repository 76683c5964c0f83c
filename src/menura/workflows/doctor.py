"""What this machine has for Menura, what is missing, and the command that mends it."""

import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from menura.foundation.cores import n_cores

if TYPE_CHECKING:
    import torch

_GIB = 2**30
_PIP = f"{sys.executable} -m pip install"


@dataclass(frozen=True)
class Check:
    """One fact of the machine.

    name: what was looked for. found: what was found, in words. ok: whether Menura has what it
    wants of it. mend: the command or step that gets what is missing; None when nothing is.
    """

    name: str
    found: str
    ok: bool
    mend: str | None = None


def doctor() -> list[Check]:
    """Look at this machine. Never fails because something is missing; takes a few seconds."""
    return [
        Check("python", f"{platform.python_version()} ({sys.executable})", True),
        _menura(),
        *_libraries(),
        *_torch(),
        *_resources(),
        _ffmpeg(),
        _mp3(),
        *_extras(),
    ]


def versions() -> dict[str, str]:
    """Package → version, of everything that Menura uses and that is installed here."""
    found = {package: _version(package) for package, _ in _requirements()}
    return {package: version for package, version in sorted(found.items()) if version is not None}


def _menura() -> Check:
    from menura.foundation.version import __version__

    return Check("menura", __version__, True)


def _requirements() -> list[tuple[str, str | None]]:
    """(package, extra or None) for everything Menura's own metadata asks for."""
    try:
        lines = metadata.requires("menura") or []
    except metadata.PackageNotFoundError:  # run from a folder, never installed
        return []
    found = []
    for line in lines:
        package = re.match(r"[A-Za-z0-9._-]+", line)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", line)
        if package:
            found.append((package.group(), extra.group(1) if extra else None))
    return found


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _libraries() -> list[Check]:
    packages = sorted(package for package, extra in _requirements() if extra is None)
    if not packages:
        return [Check("libraries", "unknown: Menura is not installed", False, f"{_PIP} menura")]
    return [_library(package) for package in packages]


def _library(package: str) -> Check:
    version = _version(package)
    if version is None:
        return Check(package, "not installed", False, f"{_PIP} {package}")
    return Check(package, version, True)


def _extras() -> list[Check]:
    """One check an extra: all of its packages, or the command that adds them."""
    wanted: dict[str, list[str]] = {}
    for package, extra in _requirements():
        if extra is not None:
            wanted.setdefault(extra, []).append(package)
    checks = []
    for extra, packages in sorted(wanted.items()):
        absent = [package for package in packages if _version(package) is None]
        mend = f'{_PIP} "menura[{extra}]"' if absent else None
        found = f"without {', '.join(absent)}" if absent else "complete"
        checks.append(Check(f"extra {extra}", found, not absent, mend))
    return checks


def _torch() -> list[Check]:
    try:
        import torch
    except (ImportError, OSError) as error:  # OSError: a shared library of torch is missing
        mend = f"{_PIP} --force-reinstall torch"
        return [Check("device", f"torch does not start: {error}", False, mend)]
    if torch.cuda.is_available():
        name, memory = torch.cuda.get_device_name(), torch.cuda.get_device_properties(0)
        device = Check("device", f"cuda: {name}, {_gib(memory.total_memory)}", True)
        good = torch.cuda.is_bf16_supported(including_emulation=False)
        bfloat16 = Check("bfloat16 on cuda", "supported" if good else "not supported", True)
        return [device, bfloat16, _cpu_bfloat16()]
    if torch.backends.mps.is_available():
        return [Check("device", "mps (Apple)", True), _cpu_bfloat16()]
    return [Check("device", "cpu (no cuda, no mps)", True), _cpu_bfloat16()]


def _cpu_bfloat16() -> Check:
    """What the CPU claims, and whether it is true: one product of matrices in each precision."""
    import torch

    features = [name for name in ("avx512_bf16", "amx_bf16") if name in _cpu_flags()]
    claim = ", ".join(features) or "no instructions for it"
    whole, half = _product_s(torch.float32), _product_s(torch.bfloat16)
    speed = f"{whole / half:.1f} times as fast as float32, measured"
    return Check("bfloat16 on cpu", f"{claim}; {speed}", True)


def _cpu_flags() -> frozenset[str]:
    """The names of what the CPU can do, where the system tells (Linux)."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    flags = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return frozenset(flags.group(1).split()) if flags else frozenset()


def _product_s(dtype: "torch.dtype", size: int = 768) -> float:
    """Seconds for one product of two size × size matrices: the best of five."""
    import torch

    matrix = torch.ones(size, size, dtype=dtype)
    times = []
    for _ in range(6):  # the first one warms up
        start = time.perf_counter()
        torch.mm(matrix, matrix)
        times.append(time.perf_counter() - start)
    return min(times[1:])


def _resources() -> list[Check]:
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    return [
        Check("cores", str(n_cores()), True),
        _memory(),
        Check("disk", f"{_gib(free)} free in {here}", True),
    ]


def _memory() -> Check:
    try:
        import psutil
    except ImportError:
        return Check("memory", "unknown without psutil", False, f"{_PIP} psutil")
    memory = psutil.virtual_memory()
    return Check("memory", f"{_gib(memory.available)} free of {_gib(memory.total)}", True)


def _gib(n_bytes: int) -> str:
    return f"{n_bytes / _GIB:.1f} GiB"


def _ffmpeg() -> Check:
    program = shutil.which("ffmpeg")
    if program is None:
        mend = {"Darwin": "brew install ffmpeg", "Windows": "winget install ffmpeg"}.get(
            platform.system(), "sudo apt install ffmpeg"
        )
        return Check("ffmpeg", "not found; needed only to read m4a, aac and webm", False, mend)
    try:
        answer = subprocess.run(
            [program, "-version"], capture_output=True, text=True, errors="replace", timeout=10
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return Check("ffmpeg", f"{program} does not start: {error}", False, "install ffmpeg anew")
    version = re.search(r"version (\S+)", answer)
    return Check("ffmpeg", f"{version.group(1) if version else 'present'} ({program})", True)


def _mp3() -> Check:
    """Whether libsndfile can write mp3, found out by doing it."""
    try:
        import numpy as np

        from menura.audio import Clip, write

        silence = Clip(np.zeros((1, 4410), np.float32), 44100)
        with tempfile.TemporaryDirectory() as folder:
            write(silence, Path(folder) / "silence.mp3")
    except Exception as error:  # among them a missing libsndfile: each is the answer
        mend = f'{_PIP} --upgrade "soundfile>=0.12.1"'
        return Check("mp3", f"cannot be written: {error}", False, mend)
    return Check("mp3", "can be written", True)
