"""Where the weights of a run come from: its own music, and what was learnt before it set off."""

from collections import Counter

from menura.foundation.printable import printable
from menura.prepared import PreparedCorpus
from menura.systems import Forerunner, Provenance
from menura.training.order import Start
from menura.training.progress import Progress


def provenance_of(
    prepared: PreparedCorpus, seed: int, progress: Progress, start: Start | None
) -> Provenance:
    """At a point of its training. Nothing in it goes by the clock."""
    value = "" if progress.best is None else f", best held-out value {progress.best:.5f}"
    before = () if start is None else forerunners(start)
    licences = Counter() if start is None else Counter(start.description.provenance.data_licences)
    if prepared.fingerprint not in (one.data_fingerprint for one in before):
        licences += Counter(prepared.licences())
    return Provenance(
        data=printable(str(prepared.about["source"]["name"])),
        data_fingerprint=prepared.fingerprint,
        data_licences=dict(sorted(licences.items())),
        data_minutes=round(prepared.duration_s("train") / 60, 2),
        training=f"{progress.step} steps{value}",
        seed=seed,
        set_off_from=before,
    )


def forerunners(start: Start) -> tuple[Forerunner, ...]:
    """The system that was set off from, and those that it goes back to itself."""
    own = start.description.provenance
    nearest = Forerunner(
        name=start.name,
        weights=start.weights,
        data=own.data,
        data_fingerprint=own.data_fingerprint,
        data_minutes=own.data_minutes,
        training=own.training,
    )
    return (nearest, *own.set_off_from)
