"""The sheets of the month's workbook, declared in the order in which they stand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.frame.columns import Frame
from pipeline.model.plan import OVERVIEW_SHEET, called
from pipeline.model.report import Report
from pipeline.settings import Settings
from pipeline.texts.calendar import era_month_words
from pipeline.write.book import COVER, Book
from pipeline.write.changed_answers import (
    CHANGED_SHEET,
    has_changed_answers,
    write_changed_answers,
)
from pipeline.write.changes import has_changes, write_changes
from pipeline.write.codes import write_codes
from pipeline.write.columns import DETAIL_SHEET, shown_columns
from pipeline.write.contacts import has_contacts, write_contacts
from pipeline.write.cover import write_cover
from pipeline.write.detail import write_detail
from pipeline.write.findings import write_findings
from pipeline.write.frame import Frames
from pipeline.write.lists import write_notes, write_planned
from pipeline.write.matrix import write_matrix
from pipeline.write.names import CONTACTS_SHEET
from pipeline.write.offices import OFFICES_SHEET, has_offices, write_offices
from pipeline.write.overview import write_overview
from pipeline.write.pivot import (
    PIVOT_SHEET,
    Pivots,
    detail_design,
    detail_source,
    pivots_of,
    write_pivot_sheet,
)
from pipeline.write.promises import PROMISES_SHEET, has_promises, write_promises
from pipeline.write.record import write_record
from pipeline.write.respondents import write_groupings, write_respondents
from pipeline.write.returns import write_returns
from pipeline.write.style import TO_ACT_ON, TO_LOOK_UP, TO_READ
from pipeline.write.totals import write_groups, write_items
from pipeline.write.trend import CHANGES_SHEET


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What the sheets are written from. ``detail`` are the columns of 明細, ``pivots`` are counted
    over them, None where there are none."""

    book: Book
    report: Report
    settings: Settings
    frames: Frames
    detail: Frame
    pivots: Pivots | None


class DeclaredSheet(NamedTuple):
    """A sheet: what it is for, its line in the guide of はじめに, and when it is there."""

    name: str
    group: str
    tells: str
    write: Callable[[Month], object]
    asked: Callable[[Month], bool] = lambda _: True


def _of(write: Callable[[Book, Report], object]) -> Callable[[Month], object]:
    return lambda month: write(month.book, month.report)


def _over(write: Callable[[Book, Report, Frame], object], frame: str) -> Callable[[Month], object]:
    return lambda month: write(month.book, month.report, getattr(month.frames, frame))


def _where(has: Callable[[Report], bool]) -> Callable[[Month], bool]:
    return lambda month: has(month.report)


def _cover(month: Month) -> None:
    guide = [(each.name, each.tells) for each in SHEETS if each.tells and each.asked(month)]
    write_cover(month.book, month.report, guide)


def _respondents(month: Month) -> None:
    write_groupings(write_respondents(month.book, month.report), month.report)


def _planned(month: Month) -> None:
    write_planned(month.book, month.report, month.frames.answers, month.frames.promises)


def _detail(month: Month) -> None:
    write_detail(month.book, month.detail)


def _pivot(month: Month) -> None:
    if month.pivots is not None:
        write_pivot_sheet(month.book, PIVOT_SHEET, month.pivots)


def _has_pivots(month: Month) -> bool:
    return month.pivots is not None


def _record(month: Month) -> None:
    write_record(month.book, month.report, month.settings)


_SHEETS = (
    (OVERVIEW_SHEET, TO_READ, "主な数字とグラフ（まずここ）", _of(write_overview)),
    (COVER, TO_READ, "", _cover),
    (
        CONTACTS_SHEET,
        TO_ACT_ON,
        "誰に何を頼むか、効く順",
        _of(write_contacts),
        _where(has_contacts),
    ),
    (CHANGES_SHEET, TO_READ, "前の月からの増減", _of(write_changes), _where(has_changes)),
    (
        CHANGED_SHEET,
        TO_READ,
        "前の月と違う回答、1件ずつ",
        _over(write_changed_answers, "changes"),
        _where(has_changed_answers),
    ),
    ("回収状況", TO_ACT_ON, "団体ごとの提出状況。未提出が上", _of(write_returns)),
    (
        OFFICES_SHEET,
        TO_READ,
        "機関ごとの提出と、機関の集計との差",
        _of(write_offices),
        _where(has_offices),
    ),
    ("項目別集計", TO_READ, "項目ごとの数と割合", _of(write_items)),
    ("分野別集計", TO_READ, "分野・区分ごとの数と割合", _of(write_groups)),
    ("団体別集計", TO_READ, "団体ごとの数と順位", _respondents),
    ("一覧表", TO_READ, "項目×団体の早見表", _over(write_matrix, "answers")),
    ("対応予定", TO_READ, "②の予定月。期限超過が上", _planned),
    (PROMISES_SHEET, TO_READ, "②のその後", _over(write_promises, "promises"), _where(has_promises)),
    ("要確認", TO_ACT_ON, "直してもらうこと、確かめること", _over(write_findings, "lines")),
    ("補足説明", TO_ACT_ON, "補足説明欄の記載と分類", _over(write_notes, "answers")),
    (DETAIL_SHEET, TO_LOOK_UP, "全回答。1行に1項目", _detail),
    (PIVOT_SHEET, TO_LOOK_UP, "自分で組み替えられる表", _pivot, _has_pivots),
    ("処理記録", TO_LOOK_UP, "全ファイルの扱い、設定", _record),
    ("コード表", TO_LOOK_UP, "記号・列・コードの意味", _of(write_codes)),
)
SHEETS = tuple(DeclaredSheet(*each) for each in _SHEETS)
GROUPS = {each.name: each.group for each in SHEETS}


def page_head(report: Report) -> str:
    """Say at the top of every printed page which checklist and month it belongs to."""
    return f"{called(report.checklist.title)}　{era_month_words(report.month)}"


def has_pivots(book: Book, report: Report, settings: Settings) -> bool:
    """Tell whether the month gets pivots: they count one whole 明細, never an empty one."""
    return settings.pivot and 0 < len(report.answers) <= book.rows and not report.beyond


def write_sheets(
    book: Book, report: Report, settings: Settings, frames: Frames, *, pivot: bool
) -> Pivots | None:
    """Write every sheet; give the pivots, None where there are none."""
    detail = shown_columns(frames.answers)
    month = Month(
        book=book,
        report=report,
        settings=settings,
        frames=frames,
        detail=detail,
        pivots=pivots_of(detail_source(detail), detail_design(report)) if pivot else None,
    )
    for each in SHEETS:
        if each.asked(month):
            each.write(month)
    return month.pivots
