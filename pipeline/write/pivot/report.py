"""The pivots of a month: 明細 as their source, and the standard tables over it."""

from dataclasses import replace
from typing import Final

from pipeline.frame.columns import Frame
from pipeline.model.checklist import Status
from pipeline.model.report import Report
from pipeline.write.columns import DETAIL_SHEET, DETAIL_TABLE
from pipeline.write.pivot.model import PivotDesign, PivotFields, PivotSource, standard_design
from pipeline.write.style import LABELS

PIVOT_SHEET: Final = "ピボット"
_FIELDS: Final = PivotFields(
    item="項目ID",
    item_title="項目",
    respondent="団体コード",
    respondent_name="団体名",
    status="回答",
    due="予定月",
    category="分野",
    role="役割",
    counted="項目番号",
)


def detail_source(columns: Frame) -> PivotSource:
    """Give 明細, which must stand on one sheet, as the source; ``columns`` by head, as shown."""
    return PivotSource(
        sheet=DETAIL_SHEET,
        table=DETAIL_TABLE,
        header=tuple(columns),
        columns=tuple(columns.values()),
    )


def detail_design(report: Report) -> PivotDesign:
    """Give the three tables, with items, fields and answers in the order of the form."""
    statuses = tuple(LABELS[status] for status in Status)
    design = standard_design(_FIELDS, statuses=statuses, planned=LABELS[Status.PLANNED])
    checklist = report.checklist
    orders = {
        **design.orders,
        _FIELDS.category: checklist.categories,
        _FIELDS.item: tuple(item.id for item in checklist.items),
    }
    return replace(design, orders=orders)
