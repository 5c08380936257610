"""Values of OOXML cells: every type, and the traps that readers fall into."""

from dataclasses import fields
from pathlib import Path

import pytest
from workbooks import MAIN, Sheet, read, repacked, rich, source_of, table, xlsx

from pipeline.formats import read_workbook
from pipeline.formats.numbers import date_text, number_text, shows_date
from pipeline.model import CellKind, RawCell, RawSheet, Unreadable, UnreadableReason
from pipeline.settings import Limits


def sheet_of(folder: Path, *cells: str, **more: object) -> RawSheet:
    """Read a sheet of cells given as XML without an address, one below the other in column A."""
    addressed = {f"A{n}": cell.replace("<c", f'<c r="A{n}"', 1) for n, cell in enumerate(cells, 1)}
    return read(folder, xlsx(Sheet(xml=addressed), **more)).sheets[0]  # type: ignore[arg-type]  # the keywords of xlsx


@pytest.mark.parametrize(
    ("xml", "kind", "text"),
    [
        ('<c t="inlineStr"><is><t>①</t></is></c>', CellKind.TEXT, "①"),
        ('<c t="inlineStr"><is><t> ① </t></is></c>', CellKind.TEXT, " ① "),
        ('<c t="inlineStr"><is><t>①_x000D_&#10;済</t></is></c>', CellKind.TEXT, "①\r\n済"),
        ("<c><v>1</v></c>", CellKind.NUMBER, "1"),
        ("<c><v>1.0</v></c>", CellKind.NUMBER, "1"),
        ("<c><v>2.5</v></c>", CellKind.NUMBER, "2.5"),
        ("<c><v>0.1</v></c>", CellKind.NUMBER, "0.1"),
        ("<c><v>1E+3</v></c>", CellKind.NUMBER, "1000"),
        ("<c><v>-3</v></c>", CellKind.NUMBER, "-3"),
        ("<c><v>９</v></c>", CellKind.TEXT, "９"),  # no program writes it; no number then
        ('<c s="7"><v>1</v></c>', CellKind.NUMBER, "1"),  # [Red]0
        ('<c s="4"><v>46063</v></c>', CellKind.DATE, "2026-02-10"),
        ('<c s="4"><v>46063.5</v></c>', CellKind.DATE, "2026-02-10T12:00:00"),
        ('<c s="5"><v>46063</v></c>', CellKind.DATE, "2026-02-10"),  # ggge"年"m"月"
        ('<c s="11"><v>0.5</v></c>', CellKind.DATE, "12:00:00"),  # [h]:mm
        ('<c s="4"><v>99999999</v></c>', CellKind.NUMBER, "99999999"),
        ('<c t="d"><v>2026-02-10T00:00:00</v></c>', CellKind.DATE, "2026-02-10"),
        ('<c t="d"><v>2026-02-10</v></c>', CellKind.DATE, "2026-02-10"),
        ('<c t="b"><v>1</v></c>', CellKind.BOOLEAN, "TRUE"),
        ('<c t="b"><v>0</v></c>', CellKind.BOOLEAN, "FALSE"),
        ('<c t="e"><v>#REF!</v></c>', CellKind.ERROR, "#REF!"),
    ],
)
def test_types(xml: str, kind: CellKind, text: str, tmp_path: Path) -> None:
    assert sheet_of(tmp_path, xml).cells[(0, 0)] == RawCell(kind=kind, text=text)


@pytest.mark.parametrize(
    ("xml", "kind", "text"),
    [
        ("<c><f>A2+1</f><v>2</v></c>", CellKind.NUMBER, "2"),
        ('<c t="str"><f>A2&amp;""</f><v>①</v></c>', CellKind.TEXT, "①"),
        ('<c t="e"><f>#REF!</f><v>#REF!</v></c>', CellKind.ERROR, "#REF!"),
        ("<c><f>A2+1</f></c>", CellKind.NO_VALUE, "=A2+1"),
        ("<c><f>A2+1</f><v></v></c>", CellKind.NO_VALUE, "=A2+1"),
    ],
)
def test_formulas(xml: str, kind: CellKind, text: str, tmp_path: Path) -> None:
    expected = RawCell(kind=kind, text=text, formula=True)
    assert sheet_of(tmp_path, xml).cells[(0, 0)] == expected


def test_shared_formula_without_a_value_keeps_its_text(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path, '<c><f t="shared" ref="A1:A2" si="0">B1</f></c>', '<c><f t="shared" si="0"/></c>'
    )
    assert [cell.text for cell in sheet.cells.values()] == ["=B1", "=B1"]


@pytest.mark.parametrize(
    "xml",
    ["<c/>", '<c s="1"/>', "<c><v></v></c>", '<c t="str"><f>""</f><v></v></c>',
     '<c t="inlineStr"><is><t></t></is></c>'],
)  # fmt: skip
def test_cells_that_show_nothing_are_absent(xml: str, tmp_path: Path) -> None:
    assert sheet_of(tmp_path, xml).cells == {}


def test_index_of_a_lost_string_is_no_answer(tmp_path: Path) -> None:
    content = xlsx(Sheet(rows=table("①"), xml={"B1": '<c r="B1" t="s"><v>1</v></c>'}))
    outcome = read_workbook(source_of(tmp_path, content), limits=Limits())
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.BROKEN


def test_readings_are_no_part_of_the_text(tmp_path: Path) -> None:
    strings = [
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>',
        '<si><r><t>若</t></r><r><t>葉</t></r><rPh sb="0" eb="2"><t>ワカバ</t></rPh></si>',
    ]
    sheet = sheet_of(tmp_path, '<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', strings=strings)
    assert [cell.text for cell in sheet.cells.values()] == ["東京", "若葉"]


@pytest.mark.parametrize(("epoch_1904", "text"), [(False, "2022-02-09"), (True, "2026-02-10")])
def test_calendar_of_the_workbook(epoch_1904: bool, text: str, tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, '<c s="4"><v>44601</v></c>', epoch_1904=epoch_1904)
    assert sheet.cells[(0, 0)].text == text


@pytest.mark.parametrize(
    ("serial", "text"),
    [(1, "1900-01-01"), (59, "1900-02-28"), (61, "1900-03-01"), (46063.999999, "2026-02-11"),
     (-1, None), (3e6, None)],
)  # fmt: skip
def test_day_counts(serial: float, text: str | None) -> None:
    assert date_text(serial, epoch_1904=False) == text


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("General", False), ("G/標準", False), ("0", False), ("@", False), ("#,##0.00", False),
        ("0.00E+00", False), ('0"年"', False), ('"第"0"月期"', False), ("[Red]0", False),
        ("[DBNum1]0", False), ("0_ ", False), ('"①"', False), ("\\d0", False),
        ("yyyy/m/d", True), ("m月d日", True), ("ggge年m月", True), ("[$-411]ge.m.d;@", True),
        ("h:mm", True), ("[h]:mm", True), ("[$-F800]dddd, mmmm dd, yyyy", True), ("mmm-yy", True),
        ('yyyy"年"m"月"', True), ("aaa", True), ("[Red]yyyy/m/d", True),
        ("[DBNum1][$-411]m月", True), ("m/d;[Red]0", True), ("ss.00", True),
    ],
)  # fmt: skip
def test_number_formats_that_show_a_date(code: str, is_date: bool) -> None:
    assert shows_date(code) is is_date


@pytest.mark.parametrize(
    ("written", "text"),
    [("007", "7"), ("1e400", None), ("nan", None), ("12345678901234567", "1.2345678901234568e+16"),
     ("", None)],
)  # fmt: skip
def test_number_text(written: str, text: str | None) -> None:
    assert number_text(written) == text


def test_cells_and_rows_without_addresses_follow_each_other(tmp_path: Path) -> None:
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>1</v></c><c><v>2</v></c></row>'
        '<row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>'
        "</sheetData></worksheet>"
    )
    content = repacked(xlsx(Sheet()), {"xl/worksheets/sheet1.xml": xml})
    cells = read(tmp_path, content).sheets[0].cells
    assert {key: cell.text for key, cell in cells.items()} == {
        (0, 0): "1", (0, 1): "2", (4, 2): "3", (4, 3): "4", (5, 0): "5"
    }  # fmt: skip


def test_prefixed_xml(tmp_path: Path) -> None:
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr">'
        "<x:is><x:t>①</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"
    )
    content = repacked(xlsx(Sheet()), {"xl/worksheets/sheet1.xml": xml})
    assert read(tmp_path, content).sheets[0].cells[(0, 0)].text == "①"


def test_hidden_rows_columns_and_sheets(tmp_path: Path) -> None:
    workbook = read(
        tmp_path,
        xlsx(
            Sheet(rows=table("a | b\nc | d"), hidden_rows=[2], hidden_columns=[2]),
            Sheet(rows=table("x"), name="隠し", state="hidden"),
            Sheet(rows=table("x"), name="奥", state="veryHidden"),
        ),
    )
    first, *others = workbook.sheets
    assert (first.hidden_rows, first.hidden_columns) == (frozenset({1}), frozenset({1}))
    assert [sheet.visible for sheet in workbook.sheets] == [True, False, False]
    assert [sheet.name for sheet in others] == ["隠し", "奥"]


def test_runs_where_the_look_differs(tmp_path: Path) -> None:
    looks = {
        "A1": rich("A1", ("①済\n", "<strike/>"), ("②予定", "")),
        "A2": rich("A2", ("①", '<b/><color rgb="FFFF0000"/>'), ("②", '<u/><color theme="1"/>')),
        "A3": rich("A3", ("①", "<b/>"), ("②", "<b/>")),  # all alike: no runs
        "A4": rich("A4", ("①", "<strike/>"), ("②", "<strike/>")),  # all struck
        "A5": rich("A5", ("①", ""), ("\n", "<strike/>"), ("②", "")),  # only the break
        "A6": rich("A6", ("①", ""), ("②", "<strike val='0'/>"), style=2),  # font of the cell
        "A7": rich("A7", ("①", ""), ("②", "<b/>"), style=10),  # both bold
    }
    decorations = read(tmp_path, xlsx(Sheet(xml=looks))).sheets[0].decorations
    first = decorations[(0, 0)]
    assert [(run.text, run.struck) for run in first.runs] == [("①済\n", True), ("②予定", False)]
    assert not first.struck
    second = decorations[(1, 0)].runs
    assert [(r.bold, r.underlined, r.color) for r in second] == [
        (True, False, "rgb:FF0000"), (False, True, "")
    ]  # fmt: skip
    assert (2, 0) not in decorations
    assert (decorations[(3, 0)].struck, decorations[(3, 0)].runs) == (True, ())
    assert (4, 0) not in decorations
    assert [run.struck for run in decorations[(5, 0)].runs] == [True, False]
    assert (6, 0) not in decorations


def test_struck_and_filled_cells(tmp_path: Path) -> None:
    given = Sheet(rows=table("①\n②\n③"), styles={"A1": 2, "A2": 3, "A3": 9})
    decorations = read(tmp_path, xlsx(given)).sheets[0].decorations
    assert decorations[(0, 0)].struck
    assert decorations[(1, 0)].fill == "rgb:FFFF00"
    assert (2, 0) not in decorations  # white is no fill


def test_comments_properties_and_macros(tmp_path: Path) -> None:
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
        ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        '<property name="torimatome-id"><vt:lpwstr>A-001</vt:lpwstr></property></Properties>'
    )
    content = xlsx(
        Sheet(rows=table("①"), comments={"A1": "確認中"}),
        macros=True,
        extra={"docProps/custom.xml": custom},
    )
    workbook = read(tmp_path, content)
    assert workbook.sheets[0].comments == {(0, 0): "確認中"}
    assert workbook.properties == {"torimatome-id": "A-001"}
    assert workbook.macros


@pytest.mark.parametrize(
    "limits",
    [Limits(values=3), Limits(shared_strings=10), Limits(merges=1), Limits(merged_area=3),
     Limits(entries=3), Limits(part_size=100), Limits(expanded_size=500)],
)  # fmt: skip
def test_each_limit_refuses(limits: Limits, tmp_path: Path) -> None:
    content = xlsx(Sheet(rows=table("a | b\nc | d"), merged=["A3:B3", "A4:B4"]))
    outcome = read_workbook(source_of(tmp_path, content), limits=limits)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.TOO_LARGE


def test_every_limit_has_its_reason_in_the_docs() -> None:
    page = (Path(__file__).parent.parent / "docs" / "limits.md").read_text(encoding="utf-8")
    listed = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert listed == [field.name for field in fields(Limits)]
