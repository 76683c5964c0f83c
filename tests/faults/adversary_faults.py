"""Mistakes in the GAN, the CVAE and what is done to training sound."""

from faults.fault import Fault

_GAN, _GAN_TESTS = "src/menura/models/gan.py", ("tests/models/test_gan.py",)
_PLAYERS, _LIKENESS = "src/menura/models/_players.py", "src/menura/models/_likeness.py"
_CVAE, _CVAE_TESTS = "src/menura/models/cvae.py", ("tests/models/test_cvae.py",)
_DROPPING, _DROPPING_TESTS = "src/menura/models/_dropping.py", ("tests/models/test_dropping.py",)
_STRIDED, _STRIDED_TESTS = "src/menura/models/_strided.py", ("tests/models/test_strided.py",)
_AUGMENTING = "src/menura/training/augmenting.py"
_STRETCHING = "src/menura/audio/stretching.py"
_AUGMENTING_TESTS = ("tests/training/test_augmenting.py",)

ADVERSARY_FAULTS = (
    Fault(
        "the penalty draws slopes to 0 instead of 1",
        _PLAYERS,
        "return (lengths - 1).square().mean()",
        "return lengths.square().mean()",
        _GAN_TESTS,
    ),
    Fault(
        "slopes of a leaky unit's other side",
        _PLAYERS,
        "came_out, self.shape.slope, True)",
        "-came_out, self.shape.slope, True)",
        _GAN_TESTS,
    ),
    Fault(
        "the penalty at real frames alone",
        _GAN,
        "self.critic.slopes(torch.lerp(made, real, shares))",
        "self.critic.slopes(torch.lerp(real, real, shares))",
        _GAN_TESTS,
    ),
    Fault(
        "made frames are told as nine tenths too",
        _GAN,
        '"made": cross_entropy(made, more[1]),',
        '"made": cross_entropy(made, c.real_label + more[1]),',
        _GAN_TESTS,
    ),
    Fault(
        "the Wasserstein critic the wrong way round",
        _GAN,
        '{"apart": said_made.mean() - said_real.mean()}',
        '{"apart": said_real.mean() - said_made.mean()}',
        _GAN_TESTS,
    ),
    Fault(
        "the generator moves the critic's weights",
        _GAN,
        "self.critic(self._made(len(batch.frames), rng), rng, frozen=True)",
        "self.critic(self._made(len(batch.frames), rng), rng)",
        _GAN_TESTS,
    ),
    Fault(
        "diversity is that of the moments of a clip, not of the clips",
        _LIKENESS,
        "each = torch.cat([seen.mean(dim=2), seen.std(dim=2)], dim=1)",
        "each = seen.transpose(1, 2).flatten(0, 1)",
        _GAN_TESTS,
    ),
    Fault(
        "a reversed gradient that is not reversed",
        _CVAE,
        "return -ctx.weight * gradients[0], None",
        "return ctx.weight * gradients[0], None",
        _CVAE_TESTS,
    ),
    Fault(
        "another label, and the own one kept",
        _CVAE,
        "told = labels.to(frames).expand(frames.shape[0], -1)\n",
        "told = labels.to(frames).expand(frames.shape[0], -1) + self._guessed(frames)\n",
        _CVAE_TESTS,
    ),
    Fault(
        "guidance counts from no label instead of the drawn one",
        _CVAE,
        "torch.lerp(drawn, sampling.labels.to(drawn).expand_as(drawn), sampling.guidance)",
        "sampling.guidance * sampling.labels.to(drawn).expand_as(drawn)",
        _CVAE_TESTS,
    ),
    Fault(
        "a tape that runs the wrong way",
        _AUGMENTING,
        "pace = change.speed / change.longer",
        "pace = change.longer / change.speed",
        _AUGMENTING_TESTS,
    ),
    Fault(
        "higher and shorter",
        _AUGMENTING,
        "_ratio(settings.tape_percent) ** tape * higher, slower * higher)",
        "_ratio(settings.tape_percent) ** tape * higher, slower)",
        _AUGMENTING_TESTS,
    ),
    Fault(
        "crops are changed alike at every step",
        "src/menura/training/batches.py",
        'derive(self.seed, "augmentation", step)',
        'derive(self.seed, "augmentation")',
        _AUGMENTING_TESTS,
    ),
    Fault(
        "held-out sound is changed too",
        "src/menura/training/assembly.py",
        "return replace(batching, augmentation=AS_RECORDED)",
        "return batching",
        _AUGMENTING_TESTS,
    ),
    Fault(
        "bins of a stretched sound each go their own way",
        _STRETCHING,
        "turn = (last + advance[number] - phase[number])[mine]",
        "turn = last + advance[number] - phase[number]",
        _AUGMENTING_TESTS,
    ),
    Fault(
        "what is not dropped is no louder",
        _DROPPING,
        ".mul_(2**16 / (2**16 - n_shared))",
        "",
        _DROPPING_TESTS,
    ),
    Fault(
        "every fourth value is dropped with its neighbours",
        _DROPPING,
        "[: values.numel()]",
        "[::DRAWN].repeat_interleave(DRAWN)[: values.numel()]",
        _DROPPING_TESTS,
    ),
    Fault(
        "folded taps of a transposed convolution the wrong way round",
        _STRIDED,
        "by.in_blocks(weight).flip(2)",
        "by.in_blocks(weight)",
        _STRIDED_TESTS,
    ),
    Fault(
        "folded taps begin where the kernel does",
        _STRIDED,
        "pad(weight, (before, after))",
        "pad(weight, (0, before + after))",
        _STRIDED_TESTS,
    ),
    Fault(
        "a transposed convolution without its constant",
        "src/menura/models/_image_coding.py",
        "return wider.add_(constant[:, None, None])",
        "return wider",
        ("tests/models/test_image_coding.py",),
    ),
    Fault(
        "large blocks are kept after training too",
        "src/menura/training/blocks.py",
        "_tell(library, USUAL)",
        "_tell(library, KEEPING)",
        ("tests/training/test_blocks.py",),
    ),
)
