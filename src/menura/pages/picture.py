"""A PNG inside the page, at the size it was drawn for."""

import struct

from menura.pages.markup import data_uri, escape, inline

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(png: bytes, *, alt: str, caption: str = "") -> str:
    """A figure. `alt` says in words what is seen, for those who cannot see it."""
    below = f"<figcaption>{inline(caption)}</figcaption>" if caption else ""
    return f'<figure class="picture">{image(png, alt=alt)}{below}</figure>'


def image(png: bytes, *, alt: str) -> str:
    """An <img> that reserves its place before it is decoded. Raises ValueError if not a PNG."""
    if not png.startswith(_SIGNATURE) or len(png) < 24:
        raise ValueError("a picture must be a PNG")
    width, height = struct.unpack(">II", png[16:24])
    source = data_uri(png, "image/png")
    return f'<img src="{source}" alt="{escape(alt)}" width="{width}" height="{height}">'
