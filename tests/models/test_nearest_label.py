"""A flow that has learnt labels, before other music: it sets off from the label that is nearest."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from menura.models import Batch
from menura.models._nearest_label import SetOff, nearest, set_off
from menura.models.latent_flow import LatentFlow
from menura.representations import Spec

NAMES = ("high", "low", "mine", "other")
LEARNT = ("high", "low")
N_FRAMES = 16


def flow(names: tuple[str, ...] = NAMES) -> LatentFlow:
    torch.manual_seed(1)
    spec = Spec(sample_rate=8000, n_channels=5, hop_length=128, labels=names)
    return LatentFlow(LatentFlow.tiny, spec).eval()


def errors(*rows: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(rows)


def test_the_label_that_fits_best_is_the_nearest() -> None:
    found = errors(*[(1.0, 0.9, 0.8, 0.95)] * 6)
    assert nearest(found) == nearest(found, beside=2) == 1
    assert nearest(found, beside=1) is None
    assert nearest(errors(*[(1.0, 0.803, 0.8)] * 6), beside=0) is None, "that is hardly less"


@pytest.mark.parametrize(
    "rows",
    [[(1.0, 0.995, 1.2)] * 8, [(1.0, 0.5, 0.9)] * 5, [(1.0,)] * 8, []],
    ids=["hardly better than none", "too few rows", "nothing was learnt", "no rows"],
)
def test_nothing_is_near(rows: list[tuple[float, ...]]) -> None:
    assert nearest(errors(*rows) if rows else torch.zeros(0, 3)) is None


def test_labels_say_what_they_said_beside_what_is_always_said() -> None:
    """The third is new and its rows fit the first; the rows of the fourth are too few."""
    table = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    table[:, 2:] = 0
    flags = torch.zeros(20, 4, dtype=torch.bool)
    flags[:6, 2] = flags[18:, 3] = True
    found = errors(*[(1.0, 0.8, 0.9)] * 6, *[(1.0, 0.9, 0.7)] * 14)
    began = set_off(table, [0, 1], found, flags)
    assert began.nearest == {None: 1, 2: 0, 3: 1}
    assert torch.equal(began.said, table[:, 1])
    torch.testing.assert_close(
        began.table + began.said[:, None], table[:, [0, 1, 0, 1]], rtol=0, atol=1e-6
    )
    assert began.words(NAMES) == (
        "it sets off from what it knows that is nearest: this music from low, mine from high"
    )


def test_where_nothing_is_near_nothing_is_changed_or_said() -> None:
    table = torch.randn(6, 2, generator=torch.Generator().manual_seed(0))
    began = set_off(table, [0, 1], errors(*[(1.0, 1.1, 1.2)] * 9), torch.zeros(9, 2).bool())
    assert torch.equal(began.table, table)
    assert not began.said.any()
    assert began.words(NAMES) == ""


def test_labels_alone_may_be_near_and_not_all_are_named() -> None:
    names = (*LEARNT, *(f"own\n{number}" for number in range(9)))
    near: dict[int | None, int] = {number: number % 2 for number in range(2, 11)}
    said = SetOff(torch.zeros(1, 11), torch.zeros(1), near).words(names)
    assert said.startswith("it sets off from what it knows that is nearest: own\\n0 from high, ")
    assert said.endswith("own\\n5 from low, 3 more labels")


def velocity(model: LatentFlow, label: str | None) -> torch.Tensor:
    x = torch.randn(2, 5, N_FRAMES, generator=torch.Generator().manual_seed(3))
    known = torch.zeros(2, N_FRAMES, dtype=torch.bool)
    flags = torch.tensor([[name == label for name in model.spec.labels]]).expand(2, -1)
    with torch.no_grad():
        return model._velocity(x, torch.full((2,), 0.3), x, known, flags)


def batches(sound: Callable[[str], float], labels: tuple[str, ...]) -> list[Batch]:
    """Eight of eight rows, which take the labels in turn."""
    rng = torch.Generator().manual_seed(5)
    named = [labels[n % len(labels)] for n in range(8)]
    level = torch.tensor([sound(name) for name in named])[:, None, None]
    flags = torch.tensor([[name == own for name in NAMES] for own in named])
    return [
        Batch(level + 0.1 * torch.randn(8, 5, N_FRAMES, generator=rng), labels=flags)
        for _ in range(8)
    ]


@pytest.fixture(scope="module")
def trained() -> LatentFlow:
    """It has learnt that high music is high and low music low."""
    model = flow(LEARNT).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    rng = torch.Generator().manual_seed(0)
    for _ in range(120):
        [batch, *_] = batches({"high": 1.5, "low": -1.5}.__getitem__, LEARNT)
        assert batch.labels is not None
        loss = model.losses(replace(batch, labels=batch.labels[:, :2]), "model", rng)["total"]
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return model.eval()


def test_a_flow_sets_off_from_what_it_knows_that_is_nearest(trained: LatentFlow) -> None:
    model = flow()
    model.load_state_dict(model.adopted(trained.state_dict(), trained.spec))
    before = {name: velocity(model, name) for name in (*LEARNT, None)}
    torch.testing.assert_close(velocity(model, "mine"), before[None])
    names = ("mine", *("other",) * 3, *("low",) * 4)
    music = batches({"mine": 1.5, "other": -1.5, "low": -1.5}.__getitem__, names)
    said = model.set_off_near(music, LEARNT)
    assert said == (
        "it sets off from what it knows that is nearest: this music from low, mine from high"
    )
    for now, then in {"high": "high", "low": "low", "mine": "high", "other": "low"}.items():
        torch.testing.assert_close(velocity(model, now), before[then], msg=now)
    torch.testing.assert_close(velocity(model, None), before["low"])


def test_a_label_that_was_learnt_and_is_not_heard_is_not_lost(trained: LatentFlow) -> None:
    """Though nothing tells it from no label, once the flow has set off from it."""
    model = flow(LEARNT)
    model.load_state_dict(trained.state_dict())
    high, low = (velocity(model, name) for name in LEARNT)
    for level in (-1.5, 1.5):
        music = [replace(one, labels=None) for one in batches(lambda _, at=level: at, ("x",))]  # type: ignore[misc]
        model.set_off_near(music, LEARNT)
        torch.testing.assert_close(velocity(model, "low"), low)
        torch.testing.assert_close(velocity(model, None), high if level > 0 else low)


def test_a_flow_without_labels_has_nothing_to_set_off_near() -> None:
    model = flow(())
    assert model.set_off_near([Batch(torch.zeros(1, 5, N_FRAMES))], ()) == ""
