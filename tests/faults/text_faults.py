"""Mistakes in following words: MusicGen's, and those of systems that know labels."""

from faults.fault import Fault

_MUSICGEN = "src/menura/systems/musicgen"
_GOLDEN = "tests/systems/musicgen/test_golden.py"
_TESTS = "tests/systems/musicgen/test_musicgen.py"

TEXT_FAULTS = (
    Fault(
        "guidance leads the wrong way",
        f"{_MUSICGEN}/sampling.py",
        "return away + guidance * (towards - away)",
        "return towards + guidance * (away - towards)",
        (_GOLDEN,),
    ),
    Fault(
        "codebooks of left and right each have a delay of their own",
        f"{_MUSICGEN}/sampling.py",
        "[book // n_audio_channels for book in range(n_codebooks)]",
        "list(range(n_codebooks))",
        (f"{_GOLDEN}::test_in_stereo_too",),
    ),
    Fault(
        "a later window forgets what was before",
        f"{_MUSICGEN}/sampling.py",
        "return min(n_known, self.n_frames - self.n_stride)",
        "return 0",
        (_TESTS,),
    ),
    Fault(
        "every clip of a batch draws with the first one's seed",
        f"{_MUSICGEN}/system.py",
        "music_rng(one)",
        "music_rng(seeds[0])",
        (f"{_TESTS}::test_each_clip_is_that_of_its_seed",),
    ),
    Fault(
        "the codec loses precision with the decoder",
        f"{_MUSICGEN}/loading.py",
        "model.decoder.bfloat16()",
        "model.bfloat16().float()",
        (f"{_TESTS}::test_half_precision_is_for_the_decoder_alone",),
    ),
    Fault(
        "of several labels in a prompt only the first counts",
        "src/menura/systems/bound.py",
        "torch.tensor([one in wanted for one in self.labels])",
        "torch.tensor([one == wanted[0] for one in self.labels])",
        ("tests/systems/test_prompted_labels.py",),
    ),
)
