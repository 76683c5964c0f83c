"""Mistakes in training that starts from a system, and in what is said of it."""

from faults.fault import Fault

ADAPTERS = "src/menura/training/adapters.py"
CODEC = "src/menura/models/spectral_codec.py"
FIT = "src/menura/training/fit.py"
MEMORISING = "src/menura/training/memorising.py"
STAGE = "src/menura/training/stage.py"
STAGES = "src/menura/training/stages.py"

ADAPTED = ("tests/training/test_adapters.py",)
TUNED = ("tests/training/test_from_a_system.py",)
TOLD = ("tests/training/test_memorising.py",)

TUNING_FAULTS = (
    Fault(
        "adapters of which the gradient is turned",
        ADAPTERS,
        "gradient @ down.T",
        "gradient @ down.mT * down.shape[0]",
        ADAPTED,
    ),
    Fault(
        "adapters that are merged into what they were merged into before",
        ADAPTERS,
        "self._base(number).addmm(",
        "weight.addmm(",
        ADAPTED,
    ),
    Fault(
        "the other weights learn beside the adapters",
        "src/menura/training/stepping.py",
        "model.phases() if adapters is None else adapters.phases(model.phases())",
        "model.phases()",
        ADAPTED,
    ),
    Fault(
        "adapters that a stopped run forgets",
        "src/menura/training/checkpoint.py",
        '        snapshot.adapters.load_state_dict(_under("adapters", tensors))\n',
        "        pass\n",
        ADAPTED,
    ),
    Fault(
        "the guard puts the weights back and leaves the adapters",
        "src/menura/training/guard.py",
        '            parameter.data.copy_(self._good["adapters"][name])\n',
        "            pass\n",
        ADAPTED,
    ),
    Fault(
        "latents move under the flow that learnt them",
        CODEC,
        "            part.requires_grad_(False)\n",
        "            part.requires_grad_(True)\n",
        TUNED,
    ),
    Fault(
        "critics that have learnt nothing teach at once",
        CODEC,
        "HEAD_START if self._was_criticised else 0",
        "0",
        TUNED,
    ),
    Fault(
        "the flow goes on with the codec that was not trained on",
        STAGE,
        "        system.representation.take(codec.representation, codec.model)\n",
        "        pass\n",
        TUNED,
    ),
    Fault(
        "a run that goes on decides anew whether the codec is poor",
        STAGES,
        "    if order.init == NOTHING or checkpoint.exists(out / CODEC):\n",
        "    if order.init == NOTHING:\n",
        TUNED,
    ),
    Fault(
        "a run that gains nothing ends worse than it began",
        FIT,
        "self.progress.step == 0 and self.progress.first is None",
        "self.progress.step == 0 and self.progress.first is not None",
        TUNED,
    ),
    Fault(
        "a rate too high is taken for memorising",
        MEMORISING,
        "and heard < progress.heard_at_best",
        "and heard != progress.heard_at_best",
        TOLD,
    ),
    Fault(
        "memorising is told of at every look",
        MEMORISING,
        "    progress.warned = True\n",
        "",
        TOLD,
    ),
    Fault(
        "the music that is held out counts as music to learn from",
        "src/menura/training/enough.py",
        '    tracks = [track for track in corpus if track.split == "train"]\n',
        "    tracks = list(corpus)\n",
        ("tests/training/test_enough.py",),
    ),
    Fault(
        "labels that were learnt before are said to be rare",
        "src/menura/training/enough.py",
        "if 0 < len(owners) < FEW_OF_LABEL",
        "if len(owners) < FEW_OF_LABEL",
        ("tests/training/test_enough.py",),
    ),
    Fault(
        "a codec is trained on at the rate that its own training ended with",
        "src/menura/training/starting.py",
        "learning_as(own.model.config, sizes)",
        "sizes",
        TUNED,
    ),
    Fault(
        "a run that is gone on with has no limit",
        "src/menura/workflows/train.py",
        "kept = from_dict(Limits, ",
        "return asked\n    kept = from_dict(Limits, ",
        ("tests/training/test_two_stages.py",),
    ),
    Fault(
        "a raw folder is looked for while its codec is learnt",
        "src/menura/workflows/train.py",
        "if not (stages.is_begun(out) and",
        "if not (checkpoint.exists(out) and",
        ("tests/training/test_two_stages.py",),
    ),
    Fault(
        "songs in folders of their own are never held out",
        "src/menura/prepared/splitting.py",
        "if k not in naming}",
        "}",
        ("tests/prepared/test_splitting.py",),
    ),
)
