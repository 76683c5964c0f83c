"""Mistakes in listening tests: what is kept, what is hidden, who is believed."""

from faults.fault import Fault

_SERVER = ("tests/evaluation/listening/test_server.py",)
_STORE = ("tests/store/test_answers.py",)
_FIGURES = (
    "tests/evaluation/listening/test_choices_and_scores.py",
    "tests/evaluation/listening/test_bootstrap.py",
    "tests/evaluation/listening/test_agreement.py",
)

LISTENING_FAULTS = (
    Fault(
        "an answer is acknowledged before it is committed",
        "src/menura/store/database.py",
        "            yield session\n            session.commit()\n",
        "            yield session\n",
        _STORE,
    ),
    Fault(
        "a commit does not wait for the disk",
        "src/menura/store/database.py",
        '"synchronous = FULL"',
        '"synchronous = OFF"',
        _STORE,
    ),
    Fault(
        "another answer takes the place of the first",
        "src/menura/store/answers.py",
        "                if before != dict(values):\n",
        "                if not before:\n",
        _STORE,
    ),
    Fault(
        "who comes back gets another order",
        "src/menura/store/answers.py",
        "        if known:\n            return known\n",
        "        if known:\n            return tuple(plan(0))\n",
        _STORE,
    ),
    Fault(
        "the choice goes to the side, not to the sound",
        "src/menura/evaluation/listening/opinions.py",
        "return (value - 1) ^ int(swapped)",
        "return value - 1",
        _FIGURES,
    ),
    Fault(
        "sounds of a swapped pair are served unswapped",
        "src/menura/evaluation/listening/server.py",
        "return (clips[1], clips[0], *clips[2:]) if trial.swapped else clips",
        "return clips",
        _SERVER,
    ),
    Fault(
        "hidden repeats count twice",
        "src/menura/evaluation/listening/results.py",
        "first = [one for one in kept if one.repeats is None]",
        "first = kept",
        _FIGURES,
    ),
    Fault(
        "raters who contradict themselves are counted",
        "src/menura/evaluation/listening/results.py",
        "if keep_all or one.rater not in bad]",
        "if keep_all or bad is not None]",
        _FIGURES,
    ),
    Fault(
        "answers are drawn, not raters",
        "src/menura/evaluation/listening/bootstrap.py",
        "(self._weights @ sums) / (self._weights @ counts)",
        "(self._weights @ sums) / counts.sum()",
        _FIGURES,
    ),
    Fault(
        "one rater's word gets an interval where others answered elsewhere",
        "src/menura/evaluation/listening/bootstrap.py",
        "len({rater for rater, _ in given}) < FEWEST",
        "len(self.raters) < FEWEST",
        _FIGURES,
    ),
    Fault(
        "ordinal distances count both ends whole",
        "src/menura/evaluation/listening/agreement.py",
        "(totals[:, None] + totals[None, :]) / 2",
        "(totals[:, None] + totals[None, :]) * 0",
        _FIGURES,
    ),
    Fault(
        "units with one value take part",
        "src/menura/evaluation/listening/agreement.py",
        "if len(values) > 1]",
        "if len(values) > 0]",
        _FIGURES,
    ),
    Fault(
        "loudness is matched past the peak",
        "src/menura/evaluation/listening/levelling.py",
        "lufs + PEAK_DB - 20 * math.log10(peak)",
        "lufs - PEAK_DB - 20 * math.log10(peak / 10)",
        ("tests/evaluation/listening/test_making.py",),
    ),
    Fault(
        "mono clips are levelled as if they stayed mono",
        "src/menura/evaluation/listening/making.py",
        "one.on(form[1])",
        "one.on(1)",
        ("tests/evaluation/listening/test_making.py",),
    ),
    Fault(
        "a bad file is the reason for whatever is lacking",
        "src/menura/evaluation/listening/making.py",
        "if one in usable or (usable and not one.system)",
        "if one.system in (system, '')",
        ("tests/evaluation/listening/test_making.py",),
    ),
    Fault(
        "what a journal holds is not read where nothing can be written",
        "src/menura/store/database.py",
        "'&immutable=1' if whole else ''",
        "'&immutable=1'",
        ("tests/workflows/test_listen_results.py",),
    ),
    Fault(
        "each clip keeps the rate it came at",
        "src/menura/evaluation/listening/levelling.py",
        "clip = audio.conform(beginning(source.file, seconds), *form)",
        "clip = beginning(source.file, seconds)",
        ("tests/evaluation/listening/test_making.py",),
    ),
    Fault(
        "all raters are asked the same items",
        "src/menura/evaluation/listening/dealing.py",
        "return self._hands[number]",
        "return self._hands[0]",
        ("tests/evaluation/listening/test_orders.py",),
    ),
    Fault(
        "a pair is asked again as it was",
        "src/menura/evaluation/listening/orders.py",
        "swaps and not again.swapped",
        "again.swapped",
        ("tests/evaluation/listening/test_orders.py",),
    ),
    Fault(
        "long bodies are taken where no length is stated",
        "src/menura/evaluation/listening/server.py",
        "            if len(body) > MOST_BODY_BYTES:\n",
        "            if len(message.get('body', b'')) > 16 * MOST_BODY_BYTES:\n",
        _SERVER,
    ),
    Fault(
        "agreement of choices depends on which system is named first",
        "src/menura/evaluation/listening/choices.py",
        "return [*units, *([1 - value for value in unit] for unit in units)]",
        "return units",
        ("tests/evaluation/listening/test_choices_and_scores.py",),
    ),
)
