"""All systems of a comparison measured, in one process that keeps what real music sounds like."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from menura import audio
from menura.audio import Clip
from menura.evaluation import embeddings, metrics
from menura.evaluation.by_label import under
from menura.evaluation.compare.judging import Judge, Judged, ReadAt
from menura.evaluation.compare.material import material_of
from menura.evaluation.compare.ways import WAYS
from menura.foundation.atomic import write_json
from menura.foundation.config import from_dict
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.prepared import PreparedCorpus
from menura.workflows.compare.order import FACTS, MADE, SCORES, read_json

EDITION = 4  # another when the same sound is measured otherwise: what is there is then done again


@dataclass(frozen=True)
class Task:
    """folder: of the system; of real music, where its figures go. ways: of real music, those that
    are wanted; of a system, what it has made is measured."""

    corpus: str
    folder: str
    clips: int
    seconds: float
    seed: int
    ways: tuple[str, ...] = ()


def judge(payload: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """The scores of one system, or of real music, written into its folder unless they are there.
    Measured again where a metric failed by a fault, or what it needs has come, gone or become
    another since."""
    task = from_dict(Task, payload)
    file = Path(task.folder) / SCORES
    done = read_json(file)
    ways = _ways(task)
    wanted = {
        "menura": __version__,
        "edition": EDITION,
        "metrics": metrics.room.names(),
        "unavailable": {name: metrics.load(name).unavailable() for name in metrics.room.names()},
        "embeddings": {name: embeddings.load(name).in_words for name in embeddings.room.names()},
        "ways": ways,
    }
    found = {}
    if done is not None and all(done.get(key) == value for key, value in wanted.items()):
        found = {name: one for name, one in done["scores"].items() if not one["broken"]}
        if found.keys() == set(ways):
            return done
    judge_ = _judge(task.corpus, task.clips, task.seconds, task.seed, reporter)
    for name in ways:
        if name in found:
            continue
        if task.ways:
            judged = judge_.real(WAYS[name])
        else:
            judged = judge_.judge(WAYS[name], _reader(Path(task.folder), name))
        found[name] = _plain(judged)
    result = {**wanted, "scores": {name: found[name] for name in ways}}
    write_json(file, result)
    return result


def as_payload(task: Task) -> dict[str, Any]:
    """What `judge` takes."""
    return {**asdict(task), "ways": list(task.ways)}


def _ways(task: Task) -> list[str]:
    if task.ways:
        return list(task.ways)
    return [name for name, made in _made(Path(task.folder)).items() if "names" in made]


def _made(folder: Path) -> dict[str, Any]:
    """Way → what a system made by it."""
    return dict((read_json(folder / FACTS) or {}).get("made", {}))


@lru_cache(maxsize=1)
def _judge(corpus: str, clips: int, seconds: float, seed: int, reporter: Reporter) -> Judge:
    material = material_of(PreparedCorpus.open(corpus), clips, seconds, seed)
    return Judge(material, seed, reporter)


def _reader(folder: Path, way: str) -> ReadAt:
    """Reads the clips of a system at a rate, mono, by their names, and by the labels that they were
    asked for."""
    labels: dict[str, str] = _made(folder)[way].get("labels", {})

    def at(sample_rate: int) -> dict[str, Clip]:
        clips = {}
        for file in sorted((folder / MADE / way).glob("*.flac")):
            name = under(labels[file.stem], file.stem) if file.stem in labels else file.stem
            clips[name] = audio.conform(audio.read(file), sample_rate, 1)
        return clips

    return at


def _plain(judged: Judged) -> dict[str, Any]:
    figures = {}
    for name, scored in judged.scores.items():
        figures[name] = {
            "value": scored.measured.value,
            "low": scored.low,
            "high": scored.high,
            **{k: v for k, v in asdict(scored.measured).items() if k not in ("value", "of_each")},
        }
    return {
        "figures": figures,
        "not_measured": dict(judged.not_measured),
        "broken": list(judged.broken),
        "lacking": list(judged.lacking),
    }
