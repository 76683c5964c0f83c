"""File names as people can read them: any bytes may be in a name, not every screen takes them."""

import unicodedata

_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINER = "\u200d"  # inside many emoji


def printable(text: str) -> str:
    """`text` on one line that any UTF-8 screen or file takes.

    Control characters, line separators, direction overrides and bytes that are no UTF-8 (in file
    names) are written as escapes, a newline as \\n; everything else stays, emoji included.
    """
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSHOWN or character == _JOINER:
        return character
    if "\udc80" <= character <= "\udcff":  # how Python spells an undecodable byte
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
