"""The look of the workbook, as numbers: colours told apart by anybody and in grey, tabs, bars."""

from itertools import combinations
from typing import TYPE_CHECKING

import openpyxl
import pytest
from batches import make_batch, make_settings
from colour_vision import DEUTAN, NORMAL, PROTAN, contrast, difference, lab
from opened import opened
from rows import every_row
from test_write_workbook import report_of

from pipeline.model import Status
from pipeline.write import write_workbook
from pipeline.write.sheets import GROUPS
from pipeline.write.style import COLOURS, STYLES, SYMBOLS, TABS, cell_fill

if TYPE_CHECKING:
    from pathlib import Path

EYES = {"normal": NORMAL, "protan": PROTAN, "deutan": DEUTAN}
IN_GREY = (
    (Status.DONE, Status.PLANNED),
    (Status.PLANNED, Status.NOT_PLANNED),
    (Status.NOT_PLANNED, Status.UNCLEAR),
    (Status.DONE, Status.UNCLEAR),
)
PAIRS = [*combinations(Status, 2)]


def named(pair: tuple[Status, Status]) -> str:
    return "".join(SYMBOLS[status] for status in pair)


def test_the_formulas_give_the_published_values() -> None:
    """Pairs 1, 9 and 17 of Sharma et al.; the corners of L*a*b*."""
    assert difference((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert difference((50, -1, 2), (50, 0, 0)) == pytest.approx(2.3669, abs=1e-4)
    assert difference((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)
    assert lab("#FFFFFF") == pytest.approx((100, 0, 0), abs=0.02)
    assert lab("#FF0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert difference(lab("#CC0000", PROTAN), lab("#5A4A00", PROTAN)) < 15  # what no protan sees


@every_row("pair", PAIRS, ids=named)
@every_row("eye", EYES)
def test_statuses_are_told_apart_by_every_eye(pair: tuple[Status, Status], eye: str) -> None:
    """In cells － has a pattern; in charts every fill is a colour of its own."""
    looks = [STYLES[f"status_{status.value}"] for status in pair]
    tints = [lab(str(look["bg_color"]), EYES[eye]) for look in looks]
    assert looks[0].get("pattern") != looks[1].get("pattern") or difference(*tints) >= 15
    fills = [lab(COLOURS[status][0], EYES[eye]) for status in pair]
    assert difference(fills[0], fills[1]) >= 15


@pytest.mark.parametrize("pair", IN_GREY, ids=named)
def test_statuses_are_told_apart_in_grey(pair: tuple[Status, Status]) -> None:
    for place in (0, 1):  # fills of charts, tints of cells
        one, other = (lab(COLOURS[status][place])[0] for status in pair)
        assert abs(one - other) >= 12


@pytest.mark.parametrize("status", Status)
def test_the_symbol_is_readable_on_its_tint(status: Status) -> None:
    look = cell_fill(status)
    assert contrast(str(look["bg_color"]), str(look["font_color"])) >= 4.5


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path: Path = tmp_path_factory.mktemp("looks") / "first.xlsx"
    write_workbook(report_of(make_batch(3)), path, make_settings(pivot=False))
    found: openpyxl.Workbook = opened(path)
    return found


def test_tabs_are_coloured_by_what_the_sheet_is_for(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        colour = sheet.sheet_properties.tabColor
        assert colour is not None
        assert colour.rgb == f"FF{TABS[GROUPS[sheet.title]][1:]}", sheet.title
    assert {GROUPS[sheet.title] for sheet in book.worksheets} == {*TABS}


def test_a_first_month_has_no_sheets_without_content(book: openpyxl.Workbook) -> None:
    assert not {"前月比", "対応予定の履行状況"} & {*book.sheetnames}
    links = {
        str(cell.hyperlink.location).partition("!")[0].strip("'")
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink and cell.hyperlink.location
    }
    assert links <= {*book.sheetnames}


def test_a_bar_ends_before_its_number(book: openpyxl.Workbook) -> None:
    seen = 0
    for sheet in book.worksheets:
        for area in sheet.conditional_formatting:
            for rule in area.rules:
                if rule.type == "dataBar":
                    seen += 1
                    most = float(rule.dataBar.cfvo[1].val)
                    place = next(iter(area.sqref.ranges)).min_col
                    (width,) = (
                        one.width
                        for one in sheet.column_dimensions.values()
                        if one.min <= place <= one.max
                    )
                    assert width * (1 - 1 / most) >= len("100.0%") + 2, (sheet.title, place)
    assert seen >= 6


def test_every_page_says_how_it_may_be_handled(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.oddHeader is not None
        assert sheet.oddHeader.right.text == "取扱注意（庁内限り）", sheet.title
        assert "令和8年11月（2026年11月）" in str(sheet.oddHeader.left.text), sheet.title
