"""Keys and values of the steps so far, written in place.

transformers' own growing cache copies all of them at every step: at thirty seconds that is as much
memory traffic as the weights themselves.
"""

from typing import Any

import torch
from torch import Tensor


def growing_cache(settings: Any, n_steps: int) -> Any:
    """A transformers cache for one decoder, with room for n_steps."""
    from transformers.cache_utils import Cache, DynamicCache, DynamicLayer, EncoderDecoderCache

    class Preallocated(DynamicLayer):  # type: ignore[misc]  # untyped there
        """A layer whose keys and values are views of room that is there from the start."""

        def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
            super().lazy_initialization(key_states, value_states)
            rows, heads, _, width = key_states.shape
            self._room = torch.empty(
                (2, rows, heads, n_steps, width), dtype=self.dtype, device=self.device
            )
            self._n_held = 0

        def update(
            self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
        ) -> tuple[Tensor, Tensor]:
            if not self.is_initialized:
                self.lazy_initialization(key_states, value_states)
            end = self._n_held + key_states.shape[2]
            self._room[0, :, :, self._n_held : end] = key_states
            self._room[1, :, :, self._n_held : end] = value_states
            self._n_held = end
            self.keys, self.values = self._room[0, :, :, :end], self._room[1, :, :, :end]
            return self.keys, self.values

    own = Cache(layers=[Preallocated() for _ in range(settings.num_hidden_layers)])
    return EncoderDecoderCache(own, DynamicCache())
