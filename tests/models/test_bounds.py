"""What is made stays within what was heard of each feature."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.models import Batch
from menura.models._bounds import Bounds
from menura.models.cvae import Cvae
from menura.representations import Spec


def test_they_are_those_of_all_that_was_heard() -> None:
    bounds = Bounds(2)
    made = torch.tensor([[[-9.0, 9.0], [0.5, 0.5]]])
    assert torch.equal(bounds(made), made), "nothing was heard"
    bounds.hear(torch.tensor([[[0.0, 1.0]], [[1.0, 2.0]]]))
    bounds.hear(torch.tensor([[[0.25, 3.0], [0.75, 2.5]]]))
    assert torch.equal(bounds(made), torch.tensor([[[0.0, 3.0], [0.5, 1.0]]]))
    again = Bounds(2)
    again.load_state_dict(bounds.state_dict())
    assert torch.equal(again(made), bounds(made))


@given(st.integers(0, 1000))
def test_what_was_heard_is_left_as_it_is(seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    bounds, frames = Bounds(3), torch.randn(2, 5, 3, generator=rng)
    bounds.hear(frames)
    assert torch.equal(bounds(frames), frames)
    beyond = bounds(10 * frames)
    assert (beyond >= frames.amin(dim=(0, 1))).all()
    assert (beyond <= frames.amax(dim=(0, 1))).all()


def test_an_autoencoder_makes_nothing_beyond_its_training_music() -> None:
    torch.manual_seed(0)
    spec = Spec(8000, 6, 64, labels=("a", "b"))
    model = Cvae(Cvae.tiny, spec)
    music = 0.01 * torch.rand(4, 6, 16, generator=torch.Generator().manual_seed(1))
    labels = torch.tensor([[True, False], [False, True]] * 2)
    model.losses(Batch(music, labels=labels), "model", torch.Generator())
    model.eval()
    made = model.generate([torch.Generator().manual_seed(2)], 40)
    back = model.reconstruct(torch.randn(1, 6, 40, generator=torch.Generator().manual_seed(3)))
    for one in (made, back):  # what is faded over is off by a rounding
        assert (one >= music.amin(dim=(0, 2))[:, None] - 1e-6).all()
        assert (one <= music.amax(dim=(0, 2))[:, None] + 1e-6).all()
    # In training it may, or nothing would bring it back.
    free = model._decoded(torch.randn(1, 6, 1, generator=torch.Generator().manual_seed(4)))
    assert (free > music.amax()).any()
