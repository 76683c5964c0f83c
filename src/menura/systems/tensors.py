"""Named tensors as one safetensors file, written whole."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from menura.foundation.atomic import replacing
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str] | None = None
) -> None:
    """Write the file in place of the one before. Raises MenuraError when the disk does not take
    it; the old file then stays."""
    # clone: safetensors refuses tensors that share memory
    plain = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    try:
        with replacing(path) as temporary:
            save_file(plain, temporary, metadata=dict(header or {}))
    except (OSError, SafetensorError) as error:
        raise MenuraError(
            f"{printable(str(path))}: cannot be written ({error}); make room on the disk, or "
            "choose another folder, and go on with --resume"
        ) from None
