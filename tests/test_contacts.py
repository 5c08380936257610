"""連絡の順, the sentences made of it, and the remark that a run keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from batches import make_batch, make_findings, make_settings
from inboxes import good, load, put, roster, settings_for
from opened import opened

from pipeline.errors import TorimatomeError
from pipeline.model import Severity
from pipeline.model.counts import FIRM
from pipeline.model.plan import OVERVIEW_SHEET, REMARK, Turnout, first_of
from pipeline.month.edited import LONGEST_REMARK
from pipeline.run import aggregate
from pipeline.settings.file import load_settings_file
from pipeline.summarise import summarise
from pipeline.texts.calendar import era_month_words

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.report import Report
    from pipeline.run import RunResult

FORM = load()
ROSTER = roster(("01", "若葉市"), ("02", "白雲町"), ("03", "月影村"))


@pytest.fixture(scope="module")
def report() -> Report:
    batch = make_batch(12)
    return summarise(batch, make_findings(batch), make_settings())


def test_the_contacts_settle_all_that_is_open_and_the_width_falls_to_nothing(
    report: Report,
) -> None:
    whole = report.ranges[0]
    widths = [whole.width, *(one.width for one in report.contacts)]
    assert widths == sorted(widths, reverse=True)
    assert sum(one.settles for one in report.contacts) == whole.open
    assert report.contacts[-1].width == pytest.approx(0)


def test_each_body_has_one_line_and_each_finding_to_act_on_stands_on_one(report: Report) -> None:
    bodies = [one.body or one.name for one in report.contacts]
    assert len(bodies) == len(set(bodies))
    asked = [found for found in report.findings if found.severity is not Severity.INFO]
    told = [report.findings[row] for one in report.contacts for row in one.rows]
    assert sorted(told, key=repr) == sorted(asked, key=repr)
    for one in report.contacts:
        for place in one.lines:
            assert {*report.lines[place].rows} & {*one.rows}


def test_those_who_must_answer_again_come_first_in_the_choice(report: Report) -> None:
    chosen = first_of(report.contacts, 5)
    order = [list(Severity).index(one.severity) for one in chosen]
    assert order == sorted(order)
    assert len(chosen) == 5


def test_the_impact_of_a_finding_is_the_open_answers_it_settles(report: Report) -> None:
    open_places = {
        (row.file, row.item_id) for row in report.answers if row.status in {"blank", "unclear"}
    }
    for finding, impact in zip(report.findings, report.impacts, strict=True):
        place = (finding.location.file, finding.item_id)
        if finding.severity is Severity.INFO:
            assert impact == 0
        elif finding.item_id and place in open_places:
            assert impact == 1
    assert [line.impact for line in report.lines] == [
        sum(report.impacts[row] for row in line.rows) for line in report.lines
    ]


def run(tmp_path: Path, files: dict[str, bytes], **changes: object) -> RunResult:
    put(tmp_path, {"名簿.xlsx": ROSTER, **files})
    return aggregate(replace(settings_for(tmp_path, pivot=False), **changes))  # type: ignore[arg-type]


def shown(result: RunResult, sheet: str) -> str:
    book = opened(result.workbook, data_only=True)
    return "\n".join(
        str(cell) for row in book[sheet].iter_rows(values_only=True) for cell in row if cell
    )


def test_the_month_in_sentences_names_who_is_missing_and_what_comes_next(tmp_path: Path) -> None:
    result = run(tmp_path, {"若葉市.xlsx": good("若葉市", FORM, "①"), "壊れた.xlsx": b"x"})
    told = (result.folder / "要約.txt").read_bytes().decode("utf-8-sig")
    assert "対象 3団体のうち 1団体から回答がありました（回収率 33.3%）" in told
    assert "まだ届いていないのは 白雲町、月影村です。" in told
    assert "対応済みは 100.0%です。" in told
    assert "33.3%から 100.0%のあいだです。" in told
    assert "まず 2団体に連絡してください（白雲町、月影村）" in told
    assert "66.7ポイントから 0.0ポイント" in told
    assert "\r\n" in told
    assert "対象 3 = 提出 1 + 要再提出 0 + 未提出 2" in told
    for text in told.split("【")[1:]:
        assert text.partition("】")[2].split("\r\n")[0] in shown(result, "概況")


def test_a_month_without_a_doubt_says_that_nothing_is_open(tmp_path: Path) -> None:
    files = {f"{name}.xlsx": good(name, FORM, "①") for name in ("若葉市", "白雲町", "月影村")}
    result = run(tmp_path, files)
    told = (result.folder / "要約.txt").read_text(encoding="utf-8-sig")
    assert "未確定の回答はありません。" in told
    assert "次にすること" not in told


@pytest.mark.parametrize(
    ("mark", "words"),
    [("①", "目標の 80%を上回っていますが"), ("③", "目標の 80%まで 80.0ポイントです")],
)
def test_the_target_is_told(tmp_path: Path, mark: str, words: str) -> None:
    result = run(tmp_path, {"若葉市.xlsx": good("若葉市", FORM, mark)}, target=0.8)
    assert words in shown(result, OVERVIEW_SHEET)
    assert "目標 80%" in shown(result, OVERVIEW_SHEET)


def test_the_target_is_a_percentage_of_torimatome_toml(tmp_path: Path) -> None:
    path = tmp_path / "torimatome.toml"
    path.write_text("target = 80\n", encoding="utf-8")
    assert load_settings_file(path)["target"] == 0.8
    for wrong in ("0", "101", "-5", '"80%"', "true"):
        path.write_text(f"target = {wrong}\n", encoding="utf-8")
        with pytest.raises(TorimatomeError, match="target"):
            load_settings_file(path)


def with_remark(path: Path, text: str) -> None:
    """Write a remark as a person does in a spreadsheet, and save."""
    book = opened(path)
    sheet = book[OVERVIEW_SHEET]
    row = next(row for row in range(1, 40) if sheet.cell(row, 1).value == REMARK)
    cell = sheet.cell(row, 3)
    cell.value, cell.data_type = text, "s"
    book.save(path)


def remark_on(path: Path) -> str:
    sheet = opened(path)[OVERVIEW_SHEET]
    row = next(row for row in range(1, 40) if sheet.cell(row, 1).value == REMARK)
    assert sheet.cell(row, 3).data_type in {"s", "n"}  # never a formula
    return str(sheet.cell(row, 3).value or "")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("白雲町は12月に提出の見込み。", "白雲町は12月に提出の見込み。"),
        ("一行目\n二行目", "一行目\n二行目"),
        ('=HYPERLINK("http://example.com")', '=HYPERLINK("http://example.com")'),
        ("<r>&amp;</r>", "<r>&amp;</r>"),
        ("長" * 5_000, "長" * LONGEST_REMARK),
    ],
)
def test_the_next_run_keeps_a_remark_as_text(tmp_path: Path, written: str, kept: str) -> None:
    files = {"若葉市.xlsx": good("若葉市", FORM, "①")}
    result = run(tmp_path, files)
    assert remark_on(result.workbook) == ""
    with_remark(result.workbook, written)
    again = run(tmp_path, files)
    assert remark_on(again.workbook).rstrip() == kept
    third = run(tmp_path, files)  # nobody changed the workbook: the record has it
    assert remark_on(third.workbook).rstrip() == kept
    assert third.kept_as == ()
    told = (third.folder / "要約.txt").read_text(encoding="utf-8-sig")
    assert f"【担当者から】{kept.splitlines()[0]}" in told


def test_a_remark_outlives_a_workbook_that_cannot_be_read_and_can_be_taken_back(
    tmp_path: Path,
) -> None:
    files = {"若葉市.xlsx": good("若葉市", FORM, "①")}
    result = run(tmp_path, files)
    with_remark(result.workbook, "覚え書き")
    run(tmp_path, files)
    result.workbook.write_bytes(b"not a workbook")
    assert remark_on(run(tmp_path, files).workbook) == "覚え書き"
    with_remark(result.workbook, "")
    assert remark_on(run(tmp_path, files).workbook) == ""


def test_the_equation_leaves_out_what_there_is_none_of() -> None:
    whole = Turnout(asked=31, returned=26, again=2, missing=3, beside_roster=1)
    assert whole.equation == "対象 31 = 提出 26 + 要再提出 2 + 未提出 3、名簿外 1"
    assert whole.asked == whole.returned + whole.absent
    waiting = Turnout(asked=3, returned=1, waiting=1, missing=1)
    assert waiting.equation == "対象 3 = 提出 1 + 要再提出 0 + 確認待ち 1 + 未提出 1"


def test_a_month_stands_in_both_calendars() -> None:
    assert era_month_words("2026-11") == "令和8年11月（2026年11月）"
    assert era_month_words("2019-05") == "令和元年5月（2019年5月）"
    assert era_month_words("2019-04") == "2019年4月"


def test_the_list_says_where_the_figure_is_firm(tmp_path: Path) -> None:
    result = run(tmp_path, {"若葉市.xlsx": good("若葉市", FORM, "①")})
    assert "ここまでで 66.7 → 0.0 ポイント。集計は固まっています" in shown(result, "連絡の順")
    assert FIRM == 1.0
