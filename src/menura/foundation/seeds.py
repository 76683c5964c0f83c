"""Every random choice is a function of a seed and of what it is for, never of what ran before."""

import hashlib


def derive(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for one purpose, e.g. `derive(seed, "crops", step)`.

    Equal arguments give equal seeds on every machine and Python; different purposes are
    independent. This is what makes a resumed run equal to an unbroken one. A purpose may be a file
    name that is no UTF-8.
    """
    text = "\x1f".join(str(part) for part in (seed, *purpose))
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest()) >> 1
