"""`python -m menura` is the same as `menura`."""

import sys

from menura.cli import main

if __name__ == "__main__":
    sys.exit(main())
