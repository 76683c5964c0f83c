"""transformers without its own remarks: what matters of them, Menura says in its own words."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from menura.foundation.errors import MenuraError


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Its logging below errors, its progress bars and its deprecations, while loading; as before
    afterwards. Raises MenuraError where transformers is not installed."""
    try:
        from transformers.utils import logging
    except ImportError:
        raise MenuraError('musicgen needs one more library: pip install "menura[text]"') from None
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning)
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
