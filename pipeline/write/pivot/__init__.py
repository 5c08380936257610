"""Native PivotTables with slicers over the 明細 table.

`pivots_of` counts; `write_pivot_sheet` writes the sheet with every value
as plain cells (right in previewers, Protected View, LibreOffice and pandas), and `add_pivots` adds
the PivotTable, cache and slicer parts before the file is packed, because xlsxwriter has no pivots.
Excel refreshes the tables from 明細 when the workbook is opened.
"""

from pipeline.write.pivot.grid import Pivots, pivots_of
from pipeline.write.pivot.inject import add_pivots
from pipeline.write.pivot.model import (
    PivotDesign,
    PivotFields,
    PivotSource,
    PivotTable,
    standard_design,
)
from pipeline.write.pivot.report import PIVOT_SHEET, detail_design, detail_source
from pipeline.write.pivot.sheet import write_pivot_sheet

__all__ = [
    "PIVOT_SHEET",
    "PivotDesign",
    "PivotFields",
    "PivotSource",
    "PivotTable",
    "Pivots",
    "add_pivots",
    "detail_design",
    "detail_source",
    "pivots_of",
    "standard_design",
    "write_pivot_sheet",
]
