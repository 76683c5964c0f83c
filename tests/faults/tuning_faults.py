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
BEGUN = ("tests/training/test_start.py",)
LATENTS = "src/menura/training/latents.py"
STORED = ("tests/training/test_latents.py",)

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
        "    if order.start is None or checkpoint.exists(out / CODEC):\n",
        "    if order.start is None:\n",
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
        "if stages.is_begun(out) and",
        "if checkpoint.exists(out) and",
        ("tests/training/test_two_stages.py",),
    ),
    Fault(
        "a run keeps no copy of what it was begun from",
        STAGES,
        "            order = replace(order, start=keep(order.start, out))\n",
        "            pass\n",
        BEGUN,
    ),
    Fault(
        "what a run that goes on encodes is not for its own codec",
        STAGE,
        "        checkpoint.restore_representation(folder, system)\n",
        "",
        BEGUN,
    ),
    Fault(
        "another system takes the place of a copy that is gone",
        "src/menura/workflows/starting.py",
        'plan.get("start", start.weights) != start.weights',
        'plan.get("stop", start.weights) != start.weights',
        BEGUN,
    ),
    Fault(
        "a run goes on from another system than it was begun from",
        "src/menura/workflows/starting.py",
        "    if init not in (None, begun):\n",
        "    if init not in (None, begun, NOTHING, str(init)):\n",
        BEGUN,
    ),
    Fault(
        "another rate is found out after the codec's stage",
        "src/menura/workflows/starting.py",
        "    refuse_another_rate(preset, start)\n",
        "",
        BEGUN,
    ),
    Fault(
        "what was heard twice is counted twice",
        "src/menura/training/provenance.py",
        "if prepared.fingerprint not in (one.data_fingerprint for one in before):",
        "if prepared.fingerprint:",
        BEGUN,
    ),
    Fault(
        "only the nearest of those that a system goes back to is told of",
        "src/menura/training/provenance.py",
        "(nearest, *own.set_off_from)",
        "(nearest,)",
        BEGUN,
    ),
    Fault(
        "encoding begins anew after a stop",
        LATENTS,
        "if known.items() <= index.items():",
        'if known.items() <= index.items() and index.get("seconds") == 0.0:',
        STORED,
    ),
    Fault(
        "the last preview is of weights that are not kept",
        FIT,
        "                return kept\n            self._reporter",
        "                return self.system\n            self._reporter",
        ("tests/training/test_previews.py",),
    ),
    Fault(
        "a machine without Triton is a fault in Menura",
        "src/menura/models/_precision.py",
        "isinstance(error, TorchDynamoException)",
        'type(error).__name__ == "BackendCompilerFailed"',
        ("tests/systems/test_computing.py",),
    ),
    Fault(
        "short recordings are learnt without their attack",
        LATENTS,
        "first - shift, last - shift",
        "first + shift, last + shift",
        STORED,
    ),
    Fault(
        "short recordings are heard from one starting point alone",
        "src/menura/training/batches.py",
        "variant=0 if n_starts > 1 else int(rng.integers(1 << 16))",
        "variant=0",
        ("tests/training/test_batches.py",),
    ),
    Fault(
        "recordings that are mostly silent are learnt as silence",
        "src/menura/training/batches.py",
        "return replace(row, start=starts[which][place - ends[which]])",
        "return row",
        ("tests/training/test_batches.py",),
    ),
    Fault(
        "silence is counted as music",
        "src/menura/training/enough.py",
        "sum(track.sounding_s for track in tracks)",
        "sum(track.duration_s for track in tracks)",
        ("tests/training/test_enough.py",),
    ),
    Fault(
        "latents of older Menuras are taken for the present ones",
        LATENTS,
        "known.items() <= index.items():",
        'index.get("key") == key:',
        STORED,
    ),
    Fault(
        "remains of a kill stay beside the latents",
        LATENTS,
        "    clear_temporary(folder)\n",
        "",
        STORED,
    ),
    Fault(
        "a silent piece decides how well music comes back",
        "src/menura/training/statistics.py",
        'mean(values) if measure == "note-f1" else median(values)',
        "mean(values)",
        ("tests/training/test_statistics.py",),
    ),
    Fault(
        "a disturbed step decides the estimate",
        "src/menura/training/estimate.py",
        "return median(took) / n_turns",
        "return took[0] / n_turns",
        ("tests/training/test_estimate.py",),
    ),
    Fault(
        "a codec keeps its rate when the recipe's is set",
        "src/menura/recipes/contract.py",
        'if self.codec is not None and key == "sample_rate":',
        "if False:",
        ("tests/recipes/test_rates.py",),
    ),
    Fault(
        "songs in folders of their own are never held out",
        "src/menura/prepared/splitting.py",
        "if k not in naming}",
        "}",
        ("tests/prepared/test_splitting.py",),
    ),
)
