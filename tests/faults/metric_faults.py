"""Mistakes in metrics, embeddings and what they stand on."""

from faults.fault import Fault

METRIC_FAULTS = (
    Fault(
        "FAD∞ is read where the line is at one point",
        "src/menura/evaluation/unbiased.py",
        "np.polyfit(inverse_n, distances, 1)[1]",
        "np.polyfit(inverse_n, distances, 1).sum()",
        ("tests/evaluation/test_unbiased.py",),
    ),
    Fault(
        "the means of blocks are forgotten when blocks are put together",
        "src/menura/evaluation/unbiased.py",
        "self.scatter[chosen].sum(axis=0) + apart.T @ apart",
        "self.scatter[chosen].sum(axis=0)",
        ("tests/evaluation/test_unbiased.py",),
    ),
    Fault(
        "each part of the points has its own mean",
        "src/menura/evaluation/gaussian.py",
        "part[start : start + ROWS_AT_ONCE] - mean",
        "part[start : start + ROWS_AT_ONCE] - part.mean(axis=0)",
        ("tests/evaluation/test_gaussian.py",),
    ),
    Fault(
        "the divergence is that of the reference from the candidates",
        "src/menura/evaluation/metrics/kl_mfcc.py",
        "(p * np.log(p / q)).sum()",
        "(q * np.log(q / p)).sum()",
        ("tests/evaluation/test_kl.py",),
    ),
    Fault(
        "bins of each side have their own range",
        "src/menura/evaluation/metrics/kl_mfcc.py",
        "np.bincount(np.searchsorted(edges, side.astype(np.float64)), minlength=N_BINS)"
        " + SMOOTHING",
        "np.histogram(side, N_BINS)[0] + SMOOTHING",
        ("tests/evaluation/test_kl.py",),
    ),
    Fault(
        "a point counts as its own neighbour",
        "src/menura/evaluation/manifolds.py",
        "nth = min(N_NEIGHBOURS, len(known) - 1)",
        "nth = min(N_NEIGHBOURS, len(known)) - 1",
        ("tests/evaluation/test_manifolds.py",),
    ),
    Fault(
        "precision and recall are changed about",
        "src/menura/evaluation/metrics/precision.py",
        "return made, real",
        "return real, made",
        ("tests/evaluation/test_manifolds.py",),
    ),
    Fault(
        "unvoiced frames have a pitch",
        "src/menura/evaluation/pitches.py",
        "hz[voiced]",
        "hz[np.isfinite(hz) | True]",
        ("tests/evaluation/test_pitches.py",),
    ),
    Fault(
        "a long clip is heard from end to end",
        "src/menura/evaluation/metrics/_excerpt_mean.py",
        "seconds = common_seconds(sides, self.longest_s)",
        "seconds = self.longest_s * 5",
        ("tests/evaluation/test_pitches.py",),
    ),
    Fault(
        "excerpts lie on each other",
        "src/menura/evaluation/excerpts.py",
        "number * seconds + max(0.0, gap)",
        "max(0.0, gap)",
        ("tests/evaluation/test_excerpts.py",),
    ),
    Fault(
        "the pulse is that of the beginning of the clip",
        "src/menura/evaluation/pulse.py",
        "flux_db(clip)[first : first + round(seconds * FRAMES_A_SECOND)]",
        "flux_db(clip)[: round(seconds * FRAMES_A_SECOND)]",
        ("tests/evaluation/test_pulse.py",),
    ),
    Fault(
        "twice the tempo",
        "src/menura/evaluation/pulse.py",
        "return Pulse(60 * FRAMES_A_SECOND / between",
        "return Pulse(120 * FRAMES_A_SECOND / between",
        ("tests/evaluation/test_pulse.py",),
    ),
    Fault(
        "VGGish hears powers",
        "src/menura/evaluation/embeddings/_vggish_input.py",
        "magnitudes = np.abs(np.fft.rfft(part, N_FFT))",
        "magnitudes = np.abs(np.fft.rfft(part, N_FFT)) ** 2",
        ("tests/evaluation/test_embeddings.py",),
    ),
    Fault(
        "VGGish lays its channels out as PyTorch does",
        "src/menura/evaluation/embeddings/vggish.py",
        "x = x.permute(0, 2, 3, 1).flatten(1)",
        "x = x.flatten(1)",
        ("tests/evaluation/test_embeddings.py",),
    ),
    Fault(
        "CLAP's points are as long as they come",
        "src/menura/evaluation/embeddings/clap.py",
        "torch.nn.functional.normalize(said.audio_embeds, dim=-1)",
        "said.audio_embeds",
        ("tests/evaluation/test_embeddings.py",),
    ),
    Fault(
        "a piece of a long clip is heard without what is before it",
        "src/menura/evaluation/embeddings/encodec.py",
        "first = max(0, start - around)",
        "first = start",
        ("tests/evaluation/test_embeddings.py",),
    ),
    Fault(
        "a part of a taped clip begins at the tape's beginning",
        "src/menura/evaluation/taped.py",
        "TapedClip(self._tape, self._start + start, self._start + max(start, stop))",
        "TapedClip(self._tape, start, max(start, stop))",
        ("tests/evaluation/test_taped.py",),
    ),
    Fault(
        "one answer for all arguments",
        "src/menura/evaluation/once_per_clip.py",
        "        if further not in of_clip:\n"
        "            of_clip[further] = function(clip, *further)\n"
        "        return of_clip[further]\n",
        "        if () not in of_clip:\n            of_clip[()] = function(clip, *further)\n"
        "        return of_clip[()]\n",
        ("tests/evaluation/test_taped.py",),
    ),
)
