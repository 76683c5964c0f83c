"""Mistakes in the classifiers: leaks between divisions, decisions, scores, the learning loop."""

from faults.fault import Fault

_DIVISIONS, _DIVIDED = "src/menura/evaluation/divisions.py", ("tests/evaluation/test_divisions.py",)
_VERDICTS, _JUDGED = "src/menura/evaluation/verdicts.py", ("tests/evaluation/test_verdicts.py",)
_ROOM = "src/menura/evaluation/classifiers"
_DESCRIBED = ("tests/evaluation/test_described_classifiers.py",)
_DEEP = ("tests/evaluation/test_deep_classifiers.py",)
_WHOLE = ("tests/workflows/test_classify.py",)

CLASSIFIER_FAULTS = (
    Fault(
        "pieces of one recording dealt to different folds",
        _DIVISIONS,
        "return np.array([fold_of[group] for group in groups], np.int64)",
        "return np.arange(len(groups)) % n_folds",
        _DIVIDED,
    ),
    Fault(
        "the last recording of a label is chosen by, not learnt from",
        _DIVISIONS,
        "if folds[n] == fold and own_groups[n] not in lone]",
        "if folds[n] == fold]",
        _DIVIDED,
    ),
    Fault(
        "recordings of a label heaped in one fold",
        _DIVISIONS,
        "(len(dealt[f, label]), sum(dealt[f, label]), of_all[f], turn[f])",
        "(of_all[f], turn[f])",
        _DIVIDED,
    ),
    Fault(
        "judged by valid where there is a test",
        _DIVISIONS,
        'return Division(tuple(known), (chosen,), tuple(of["test"]))',
        'return Division(tuple(known), (chosen,), tuple(of["valid"]))',
        _DIVIDED,
    ),
    Fault(
        "a copy of what is judged is learnt from",
        _DIVISIONS,
        " and n not in twice",
        "",
        _DIVIDED,
    ),
    Fault(
        "precision and recall changed about",
        _VERDICTS,
        "precision = right / told if told else 0.0",
        "precision = right / support if support else 0.0",
        _JUDGED,
    ),
    Fault(
        "confusion with told labels in rows",
        _VERDICTS,
        "np.add.at(confusion, (truth, told), 1)",
        "np.add.at(confusion, (told, truth), 1)",
        _JUDGED,
    ),
    Fault(
        "an interval over tracks, not recordings",
        _VERDICTS,
        "of = np.array([names[group] for group in groups])",
        "names, of = dict(enumerate(groups)), np.arange(len(groups))",
        _JUDGED,
    ),
    Fault(
        "means over labels that no track has",
        _VERDICTS,
        "((support + confusion.sum(axis=0)) > 0)",
        "((support + confusion.sum(axis=0)) >= 0)",
        _JUDGED,
    ),
    Fault(
        "all of two recordings right makes sure",
        _VERDICTS,
        "if min(shares) == max(shares):",
        "if min(shares) > max(shares):",
        _JUDGED,
    ),
    Fault(
        "a support vector's weight of another pair",
        f"{_ROOM}/svm.py",
        "weights[other - 1, of[one]]",
        "weights[one, of[one]]",
        _DESCRIBED,
    ),
    Fault(
        "the sharpness found on what was learnt from",
        f"{_ROOM}/svm.py",
        "np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)",
        "np.arange(len(rows)), np.arange(len(rows))",
        _DESCRIBED,
    ),
    Fault(
        "a tree walked the other way",
        f"{_ROOM}/decision_tree.py",
        "<= threshold[nodes]",
        "> threshold[nodes]",
        _DESCRIBED,
    ),
    Fault(
        "naive Bayes without how wide a Gaussian is",
        f"{_ROOM}/naive_bayes.py",
        "0.5 * np.log(2 * np.pi * variances)",
        "0.0 * np.log(2 * np.pi * variances)",
        _DESCRIBED,
    ),
    Fault(
        "Gaussians named by their numbers",
        f"{_ROOM}/_mixture.py",
        'if config.naming == "number"',
        "if True",
        _DESCRIBED,
    ),
    Fault(
        "clips described at their own rate",
        f"{_ROOM}/_described.py",
        "describe(middle_of(clip, HEARD_S), FMA_AXIS_HZ)",
        "describe(middle_of(clip, HEARD_S))",
        _DESCRIBED,
    ),
    Fault(
        "labels drawn as often as they have tracks",
        f"{_ROOM}/_learning.py",
        "np.concatenate([rng.permutation(labels) for _ in range(-(-n // len(labels)))])[:n]",
        "rng.choice(labels, n, p=[0.9] + [0.1 / (len(labels) - 1)] * (len(labels) - 1))",
        _DEEP,
    ),
    Fault(
        "the last epoch kept, not the best",
        f"{_ROOM}/_learning.py",
        "    module.load_state_dict(weights)\n",
        "",
        _DEEP,
    ),
    Fault(
        "the epoch chosen by the label with most tracks",
        f"{_ROOM}/_learning.py",
        "return float(np.mean(of_labels))",
        "return float(costs.mean())",
        _DEEP,
    ),
    Fault(
        "a second embedded with the one before",
        f"{_ROOM}/log_mel_cnn.py",
        "at = [(0, k * second)",
        "at = [(0, k * second - second // 2)",
        _DEEP,
    ),
    Fault(
        "images changed where they are judged",
        f"{_ROOM}/_heard.py",
        'logits: Tensor = self._module["network"](self._images(sound))',
        'logits: Tensor = self._module["network"](\n'
        "                self.changed(self._images(sound), torch.Generator())\n"
        "            )",
        _DEEP,
    ),
    Fault(
        "folds of another seed taken for these",
        "src/menura/workflows/classify/folds.py",
        "json.dumps([self._about, classifier, settings, fold], sort_keys=True)",
        "json.dumps([classifier, settings, fold], sort_keys=True)",
        _WHOLE,
    ),
    Fault(
        "judged by what was learnt from",
        "src/menura/workflows/classify/train.py",
        "classifier, judge = fitted.classifier, examples.take(division.judge)",
        "classifier, judge = fitted.classifier, examples.take(division.known)",
        _WHOLE,
    ),
    Fault(
        "a fault of one classifier ends the table",
        "src/menura/workflows/classify/table.py",
        "except Exception as error:",
        "except MenuraError as error:",
        _WHOLE,
    ),
    Fault(
        "equal sound under two names is two recordings",
        "src/menura/evaluation/labelled.py",
        "joined.join(same.setdefault(track.content, track.group), track.group)",
        "joined.join(track.group, track.group)",
        ("tests/evaluation/test_labelled.py",),
    ),
    Fault(
        "a network's card lists what only chose when it stops",
        "src/menura/evaluation/fitting.py",
        "learnt_from = first.learn",
        "learnt_from = division.known",
        _WHOLE,
    ),
)
