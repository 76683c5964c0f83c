"""Words into what MusicGen's decoder listens to."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor


@dataclass(frozen=True)
class Conditions:
    """What a piece is to sound like, and with it, where there is guidance, what it is to be led
    away from: the second half of the rows.

    n_sides: 1 without, 2 with something to be led away from. mask: 0 where no words are.
    """

    hidden: Float[Tensor, "rows words width"]
    mask: Int64[Tensor, "rows words"]
    n_sides: int

    def for_pieces(self, n: int) -> "Conditions":
        """The same for each of n pieces."""
        if self.hidden.shape[0] == n * self.n_sides:
            return self
        return Conditions(
            self.hidden.repeat_interleave(n, dim=0),
            self.mask.repeat_interleave(n, dim=0),
            self.n_sides,
        )


def read(model: Any, tokenizer: Any, wanted: str, unwanted: str, guidance: float) -> Conditions:
    """wanted, unwanted: words, or "" for none.

    Guidance leads away from what is said without words, as in training; words that are not wanted
    take its place, as negative prompts do in image models: the same cost, and what they name is
    what the music is pushed away from.
    """
    texts = [wanted]
    if guidance != 1 and (wanted or unwanted):
        texts.append(unwanted)
    # No words: one masked step of zeros, which is what training showed for them.
    tokens = tokenizer([text or " " for text in texts], return_tensors="pt", padding=True)
    said = torch.tensor([bool(text) for text in texts], device=model.device)
    ids, mask = tokens["input_ids"].to(model.device), tokens["attention_mask"].to(model.device)
    hidden = model.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    hidden = hidden * said[:, None, None]
    if hasattr(model, "enc_to_dec_proj"):
        hidden = model.enc_to_dec_proj(hidden)
    mask = mask * said[:, None]
    return Conditions((hidden * mask[..., None]).to(model.decoder.dtype), mask, len(texts))
