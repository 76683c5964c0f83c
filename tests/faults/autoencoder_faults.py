"""Mistakes in the autoencoders: bottleneck, windows, paths, the plane."""

from faults.fault import Fault

_BOTTLENECK, _ITS_TESTS = "src/menura/models/_bottleneck.py", ("tests/models/test_bottleneck.py",)
_MODEL, _TESTS = "src/menura/models/_autoencoder.py", ("tests/models/test_autoencoders.py",)
_WINDOWS, _PATHS = "src/menura/models/_windowing.py", "src/menura/models/_paths.py"

AUTOENCODER_FAULTS = (
    Fault(
        "the log-variance taken for that of the deviation",
        _BOTTLENECK,
        "(0.5 * self.log_variance).exp() * normal",
        "self.log_variance.exp() * normal",
        _ITS_TESTS,
    ),
    Fault(
        "the divergence with a lost term",
        _BOTTLENECK,
        "0.5 * (self.mean.square() + variance - self.log_variance - 1)",
        "0.5 * (self.mean.square() + variance - 1)",
        _ITS_TESTS,
    ),
    Fault(
        "a clipped log-variance is stuck",
        _BOTTLENECK,
        "wide.clamp(*self.config.log_variance).detach() + (wide - wide.detach())",
        "wide.clamp(*self.config.log_variance)",
        _ITS_TESTS,
    ),
    Fault(
        "free of each example, not on average",
        _BOTTLENECK,
        "of_each = posterior.divergence().transpose(0, 1).flatten(1).mean(dim=1)\n"
        "        counted = of_each.clamp_min(c.free_nats).sum()",
        "of_each = posterior.divergence().clamp_min(c.free_nats)\n"
        "        counted = of_each.transpose(0, 1).flatten(1).mean(dim=1).sum()",
        _ITS_TESTS,
    ),
    Fault(
        "free bits that make the divergence cost less, not nothing",
        _BOTTLENECK,
        "of_each.clamp_min(c.free_nats).sum()",
        "(of_each - c.free_nats).sum()",
        _ITS_TESTS,
    ),
    Fault(
        "the warm-up never ends",
        _BOTTLENECK,
        "min(1.0, int(self.n_steps) / c.warmup_steps)",
        "int(self.n_steps) / c.warmup_steps",
        _ITS_TESTS,
    ),
    Fault(
        "the Gaussian of the means alone",
        _BOTTLENECK,
        "spread = spread + variances.mean(dim=0).diag()",
        "pass",
        _ITS_TESTS,
    ),
    Fault(
        "the spread between batches is lost",
        _BOTTLENECK,
        "torch.lerp(self.covariance, spread, share) + between",
        "torch.lerp(self.covariance, spread, share)",
        _ITS_TESTS,
    ),
    Fault(
        "latents drawn without their covariance",
        _BOTTLENECK,
        "return vectors",
        "return self.mean + temperature * drawn",
        _ITS_TESTS,
    ),
    Fault(
        "the narrowest axes for the widest",
        _BOTTLENECK,
        "axes.T.flip(0)[:n]",
        "axes.T[:n]",
        _ITS_TESTS,
    ),
    Fault(
        "windows laid without fading",
        _WINDOWS,
        "weights[i - 1, n_window - n_shared :] *= 1 - rise",
        "pass",
        _TESTS,
    ),
    Fault(
        "the last frames of a piece in no window",
        _WINDOWS,
        "1 + ceil(n_beyond / (n_window - n_overlap))",
        "1 + n_beyond // (n_window - n_overlap)",
        _TESTS,
    ),
    Fault(
        "the last sample of a window stands till the end of a piece",
        _MODEL,
        "if rate is None or self.spec.hop_length == 1:",
        "if rate is None:",
        ("tests/models/test_cvae.py",),
    ),
    Fault(
        "a spectrum stands still for a whole overlap",
        _MODEL,
        "return min(int(self.config.n_overlap), int(HELD_S * rate))",
        "return int(self.config.n_overlap)",
        _TESTS,
    ),
    Fault(
        "a circle without the sine it is divided by",
        _PATHS,
        "/ angle.sin()",
        "",
        _TESTS,
    ),
    Fault(
        "a path seen from 0, wherever the latents lie",
        _MODEL,
        "from_, to = ((one - centre).movedim(3, 1).flatten(0, 1) for one in (a, b))",
        "from_, to = ((one - 0 * centre).movedim(3, 1).flatten(0, 1) for one in (a, b))\n"
        "        centre = 0 * centre",
        _TESTS,
    ),
    Fault(
        "a glide that stands still within a window",
        _MODEL,
        "n_knots = min(MOST_KNOTS, 1 + -(-(n_frames - 1) // per_knot))",
        "n_knots = 1",
        _TESTS,
    ),
    Fault(
        "variations wander off the spread of the latents",
        _MODEL,
        "kept = max(0.0, 1 - strength**2) ** 0.5",
        "kept = 1.0",
        _TESTS,
    ),
    Fault(
        "held-out values at the weight of the moment",
        _MODEL,
        "warming=self.training)",
        "warming=True)",
        _TESTS,
    ),
    Fault(
        "the Gaussian follows held-out music too",
        _MODEL,
        "        if self.training:\n            self.bottleneck.follow(posterior)",
        "        self.bottleneck.follow(posterior)",
        ("tests/contracts/test_every_model.py",),
    ),
    Fault(
        "an autoencoder makes bursts that no music has",
        "src/menura/models/_autoencoder.py",
        "self._within(self._decoded(vectors.flatten(0, 1)))",
        "self._decoded(vectors.flatten(0, 1))",
        ("tests/models/test_bounds.py",),
    ),
    Fault(
        "bounds are those of the last batch",
        "src/menura/models/_bounds.py",
        "torch.maximum(self.highest, highest)",
        "highest",
        ("tests/models/test_bounds.py",),
    ),
)
