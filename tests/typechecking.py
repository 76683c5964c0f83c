"""How types are checked while tests run: as mypy does, a whole number also passes for a float."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
