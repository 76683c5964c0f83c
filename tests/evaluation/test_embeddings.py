"""The networks: equal to other ways of running them, and one plain line where they are missing."""

from pathlib import Path

import librosa
import numpy as np
import pytest
import scipy.linalg
import torch
from safetensors.torch import load_file, save_file

from menura.audio import Clip, conform
from menura.evaluation import embeddings, metrics
from menura.evaluation.classifiers import config_of, open_saved
from menura.evaluation.embeddings import _weights, clap, encodec, menura
from menura.evaluation.embeddings._vggish_input import FEWEST_SAMPLES, examples, n_examples
from menura.foundation.errors import MenuraError
from menura.systems.musicgen.quiet import quiet_transformers
from tiny_embeddings import (
    CHANNELS,
    HIDDEN,
    VARIABLE,
    looked_for_in,
    write_all,
    write_encodec,
    write_menura,
)
from tunes import tune

RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(tmp_path_factory.mktemp("embeddings"))


@pytest.fixture
def networks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    looked_for_in(folder, monkeypatch)
    return folder


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(menura, "FOLDER", tmp_path / "shipped")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def clip(seconds: float, seed: int = 0, rate: int = RATE) -> Clip:
    return Clip(tune(seconds, rate, seed), rate)


def sets() -> tuple[dict[str, Clip], dict[str, Clip]]:
    real = {f"{i}": clip(3.0, i) for i in range(8)}
    made = {f"{i}": clip(2.0, 20 + i) for i in range(6)}
    return real, made


@pytest.mark.parametrize("name", embeddings.room.names())
def test_the_distance_equals_the_general_matrix_root(name: str, networks: Path) -> None:
    """On equal embeddings, scipy's root gives the same Fréchet distance."""
    real, made = sets()
    if name in ("spectral", "menura", "clap"):  # the general root needs more points than these
        seconds = 1.0 if name == "clap" else 10.0
        real = {f"{i}": clip(seconds, i) for i in range(16)}
        made = {f"{i}": clip(seconds, 30 + i) for i in range(15)}
    embedding = embeddings.load(name)
    x, y = (
        np.concatenate([embedding.points(side[key]) for key in sorted(side)]).astype(np.float64)
        for side in (real, made)
    )
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    between = x.mean(axis=0) - y.mean(axis=0)
    root = scipy.linalg.sqrtm(a @ b).real
    expected = between @ between + np.trace(a + b - 2 * root)
    measured = metrics.load(f"frechet-{name}").score(real, made)
    assert measured.value == pytest.approx(expected, rel=1e-3)
    assert (measured.n_reference, measured.n_candidate) == (len(x), len(y))
    assert measured.embedding == embedding.in_words


def test_vggish_equals_a_network_of_layers(networks: Path) -> None:
    """The same weights in torch.nn's own modules, named as the port names them."""
    widths = [1, *CHANNELS]
    layers: list[torch.nn.Module] = []
    for number in range(6):
        layers += [torch.nn.Conv2d(widths[number], widths[number + 1], 3, padding=1)]
        layers += [torch.nn.ReLU()]
        layers += [torch.nn.MaxPool2d(2)] if number in (0, 1, 3, 5) else []
    network = torch.nn.Module()
    network.features = torch.nn.Sequential(*layers)
    network.embeddings = torch.nn.Sequential(
        torch.nn.Linear(24 * CHANNELS[-1], HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, 12),
    )
    network.load_state_dict(load_file(networks / "vggish" / "vggish.safetensors"))
    pictures = torch.from_numpy(examples(clip(3.0).samples[0]))
    seen = network.features(pictures[:, None]).permute(0, 2, 3, 1).flatten(1)
    expected = network.embeddings(seen).detach().numpy()
    found = embeddings.load("vggish").points(clip(3.0))
    assert found.shape == (3, 12)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_vggish_hears_what_its_authors_describe() -> None:
    """The spectrogram by librosa, and the bands by their definition, one by one."""
    sound = clip(2.0).samples[0]
    magnitudes = np.abs(
        librosa.stft(
            np.pad(sound, (56, 56)), n_fft=512, win_length=400, hop_length=160, center=False
        )
    )
    mels = 1127 * np.log(1 + np.linspace(0, 8000, 257) / 700)
    edges = np.linspace(1127 * np.log(1 + 125 / 700), 1127 * np.log(1 + 7500 / 700), 66)
    expected = np.zeros((192, 64))
    for band in range(64):
        for number, mel in enumerate(mels[1:], start=1):
            up = (mel - edges[band]) / (edges[band + 1] - edges[band])
            down = (edges[band + 2] - mel) / (edges[band + 2] - edges[band + 1])
            expected[:, band] += max(0.0, min(up, down)) * magnitudes[number, :192]
    found = examples(sound)
    assert found.shape == (2, 96, 64)
    np.testing.assert_allclose(found.reshape(192, 64), np.log(expected + 0.01), atol=2e-3)


def test_vggish_takes_whole_pictures() -> None:
    assert [n_examples(n) for n in (0, 399, FEWEST_SAMPLES - 1, FEWEST_SAMPLES)] == [0, 0, 0, 1]
    assert examples(np.zeros(FEWEST_SAMPLES - 1, np.float32)).shape == (0, 96, 64)


def test_clap_equals_the_whole_model(networks: Path) -> None:
    with quiet_transformers():
        from transformers import ClapFeatureExtractor, ClapModel

        model = ClapModel.from_pretrained(networks / "clap").eval()
        extractor = ClapFeatureExtractor.from_pretrained(networks / "clap")
    long = clip(23.0, rate=48_000)
    found = embeddings.load("clap").points(long)
    assert found.shape == (3, 12)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    for number in range(3):
        part = long.samples[0, number * 480_000 : (number + 1) * 480_000]
        heard = extractor([part], sampling_rate=48_000, return_tensors="pt")
        said = model.get_audio_features(**heard)
        expected = torch.as_tensor(getattr(said, "pooler_output", said)).detach().numpy()[0]
        np.testing.assert_allclose(
            found[number], expected / np.linalg.norm(expected), rtol=1e-3, atol=1e-4
        )


@pytest.mark.parametrize(
    ("seconds", "n"), [(0.5, 1), (1.0, 1), (10.0, 1), (10.5, 1), (11.0, 2), (20.0, 2), (25.0, 3)]
)
def test_clap_windows(seconds: float, n: int) -> None:
    assert len(clap._starts(round(seconds * 48_000))) == n


def test_encodec_equals_the_encoder_and_long_clips_have_no_seam(
    networks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with quiet_transformers():
        from transformers import EncodecModel

        model = EncodecModel.from_pretrained(networks / "encodec").eval()
    sound = conform(clip(9.0), 24_000, 1).samples
    expected = model.encoder(torch.from_numpy(sound)[None])[0].T.detach().numpy()
    found = embeddings.load("encodec").points(clip(9.0))
    assert found.shape == (675, 12)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    monkeypatch.setattr(encodec, "PIECE_S", 4)
    in_pieces = embeddings.load("encodec").points(clip(9.0))
    np.testing.assert_allclose(in_pieces, expected, atol=1e-3 * np.abs(expected).max())


def test_weights_in_the_hub_s_cache_are_found(folder: Path, nowhere: Path) -> None:
    """Laid out as `hf download` leaves them; no network is asked."""
    repository = nowhere / "hub" / "models--laion--larger_clap_music"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / ("0" * 40)).symlink_to(folder / "clap")
    embedding = embeddings.load("clap")
    assert embedding.unavailable() is None
    assert embedding.points(clip(2.0)).shape == (1, 12)


@pytest.mark.parametrize("name", ["vggish", "clap", "encodec"])
def test_missing_weights_are_one_plain_line(name: str, nowhere: Path) -> None:
    metric = metrics.load(f"frechet-{name}")
    reason = metric.unavailable()
    assert reason is not None
    assert "weights are not on this machine" in reason
    assert f"a folder {name} in $MENURA_EMBEDDINGS" in reason
    assert ("hf download" in reason) == (name != "vggish")
    real, made = sets()
    with pytest.raises(MenuraError, match="not on this machine"):
        metric.score(real, made)
    with pytest.raises(MenuraError, match=f"{name}: its weights are not on this machine"):
        embeddings.load(name).points(real["0"])


def test_without_transformers_the_extra_is_named(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_weights, "find_spec", lambda name: None)
    for name in ("clap", "encodec"):
        assert embeddings.load(name).unavailable() == (
            'needs one more library: pip install "menura[text]"'
        )
    assert "library" not in str(embeddings.load("vggish").unavailable())


@pytest.mark.parametrize("name", ["vggish", "clap", "encodec"])
def test_pickles_are_not_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / name).mkdir()
    (tmp_path / name / "weights.pth").write_bytes(b"x")
    assert "no weights as .safetensors" in str(embeddings.load(name).unavailable())


@pytest.mark.parametrize("name", ["vggish", "clap", "encodec"])
def test_weights_that_are_not_such_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / name).mkdir()
    (tmp_path / name / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(MenuraError, match="these weights cannot be loaded"):
        embeddings.load(name).points(clip(2.0))


def test_weights_of_another_kind_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "vggish").mkdir()
    weights = load_file(folder / "vggish" / "vggish.safetensors")
    del weights["features.6.bias"]
    save_file(weights, tmp_path / "vggish" / "vggish.safetensors")
    with pytest.raises(MenuraError, match=r"features\.6\.bias is not in them"):
        embeddings.load("vggish").points(clip(2.0))
    write_encodec(tmp_path / "encodec", sample_rate=16_000)
    with pytest.raises(MenuraError, match="a codec of 16000 Hz"):
        embeddings.load("encodec").points(clip(2.0))
    (tmp_path / "clap").symlink_to(folder / "encodec")
    with pytest.raises(MenuraError, match="these weights cannot be loaded"):
        embeddings.load("clap").points(clip(2.0))


def test_menura_equals_the_network_layer_by_layer(networks: Path) -> None:
    """A second at a time: its picture by torch's own STFT, through the saved convolutions."""
    sound = clip(5.5)
    found = embeddings.load("menura").points(sound)
    assert found.shape == (5, 16)
    weights = {
        name: value.double()
        for name, value in load_file(networks / "menura" / "weights.safetensors").items()
    }
    image = config_of("log-mel-cnn", "tiny").image
    filters = librosa.filters.mel(
        sr=image.sample_rate, n_fft=image.n_fft, n_mels=image.n_mels, norm=None
    )
    window = torch.hann_window(image.n_fft, dtype=torch.float64)
    low = torch.from_numpy(conform(sound, image.sample_rate, 1).samples[0]).double()
    for second in range(5):
        part = low[second * image.sample_rate : (second + 1) * image.sample_rate]
        spectrum = torch.stft(
            part, image.n_fft, image.hop_length, window=window, center=False, return_complex=True
        )
        power = torch.from_numpy(filters).double() @ spectrum.abs() ** 2 / (window.sum() / 2) ** 2
        seen = (power.clamp(min=1e-8).log10() - weights["image.mean"]) / weights["image.deviation"]
        layer = seen[None, None]
        for block, stride in ((0, 1), (1, 2)):
            layer = residual(layer, weights, f"network.blocks.{block}", stride)
        np.testing.assert_allclose(found[second], layer.mean(dim=(2, 3))[0], rtol=1e-3, atol=1e-5)


def residual(
    x: torch.Tensor, weights: dict[str, torch.Tensor], named: str, stride: int
) -> torch.Tensor:
    def normed(h: torch.Tensor, number: int) -> torch.Tensor:
        own = {
            kind: weights[f"{named}.norms.{number}.{kind}"]
            for kind in ("running_mean", "running_var", "weight", "bias")
        }
        return torch.nn.functional.batch_norm(h, *own.values())

    conv = torch.nn.functional.conv2d
    h = conv(x, weights[f"{named}.first.weight"], stride=stride, padding=1)
    h = conv(normed(h, 0).relu(), weights[f"{named}.second.weight"], padding=1)
    return (normed(h, 1) + conv(x, weights[f"{named}.around.weight"], stride=stride)).relu()


def test_menura_without_its_weights_is_one_plain_line(nowhere: Path) -> None:
    reason = metrics.load("frechet-menura").unavailable()
    assert reason is not None
    assert "came without the weights of its own network" in reason
    with pytest.raises(MenuraError, match="menura: this Menura came without the weights"):
        embeddings.load("menura").points(clip(2.0))


def test_menura_takes_no_other_kind_of_classifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(menura, "FOLDER", write_menura(tmp_path / "rnn", "rnn"))
    with pytest.raises(MenuraError, match="a rnn classifier has no layer to embed by"):
        embeddings.load("menura").points(clip(2.0))


def test_what_is_shipped_is_as_it_is_said_to_be() -> None:
    """Its size, its form, and of which recordings it is made."""
    classifier, about = open_saved(menura.FOLDER)
    assert about.name == "log-mel-cnn"
    assert (about.config["widths"][-1], classifier.sample_rate) == (96, menura.Menura.sample_rate)
    assert "96 numbers over 1 s, 16 kHz" in menura.Menura.in_words
    assert sum(file.stat().st_size for file in menura.FOLDER.iterdir()) < 1e6
    assert about.data_licences
    composed = "MIT (FluidR3_GM.sf2 by Frank Wen; composed and played by Menura)"
    assert set(about.data_licences) == {"CC0 1.0", "CC BY 3.0", "MIT", composed}
    assert embeddings.load("menura").points(clip(2.5)).shape == (2, 96)
