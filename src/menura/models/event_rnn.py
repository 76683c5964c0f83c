"""Recurrent network that predicts the next event of an alphabet: LSTM layers, dropout, softmax.

The network of deepjazz (Kim 2016, github.com/jisungk/deepjazz; retrained in Dubey, Singh & Dabral
2017, section 3) and, with the whole past to look back on, of Performance RNN (Oore et al. 2018,
"This Time with Feeling", section 4).
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

from menura.models._streaming import StreamingModel
from menura.models._threads import one_thread
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Optimizer,
    Phase,
    Rngs,
    Sampling,
    Schedule,
)
from menura.representations import Frames, Spec

Numbers = Int64[Tensor, "batch events"]
Logits = Float[Tensor, "batch classes"]
State = tuple[Tensor, Tensor] | None

MOST_FOR_ONE_THREAD = 512  # units
N_OPENINGS = 256  # stretches of the training music that pieces of a windowed model set off from


@dataclass(frozen=True)
class EventRnnConfig:
    """n_layers, n_hidden: the LSTM. n_embedding: numbers that stand for an event; 0 gives the
    network a one of n (one-hot).

    dropout: of the output of every layer, while training.
    n_window: 0: every event is predicted from all before it, and the state is kept while a piece
        is made. Above 0: an event is predicted from so many before it and no more, as deepjazz
        does; a row of a batch teaches its last event alone.
    """

    n_layers: int = 2
    n_hidden: int = 128
    n_embedding: int = 0
    dropout: float = 0.2
    n_window: int = 0
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if self.n_layers < 1 or self.n_hidden < 1:
            raise ValueError("n_layers and n_hidden must be at least 1")
        if self.n_embedding < 0 or self.n_window < 0:
            raise ValueError("n_embedding and n_window must not be negative")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, not {self.dropout:g}")


class EventRnn(StreamingModel):
    """Next-event prediction. `temperature` divides the logits; 0 takes the likeliest.

    Pieces from nothing set off from silence (an input of zeros), those of a windowed model from a
    stretch of the training music, drawn at random, that is no part of the piece.

    Music is made on the CPU in double precision, whatever the device: one wrong bit would choose
    another event, and the rest of a piece would depend on how many are made with it.
    """

    Config = EventRnnConfig
    tiny: ClassVar[EventRnnConfig] = EventRnnConfig(
        n_hidden=32, n_embedding=16, dropout=0.0, optimizer=Optimizer(learning_rate=1e-2)
    )
    tiny_spec: ClassVar[Spec] = Spec(8000, 1, None, n_classes=24)
    gains_from_bfloat16 = False
    openings: Tensor

    def __init__(self, config: EventRnnConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.n_classes is None or spec.n_channels != 1:
            raise ValueError("an event-rnn learns single events of an alphabet (n_classes)")
        self.n_classes = spec.n_classes
        width = config.n_embedding or spec.n_classes
        self.embedding = nn.Embedding(spec.n_classes, width) if config.n_embedding else None
        between = config.dropout if config.n_layers > 1 else 0.0
        self.network = nn.LSTM(
            width, config.n_hidden, config.n_layers, batch_first=True, dropout=between
        )
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.n_hidden, spec.n_classes)
        shape = (N_OPENINGS, config.n_window) if config.n_window else (0, 0)
        self.register_buffer("openings", torch.zeros(shape, dtype=torch.int64))

    @property
    def gains_from_threads(self) -> bool:
        return bool(self.config.n_hidden > MOST_FOR_ONE_THREAD)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def begin(self, batches: Iterable[Batch]) -> None:
        """A windowed model keeps what its pieces will set off from."""
        n = self.config.n_window
        if not n:
            return
        rows = torch.cat([self._numbers(batch.frames)[:, :n] for batch in batches])
        places = torch.arange(N_OPENINGS) % rows.shape[0]
        self.openings.copy_(rows[places])

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """total: cross-entropy in nats an event; 0 for a row that is wholly foreseen."""
        events, n = self._numbers(batch.frames), self.config.n_window
        if n:
            hidden, _ = self.network(self._inputs(events[:, -1 - n : -1]))
            logits, wanted = self.output(self.dropout(hidden[:, -1])), events[:, -1]
        else:
            hidden, _ = self.network(self._after_silence(events[:, :-1]))
            logits, wanted = self.output(self.dropout(hidden)).flatten(0, 1), events.flatten()
        return {"total": cross_entropy(logits.float(), wanted)}

    def stream(
        self, seed: Frames | None, rngs: Rngs, sampling: Sampling = AS_LEARNT
    ) -> Iterator[Float32[Tensor, "batch 1 1"]]:
        """Event after event without end, one for each generator; state is kept between them."""
        walk = self._walk_window if self.config.n_window else self._walk
        known = None if seed is None else self._numbers(seed).cpu()
        device = self.output.weight.device
        for events in walk(_Player(self), known, rngs, sampling.temperature):
            yield events.to(device, torch.float32)[:, None, None]

    def _walk(
        self, player: "_Player", known: Numbers | None, rngs: Rngs, temperature: float
    ) -> Iterator[Int64[Tensor, " batch"]]:
        """From all that came before."""
        state: State = None
        events = torch.zeros(len(rngs), 0, dtype=torch.int64) if known is None else known
        logits, state = player.after_silence(events)
        while True:
            drawn = _draw(logits, rngs, temperature)
            yield drawn
            logits, state = player.after(drawn[:, None], state)

    def _walk_window(
        self, player: "_Player", known: Numbers | None, rngs: Rngs, temperature: float
    ) -> Iterator[Int64[Tensor, " batch"]]:
        """From the last n_window events."""
        if known is None:
            drawn = [int(torch.randint(N_OPENINGS, (), generator=rng)) for rng in rngs]
            known = self.openings.cpu()[drawn]
        while True:
            known = known[:, -self.config.n_window :]
            logits, _ = player.after(known, None)
            drawn_events = _draw(logits, rngs, temperature)
            yield drawn_events
            known = torch.cat([known, drawn_events[:, None]], dim=1)

    def _joined(self, pieces: Iterator[Frames]) -> Frames:
        with one_thread():
            return super()._joined(pieces)

    def _numbers(self, frames: Frames) -> Numbers:
        return frames[:, 0].to(self.output.weight.device, torch.int64)

    def _inputs(self, events: Numbers) -> Float[Tensor, "batch events width"]:
        if self.embedding is not None:
            vectors: Tensor = self.embedding(events)
            return vectors
        return one_hot(events, self.n_classes).to(self.output.weight.dtype)

    def _after_silence(self, events: Numbers) -> Float[Tensor, "batch inputs width"]:
        """An input of zeros, then the events: what is told before each event and the next."""
        inputs = self._inputs(events)
        return torch.cat([inputs.new_zeros(inputs.shape[0], 1, inputs.shape[2]), inputs], dim=1)


class _Player:
    """A model's network in double precision on the CPU."""

    def __init__(self, model: EventRnn):
        self._model = copy.deepcopy(model).to("cpu", torch.float64).eval()

    def after_silence(self, events: Numbers) -> tuple[Logits, State]:
        return self._run(self._model._after_silence(events), None)

    def after(self, events: Numbers, state: State) -> tuple[Logits, State]:
        return self._run(self._model._inputs(events), state)

    def _run(
        self, inputs: Float[Tensor, "batch inputs width"], state: State
    ) -> tuple[Logits, State]:
        with torch.no_grad():
            hidden, state = self._model.network(inputs, state)
            return self._model.output(hidden[:, -1]), state


def _draw(logits: Logits, rngs: Rngs, temperature: float) -> Int64[Tensor, " batch"]:
    """An event for each row, by the row's own generator."""
    if temperature == 0:
        return logits.argmax(dim=1)
    shares = (logits / temperature).softmax(dim=1).cumsum(dim=1)
    places = torch.stack([torch.rand((), generator=rng, dtype=torch.float64) for rng in rngs])
    # What rounding leaves of the last share must not name a class beyond it.
    return (shares < places[:, None]).sum(dim=1).clamp(max=logits.shape[1] - 1)
