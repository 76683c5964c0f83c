"""Every system that is trained here beside the others, on one page: the same recordings, the same
minutes.

Prepares notes or piano of the data, runs `menura compare` over all systems of the reports, ours
from nothing and from base, and writes docs/compare/NAME/: the page, its results, and README.md,
which says where ours stands. It takes hours; what is in --work already is used.

  MENURA_DATA=... python benchmarks/compare_pages.py notes|piano --work DIR [--minutes 5]
"""

import argparse
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from menura.evaluation.compare.ways import WAYS
from menura.workflows.compare.compare import compare
from menura.workflows.prepare import prepare
from page_parts import table, where
from speaking import Speaker

PAGES = Path(__file__).resolve().parents[1] / "docs" / "compare"
OURS = ("latent-flow", "latent-flow@base")
OF_SOUND = (
    *("stft-lstm", "mfcc-lstm", "mel-vae", "cvae", "gan", "mfcc-vae", "gruv-lstm", "gruv-gru"),
    *("phase-vocoder-rnn", "wavenet", "spectrogram-bilstm", "wavenet-autoencoder"),
    *("conv2d-autoencoder", "inception-vae", "conv1d-vae"),
)
PAGE_S = 250.0  # of sound on a page: it is kept with the project
FILES = ("index.html", "results.json", "results.csv")


@dataclass(frozen=True)
class Page:
    """layout, settings: of the corpus. folder: of the data, as its LICENSES.md has it. clips,
    seconds: what each makes in every way. of_base: what `base` heard of these recordings before."""

    words: str
    folder: str
    of_base: str
    layout: str
    settings: Mapping[str, str]
    clips: int
    seconds: float
    recipes: Sequence[str] = (*OURS, *OF_SOUND)


CHOICES = {
    "notes": Page(
        "single notes by instrument",
        "notes",
        "`base` has learnt from those of the training notes before that are CC0, CC BY or MIT "
        "(base/allowlist.csv), and from none of those that judge.",
        "nsynth",
        {
            "licence": "CC0 1.0, CC BY 3.0, MIT and GPL-2.0-or-later with sound exception, by "
            "instrument"
        },
        clips=24,
        seconds=4.0,
    ),
    "piano": Page(
        "an hour of solo piano",
        "piano",
        "`base` has heard none of this, but the piano of the soundfont that plays it: Menura's own "
        "pieces were played by FluidR3 too (base/README.md).",
        "maestro",
        {"licence": "CC BY-SA 3.0 DE"},
        clips=16,
        seconds=10.0,
        recipes=(*OURS, *OF_SOUND, "deepjazz"),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("name", choices=CHOICES)
    parser.add_argument("--work", type=Path, required=True, help="folder to keep all in")
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args()
    page, data = CHOICES[options.name], Path(os.environ["MENURA_DATA"])
    corpus, out = (options.work / f"{what}-{options.name}" for what in ("corpus", "compare"))
    prepare(
        data / page.folder,
        corpus,
        corpus=page.layout,
        settings=page.settings,
        resume=True,
        reporter=Speaker(),
    )
    compare(
        corpus,
        out,
        recipes=page.recipes,
        minutes=options.minutes,
        clips=page.clips,
        seconds=page.seconds,
        page_seconds=PAGE_S,
        reporter=Speaker(),
    )
    folder = PAGES / options.name
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(out / name, folder / name)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    sources = attribution((data / "LICENSES.md").read_text(encoding="utf-8"), page.folder)
    (folder / "README.md").write_text(words(options.name, results, sources), encoding="utf-8")
    print(folder / "README.md")  # noqa: T201


def attribution(licences: str, folder: str) -> str:
    """What LICENSES.md of the data says of one of its folders."""
    found = re.search(rf"^## {folder}/.*?\n(.*?)(?=^## )", licences, re.DOTALL | re.MULTILINE)
    assert found is not None, f"LICENSES.md does not speak of {folder}/"
    return found[1].strip()


def words(name: str, results: Mapping[str, Any], sources: str) -> str:
    page, order = CHOICES[name], results["order"]
    ranks: Mapping[str, Mapping[str, float]] = results["ranks"]
    rows = {
        system: {
            WAYS[way].title.lower(): round(of_way[system], 2) if system in of_way else None
            for way, of_way in ranks.items()
        }
        for system in results["systems"]
    }
    failed = [f"- {s}: {one['reason']}" for s, one in results["systems"].items() if one["reason"]]
    return f"""# All systems beside each other: {page.words}

[The page](index.html) (download it and open it in a browser: it holds tables, curves, pictures and
sound), [results.json](results.json), [results.csv](results.csv).

Written by `python benchmarks/compare_pages.py {name}`; not by hand. On {where(results["machine"])}.
{order["minutes"]:g} minutes of training for each system, all stages together; {order["clips"]}
clips of {order["seconds"]:g} s by each way.

## Where latent-flow stands

{chr(10).join(f"- {line}" for line in standing(ranks))}

Means of the ranks over the measures that tell something of all systems of a way (1 is best; what is
nearer to the recordings than real music is counts as equally near, where enough is held out to say
so, and what has too little to measure, such as notes, is last). They say who is ahead, not by how
much: the page has the figures.

{table(rows, "mean rank")}

{page.of_base}
{chr(10).join(["", "Could not be compared:", "", *failed, ""]) if failed else ""}
## What it was made from

{sources}
"""


def standing(ranks: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Of each way, the places of ours among all, and who is ahead of the first of them."""
    lines = []
    for way, of_way in ranks.items():
        in_order = sorted(of_way, key=lambda system: of_way[system])
        ours = [system for system in in_order if system in OURS]
        if not ours:
            continue
        places = ", ".join(f"{system} {_place(of_way, system)} of {len(of_way)}" for system in ours)
        ahead = [system for system in in_order if of_way[system] < of_way[ours[0]]]
        behind = f"; ahead of it: {', '.join(ahead)}" if ahead else ""
        lines.append(f"{WAYS[way].title}: {places}{behind}.")
    return lines


def _place(of_way: Mapping[str, float], system: str) -> str:
    number = 1 + sum(rank < of_way[system] for rank in of_way.values())
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


if __name__ == "__main__":
    main()
