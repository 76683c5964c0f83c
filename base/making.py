"""Many pieces into one folder, on some processes; broken off, it goes on where it was.

The folder holds audio/NNNNNN.flac, `labels.csv` for `menura prepare`, `order.json` (what was asked
for) and `pieces.jsonl`, to which each finished piece is added. It comes out the same whatever the
number of processes and however often it was broken off.
"""

import csv
import io
import json
import os
import signal
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from composing.pieces import compose
from menura.audio import write
from menura.foundation.atomic import write_json, write_text
from menura.foundation.errors import MenuraError, UsageError
from rendering import recording_of, render

ORDER, JOURNAL, LABELS = "order.json", "pieces.jsonl", "labels.csv"
VALID_EVERY, VALID_AT = 20, 10  # piece 10 of every 20 is validated on
HERE = Path(__file__).parent
SOURCES = (*sorted((HERE / "composing").glob("*.py")), HERE / "rendering.py")


@dataclass(frozen=True)
class Order:
    """What is asked for. soundfont: a path, or None for the built-in synthesiser; font: what it
    is, by its content. licence: of the sound that comes out. composer: what the code is, by its
    content: pieces of another are other pieces."""

    seed: int
    n_channels: int
    soundfont: str | None
    font: str
    licence: str
    composer: str

    def stated(self) -> dict[str, str | int]:
        """As order.json keeps it: not where the SoundFont lies."""
        return {name: value for name, value in asdict(self).items() if name != "soundfont"}


@dataclass(frozen=True)
class Made:
    """A piece that is finished. bytes: of its file."""

    number: int
    kind: str
    style: str
    seconds: float
    lufs: float
    bytes: int
    labels: dict[str, str]

    @property
    def file(self) -> str:
        return f"audio/{self.number:06d}.flac"


def digest(*files: Path) -> str:
    """Of the content of files, in words of hexadecimal digits."""
    total = blake2b(digest_size=8)
    for file in files:
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def make(
    order: Order, out: Path, hours: float, n_processes: int, say: Callable[[str], None]
) -> list[Made]:
    """Pieces 0, 1, 2 … until they are `hours` long together; those that are there are kept.

    Raises MenuraError where the folder is of another order, or a process dies.
    """
    _begin(order, out)
    there = finished_pieces(out)
    # Written anew, so that what comes next does not stand behind a torn line.
    write_text(out / JOURNAL, "".join(_line(piece) for piece in there.values()))
    made, seconds = list[Made](), 0.0
    with closing(_in_order(order, out, there, n_processes)) as pieces:
        for piece in pieces:
            made.append(piece)
            seconds += piece.seconds
            if piece.number % 50 == 49:
                say(f"{len(made)} pieces, {seconds / 3600:.2f} of {hours:g} hours")
            if seconds >= hours * 3600:
                break
    _remove_unfinished(out)
    write_text(out / LABELS, labels_of(made, order.licence))
    return made


def labels_of(pieces: list[Made], licence: str) -> str:
    """A label file: every piece is a recording of its own, and one of twenty is validated on."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("file", "split", "licence", "family", "genre"))
    for piece in pieces:
        split = "valid" if piece.number % VALID_EVERY == VALID_AT else "train"
        labels = piece.labels
        out.writerow(
            (piece.file, split, licence, labels.get("family", ""), labels.get("genre", ""))
        )
    return text.getvalue()


def make_piece(order: Order, out: Path, number: int) -> Made:
    """Compose, play and write one piece."""
    piece = compose(order.seed, number)
    soundfont = None if order.soundfont is None else Path(order.soundfont)
    recording = recording_of(order.seed, number)
    clip, lufs = render(piece, recording, order.n_channels, soundfont)
    made = Made(number, piece.kind, piece.style, clip.duration_s, round(lufs, 1), 0, piece.labels)
    file = out / made.file
    write(clip, file, comment=f"composed and played by Menura: seed {order.seed}, piece {number}")
    return Made(**{**asdict(made), "bytes": file.stat().st_size})


def _begin(order: Order, out: Path) -> None:
    stated = order.stated()
    file = out / ORDER
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        other = sorted(name for name in stated if kept.get(name) != stated[name])
        if other:
            raise MenuraError(
                f"{out} was made with another {' and '.join(other)}; give another folder for --out"
            )
    elif not (place := next(p for p in (out, *out.absolute().parents) if p.exists())).is_dir():
        raise UsageError(f"--out {out}: {place} is a file; give a folder")
    elif out.exists() and any(out.iterdir()):
        raise MenuraError(f"{out} is not empty, and was not made by this script")
    else:
        write_json(file, stated)


def finished_pieces(out: Path) -> dict[int, Made]:
    """What is finished, by number: a line that was torn, or whose file is not as it was, is not."""
    there: dict[int, Made] = {}
    file = out / JOURNAL
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            made = Made(**json.loads(line))
            whole = (out / made.file).stat().st_size == made.bytes
        except (ValueError, TypeError, OSError):
            continue
        if whole:
            there[made.number] = made
    return there


def _line(made: Made) -> str:
    return json.dumps(asdict(made), ensure_ascii=False) + "\n"


def _in_order(
    order: Order, out: Path, there: dict[int, Made], n_processes: int
) -> Generator[Made, None, None]:
    """Pieces by their numbers, without end; with several processes some are made ahead."""
    if n_processes == 1:
        for number in count():
            yield there.get(number) or _noted(make_piece(order, out, number), out)
    numbers, ahead = count(), deque[Made | Future[Made]]()
    pool = ProcessPoolExecutor(n_processes, get_context("spawn"), _leave_interrupts)
    try:
        while True:
            while len(ahead) < 2 * n_processes:
                number = next(numbers)
                known = there.get(number)
                ahead.append(known or pool.submit(make_piece, order, out, number))
            first = ahead.popleft()
            yield first if isinstance(first, Made) else _noted(_finished(first), out)
    finally:
        pool.shutdown(cancel_futures=True)


def _finished(future: "Future[Made]") -> Made:
    try:
        return future.result()
    except BrokenProcessPool:
        raise MenuraError(
            "a process was killed, perhaps for memory; the same command goes on, --processes 1 "
            "needs least"
        ) from None


def _noted(made: Made, out: Path) -> Made:
    with (out / JOURNAL).open("a", encoding="utf-8") as journal:
        journal.write(_line(made))
        journal.flush()
        os.fsync(journal.fileno())
    return made


def _leave_interrupts() -> None:
    """Ctrl-C is for the process that collects."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _remove_unfinished(out: Path) -> None:
    """Pieces that were made ahead of the last one that was wanted."""
    known = {made.file for made in finished_pieces(out).values()}
    for file in (out / "audio").glob("*.flac"):
        if f"audio/{file.name}" not in known:
            file.unlink()
