"""What a track sounds like in 519 numbers: FMA's 518 descriptors, and the tempo."""

from menura.evaluation.descriptors.columns import COLUMNS, FMA_COLUMNS, TEMPO, Column
from menura.evaluation.descriptors.describe import Description, UndescribableError, describe
from menura.evaluation.descriptors.table import write_csv, write_parquet

__all__ = [
    "COLUMNS",
    "FMA_COLUMNS",
    "TEMPO",
    "Column",
    "Description",
    "UndescribableError",
    "describe",
    "write_csv",
    "write_parquet",
]
