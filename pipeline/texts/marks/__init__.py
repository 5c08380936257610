"""What a check cell (チェック欄) says. Notations are data: pipeline/texts/marks.toml."""

from pipeline.texts.marks.objects import CONTROLS, beside, elsewhere
from pipeline.texts.marks.reader import read_mark
from pipeline.texts.marks.unknown import unknown_notations

__all__ = ["CONTROLS", "beside", "elsewhere", "read_mark", "unknown_notations"]
