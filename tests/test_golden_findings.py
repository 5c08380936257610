"""Every code of the catalogue fires on a real workbook that went through the whole run.

The demo and the story of months show most of them; the returns made here show the rest.
"""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from every_case import workbooks_once
from inboxes import good, load, partly, put, settings_for
from openpyxl.worksheet.worksheet import Worksheet
from posted import attachment, mail, named
from rows import every_row
from three_months import write_year

from pipeline.loop.seal import seal
from pipeline.model import Checklist
from pipeline.rules import RULES
from pipeline.run import aggregate
from pipeline.sample import write_demo
from pipeline.settings import Settings

pytestmark = pytest.mark.workbook_once
REVIEW_CODES = {"R601", "R602", "R603", "R604", "R605", "R606", "R607", "R608"}


Change = Callable[[Worksheet], None]


def changed(content: bytes, change: Change) -> bytes:
    """Open a returned workbook as a person would, change its first sheet and save it."""
    book = openpyxl.load_workbook(BytesIO(content))
    change(book.worksheets[0])
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def row_of(sheet: Worksheet, item_id: str) -> tuple[int, int]:
    """Give the row of an item and the column of its text, 1-based."""
    for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        for column, value in enumerate(values, start=1):
            if str(value or "").startswith(item_id + "："):
                return row, column
    raise AssertionError(item_id)


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Give the files each code names, over the demo, the story and the returns below."""
    checklist = load()
    found: dict[str, set[str]] = {}
    demo = tmp_path_factory.mktemp("demo")
    write_demo(demo)
    story = tmp_path_factory.mktemp("story")
    runs = [settings_for(demo)]
    runs += [
        replace(settings_for(story), month=month, inbox=story / month / "inbox")
        for month in write_year(story, checklist)
    ]
    odd = tmp_path_factory.mktemp("odd")
    put(odd, odd_returns(checklist))
    runs.append(settings_for(odd))
    office = tmp_path_factory.mktemp("office")
    put(office, {"県内市.xlsx": good("県内市", checklist)})
    earlier = settings_for(office, month="2026-10", pivot=False, office="青海県")
    aggregate(earlier)
    put(odd, {"先月の県.zip": seal(earlier, sealed_at=earlier.made_at).path.read_bytes()})
    late = tmp_path_factory.mktemp("late")
    came = mail(
        attachment(named("様式.xlsx"), good("遅着市", checklist)),
        date="Thu, 05 Nov 2020 09:30:00 +0900",
    )
    put(late, {"提出.eml": came})
    runs.append(settings_for(late, deadline="2020-11-05T09:00:00"))
    closed = tmp_path_factory.mktemp("closed")
    put(closed, {f"{runs[-1].month}/前.xlsx": good("前市", checklist)})
    put(closed, {"後.xlsx": good("後市", checklist), "除外.txt": "居ない市：試験のため\n".encode()})
    runs.append(settings_for(closed))
    runs += months_gone_wrong(tmp_path_factory.mktemp("months"), checklist)
    with workbooks_once("golden findings"):
        for settings in runs:
            for finding in aggregate(replace(settings, pivot=False)).findings:
                found.setdefault(finding.code, set()).add(finding.location.file)
    return found


def months_gone_wrong(folder: Path, checklist: Checklist) -> list[Settings]:
    """Count a month and never close it, and empty its data; give the month after."""
    put(folder, {"据置市.xlsx": good("据置市", checklist)})
    for month in ("2026-08", "2026-09"):
        aggregate(settings_for(folder, month=month, pivot=False))
    for path in (folder / "outbox" / "2026-08" / "data").iterdir():
        path.write_bytes(b"")
    return [settings_for(folder, month="2026-10")]


def lose_a_row(item_id: str) -> Change:
    """Delete the row of an item."""
    return lambda sheet: sheet.delete_rows(row_of(sheet, item_id)[0])


def repeat(item_id: str, mark: str) -> Change:
    """Write an item a second time below everything else."""

    def add(sheet: Worksheet) -> None:
        row, column = row_of(sheet, item_id)
        below = sheet.max_row + 1
        sheet.cell(below, column, sheet.cell(row, column).value)
        sheet.cell(below, column + 1, mark)

    return add


def add_own_row(after: str) -> Change:
    """Put a row of the respondent's own between two items, and answer it."""

    def add(sheet: Worksheet) -> None:
        row, column = row_of(sheet, after)
        sheet.insert_rows(row + 1)
        sheet.cell(row + 1, column, "当団体独自の取組: 職員研修を実施する")
        sheet.cell(row + 1, column + 1, "①")

    return add


def lose_headers(sheet: Worksheet) -> None:
    """Empty every header of a check or note column."""
    for cells in sheet.iter_rows():
        for cell in cells:
            if str(cell.value or "").startswith(("チェック欄", "補足説明欄")):
                cell.value = None


def print_another_edition(sheet: Worksheet) -> None:
    """Put the title of another edition on top."""
    sheet.insert_rows(1)
    sheet.cell(
        1, 1, "別紙２－１ スマートシティセキュリティガイドライン導入チェックシート（第1.0版）"
    )


def copy_the_sheet(sheet: Worksheet) -> None:
    """Leave a second copy of the sheet in the workbook."""
    assert sheet.parent is not None
    sheet.parent.copy_worksheet(sheet).title = "チェックシート (2)"


def add_another_body(sheet: Worksheet) -> None:
    """Add a sheet with the return of another town."""
    copy_the_sheet(sheet)
    assert sheet.parent is not None
    for cells in sheet.parent.worksheets[1].iter_rows():
        for cell in cells:
            if "東浜町" in str(cell.value or ""):
                cell.value = str(cell.value).replace("東浜町", "西浜町")


def keep_last_years(sheet: Worksheet) -> None:
    """Leave last year's sheet in the workbook."""
    assert sheet.parent is not None
    sheet.parent.copy_worksheet(sheet).title = "令和7年度"


def answer_in_two_columns(sheet: Worksheet) -> None:
    """Put the answers of a branch office beside those of the main office."""
    for cells in list(sheet.iter_rows()):
        for cell in cells:
            assert cell.row
            assert cell.column
            beside = sheet.cell(cell.row, cell.column + 2)
            if str(cell.value or "").startswith("チェック欄"):
                cell.value, beside.value = "チェック欄（本庁）", "チェック欄（支所）"
            elif cell.value in ("①", "③"):
                beside.value = {"①": "③", "③": "①"}[str(cell.value)]


def name_it_a_draft(sheet: Worksheet) -> None:
    """Send the draft and nothing else."""
    sheet.title = "下書き"


def odd_returns(checklist: Checklist) -> dict[str, bytes]:
    """Make one returned workbook for each code that neither the demo nor the story shows."""
    first, second, third = (item.id for item in checklist.items[:3])
    changes: dict[str, Change] = {
        "行なし市": lose_a_row(second),
        "食い違い市": repeat(first, "③"),
        "二度書き市": repeat(first, "①"),
        "独自行市": add_own_row(third),
        "見出しなし市": lose_headers,
        "旧版市": print_another_edition,
        "写し市": copy_the_sheet,
        "前年市": keep_last_years,
        "支所市": answer_in_two_columns,
        "下書き市": name_it_a_draft,
    }
    returns = {f"{n}.xlsx": changed(good(n, checklist), change) for n, change in changes.items()}
    returns["郡内2町.xlsx"] = changed(good("東浜町", checklist), add_another_body)
    too_large = b"PK\x03\x04" + b"\0" * (51 << 20)
    book = attachment(named("様式.xlsx"), good("本文市", checklist))
    return returns | {
        "本文市.eml": mail(book, body="アセットは該当しません。"),
        "大きい町.xlsx": too_large,
        "空の町.xlsx": b"",
        "中身はxlsx.xls": good("拡張子市", checklist),
        "二通市.xlsx": good("二通市", checklist, "①"),
        "二通市(1).xlsx": good("二通市", checklist, "③"),
        "関係者市_推進主体.xlsx": partly("関係者市", checklist, range(37)),
        "関係者市_都市OS事業者.xlsx": partly("関係者市", checklist, range(37, 55)),
    }


@every_row("code", sorted(set(RULES) - REVIEW_CODES))
def test_the_code_fires_on_a_real_return(code: str, fired: dict[str, set[str]]) -> None:
    assert fired.get(code)


@every_row(
    ("code", "file"),
    [
        ("F104", "大きい町.xlsx"),
        ("F110", "中身はxlsx.xls"),
        ("L201", "行なし市.xlsx"),
        ("L202", "食い違い市.xlsx"),
        ("L212", "二度書き市.xlsx"),
        ("L214", "支所市.xlsx"),
        ("L204", "独自行市.xlsx"),
        ("L205", "見出しなし市.xlsx"),
        ("L206", "旧版市.xlsx"),
        ("L208", "写し市.xlsx"),
        ("L210", "前年市.xlsx"),
        ("L213", "下書き市.xlsx"),
        ("F111", "後.xlsx"),
        ("F112", "空の町.xlsx"),
        ("B513", "提出.eml!様式.xlsx"),
        ("B514", "据置市.xlsx"),
        ("B515", "先月の県.zip"),
        ("C801", "除外.txt"),
        ("M701", "outbox/2026-08/data/files.csv"),
        ("B511", "二通市.xlsx"),
        ("B512", "関係者市_推進主体.xlsx"),
    ],
)
def test_it_names_the_file_that_has_it(code: str, file: str, fired: dict[str, set[str]]) -> None:
    assert file in fired[code]


def test_review_codes_are_shown_elsewhere() -> None:
    """The codes left out above are those of entries in 確認票, each with its own test."""
    folder = Path(__file__).parent
    text = "".join(
        (folder / name).read_text(encoding="utf-8")
        for name in ("test_review.py", "test_returns.py", "test_story.py")
    )
    assert {code for code in REVIEW_CODES if code in text} == REVIEW_CODES
