"""Bytes and times in words, for progress lines."""


def amount(n_bytes: float) -> str:
    """`n_bytes` in the unit that suits it, e.g. "7.2 GiB"."""
    for unit in ("bytes", "KiB", "MiB"):
        if n_bytes < 1024:
            return f"{n_bytes:.0f} {unit}" if unit == "bytes" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1024
    return f"{n_bytes:.1f} GiB"


def time_left(seconds: float) -> str:
    """The time left, to the accuracy that such a guess has."""
    if seconds < 90:
        return f"{seconds:.0f} s left"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min left"
    return f"{seconds / 3600:.1f} h left"
