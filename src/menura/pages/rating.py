"""The page on which a rater listens and answers: one file, which talks to its server only."""

import base64
import hashlib
from importlib import resources

from menura.pages.markup import escape

_FILES = ("rating_memory.js", "rating_sound.js", "rating.js")


def rating_page(title: str, test: str, *, minutes: int) -> str:
    """HTML. test: an id by which the browser keeps the answers of different tests apart.

    minutes: about how long it takes. No name or path of a system is in it.
    """
    script = "".join(_resource(name) for name in _FILES)
    style = _resource("style.css") + _resource("rating.css")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    policy = (
        "default-src 'none'; connect-src 'self'; media-src 'self'; img-src data:; "
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    )
    long = "about a minute" if minutes == 1 else f"about {minutes} minutes"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n'
        f'<style>\n{style}</style>\n</head>\n<body data-test="{escape(test)}">\n'
        f'<main class="rating">\n{_welcome(title, long)}{_TRIAL}{_END}'
        '<p id="news" role="status" aria-live="polite"></p>\n</main>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _welcome(title: str, long: str) -> str:
    return (
        f'<section id="welcome">\n<h1>{escape(title)}</h1>\n'
        f"<p>You will hear short pieces of music and say what you think of them. It takes {long}. "
        "There are no right answers, and some sounds are meant to be rough.</p>\n"
        "<ul>\n<li>Use headphones if you have some, in a quiet place.</li>\n"
        "<li>Set a comfortable volume at the first sound, then leave it.</li>\n"
        "<li>You may stop at any time; the page goes on where you were.</li>\n"
        "<li>No name is asked for. Your answers are kept, and how long they took.</li>\n</ul>\n"
        "<noscript><p class='note'>This page needs JavaScript: please allow it.</p></noscript>\n"
        '<p><button id="begin" class="main" type="button" disabled>Begin</button></p>\n'
        "</section>\n"
    )


_TRIAL = (
    '<section id="trial" hidden>\n'
    '<p class="where"><progress id="bar" max="1" value="0" aria-label="Progress"></progress> '
    '<span id="count"></span></p>\n<div id="sounds"></div>\n<form id="questions">\n'
    '<p id="first" class="soft">Listen first: then you can answer.</p>\n'
    '<fieldset id="answers" disabled></fieldset>\n'
    '<p><button id="next" class="main" type="submit" disabled>Next</button></p>\n</form>\n'
    '<p class="keys soft">Keys: space plays, 1 to 5 answer, Enter goes on.</p>\n</section>\n'
)

_END = (
    '<section id="end" hidden>\n<h1>Thank you</h1>\n<p id="saved"></p>\n'
    '<p><button id="another" type="button" hidden>Someone else wants to listen</button></p>\n'
    "</section>\n"
)


def _resource(name: str) -> str:
    return resources.files("menura.pages").joinpath(name).read_text(encoding="utf-8")
