"""What a check cell (チェック欄) says. Notations are data: pipeline/marks.toml."""

from pipeline.marks.objects import CONTROLS, beside, elsewhere
from pipeline.marks.reader import read_mark
from pipeline.marks.unknown import unknown_notations

__all__ = ["CONTROLS", "beside", "elsewhere", "read_mark", "unknown_notations"]
