"""Text, links and bytes as HTML that can do no harm."""

import base64
import html
import re
from dataclasses import dataclass

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"`([^`]+)`")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class Link:
    """Words that lead to a web address when clicked. The page loads nothing from there."""

    words: str
    address: str

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise ValueError(f"a link needs an http(s) address, not {self.address!r}")


def escape(text: str) -> str:
    """`text` as it reads, safe between tags and inside quoted attributes.

    Characters that HTML or UTF-8 cannot hold (control characters; the lone surrogates of file
    names in an unknown encoding) become U+FFFD.
    """
    return html.escape(_UNPRINTABLE.sub("\ufffd", text), quote=True)


def inline(text: str) -> str:
    """Escaped text in which `backticks` mark code: the only mark-up that text may carry."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def link(target: Link) -> str:
    """An <a> that tells the other side nothing of where the click came from."""
    return f'<a href="{escape(target.address)}" rel="noreferrer">{escape(target.words)}</a>'


def data_uri(content: bytes, media_type: str) -> str:
    """`content` written into the page itself (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
