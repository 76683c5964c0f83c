"""Whom shipped weights are made from: the text that their cards carry, and base/ATTRIBUTION.md.

python base/attribution.py     writes ATTRIBUTION.md anew
"""

from collections.abc import Iterable
from pathlib import Path

from allowlist import Permitted, read_allowlist
from menura.foundation.atomic import write_text

FILE = Path(__file__).parent / "ATTRIBUTION.md"
LINKS = {
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 3.0": "https://creativecommons.org/licenses/by/3.0/",
    "MIT": "https://opensource.org/license/mit",
}
FLUIDR3 = (
    "FluidR3_GM.sf2, copyright 2000–2002 and 2008 Frank Wen, 2008 Toby Smithe; with samples by "
    "Suren M. Seron, Scott Hanan, Steve Aupperle, Chris Gillman, Alex Taubr, Chris Prola, Andrew "
    "Klenk, Winfried Hubbe, Dylan, Tim, Gort, Uros Katic and Ethan Winer; MIT licence"
)

CHANGES = """cut, resampled, mixed to mono; gain, pitch, speed and brightness
changed; noise added; mixed with each other"""


def attribution(rows: Iterable[Permitted]) -> str:
    """All of ATTRIBUTION.md."""
    return f"""# Sources of base

Written by `python base/attribution.py` from allowlist.csv; not by hand.

{sources(rows, "##", "`base`", CHANGES)}"""


def sources(rows: Iterable[Permitted], heading: str, learner: str, changes: str) -> str:
    """Every source that is learnt from, by licence; those held out are in no weights.

    heading: what stands before the name of a licence. changes: made to what is learnt from."""
    learnt = [row for row in rows if row.use == "train"]
    found: dict[str, dict[tuple[str, str], int]] = {licence: {} for licence in LINKS}
    for row in learnt:
        counts = found[row.licence]
        counts[row.title, row.source] = counts.get((row.title, row.source), 0) + 1
    parts = [
        f"{heading} {licence}\n\n<{LINKS[licence]}>\n\n| what | whose, and where from | files |\n"
        "|---|---|---|\n"
        + "".join(f"| {title} | {source} | {n} |\n" for (title, source), n in counts.items())
        for licence, counts in found.items()
        if counts
    ]
    return f"""\
{learner} has learnt from the files below, and from pieces that Menura composed and played with
{FLUIDR3}.
Changes made to all recordings: {changes}. None of the authors has endorsed Menura or what it
generates.

{chr(10).join(parts)}"""


def main() -> None:
    write_text(FILE, attribution(read_allowlist()))


if __name__ == "__main__":
    main()
