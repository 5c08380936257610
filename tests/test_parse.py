"""Reading a located checklist: heads, dates, repeated items, what lies over a check cell."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layouts import smartcity, workbook_from
from rows import every_row

from pipeline.locate import locate
from pipeline.model import (
    CellKind,
    Decoration,
    Drawing,
    DrawingKind,
    DueSource,
    EvidenceKind,
    Location,
    MatchedBy,
    RawCell,
    RawWorkbook,
    Run,
    Status,
    Submission,
)
from pipeline.parse import parse
from pipeline.parse.dates import read_date, read_date_text
from pipeline.parse.options import read_options
from pipeline.texts.folding import TICKS
from pipeline.texts.marks import read_mark

MONTH = "2026-11"
HEADS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "heads.toml").read_text(encoding="utf-8")
)["case"]
TABLE = """
項目 | チェック欄 | 補足説明欄
{ガバナンス①-1} | ① |
{ガバナンス①-2} | ② | 令和9年3月に策定予定
{ガバナンス①-3} | 同上 |
"""


def submission_of(workbook: RawWorkbook) -> Submission:
    layout = locate(workbook, smartcity(), month=MONTH)
    assert layout is not None
    return parse(workbook, layout, smartcity(), month=MONTH)


@every_row("case", HEADS, ids=[case["name"] for case in HEADS])
def test_head(case: dict[str, Any]) -> None:
    head = case["table"].strip("\n")
    submission = submission_of(workbook_from(f"== 回答\n{head}\n{TABLE}"))
    assert [evidence.text for evidence in submission.evidence] == case["names"]
    assert {evidence.kind for evidence in submission.evidence} <= {EvidenceKind.CELL}
    assert submission.filled_on == case.get("date", "")


def test_head_on_a_cover_sheet_and_its_place() -> None:
    submission = submission_of(
        workbook_from(f"== 表紙\n\n | 事業者名 | つむぎ基盤\n== 回答{TABLE}")
    )
    (evidence,) = submission.evidence
    assert evidence.text == "つむぎ基盤"
    assert evidence.location == Location(file="回答.xlsx", sheet="表紙", cell="C2")


def test_hidden_id_is_the_strongest_evidence() -> None:
    workbook = workbook_from(f"== 回答\n団体名 | 若葉市\n{TABLE}")
    workbook = replace(workbook, properties={"torimatome.respondent": "A01"})
    kinds = [(evidence.kind, evidence.text) for evidence in submission_of(workbook).evidence]
    assert kinds == [(EvidenceKind.HIDDEN_ID, "A01"), (EvidenceKind.CELL, "若葉市")]


def test_one_answer_per_item_in_form_order() -> None:
    submission = submission_of(workbook_from(f"== 回答{TABLE}"))
    assert [answer.item_id for answer in submission.answers] == [
        item.id for item in smartcity().items
    ]
    missing = [answer for answer in submission.answers if answer.matched_by is MatchedBy.NONE]
    assert len(missing) == 52
    assert {answer.mark.status for answer in missing} == {Status.BLANK}
    first = submission.answers[0]
    assert first.location == Location(file="回答.xlsx", sheet="回答", cell="B2")
    assert first.note_location == Location(file="回答.xlsx", sheet="回答", cell="C2")
    assert first.row_location == Location(file="回答.xlsx", sheet="回答", cell="A2")


def test_due_from_the_note_and_ditto_from_above() -> None:
    submission = submission_of(workbook_from(f"== 回答{TABLE}"))
    _, second, third = submission.answers[:3]
    assert (second.due.month, second.due.source) == ("2027-03", DueSource.NOTE)
    assert third.mark.status is Status.PLANNED


def test_ditto_does_not_reach_over_a_table() -> None:
    submission = submission_of(
        workbook_from(
            "== 回答\n項目 | チェック欄\n{ガバナンス①-1} | ①\n"
            "項目 | チェック欄\n{サプライチェーン①} | 同上"
        )
    )
    by_id = {answer.item_id: answer for answer in submission.answers}
    assert by_id["サプライチェーン①"].mark.status is Status.UNCLEAR


def test_drawing_and_decoration_of_the_check_cell_are_seen() -> None:
    workbook = workbook_from(
        "== 回答\n項目 | チェック欄\n{ガバナンス①-1} | %LEGEND\n{ガバナンス①-2} | ①"
    )
    (sheet,) = workbook.sheets
    circle = Drawing(kind=DrawingKind.ELLIPSE, row=1, column=1, lines=(2,))
    drawn = submission_of(replace(workbook, sheets=(replace(sheet, drawings=(circle,)),)))
    assert drawn.answers[0].mark.status is Status.NOT_PLANNED
    assert drawn.objects == ()
    lines = "\n".join(smartcity().legend).splitlines(keepends=True)
    runs = tuple(Run(text=line, struck=place in (0, 1)) for place, line in enumerate(lines))
    struck = replace(sheet, decorations={(1, 1): Decoration(runs=runs)})
    decorated = submission_of(replace(workbook, sheets=(struck,)))
    assert decorated.answers[0].mark.status is Status.NOT_PLANNED
    aside = Drawing(kind=DrawingKind.TEXT_BOX, row=9, column=4, text="お願いします")
    besides = submission_of(replace(workbook, sheets=(replace(sheet, drawings=(aside,)),)))
    assert len(besides.objects) == 1
    assert "お願いします" in besides.objects[0]
    assert "E10" in besides.objects[0]


def test_repeated_item_with_a_blank_takes_the_filled_one() -> None:
    submission = submission_of(
        workbook_from(
            "== 回答\n項目 | チェック欄 | 補足説明欄\n{ガバナンス①-1} | |\n"
            "{ガバナンス①-2} | ② |\n{ガバナンス①-1} | ③ | 予算なし"
        )
    )
    first = submission.answers[0]
    assert (first.mark.status, first.note.raw) == (Status.NOT_PLANNED, "予算なし")
    (repeated,) = submission.repeated
    assert repeated.agree
    assert [place.cell for place in repeated.locations] == ["B2", "B4"]


def test_extra_row_keeps_what_was_written() -> None:
    submission = submission_of(
        workbook_from(
            "== 回答\n項目 | チェック欄 | 補足説明欄\n{ガバナンス①-1} | ① |\n"
            "独自の取組 | ② | 3月\n{ガバナンス①-2} | ③ |"
        )
    )
    (extra,) = submission.extra_rows
    assert (extra.text, extra.mark, extra.note) == ("独自の取組", "②", "3月")
    assert extra.location.cell == "A3"


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("別紙３－２　１２．スマートシティセキュリティガイドライン導入チェックシート", ""),
        ("スマートシティセキュリティガイドライン導入チェックシート", ""),
        (
            "別紙４－１　スマートシティセキュリティガイドライン導入チェックシート",
            "別紙４－１　スマートシティセキュリティガイドライン導入チェックシート",
        ),
        (
            "スマートシティセキュリティガイドライン導入チェックシート（第1.0版）",
            "スマートシティセキュリティガイドライン導入チェックシート（第1.0版）",
        ),
        ("第2版として作成した資料", ""),
    ],
)
def test_printed_edition(title: str, version: str) -> None:
    assert submission_of(workbook_from(f"== 回答\n{title}\n{TABLE}")).version_written == version


def test_unsupported_decorations_are_handed_on() -> None:
    workbook = workbook_from(f"== 回答{TABLE}")
    (sheet,) = workbook.sheets
    workbook = replace(workbook, sheets=(replace(sheet, unsupported=("図形",)),))
    assert submission_of(workbook).answers[0].unsupported == ("図形",)


@given(st.text(max_size=30))
def test_dates_are_total(text: str) -> None:
    written = read_date_text(text, MONTH)
    assert written == "" or len(written) == 10


@given(st.dates())
def test_iso_dates_come_back(day: Any) -> None:
    if day.year < 1000:
        return
    assert read_date_text(f"{day.year}年{day.month}月{day.day}日", MONTH) == day.isoformat()


@given(st.sampled_from(CellKind), st.text(max_size=12))
def test_any_cell_is_a_date_or_none(kind: CellKind, text: str) -> None:
    assert isinstance(read_date(RawCell(kind=kind, text=text), MONTH), str)


def test_send_back_slip_answers_its_items_only() -> None:
    workbook = workbook_from(
        "== 再回答\n項目 | チェック欄\n{ガバナンス①-1} | ①\n{ガバナンス①-2} | "
    )
    assert submission_of(workbook).overrides is None
    slip = submission_of(replace(workbook, properties={"torimatome.slip": "1"}))
    assert slip.overrides == ("ガバナンス①-1",)


@pytest.mark.parametrize("tick", sorted(TICKS | {"☒"}))
def test_every_tick_counts_where_each_option_has_a_column(tick: str) -> None:
    ticked = RawCell(kind=CellKind.TEXT, text=tick)
    cells = ((1, None), (2, None), (3, ticked))
    mark = read_options(cells, month=MONTH, checklist=smartcity())
    assert (mark.status, mark.raw) == (Status.NOT_PLANNED, tick)


@pytest.mark.parametrize("tick", sorted(TICKS))
def test_every_tick_counts_before_a_number(tick: str) -> None:
    cell = RawCell(kind=CellKind.TEXT, text=f"{tick}③")
    assert read_mark(cell, month=MONTH, legend=()).status is Status.NOT_PLANNED
