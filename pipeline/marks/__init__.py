"""What a check cell (チェック欄) says. Notations are data: pipeline/marks.toml."""

from pipeline.marks.reader import read_mark
from pipeline.marks.unknown import unknown_notations

__all__ = ["read_mark", "unknown_notations"]
