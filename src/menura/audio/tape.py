"""Sound on the disk while it is being made."""

import tempfile
from pathlib import Path
from threading import Lock
from types import TracebackType

import numpy as np

from menura.audio.signal import Samples, Signal
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


class Tape(Signal):
    """Sound that grows at its end, as float32 in a file without a name in `folder`.

    The file is gone when the tape is closed and when the process ends, however it ends. The folder
    is made if it is missing. elsewhere: how a person names a folder on another disk. Raises
    MenuraError where the disk does not take or give the samples.
    """

    def __init__(
        self,
        folder: Path,
        sample_rate: int,
        n_channels: int,
        elsewhere: str = "give --out on another",
    ):
        self.sample_rate, self._elsewhere = sample_rate, elsewhere
        self._n_channels = n_channels
        self._n_samples = 0
        self._turn = Lock()  # a file has one place where it is read, and threads may share a tape
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        except OSError as error:
            raise self._failed(error) from None

    @property
    def n_channels(self) -> int:
        return self._n_channels

    @property
    def n_samples(self) -> int:
        return self._n_samples

    def append(self, samples: Samples) -> None:
        """Add to the end."""
        data = memoryview(samples.T.astype(np.float32).tobytes())
        try:
            with self._turn:
                self._file.seek(self._n_samples * self._sample_bytes)
                while data:  # without a buffer, a write may take a part
                    data = data[self._file.write(data) :]
        except OSError as error:
            raise self._failed(error) from None
        self._n_samples += samples.shape[1]

    def read(self, start: int, stop: int) -> Samples:
        n_bytes = (stop - start) * self._sample_bytes
        found = bytearray()
        try:
            with self._turn:
                self._file.seek(start * self._sample_bytes)
                while len(found) < n_bytes and (part := self._file.read(n_bytes - len(found))):
                    found += part
        except OSError as error:
            raise self._failed(error) from None
        rows = np.frombuffer(found, np.float32).reshape(stop - start, self._n_channels)
        return np.ascontiguousarray(rows.T)

    def close(self) -> None:
        """Give the room on the disk back."""
        self._file.close()

    def __enter__(self) -> "Tape":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _sample_bytes(self) -> int:
        return 4 * self._n_channels

    def _failed(self, error: OSError) -> MenuraError:
        return MenuraError(
            f"{printable(str(self._folder))}: sound cannot be kept here while it is made "
            f"({error.strerror or error}); make room on the disk, or {self._elsewhere}"
        )
