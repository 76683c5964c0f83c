"""evaluate: from folders of sound to figures, with the floor beside them."""

import csv
import gc
import json
import weakref
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from menura import evaluate
from menura.audio import Clip, read, write
from menura.evaluation import metrics
from menura.evaluation.embeddings import menura as menura_embedding
from menura.evaluation.metrics import Measurement
from menura.evaluation.taped import TapedClip
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.workflows.train import train
from tiny_embeddings import looked_for_in, write_encodec, write_menura
from toy_labels import RATE, toy_sound
from tunes import folder_of_tunes, tune

SETS = {
    "beat-steadiness",
    "drift",
    "frechet-mfcc",
    "frechet-spectral",
    "kl-mfcc",
    "memorisation",
    "onset-density",
    "piptrack-count",
    "piptrack-entropy",
    "piptrack-range",
    "pitch-count",
    "pitch-entropy",
    "pitch-range",
    "precision",
    "recall",
    "tempo",
}
NETWORKS = {"frechet-clap", "frechet-encodec", "frechet-menura", "frechet-vggish"}
BY_LABEL = {"label-accuracy"}
SAMPLES_ARE_EQUALLY_MANY = {"precision", "recall"}
PAIRED = {"log-mel-distance", "multi-resolution-stft", "seed-relatedness"}


@pytest.fixture(autouse=True)
def without_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MENURA_EMBEDDINGS", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(menura_embedding, "FOLDER", tmp_path / "shipped")


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    return folder_of_tunes(tmp_path / "reference", 6, 4.0, 16_000)


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    folder = tmp_path / "candidates"
    for number in range(3):
        write(Clip(tune(3.0, 22_050, 40 + number), 22_050), folder / f"{number}.flac")
    return folder


def test_all_that_suit_are_measured(candidates: Path, reference: Path) -> None:
    result = evaluate(candidates, reference)
    assert {figure.metric for figure in result.figures} == SETS
    assert set(result.not_measured) == PAIRED | NETWORKS | BY_LABEL
    assert "hf download laion/larger_clap_music" in result.not_measured["frechet-clap"]
    assert (result.candidates.n_files, result.reference.n_files) == (3, 6)
    assert result.candidates.seconds == pytest.approx(9, abs=0.01)
    for figure in result.figures:
        assert figure.floor is not None
        if figure.metric != "drift":  # whose words count the clips
            assert figure.floor.embedding == figure.measured.embedding
        assert figure.means
        if figure.metric != "onset-density":
            # The floor rests on as many samples as the figure, give or take a cut frame.
            assert figure.floor.n_candidate == pytest.approx(figure.measured.n_candidate, abs=3)
            if figure.metric not in SAMPLES_ARE_EQUALLY_MANY:
                assert figure.floor.n_reference < figure.measured.n_reference


def test_real_music_is_nearer_than_noise_and_near_its_floor(
    candidates: Path, reference: Path, tmp_path: Path
) -> None:
    for number in range(3):
        noise = 0.1 * np.random.default_rng(number).standard_normal((1, 66_150))
        write(Clip(noise.astype(np.float32), 22_050), tmp_path / "noise" / f"{number}.wav")
    names = ["frechet-mfcc", "frechet-spectral"]
    near = evaluate(candidates, reference, metrics=names).figures
    far = evaluate(tmp_path / "noise", reference, metrics=names).figures
    for music, noise_ in zip(near, far, strict=True):
        assert music.floor is not None
        assert music.measured.value < 0.1 * noise_.measured.value
        assert music.measured.value < 3 * music.floor.value


def test_same_seed_same_figures(candidates: Path, reference: Path) -> None:
    first, second, other = (
        evaluate(candidates, reference, metrics=["frechet-spectral"], seed=seed).figures[0]
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first.measured == other.measured
    assert first.floor != other.floor


def test_pairs_go_by_file_name(reference: Path, tmp_path: Path) -> None:
    for file in sorted(reference.iterdir())[:4]:
        clip = read(file)
        write(Clip(0.5 * clip.samples, clip.sample_rate), tmp_path / "copy" / f"{file.stem}.flac")
    result = evaluate(tmp_path / "copy", reference)
    figures = {figure.metric: figure for figure in result.figures}
    assert set(figures) == SETS | PAIRED - {"seed-relatedness"}
    assert "are reconstructions of these; if they go on" in result.not_measured["seed-relatedness"]
    [asked] = evaluate(tmp_path / "copy", reference, metrics=["seed-relatedness"]).figures
    assert asked.measured.n_candidate == 4
    assert figures["log-mel-distance"].measured.n_candidate == 4
    assert 1 < figures["log-mel-distance"].measured.value < 6.1
    assert figures["log-mel-distance"].floor is None
    assert figures["memorisation"].measured.value == 1.0


def test_continuations_are_told_by_their_seeds(reference: Path, tmp_path: Path) -> None:
    for file in sorted(reference.iterdir())[:3]:
        clip = read(file)
        longer = np.concatenate([clip.samples, clip.samples], axis=1)
        write(Clip(longer, clip.sample_rate), tmp_path / "on" / file.name)
    result = evaluate(tmp_path / "on", reference)
    assert "seed-relatedness" in {figure.metric for figure in result.figures}
    assert "not a reconstruction" in result.not_measured["log-mel-distance"]


def test_files_in_folders_by_label_are_no_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rock/1.wav on both sides are any two clips of rock; who knows better asks for it."""
    for label in ("rock", "jazz"):
        for number in range(2):
            for side, seed in (("made", 20 + number), ("real", number)):
                file = tmp_path / side / label / f"{number}.wav"
                write(Clip(tune(2.0, 16_000, seed), 16_000), file)
    names = [*sorted(PAIRED), "onset-density"]
    monkeypatch.setattr(metrics.room, "names", lambda: names)
    result = evaluate(tmp_path / "made", tmp_path / "real")
    assert [figure.metric for figure in result.figures] == ["onset-density"]
    assert result.not_measured == {
        name: "both sides are in folders by label, where files of one name need not be pairs; "
        f"if they are, ask for it: --metrics {name}"
        for name in PAIRED
    }
    asked = evaluate(tmp_path / "made", tmp_path / "real", metrics=sorted(PAIRED))
    assert [figure.measured.n_candidate for figure in asked.figures] == [4, 4, 4]
    write(Clip(tune(2.0, 16_000), 16_000), tmp_path / "made" / "1.wav")
    write(Clip(tune(2.0, 16_000), 16_000), tmp_path / "real" / "1.wav")
    mixed = evaluate(tmp_path / "made", tmp_path / "real")
    assert "log-mel-distance" in {figure.metric for figure in mixed.figures}


def test_two_files_are_a_pair(reference: Path, tmp_path: Path) -> None:
    original = sorted(reference.iterdir())[0]
    write(read(original), tmp_path / "copy.wav")
    result = evaluate(tmp_path / "copy.wav", original)
    figures = {figure.metric: figure.measured for figure in result.figures}
    assert figures["log-mel-distance"].value == pytest.approx(0, abs=0.1)
    assert figures["frechet-spectral"].value == pytest.approx(0, abs=0.01)
    assert all(figure.floor is None for figure in result.figures)


def test_the_result_is_written_as_json(candidates: Path, reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "figures.json"
    reporter = Collected()
    result = evaluate(
        candidates, reference, metrics=["onset-density"], json_file=out, reporter=reporter
    )
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(asdict(result)))
    assert written["figures"][0]["measured"]["embedding"]
    assert reporter.lines == [f"wrote {out}"]


def test_short_and_broken_candidates_are_refused(candidates: Path, reference: Path) -> None:
    soundfile.write(candidates / "short.wav", np.zeros(8000), 16_000)
    with pytest.raises(MenuraError, match=r"short\.wav: 0.50 s long; at least 1 s is needed"):
        evaluate(candidates, reference)
    (candidates / "short.wav").write_bytes(b"no sound")
    with pytest.raises(MenuraError, match=r"short\.wav: "):
        evaluate(candidates, reference)
    soundfile.write(candidates / "short.wav", np.full(32_000, np.nan), 16_000, "FLOAT")
    with pytest.raises(MenuraError, match="not numbers"):
        evaluate(candidates, reference)


def test_short_and_broken_references_are_left_out(candidates: Path, reference: Path) -> None:
    soundfile.write(reference / "short.wav", np.zeros(8000), 16_000)
    (reference / "broken.wav").write_bytes(b"no sound")
    reporter = Collected()
    result = evaluate(candidates, reference, metrics=["frechet-mfcc"], reporter=reporter)
    assert result.reference.n_files == 6
    *left_out, _ = reporter.warnings  # the last of them tells of too little sound
    assert [line.split(":")[0] for line in left_out] == [
        f"left out {reference / name}" for name in ("broken.wav", "short.wav")
    ]
    heard = Collected()
    evaluate(reference / "tune 0.wav", reference, reporter=heard)  # at both rates
    assert sum("left out" in line for line in heard.warnings) == 2
    for file in reference.glob("tune*"):
        file.unlink()
    with pytest.raises(MenuraError, match="no file of the reference can be used"):
        evaluate(candidates, reference)


def test_files_of_one_name_keep_their_suffix(reference: Path, tmp_path: Path) -> None:
    write(Clip(tune(2.0, 16_000, 1), 16_000), tmp_path / "same" / "a.wav")
    write(Clip(tune(2.0, 16_000, 2), 16_000), tmp_path / "same" / "a.flac")
    result = evaluate(tmp_path / "same", reference, metrics=["frechet-mfcc"])
    assert result.candidates.n_files == 2


def test_what_was_asked_for_and_cannot_be_is_an_error(candidates: Path, reference: Path) -> None:
    with pytest.raises(MenuraError, match="log-mel-distance: no candidate has the file name"):
        evaluate(candidates, reference, metrics=["frechet-mfcc", "log-mel-distance"])
    with pytest.raises(UsageError, match="there is no metric 'fid'"):
        evaluate(candidates, reference, metrics=["fid"])
    with pytest.raises(MenuraError, match="there is no file or folder"):
        evaluate(candidates / "nowhere", reference)
    with pytest.raises(UsageError, match=r"must end in \.json"):
        evaluate(candidates, reference, json_file=candidates / "figures.txt")


def test_every_metric_is_in_one_of_the_lists() -> None:
    assert {name for name in metrics.room.names() if metrics.load(name).paired} == PAIRED
    assert set(metrics.room.names()) == SETS | PAIRED | NETWORKS | BY_LABEL


def test_a_network_is_measured_where_its_weights_are(
    candidates: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_encodec(tmp_path / "embeddings" / "encodec")
    monkeypatch.setenv("MENURA_EMBEDDINGS", str(tmp_path / "embeddings"))
    names = ["frechet-encodec", "onset-density"]
    result = evaluate(candidates, reference, metrics=names)
    assert [figure.metric for figure in result.figures] == names
    assert result.figures[0].measured.n_candidate == 3 * 225
    assert result.candidates.seconds == pytest.approx(9, abs=0.01)
    with pytest.raises(MenuraError, match="frechet-vggish: its weights are not on this machine"):
        evaluate(candidates, reference, metrics=["frechet-vggish"])


def test_folders_by_label_are_told_apart(
    candidates: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where both sides have them; else it is said how to lay them out."""
    write_menura(tmp_path / "embeddings" / "menura")
    looked_for_in(tmp_path / "embeddings", monkeypatch)
    for label, other in (("high", "low"), ("low", "high")):
        for number in range(8):
            real, made = toy_sound(label, number, 3.0), toy_sound(label, 20 + number)
            if number < 2:
                made = toy_sound(other, 40 + number)
            write(Clip(real[None], RATE), tmp_path / "real" / label / "notes" / f"{number}.wav")
            write(Clip(made[None], RATE), tmp_path / "made" / label / f"{number}.flac")
    names = ["label-accuracy", "frechet-menura"]
    told, near = evaluate(tmp_path / "made", tmp_path / "real", metrics=names).figures
    assert told.measured.value == 0.75
    assert told.measured.details["of high"] == 0.75
    assert told.floor is not None
    assert told.floor.value > told.measured.value
    assert (told.floor.n_reference, told.floor.n_candidate) == (8, 16)
    assert near.floor is not None
    monkeypatch.setattr(metrics.room, "names", lambda: ["label-accuracy", "onset-density"])
    flat = evaluate(candidates, reference)
    assert "folders of the same names, one a label" in flat.not_measured["label-accuracy"]
    with pytest.raises(MenuraError, match="label-accuracy: the candidates are not in folders"):
        evaluate(candidates, tmp_path / "real", metrics=["label-accuracy"])


def test_too_little_sound_is_warned_of(candidates: Path, reference: Path) -> None:
    reporter = Collected()
    names = ["frechet-mfcc", "frechet-spectral", "tempo"]
    result = evaluate(candidates, reference, metrics=names, reporter=reporter)
    assert [figure.measured.too_few for figure in result.figures] == [True, True, True]
    [warning] = reporter.warnings
    assert warning.startswith("too little sound for frechet-mfcc, frechet-spectral, tempo to mean")


@pytest.mark.parametrize(("n", "is_chance"), [(15, True), (16, False)])
def test_real_to_real_of_few_is_no_measure(
    candidates: Path, tmp_path: Path, n: int, is_chance: bool
) -> None:
    """However many pieces are cut from them, half of the recordings are less than eight."""
    reporter = Collected()
    real = folder_of_tunes(tmp_path / "real", n, 4.0, 16_000)
    [figure] = evaluate(candidates, real, metrics=["frechet-mfcc"], reporter=reporter).figures
    assert figure.floor is not None
    assert figure.floor_is_chance == is_chance
    [warning] = reporter.warnings
    assert ("read it beside what real music scores" in warning) != is_chance


def test_only_one_file_is_in_memory_at_a_time(
    candidates: Path, reference: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what was read, nothing is left when the measuring begins but what is on tape."""
    seen: list[weakref.ref[np.ndarray]] = []

    def reading(file: Path) -> Clip:
        clip = read(file)
        seen.append(weakref.ref(clip.samples))
        return clip

    def scored(self: object, real: Mapping[str, Clip], made: Mapping[str, Clip]) -> Measurement:
        gc.collect()
        assert len(seen) == 9
        assert all(samples() is None for samples in seen)
        assert all(isinstance(clip, TapedClip) for clip in [*real.values(), *made.values()])
        return Measurement(0.0, "nothing", "clips", len(real), len(made))

    monkeypatch.setattr("menura.audio.read", reading)
    monkeypatch.setattr(type(metrics.load("onset-density")), "score", scored)
    evaluate(candidates, reference, metrics=["onset-density"])


def test_piano_is_nearer_to_piano_than_rock(recordings: Path, tmp_path: Path) -> None:
    table = recordings / "piano" / "maestro-v3.0.0.csv"
    rock = sorted((recordings / "clips").glob("*/rock/*.ogg"))[:4]
    if not table.is_file() or len(rock) < 4:
        pytest.skip("MENURA_DATA has no piano or no rock clips")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    files = [table.parent / row["audio_filename"] for row in rows]
    for number, file in enumerate([*files[:12], *rock]):
        side = "rock" if file in rock else ("held-out" if number % 3 == 0 else "reference")
        clip = read(file).between(8.0, 18.0)
        write(clip, tmp_path / side / f"{number}.flac")
    names = ["frechet-mfcc", "frechet-spectral"]
    piano = evaluate(tmp_path / "held-out", tmp_path / "reference", metrics=names)
    other = evaluate(tmp_path / "rock", tmp_path / "reference", metrics=names)
    for near, far in zip(piano.figures, other.figures, strict=True):
        assert near.measured.value < 0.5 * far.measured.value


def test_real_music_through_a_codec_stands_beside_the_floor(
    candidates: Path, reference: Path, tmp_path: Path
) -> None:
    """A system's representation costs something; what it costs is printed."""
    train("spectral-codec", reference, tmp_path / "codec", preset="tiny", steps=1)
    names = ["frechet-spectral", "onset-density"]
    told = evaluate(candidates, reference, metrics=names, through=tmp_path / "codec")
    plain = evaluate(candidates, reference, metrics=names)
    for with_, without in zip(told.figures, plain.figures, strict=True):
        assert with_.floor == without.floor
        assert without.round_trip is None
        assert with_.round_trip is not None
        assert with_.round_trip.n_reference == with_.floor.n_reference  # type: ignore[union-attr]
    spectral = told.figures[0]
    assert spectral.round_trip is not None
    assert spectral.floor is not None
    assert spectral.round_trip.value > 1.2 * spectral.floor.value
    paired = evaluate(
        reference, reference, metrics=["log-mel-distance"], through=tmp_path / "codec"
    )
    assert paired.figures[0].round_trip is None


def test_a_fault_of_one_metric_costs_no_other(
    candidates: Path, reference: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, reference: object, candidate: object) -> Measurement:
        raise RuntimeError("a fault of its own")

    monkeypatch.setattr(type(metrics.load("kl-mfcc")), "score", broken)
    two = ["frechet-mfcc", "kl-mfcc"]
    monkeypatch.setattr(metrics.room, "names", lambda: two)
    result = evaluate(candidates, reference)
    assert result.not_measured == {"kl-mfcc": "RuntimeError: a fault of its own"}
    assert [figure.metric for figure in result.figures] == two[:1]
    with pytest.raises(MenuraError, match="kl-mfcc: RuntimeError: a fault of its own"):
        evaluate(candidates, reference, metrics=["kl-mfcc"])
