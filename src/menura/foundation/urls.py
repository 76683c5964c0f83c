"""Is it a path or a URL? What a person writes may be either."""

import re

# `simplecache::s3://…` is a chain, as fsspec writes it.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::[A-Za-z0-9+.-]+)*://")


def is_url(text: str) -> bool:
    """Whether `text` is a URL rather than a path."""
    return _URL.match(text) is not None
