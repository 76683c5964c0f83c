"""The recurrent recipes: settings that must agree, and what the reports state of them."""

import pytest

from menura import recipes
from menura.models.frame_rnn import FrameRnnConfig
from menura.recipes import ContiguousWindows, Preset, Recipe

PRESETS = [
    pytest.param(chosen, id=f"{name}-{preset}")
    for name in recipes.room.names()
    if isinstance(recipe := recipes.load(name), Recipe)
    for preset, chosen in recipe.presets.items()
    if chosen.model.name == "frame-rnn"
]


@pytest.mark.parametrize("preset", PRESETS)
def test_windows_share_what_the_model_predicts_ahead(preset: Preset) -> None:
    """Otherwise the state that is carried would jump over frames, or hear some twice."""
    assert isinstance(preset.batching, ContiguousWindows)
    assert preset.batching.n_shared == preset.model.config.n_ahead


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("stft-lstm", {"n_layers": 1, "n_hidden": 1500, "cell": "lstm"}),
        ("mfcc-lstm", {"n_layers": 2, "recurrent_dropout": 0.5, "cell": "lstm"}),
        ("gruv-lstm", {"cell": "lstm"}),
        ("gruv-gru", {"cell": "gru"}),
    ],
)
def test_what_the_reports_state_is_in_the_paper_preset(
    name: str, stated: dict[str, object]
) -> None:
    preset = recipes.load(name).preset("paper")
    config = preset.model.config
    assert isinstance(config, FrameRnnConfig)
    assert stated.items() <= vars(config).items()
    assert (config.output, preset.temperature) == ("mean", 0.0)


def test_the_optimisers_that_are_stated() -> None:
    chosen = {
        name: recipes.load(name).preset("paper").model.config.optimizer.name
        for name in ("stft-lstm", "mfcc-lstm", "phase-vocoder-rnn")
    }
    assert chosen == {"stft-lstm": "adadelta", "mfcc-lstm": "adam", "phase-vocoder-rnn": "adagrad"}


def test_a_quarter_of_a_second_has_512_features() -> None:
    preset = recipes.load("stft-lstm").preset("paper-quarter-second")
    assert preset.representation is not None
    spectra = preset.representation.config
    assert spectra.n_fft / preset.sample_rate == 0.25
    assert (spectra.n_fft // 2, spectra.hop_length) == (512, 512)
