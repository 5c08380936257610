"""The consolidated workbook, read back with openpyxl and as a package."""

import csv
import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from batches import HOSTILE, make_batch, make_findings, make_settings
from gates import lint, recalc, render, schema
from opened import opened
from openpyxl.utils.cell import range_boundaries

from pipeline.model import Batch, Severity, Status
from pipeline.model.report import Report
from pipeline.summarise import summarise
from pipeline.write import write, write_workbook
from pipeline.write.book import Book
from pipeline.write.columns import COLUMNS, HEADS, NUMBERS, shown_columns
from pipeline.write.finding_table import list_begins
from pipeline.write.findings import write_findings
from pipeline.write.frame import frames_of
from pipeline.write.matrix import write_matrix
from pipeline.write.safe import cell_text
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.totals import GROUPS_TOP, ITEMS_TOP, respondents_top

SHEETS = [
    "概況", "はじめに", "連絡の順", "回収状況", "項目別集計", "分野別集計", "団体別集計", "一覧表",
    "対応予定", "要確認", "補足説明", "明細", "処理記録", "コード表",
]  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def report_of(batch: Batch) -> Report:
    return summarise(batch, make_findings(batch), make_settings())


@pytest.fixture(scope="module")
def batch() -> Batch:
    return make_batch(9)


@pytest.fixture(scope="module")
def folder(batch: Batch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("month")
    write(report_of(batch), target, make_settings(pivot=False))
    return target


@pytest.fixture(scope="module")
def path(folder: Path) -> Path:
    return folder / "集計_2026-11.xlsx"


@pytest.fixture(scope="module")
def values(path: Path) -> Any:
    """The cached values: what is seen before anything recalculates."""
    return opened(path, data_only=True)


@pytest.fixture(scope="module")
def formulas(path: Path) -> Any:
    return opened(path)


@pytest.fixture(scope="module")
def answers(folder: Path) -> list[dict[str, str]]:
    text = (folder / "data" / "answers.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def grid(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def has_formula(sheet: Any) -> bool:
    return any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_the_sheets_stand_in_the_order_of_the_specification(values: Any) -> None:
    assert values.sheetnames == SHEETS


def test_item_totals_equal_a_plain_count_of_the_csv(
    values: Any, answers: list[dict[str, str]]
) -> None:
    counted = Counter((row["item_id"], row["status"]) for row in answers)
    items = list(dict.fromkeys(row["item_id"] for row in answers))
    shown = grid(values["項目別集計"])[ITEMS_TOP : ITEMS_TOP + len(items)]
    assert [row[2] for row in shown] == items
    for row in shown:
        by_status = [counted[row[2], status.value] for status in Status]
        assert list(row[4:10]) == by_status
        assert row[10] == sum(by_status)
        applicable = sum(by_status) - counted[row[2], "not_applicable"]
        assert row[11] == pytest.approx(by_status[0] / applicable)
    total = grid(values["項目別集計"])[ITEMS_TOP + len(items)]
    sums = [sum(row["status"] == status.value for row in answers) for status in Status]
    assert list(total[4:10]) == sums


def test_category_totals_equal_a_plain_count_of_the_csv(
    values: Any, answers: list[dict[str, str]]
) -> None:
    counted = Counter((row["category"], row["status"]) for row in answers)
    categories = list(dict.fromkeys(row["category"] for row in answers))
    shown = grid(values["分野別集計"])[GROUPS_TOP : GROUPS_TOP + len(categories)]
    assert [row[0] for row in shown] == categories
    for row in shown:
        assert list(row[3:9]) == [counted[row[0], status.value] for status in Status]


def test_respondent_totals_equal_a_plain_count_of_the_csv(
    batch: Batch, values: Any, answers: list[dict[str, str]]
) -> None:
    counted = Counter((row["respondent_id"], row["status"]) for row in answers)
    top = respondents_top(report_of(batch))
    shown = grid(values["団体別集計"])[top : top + len(batch.submissions)]
    assert {row[4] for row in shown} == {row["respondent_id"] for row in answers}
    shares = [row[12] for row in shown]
    for row in shown:
        assert list(row[5:11]) == [counted[row[4], status.value] for status in Status]
        read = sum(row[5:9])
        assert row[13:15] == pytest.approx((1 - row[9] / row[11], read / row[11]))
        assert row[1] == (1 + sum(share > row[12] for share in shares) if read else "－")


def test_due_months_equal_a_plain_count_of_the_csv(
    values: Any, answers: list[dict[str, str]]
) -> None:
    counted = Counter(row["due"] for row in answers if row["status"] == "planned")
    shown = {}
    for row in grid(values["対応予定"])[5:]:
        if row[0] is None:
            break
        shown[row[0]] = row[8]
    assert shown.pop("合計") == sum(counted.values())
    months = {label.removesuffix("（期限超過）"): count for label, count in shown.items()}
    assert months.pop("月の記載なし") == counted.pop("", 0)
    assert months == counted


def test_the_matrix_shows_every_answer_once_and_adds_up(
    values: Any, answers: list[dict[str, str]]
) -> None:
    rows = grid(values["一覧表"])
    symbols = Counter(str(cell)[0] for row in rows[5:60] for cell in row[3:12])
    expected = Counter(row["status"] for row in answers)
    assert symbols == {SYMBOLS[Status(name)]: count for name, count in expected.items()}
    for row in rows[5:60]:
        shown = Counter(str(cell)[0] for cell in row[3:12])
        assert list(row[12:18]) == [shown[SYMBOLS[status]] for status in Status]


def test_display_sheets_count_by_formula_and_the_data_sheet_has_none(formulas: Any) -> None:
    for name in ("概況", "項目別集計", "分野別集計", "団体別集計", "一覧表", "対応予定"):
        assert has_formula(formulas[name]), name
    assert not has_formula(formulas["明細"])


def test_no_function_is_newer_than_excel_2016(formulas: Any) -> None:
    used = {
        name
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
        for name in re.findall(r"([A-Z][A-Z0-9.]*)\(", str(cell.value))
    }
    assert used <= {
        "COUNTIFS", "COUNTIF", "COUNTA", "SUM", "SUMIFS", "IF", "ISNUMBER", "RANK"
    }  # fmt: skip


def test_the_data_sheet_is_machine_readable(formulas: Any, path: Path) -> None:
    sheet = formulas["明細"]
    assert tuple(cell.value for cell in sheet[1]) == HEADS
    assert not sheet.merged_cells.ranges
    assert list(sheet.tables) == ["tbl_meisai"]
    assert sheet.tables["tbl_meisai"].ref == sheet.dimensions
    for row in sheet.iter_rows(min_row=2):
        for head, cell in zip(HEADS, row, strict=True):
            if cell.value is not None:
                assert isinstance(cell.value, int if head in NUMBERS else str), head
                assert cell.value != 0
        due = row[HEADS.index("予定月")].value
        assert due is None or re.fullmatch(r"\d{4}-\d{2}", due)
    with zipfile.ZipFile(path) as package:
        number = formulas.sheetnames.index("明細") + 1
        text = package.read(f"xl/worksheets/sheet{number}.xml").decode("utf-8")
    assert "<drawing" not in text
    assert "<hyperlink" not in text


def test_the_data_sheet_holds_the_rows_that_the_pivots_are_told(
    batch: Batch, formulas: Any
) -> None:
    report = report_of(batch)
    columns = shown_columns(frames_of(report).answers)
    told = [tuple(_written(value) for value in row) for row in zip(*columns.values(), strict=True)]
    assert grid(formulas["明細"])[1:] == told


def _written(value: Any) -> Any:
    return (cell_text(value) or None) if isinstance(value, str) else value


def test_every_column_of_the_data_sheet_is_explained(values: Any) -> None:
    explained = {row[0]: row[3] for row in grid(values["コード表"]) if row[3]}
    for column in COLUMNS:
        assert explained[column.head] == column.means


def test_each_finding_and_symbol_links_to_its_row(formulas: Any, batch: Batch) -> None:
    detail = formulas["明細"]

    def row_of(cell: Any) -> tuple[Any, Any]:
        sheet, _, place = cell.hyperlink.location.partition("!")
        assert sheet == "'明細'"
        row = detail[place].row
        return (
            detail.cell(row, HEADS.index("団体名") + 1).value,
            detail.cell(row, HEADS.index("項目ID") + 1).value,
        )

    linked = 0
    for row in formulas["要確認"].iter_rows(min_row=list_begins(report_of(batch)) + 1):
        if row[9].value == "明細へ":
            name, item = row_of(row[9])  # of a line for several items, the first
            assert (row[3].value, row[4].value.split("、")[0].split(" ")[0]) == (name, item)
            linked += 1
    assert linked > 15
    matrix = formulas["一覧表"]
    for row in matrix.iter_rows(min_row=6, max_row=60, min_col=4, max_col=12):
        for cell in row:
            name = matrix.cell(5, cell.column).value
            assert row_of(cell) == (name, matrix.cell(cell.row, 2).value)


def test_the_lines_of_the_findings_count_them_all(formulas: Any, batch: Batch) -> None:
    report = report_of(batch)
    listed = formulas["要確認"]
    first = list_begins(report) + 1
    assert [cell.value for cell in listed[first - 1]][-2:] == ["件数", "決まる回答"]
    counts = [
        (row[1].value.split(" ")[1], row[13].value) for row in listed.iter_rows(min_row=first)
    ]
    for severity in Severity:
        found = sum(count for word, count in counts if word == severity.value)
        assert found == report.figures.findings.of(severity)
    assert len(counts) < sum(count for _, count in counts)


def test_every_sheet_can_be_reached_and_leads_back(formulas: Any) -> None:
    cover = formulas["はじめに"]
    targets = {
        cell.hyperlink.location.partition("!")[0].strip("'")
        for row in cover.iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert set(SHEETS) - {"はじめに"} <= targets
    for name in set(SHEETS) - {"はじめに", "明細"}:
        assert formulas[name]["A3"].hyperlink.location == "'はじめに'!A1", name


UPRIGHT = {"概況", "はじめに"}


def printed_points(sheet: Any) -> float:
    """Give the size on paper of letters of 10 points, with the widths that Excel has."""
    wide, high = {8: (420, 297), 9: (297, 210)}[sheet.page_setup.paperSize]
    paper = (high if sheet.page_setup.orientation == "portrait" else wide) - 2 * 0.4 * 25.4
    area = sheet.print_area.split("!")[-1].replace("$", "") if sheet.print_area else ""
    last = int(range_boundaries(area)[2] or 0) if area else int(sheet.max_column)
    widths: dict[int, float] = {}
    for one in sheet.column_dimensions.values():
        widths |= dict.fromkeys(range(one.min, one.max + 1), one.width)
    pixels = sum([int(widths.get(place, 8.43) * 7 + 0.5) for place in range(1, last + 1)])
    fitted = min(1.0, paper / 25.4 * 96 / pixels)
    if sheet.sheet_properties.pageSetUpPr.fitToPage:
        return 10 * fitted
    assert sheet.page_setup.scale / 100 <= fitted, f"{sheet.title} is wider than its page"
    return float(sheet.page_setup.scale) / 10


def test_every_sheet_is_set_up_for_printing(formulas: Any) -> None:
    for sheet in formulas:
        upright = sheet.title in UPRIGHT
        assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
        assert sheet.page_setup.paperSize in (8, 9), sheet.title
        if sheet.title not in {"明細", "ピボット"}:
            assert printed_points(sheet) >= (8 if upright else 6.5), sheet.title
        assert "&P / &N" in str(sheet.oddFooter.right.text), sheet.title
    for name in ("回収状況", "項目別集計", "要確認", "明細"):
        assert formulas[name].print_title_rows, name
        assert formulas[name].freeze_panes, name


def test_what_is_missing_stands_on_top_of_the_returns(batch: Batch, values: Any) -> None:
    states = [str(row[1]).split()[-1] for row in grid(values["回収状況"])[4:] if row[1]]
    order = ["未提出", "要再提出", "未記入", "提出済み", "集計対象外"]
    assert [order.index(state) for state in states] == sorted(map(order.index, states))
    assert len(states) == len(batch.submissions) + len(batch.missing)


def test_the_same_report_gives_the_same_bytes(batch: Batch, folder: Path, tmp_path: Path) -> None:
    write(report_of(batch), tmp_path, make_settings(pivot=False))
    written = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert len(written) == 16
    for name in written:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_dangerous_texts_are_texts_and_nothing_else(tmp_path: Path) -> None:
    batch = make_batch(len(HOSTILE), hostile=True)
    path = tmp_path / "hostile.xlsx"
    write_workbook(report_of(batch), path, make_settings(pivot=False))
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            content = package.read(name)
            ElementTree.fromstring(content)  # noqa: S314 - our own file: is it well-formed?
            assert b'TargetMode="External"' not in content, name
            if name.startswith("xl/worksheets/sheet"):
                for formula in re.findall(r"<f>([^<]*)</f>", content.decode("utf-8")):
                    assert "HYPERLINK" not in formula
                    assert "cmd" not in formula
        strings = ElementTree.fromstring(package.read("xl/sharedStrings.xml"))  # noqa: S314 - same
    texts = {"".join(part.text or "" for part in entry.iter(f"{MAIN}t")) for entry in strings}
    assert not any(entry.find(f"{MAIN}r") is not None for entry in strings)
    for text in HOSTILE:
        escaped = re.sub(r"(_)(x[0-9A-Fa-f]{4}_)", r"\1x005F_\2", cell_text(text))
        assert escaped in texts or cell_text(text) in texts


def test_beyond_the_limit_counts_are_values_and_the_sheet_says_so(
    batch: Batch, values: Any, tmp_path: Path
) -> None:
    path = tmp_path / "fixed.xlsx"
    write_workbook(report_of(batch), path, make_settings(pivot=False), live_rows=100)
    book = opened(path)
    assert not any(has_formula(sheet) for sheet in book)
    for name in ("項目別集計", "分野別集計", "団体別集計"):
        assert "作成時の値" in str(book[name]["A2"].value)
        for fixed, live in zip(grid(book[name])[3:], grid(values[name])[3:], strict=True):
            for a, b in zip(fixed, live, strict=True):
                assert a == (pytest.approx(b) if isinstance(b, float) else b), name


def test_long_lists_go_on_on_numbered_sheets(batch: Batch, tmp_path: Path) -> None:
    report = report_of(batch)
    first = list_begins(report)
    rows = len(report.lines) - 5 + first
    book = Book(tmp_path / "parts.xlsx", live=False, rows=rows)
    frames = frames_of(report)
    write_findings(book, report, frames.lines)
    write_matrix(book, report, frames.answers, per_sheet=4)
    book.close()
    read = opened(tmp_path / "parts.xlsx")
    assert read.sheetnames == ["要確認", "要確認(2)", "一覧表", "一覧表(2)", "一覧表(3)"]
    parts = zip(read.sheetnames[:2], (first, 4), strict=True)  # the second has a heading alone
    shown = [row[2] for name, top in parts for row in grid(read[name])[top:]]
    assert shown == [entry.shown.code for entry in report.lines]
    names = [
        cell
        for name in read.sheetnames[2:]
        for cell in grid(read[name])[4][3:]
        if cell not in SYMBOLS.values()
    ]
    assert [name for name in names if name] == [t.respondent.name for t in report.respondents]


def test_no_submission_at_all_still_gives_a_workbook(tmp_path: Path) -> None:
    write(report_of(make_batch(0)), tmp_path, make_settings(pivot=False))
    book = opened(tmp_path / "集計_2026-11.xlsx", data_only=True)
    assert book.sheetnames == SHEETS
    assert "読み取れた回答がまだない" in str(book["概況"]["C5"].value)
    assert grid(book["項目別集計"])[ITEMS_TOP][11] == "－"


def test_without_a_roster_the_sheets_say_that_missing_is_unknown(tmp_path: Path) -> None:
    write(report_of(make_batch(3, roster=False)), tmp_path, make_settings(pivot=False))
    book = opened(tmp_path / "集計_2026-11.xlsx", data_only=True)
    assert "名簿がないため" in str(book["回収状況"]["A2"].value)
    shown = " ".join(str(cell) for row in grid(book["はじめに"]) for cell in row)
    assert "名簿がないため、対象と未提出は分かりません" in shown


@pytest.mark.parametrize("hostile", [False, True], ids=["plain", "hostile"])
def test_the_workbook_breaks_no_rule_of_excel(hostile: bool, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(report_of(make_batch(7, hostile=hostile)), path, make_settings(pivot=False))
    assert lint.problems(path) == []


@pytest.mark.outside
@pytest.mark.parametrize("hostile", [False, True], ids=["plain", "hostile"])
@pytest.mark.parametrize("gate", [recalc, schema], ids=["recalc", "schema"])
def test_the_workbook_passes_the_outside_gates(gate: Any, hostile: bool, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(report_of(make_batch(7, hostile=hostile)), path, make_settings(pivot=False))
    assert gate.problems(path) == []


@pytest.mark.outside
def test_every_page_of_the_workbook_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(report_of(make_batch(7)), path, make_settings(pivot=False))
    assert render.problems(path) == []


def test_labels_and_symbols_are_distinct() -> None:
    assert len(set(LABELS.values())) == len(set(SYMBOLS.values())) == len(Status)
