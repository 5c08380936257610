"""The sheets of the month's workbook, declared in the order in which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model.plan import OVERVIEW_SHEET, called
from pipeline.texts.calendar import era_month_words
from pipeline.write.book import COVER
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
from pipeline.write.lists import write_notes, write_planned
from pipeline.write.matrix import write_matrix
from pipeline.write.names import CONTACTS_SHEET
from pipeline.write.offices import OFFICES_SHEET, has_offices, write_offices
from pipeline.write.overview import write_overview
from pipeline.write.pivot import (
    PIVOT_SHEET,
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.frame.columns import Frame
    from pipeline.model.report import Report
    from pipeline.settings import Settings
    from pipeline.write.book import Book
    from pipeline.write.frame import Frames
    from pipeline.write.pivot import Pivots


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSheet:
    """A sheet: what it is for, its line in the guide of はじめに, and when it is there."""

    name: str
    group: str
    tells: str
    write: Callable[[Month], None]
    asked: Callable[[Month], bool] = lambda _: True


def _guide(month: Month) -> list[tuple[str, str]]:
    return [(each.name, each.tells) for each in SHEETS if each.tells and each.asked(month)]


def _pivot(month: Month) -> None:
    if month.pivots is not None:
        write_pivot_sheet(month.book, PIVOT_SHEET, month.pivots)


SHEETS = (
    DeclaredSheet(
        name=OVERVIEW_SHEET,
        group=TO_READ,
        tells="主な数字とグラフ（まずここ）",
        write=lambda month: write_overview(month.book, month.report),
    ),
    DeclaredSheet(
        name=COVER,
        group=TO_READ,
        tells="",
        write=lambda month: write_cover(month.book, month.report, _guide(month)),
    ),
    DeclaredSheet(
        name=CONTACTS_SHEET,
        group=TO_ACT_ON,
        tells="誰に何を頼むか、効く順",
        write=lambda month: write_contacts(month.book, month.report),
        asked=lambda month: has_contacts(month.report),
    ),
    DeclaredSheet(
        name="前月比",
        group=TO_READ,
        tells="前の月からの増減",
        write=lambda month: write_changes(month.book, month.report),
        asked=lambda month: has_changes(month.report),
    ),
    DeclaredSheet(
        name=CHANGED_SHEET,
        group=TO_READ,
        tells="前の月と違う回答、1件ずつ",
        write=lambda month: write_changed_answers(month.book, month.report, month.frames.changes),
        asked=lambda month: has_changed_answers(month.report),
    ),
    DeclaredSheet(
        name="回収状況",
        group=TO_ACT_ON,
        tells="団体ごとの提出状況。未提出が上",
        write=lambda month: write_returns(month.book, month.report),
    ),
    DeclaredSheet(
        name=OFFICES_SHEET,
        group=TO_READ,
        tells="機関ごとの提出と、機関の集計との差",
        write=lambda month: write_offices(month.book, month.report),
        asked=lambda month: has_offices(month.report),
    ),
    DeclaredSheet(
        name="項目別集計",
        group=TO_READ,
        tells="項目ごとの数と割合",
        write=lambda month: write_items(month.book, month.report),
    ),
    DeclaredSheet(
        name="分野別集計",
        group=TO_READ,
        tells="分野・区分ごとの数と割合",
        write=lambda month: write_groups(month.book, month.report),
    ),
    DeclaredSheet(
        name="団体別集計",
        group=TO_READ,
        tells="団体ごとの数と順位",
        write=lambda month: write_groupings(
            write_respondents(month.book, month.report), month.report
        ),
    ),
    DeclaredSheet(
        name="一覧表",
        group=TO_READ,
        tells="項目×団体の早見表",
        write=lambda month: write_matrix(month.book, month.report, month.frames.answers),
    ),
    DeclaredSheet(
        name="対応予定",
        group=TO_READ,
        tells="②の予定月。期限超過が上",
        write=lambda month: write_planned(
            month.book, month.report, month.frames.answers, month.frames.promises
        ),
    ),
    DeclaredSheet(
        name=PROMISES_SHEET,
        group=TO_READ,
        tells="②のその後",
        write=lambda month: write_promises(month.book, month.report, month.frames.promises),
        asked=lambda month: has_promises(month.report),
    ),
    DeclaredSheet(
        name="要確認",
        group=TO_ACT_ON,
        tells="直してもらうこと、確かめること",
        write=lambda month: write_findings(month.book, month.report, month.frames.lines),
    ),
    DeclaredSheet(
        name="補足説明",
        group=TO_ACT_ON,
        tells="補足説明欄の記載と分類",
        write=lambda month: write_notes(month.book, month.report, month.frames.answers),
    ),
    DeclaredSheet(
        name=DETAIL_SHEET,
        group=TO_LOOK_UP,
        tells="全回答。1行に1項目",
        write=lambda month: write_detail(month.book, month.detail),
    ),
    DeclaredSheet(
        name=PIVOT_SHEET,
        group=TO_LOOK_UP,
        tells="自分で組み替えられる表",
        write=_pivot,
        asked=lambda month: month.pivots is not None,
    ),
    DeclaredSheet(
        name="処理記録",
        group=TO_LOOK_UP,
        tells="全ファイルの扱い、設定",
        write=lambda month: write_record(month.book, month.report, month.settings),
    ),
    DeclaredSheet(
        name="コード表",
        group=TO_LOOK_UP,
        tells="記号・列・コードの意味",
        write=lambda month: write_codes(month.book, month.report),
    ),
)
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
