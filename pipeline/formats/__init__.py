"""Reading of returned files: the only place that knows zip, XML and spreadsheet libraries.

`read_workbook` is the stage, `read_texts` the same for a form of our own; `open_source` and
`detect_kind` serve discovery too.
"""

from pipeline.formats.kinds import detect_kind, kind_of
from pipeline.formats.refusal import Refused
from pipeline.formats.texts import read_texts
from pipeline.formats.workbook import open_source, read_workbook

__all__ = ["Refused", "detect_kind", "kind_of", "open_source", "read_texts", "read_workbook"]
