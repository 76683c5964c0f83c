"""Fingerprints that a prepared corpus keeps, so that what is appended is compared with them."""

from collections.abc import Mapping
from pathlib import Path

from menura.prepared.index import SHARDS
from menura.prepared.marks import read_mark, read_plain_json, write_plain_json
from menura.prepared.planning import Plan

FINGERPRINTS = "fingerprints.json"


def marked(folder: Path, plan: Plan) -> dict[str, str]:
    """Id → words (`matching.to_text`) of the tracks in the finished shards of `plan`."""
    found: dict[str, str] = {}
    for number in range(len(plan.shards)):
        mark = read_mark(folder / SHARDS, number) or {"tracks": []}
        found |= {entry["id"]: entry.get("words", "") for entry in mark["tracks"]}
    return found


def keep(folder: Path, words: Mapping[str, str]) -> None:
    """Keep them in the prepared corpus `folder`: about 80 bytes for a second of sound."""
    write_plain_json(folder / FINGERPRINTS, dict(words))


def kept(folder: Path) -> dict[str, str]:
    """Those of the prepared corpus `folder`; none where it was prepared without."""
    return {id: str(words) for id, words in (read_plain_json(folder / FINGERPRINTS) or {}).items()}
