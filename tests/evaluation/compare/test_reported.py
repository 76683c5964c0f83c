"""Reported figures: those of the reports, and measures of ours that there are or will be."""

from menura import recipes
from menura.evaluation.compare.reported import figures_of, statements_of

STATED = ("cvae", "gan", "spectrogram-bilstm", "wavenet-autoencoder")


def test_every_system_with_figures_is_a_recipe() -> None:
    names = recipes.room.names()
    assert [name for name in names if figures_of(name)] == sorted(STATED)


def test_a_figure_is_said_with_its_measure() -> None:
    said = list(statements_of("wavenet-autoencoder"))
    assert {one.of for one in said} == {"organ"}
    assert {one.measure: one.value for one in said} == {
        "pitches": 290,
        "range Hz": 954.3,
        "entropy": 2.605,
        "FAD (MFCC)": 2531.7,
        "KL": 0.1544,
    }
    [distance] = [one for one in said if one.measure == "FAD (MFCC)"]
    assert (distance.metric, distance.detail) == ("frechet-mfcc", None)
    assert distance.way == "reconstruct", "an organ that comes back, not one that is made"
    assert list(statements_of("latent-flow")) == []


def test_what_is_not_stated_is_not_said() -> None:
    assert {one.measure for one in statements_of("cvae")} == {"FAD (MFCC)", "KL"}
    assert len(list(statements_of("cvae"))) == 6
