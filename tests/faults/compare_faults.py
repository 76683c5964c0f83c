"""Mistakes in comparing systems: intervals, ranks, references."""

from faults.fault import Fault

COMPARE = "src/menura/evaluation/compare"
WORK = "src/menura/workflows/compare"
STARTS = ("tests/workflows/test_compare_starts.py",)
INTERVALS = ("tests/evaluation/compare/test_intervals.py",)
AGAIN = ("tests/workflows/test_compare_again.py",)
JUDGING = ("tests/evaluation/compare/test_judging.py",)

COMPARE_FAULTS = (
    Fault(
        "limits of few clips are as narrow as the plain bootstrap's",
        "src/menura/evaluation/jackknife.py",
        "apart / np.sqrt(1 - np.square(shares).sum())",
        "apart",
        INTERVALS,
    ),
    Fault(
        "values that are not the parts of a figure are taken for them",
        f"{COMPARE}/intervals.py",
        "rel_tol=1e-6, abs_tol=1e-9",
        "rel_tol=1e6, abs_tol=1e9",
        INTERVALS,
    ),
    Fault(
        "a pseudo-value is the figure without its clip",
        "src/menura/evaluation/jackknife.py",
        "times * value - (times - 1) * np.asarray(without, np.float64)",
        "np.asarray(without, np.float64)",
        INTERVALS,
    ),
    Fault(
        "nearer than real music is still ahead",
        f"{COMPARE}/ranking.py",
        "max(sign * value, sign * self.floor)",
        "sign * value",
        ("tests/evaluation/compare/test_ranking.py",),
    ),
    Fault(
        "the beginning that is gone on from is measured too",
        f"{COMPARE}/ways.py",
        "    return material.seed_s, material.seed_s + material.seconds\n",
        "    return 0.0, material.seed_s + material.seconds\n",
        JUDGING,
    ),
    Fault(
        "memorisation is looked for in the held-out recordings",
        f"{COMPARE}/judging.py",
        'if against == "real":  # not by number',
        'if against != "seed":  # not by number',
        JUDGING,
    ),
    Fault(
        "held-out recordings are pairs of what is made, by their numbers",
        f"{COMPARE}/judging.py",
        'return {f"held out {name}": clip for',
        "return {name: clip for",
        JUDGING,
    ),
    Fault(
        "what has no notes is left out of the ranks",
        f"{COMPARE}/judging.py",
        "raise _LackingError(reason) if lacking else MenuraError(reason)",
        "raise MenuraError(reason)",
        JUDGING,
    ),
    Fault(
        "what has no notes is as good as can be",
        f"{COMPARE}/ranking.py",
        "return math.inf",
        "return -math.inf",
        ("tests/evaluation/compare/test_ranking.py",),
    ),
    Fault(
        "the ideal bounds whatever is measured",
        f"{COMPARE}/intervals.py",
        "    elif metric.ideal_bounds:\n",
        "    elif not metric.higher_is_better:\n",
        INTERVALS,
    ),
    Fault(
        "a share may be above one",
        f"{COMPARE}/intervals.py",
        "1.0 if metric.is_share else math.inf",
        "math.inf",
        INTERVALS,
    ),
    Fault(
        "a system that fails ends the comparison",
        "src/menura/workflows/compare/compare.py",
        "as error:\n            reason = self._reason(error, folder)\n        if reason:",
        "as error:\n            raise\n        if reason:",
        ("tests/workflows/test_compare.py",),
    ),
    Fault(
        "a process that is left alone works on",
        "src/menura/workflows/compare/apart_child.py",
        "    os.kill(os.getpid(), signal.SIGTERM)\n",
        "",
        ("tests/workflows/test_apart.py",),
    ),
    Fault(
        "a system that set off from another is said to have begun from nothing",
        f"{WORK}/making.py",
        '"start": start_of(run),',
        '"start": None,',
        STARTS,
    ),
    Fault(
        "what is behind a start is forgotten",
        f"{WORK}/starts.py",
        "place = _begun_from(place)",
        "place = None",
        STARTS,
    ),
    Fault(
        "another system of the same name is taken for the start",
        f"{WORK}/starts.py",
        'elif before.get("weights") != weights:',
        'elif before.get("weights") == "":',
        STARTS,
    ),
    Fault(
        "of what is gone on with the seed alone is heard",
        f"{WORK}/excerpts.py",
        "max(0.0, round(seed_s - seconds / 3, 1))",
        "0.0",
        ("tests/workflows/test_compare_excerpts.py",),
    ),
    Fault(
        "who joins later takes a raw folder for something else",
        f"{WORK}/recordings.py",
        "_layout_before(ours) or _layout_of(corpus, entries)",
        "_layout_of(corpus, entries)",
        ("tests/workflows/test_compare.py",),
    ),
    Fault(
        "what is sent through a codec stays in memory",
        "src/menura/evaluation/floors.py",
        "on_tape(self._tape, own)",
        "own",
        ("tests/evaluation/test_floors.py",),
    ),
    Fault(
        "clips made by label do not say of which",
        f"{WORK}/judging.py",
        "name = under(labels[file.stem], file.stem) if file.stem in labels else file.stem",
        "name = file.stem",
        ("tests/evaluation/compare/test_labels.py",),
    ),
    Fault(
        "systems are asked for labels that nobody can judge",
        f"{COMPARE}/labels.py",
        "return found if len(found) > 1 else [Asked(name, None) for name in labels]",
        "return [Asked(name, known.get(name)) for name in labels]",
        ("tests/evaluation/compare/test_labels.py",),
    ),
    Fault(
        "a full disk is why a metric says nothing for ever",
        f"{COMPARE}/judging.py",
        "isinstance(c, OSError) or is_out_of_memory(c)",
        "is_out_of_memory(c)",
        JUDGING,
    ),
    Fault(
        "continuations of notes end before the others",
        f"{COMPARE}/ways.py",
        "seconds = length_s(stretch) + material.seconds - played.score.duration_s",
        "seconds = material.seconds",
        ("tests/evaluation/compare/test_ways.py",),
    ),
    Fault(
        "seeds count as music that was made",
        f"{WORK}/story.py",
        'made["sound_s"] - known_s * len(made["names"])',
        'made["sound_s"]',
        AGAIN,
    ),
    Fault(
        "real music that cannot be measured ends the comparison",
        f"{WORK}/compare.py",
        'return {"scores": {}, "reason": reason}',
        "raise",
        AGAIN,
    ),
    Fault(
        "of many tracks the first alone are heard",
        f"{COMPARE}/stretches.py",
        "long = evenly(long, n)",
        "long = long[:n]",
        ("tests/evaluation/compare/test_stretches.py",),
    ),
    Fault(
        "halves that give few pieces are taken",
        "src/menura/evaluation/floors.py",
        "key=lambda division: -round",
        "key=lambda division: 0 * round",
        ("tests/evaluation/test_floors.py",),
    ),
    Fault(
        "figures of two embeddings stand side by side",
        f"{WORK}/judging.py",
        "embeddings.load(name).in_words for name",
        "name for name",
        ("tests/workflows/test_compare_again.py",),
    ),
)
