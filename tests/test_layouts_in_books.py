"""Real workbooks as respondents change the form, through the whole run."""

from collections.abc import Callable
from pathlib import Path

from inboxes import settings_for, table
from layouts import FOLDER, smartcity
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.run import aggregate

MONTH = "2026-11"
TEXT, CHECK, NOTE = 2, 3, 4  # columns of the form, from 1
TYPED = ("①", "②", "③")  # the items are answered in turns
IDS = tuple(f"{item.id}：" for item in smartcity().items)

Change = Callable[[Worksheet], None]


def is_item(sheet: Worksheet, row: int) -> bool:
    return str(sheet.cell(row, TEXT).value).startswith(IDS)


def item_rows(sheet: Worksheet) -> list[int]:
    return [row for row in range(1, sheet.max_row + 1) if is_item(sheet, row)]


def head_rows(sheet: Worksheet) -> list[int]:
    return [
        row for row in range(1, sheet.max_row + 1) if sheet.cell(row, CHECK).value == "チェック欄"
    ]


def form() -> tuple[Workbook, Worksheet]:
    """Give a blank form without merged cells, its check cells as printed."""
    book = load_workbook(FOLDER / "blank.xlsx")
    sheet = book.worksheets[0]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    return book, sheet


def made(change: Change) -> Workbook:
    book, sheet = form()
    change(sheet)
    return book


def written(sheet: Worksheet, *, column: int = CHECK) -> None:
    """Answer the items in turns."""
    for place, row in enumerate(item_rows(sheet)):
        sheet.cell(row, column).value = TYPED[place % 3]


def months_in_a_column(head: str, *, beside: str = "", number: str = "②") -> Change:
    """Put a column of months behind the check column; ``beside`` stands there beside ① and ③."""

    def change(sheet: Worksheet) -> None:
        sheet.insert_cols(CHECK + 1)
        for row in head_rows(sheet):
            sheet.cell(row, CHECK + 1).value = head
        written(sheet)
        for row in item_rows(sheet):
            planned = sheet.cell(row, CHECK).value == "②"
            sheet.cell(row, CHECK + 1).value = "12月" if planned else beside
            if planned:
                sheet.cell(row, CHECK).value = number

    return change


def months_under_one_head(sheet: Worksheet) -> None:
    months_in_a_column("")(sheet)
    for row in head_rows(sheet):
        sheet.merge_cells(start_row=row, end_row=row, start_column=CHECK, end_column=CHECK + 1)


def months_below(sheet: Worksheet) -> None:
    written(sheet)
    for row in reversed(item_rows(sheet)):
        sheet.insert_rows(row + 1)
        if sheet.cell(row, CHECK).value == "②":
            sheet.cell(row + 1, TEXT).value = "予定月"
            sheet.cell(row + 1, CHECK).value = "12月"


def beside(head: str) -> Change:
    """Answer in a column of one's own behind the check column, which keeps its legend."""

    def change(sheet: Worksheet) -> None:
        sheet.insert_cols(CHECK + 1)
        for row in head_rows(sheet):
            sheet.cell(row, CHECK + 1).value = head
        written(sheet, column=CHECK + 1)

    return change


def options_of(*heads: str) -> Change:
    """Put sets of option columns behind the empty check column, ① ticked in each."""

    def change(sheet: Worksheet) -> None:
        sheet.insert_cols(CHECK + 1, 3 * len(heads))
        for row in head_rows(sheet):
            for place, head in enumerate(heads):
                first = CHECK + 1 + 3 * place
                sheet.cell(row, first).value = head
                sheet.merge_cells(
                    start_row=row, end_row=row, start_column=first, end_column=first + 2
                )
                for step, words in enumerate(("① 対応済", "② 予定", "③ なし")):
                    sheet.cell(row + 1, first + step).value = words
        for row in item_rows(sheet):
            sheet.cell(row, CHECK).value = None
            for place in range(len(heads)):
                sheet.cell(row, CHECK + 1 + 3 * place).value = "○"

    return change


TURNS = {"done": 19, "planned 2026-12": 18, "not_planned": 18}
NO_MONTHS = {"done": 19, "planned": 18, "not_planned": 18}
# file, how the form was changed, what counts, codes that are told, codes that are not


def books() -> tuple[tuple[str, Workbook, dict[str, int], str, str], ...]:
    """Give changed forms: what counts, the codes that must tell of it, and those that must not."""
    return (
        ("月列市", made(months_in_a_column("対応予定時期")), TURNS, "", "A307 L204 A301"),
        ("月下市", made(months_below), TURNS, "", "A307 L204"),
        ("月横市", made(months_under_one_head), TURNS, "", "A307 L202 A301"),
        (
            "済月市",
            made(months_in_a_column("完了予定", beside="令和9年3月")),
            {"unclear": 19, "planned 2026-12": 18, "not_planned": 18},
            "A302 A312",
            "A307",
        ),
        (
            "月空市",
            made(months_in_a_column("予定月", number="")),
            {"done": 19, "blank": 18, "not_planned": 18},
            "L209",
            "A301 A307",
        ),
        *(
            (f"{head}市", made(beside(head)), {**NO_MONTHS}, "A307", "F107 L202 A301")
            for head in ("答", "担当課回答", "自己評価", "状況")
        ),
        ("重要市", made(beside("重要度")), {"blank": 55}, "F107 L210", "A307"),
        ("前回列市", made(options_of("前回")), {"blank": 55}, "F107 L210", ""),
        ("県列市", made(options_of("県確認", "前回")), {"blank": 55}, "F107 L210", ""),
    )


def test_changed_forms_count_as_they_are_meant(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    made_up = books()
    for name, book, *_ in made_up:
        book.save(tmp_path / "inbox" / f"{name}.xlsx")
    aggregate(settings_for(tmp_path, month=MONTH, pivot=False))
    counted: dict[str, dict[str, int]] = {}
    for row in table(tmp_path, "answers", month=MONTH):
        said = f"{row['status']} {row['due']}".strip()
        counts = counted.setdefault(row["file"], {})
        counts[said] = counts.get(said, 0) + 1
    codes: dict[str, set[str]] = {}
    for row in table(tmp_path, "findings", month=MONTH):
        codes.setdefault(row["file"], set()).add(row["code"])
    for name, _, wanted, told, silent in made_up:
        file = f"{name}.xlsx"
        assert (name, counted[file]) == (name, wanted)
        assert (name, set(told.split()) - codes[file]) == (name, set())
        assert (name, set(silent.split()) & codes[file]) == (name, set())
