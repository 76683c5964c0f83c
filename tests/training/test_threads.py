"""As many threads as a model gains from, and as many as before afterwards."""

import pytest
import torch

from menura import models
from menura.models.event_rnn import EventRnn, EventRnnConfig
from menura.training.device import threads_for


@pytest.mark.parametrize(("n_hidden", "n_threads"), [(64, 1), (1024, 3)])
def test_small_chains_of_products_have_one(
    three_threads: None, n_hidden: int, n_threads: int
) -> None:
    model = EventRnn(EventRnnConfig(n_hidden=n_hidden, n_layers=1), EventRnn.tiny_spec)
    with threads_for(model):
        assert torch.get_num_threads() == n_threads
    assert torch.get_num_threads() == 3
    with pytest.raises(RuntimeError, match="broken"), threads_for(model):
        raise RuntimeError("broken")
    assert torch.get_num_threads() == 3


def test_others_have_all(three_threads: None) -> None:
    kind = models.load("frame-rnn")
    with threads_for(kind(kind.tiny, kind.tiny_spec)):
        assert torch.get_num_threads() == 3


def test_music_of_events_is_made_in_one_and_leaves_the_others(three_threads: None) -> None:
    seen = []
    model = EventRnn(EventRnn.tiny, EventRnn.tiny_spec)
    model.network.register_forward_hook(lambda *_: seen.append(torch.get_num_threads()))
    model.generate([torch.Generator()], 3)
    assert set(seen) == {1}
    assert torch.get_num_threads() == 3
