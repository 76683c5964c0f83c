"""Self-contained HTML pages: players, pictures and tables in one file that opens anywhere."""

from menura.pages.document import Figure, Page
from menura.pages.markup import Link
from menura.pages.sound import Sound

__all__ = ["Figure", "Link", "Page", "Sound"]
