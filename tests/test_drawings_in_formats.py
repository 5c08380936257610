"""What lies over cells is told alike whichever format a workbook is saved in."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import biff
import olefile  # type: ignore[import-untyped]  # no stubs
import pytest
from drawn import everything
from gates.tools import convert
from hostile import ods_with
from test_odd_packages import packed, parts
from workbooks import Control, Sheet, read, record, repacked, source_of, table, xlsb, xlsx

from pipeline.formats import read_workbook
from pipeline.formats.choices import Choice
from pipeline.formats.xls_objects import Links, read_object
from pipeline.model import Drawing, RawSheet, RawWorkbook, Unreadable, address
from pipeline.settings import Limits

FORMATS = Path(__file__).parent / "golden" / "formats"
# cell, kind, lines, text, state
Told = tuple[str, str, tuple[int, ...], str, bool | None]
EVERYTHING: Sequence[Told] = (
    ("B2", "ellipse", (1,), "", None),
    ("C2", "picture", (), "", None),
    ("B3", "check_box", (0,), "選択1", False),
    ("B3", "check_box", (1,), "選択2", True),
    ("B3", "check_box", (2,), "選択3", False),
    ("B4", "option_button", (0,), "選択1", False),
    ("B4", "option_button", (1,), "選択2", False),
    ("B4", "option_button", (2,), "選択3", True),
    ("B5", "drop_down", (), "②", True),
    ("B5", "drop_down", (), "", False),
    ("B6", "drop_down", (), "③", True),
    ("B6", "check_box", (), "", True),
    ("B6", "check_box", (), "", None),
    ("B7", "ellipse", (2,), "", None),
    ("B7", "text_box", (0,), "別紙", None),
    ("B8", "ellipse", (1,), "", None),
    ("B9", "other", (), "", None),
    ("B10", "ellipse", (1,), "", None),
    ("B10", "ink", (1,), "", None),
    ("B11", "ellipse", (1,), "", None),
    ("B12", "ellipse", (), "", None),
    ("B13", "line", (0,), "", None),
)


def told(drawing: Drawing) -> Told:
    place = address(drawing.row, drawing.column)
    return place, drawing.kind.value, drawing.lines, drawing.text, drawing.checked


def all_told(sheet: RawSheet) -> list[Told]:
    return sorted(map(told, sheet.drawings), key=repr)


def test_xlsx_tells_everything(tmp_path: Path) -> None:
    sheet = read(tmp_path, xlsx(everything())).sheets[0]
    assert all_told(sheet) == sorted(EVERYTHING, key=repr)


def test_xlsb_tells_what_xlsx_does(tmp_path: Path) -> None:
    """But for a mixed check box: the VML of the test knows ticked and not ticked alone."""
    sheet = read(tmp_path, xlsb(everything().rows, drawn=everything())).sheets[0]
    expected = [
        (*each[:4], False) if each[1] == "check_box" and each[4] is None else each
        for each in EVERYTHING
    ]
    assert all_told(sheet) == sorted(expected, key=repr)
    assert not sheet.unsupported


def test_activex_of_a_binary_workbook_is_no_picture(tmp_path: Path) -> None:
    """Some programs write its VML as that of a picture; the sheet's own record knows better."""
    vml = (
        '<v:shape id="_x0000_s1099" type="#_x0000_t75"><x:ClientData ObjectType="Pict">'
        "<x:Anchor>1, 2, 0, 2, 1, 60, 0, 18</x:Anchor></x:ClientData></v:shape>"
    )
    rows = table("項目 | チェック欄")
    names = b"".join(
        struct.pack("<I", len(name)) + name.encode("utf-16-le") for name in ("rId9", "CheckBox1")
    )
    control = record(644, struct.pack("<I", 1099) + names)
    content = xlsb(rows, drawn=Sheet(rows=rows, vml=vml), more=control)
    (found,) = read(tmp_path, content, "返送.xlsb").sheets[0].drawings
    assert told(found)[:2] == ("B1", "activex")


# What LibreOffice itself makes of the sheet when it writes it in another format.
MOVED: dict[Told, Told] = {("B12", "ellipse", (), "", None): ("B13", "ellipse", (0,), "", None)}
UNTICKED: dict[Told, Told] = {("B6", "check_box", (), "", None): ("B6", "check_box", (), "", False)}
NOT_CHOSEN: dict[Told, Told] = {
    each: (*each[:3], "", None) for each in EVERYTHING if each[1] == "drop_down"
}  # a list box of a form keeps its choice in a linked cell alone
EMPTIED: dict[Told, Told] = {
    each: (*each[:3], "", False) for each in EVERYTHING if each[1] == "drop_down"
}
# The font of the sheet is not on the machine, and another is written: its lines are lower.
WIDER: dict[Told, Told] = {
    each: (*each[:2], (1, 2), *each[3:])
    for each in EVERYTHING
    if each[1] in {"ellipse", "ink"} and each[2] == (1,)
}
LOWER: dict[Told, Told] = {("B13", "line", (0,), "", None): ("B13", "line", (1,), "", None)}
BY_LIBREOFFICE: Mapping[str, Mapping[Told, Told]] = {
    "objects.ods": {**MOVED, **UNTICKED, **NOT_CHOSEN, **LOWER},
    "objects.xls": {**MOVED, **UNTICKED, **EMPTIED, **WIDER},
}


@pytest.mark.parametrize("name", BY_LIBREOFFICE)
def test_objects_as_libreoffice_writes_them(name: str, tmp_path: Path) -> None:
    sheet = read(tmp_path, (FORMATS / name).read_bytes(), name).sheets[0]
    other = BY_LIBREOFFICE[name]
    assert all_told(sheet) == sorted((other.get(each, each) for each in EVERYTHING), key=repr)


@pytest.mark.outside
@pytest.mark.parametrize("name", BY_LIBREOFFICE)
def test_libreoffice_still_writes_them_so(name: str, tmp_path: Path) -> None:
    """The committed file is no special case of one version."""
    given = source_of(tmp_path, xlsx(everything()))
    content = convert(given.location, tmp_path, name.rpartition(".")[2]).read_bytes()
    sheet = read(tmp_path, content, f"戻り{name}").sheets[0]
    committed = read(tmp_path, (FORMATS / name).read_bytes(), name).sheets[0]
    assert all_told(sheet) == all_told(committed)


# ── Drop-downs and lists ────────────────────────────────────────────────────────────────────

AT = (1, 2, 0, 2, 1, 90, 0, 20)
ENTRIES = table("項目 | | | ①\n | | | ②\n | | | ③（12月）\n | | | 2")
DROPS: Mapping[str, tuple[Control, tuple[str, bool | None]]] = {
    "the second": (Control(anchor=AT, choices="$D$1:$D$3", chosen=2), ("②", True)),
    "with its month": (Control(anchor=AT, choices="D1:D3", chosen=3), ("③（12月）", True)),
    "nothing": (Control(anchor=AT, choices="$D$1:$D$3"), ("", False)),
    "beyond the list": (Control(anchor=AT, choices="$D$1:$D$3", chosen=4), ("", None)),
    "an empty entry": (Control(anchor=AT, choices="$E$1:$E$3", chosen=1), ("", None)),
    "a name": (Control(anchor=AT, choices="選択肢", chosen=1), ("", None)),
    "whole columns": (Control(anchor=AT, choices="$D:$D", chosen=1), ("", None)),
    "of another sheet": (Control(anchor=AT, choices="リスト!$A$1:$A$2", chosen=2), ("③", True)),
    "of a quoted sheet": (
        Control(anchor=AT, choices="'選択 ''肢'!$A$1:$A$2", chosen=1), ("①", True)
    ),
    "of no sheet": (Control(anchor=AT, choices="ない!$A$1:$A$2", chosen=1), ("", None)),
    "linked alike": (
        Control(anchor=AT, choices="$D$1:$D$3", chosen=2, linked="$D$4"), ("②", True)
    ),
    "linked otherwise": (
        Control(anchor=AT, choices="$D$1:$D$3", chosen=1, linked="$D$4"), ("", None)
    ),
    "linked to an empty cell": (
        Control(anchor=AT, choices="$D$1:$D$3", chosen=1, linked="$Z$4"), ("①", True)
    ),
    "without entries": (Control(anchor=AT), ("", None)),
}  # fmt: skip


@pytest.mark.parametrize("vml_only", [False, True], ids=["Excel", "VML alone"])
@pytest.mark.parametrize("name", DROPS)
def test_drop_down_says_what_is_chosen(name: str, tmp_path: Path, *, vml_only: bool) -> None:
    control, expected = DROPS[name]
    drop = replace(control, type="Drop", vml_only=vml_only)
    content = xlsx(
        Sheet(rows=ENTRIES, controls=[drop]),
        Sheet(rows=table("①\n③"), name="リスト", state="hidden"),
        Sheet(rows=table("①\n③"), name="選択 '肢"),
    )
    (found,) = read(tmp_path, content).sheets[0].drawings
    assert found.kind.value == "drop_down"
    assert (found.text, found.checked) == expected


OBJECT_1 = "15 00 12 00 14 00 01 00 11 00" + " 00" * 12  # ftCmo of a drop-down
LINKED_TO_G1 = "0e 00 0c 00 05 00 00 00 00 00 24 00 00 06 c0 00"
LIST_DATA = "13 00 ee 1f"
D2_TO_D4 = "10 00 09 00 00 00 00 00 25 01 00 03 00 03 c0 03 c0 00"
OF_SHEET_2 = "12 00 0b 00 00 00 00 00 3b 01 00 00 00 02 00 00 00 00 00 00"
RECORDS: Mapping[str, tuple[str, Choice, bool]] = {
    "chosen": (f"{OBJECT_1} {LIST_DATA} {D2_TO_D4} 03 00 02 00 00 00 00 00",
               Choice(entries="D2:D4", number=2), False),
    "linked": (f"{OBJECT_1} {LINKED_TO_G1} {LIST_DATA} {D2_TO_D4} 03 00 00 00 00 00 00 00",
               Choice(entries="D2:D4", number=0, linked="G1:G1"), False),
    "of another sheet": (f"{OBJECT_1} {LIST_DATA} {OF_SHEET_2} 03 00 01 00 00 00 00 00",
                         Choice(entries="'選択''肢'!A1:A3", number=1), False),
    "several may be chosen": (f"{OBJECT_1} {LIST_DATA} {D2_TO_D4} 03 00 02 00 10 00 00 00",
                              Choice(entries="D2:D4"), False),
    "no entries": (f"{OBJECT_1} {LIST_DATA} 00 00 00 00 00 00 00 00 00 00",
                   Choice(number=0), False),
    "a name": (f"{OBJECT_1} {LIST_DATA} 0c 00 05 00 00 00 00 00 23 01 00 00 00 00"
               " 03 00 01 00 00 00",
               Choice(number=1), False),
    "cut off in the list": (f"{OBJECT_1} {LIST_DATA} 10 00 09 00 00", Choice(), False),
    "cut off at once": (OBJECT_1[:29], Choice(), False),
    "the arrow of a filter": (OBJECT_1.replace("11 00", "01 21", 1), Choice(), True),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_record_of_a_drop_down(name: str) -> None:
    """Bytes as Excel writes them, spelt out after [MS-XLS]."""
    body, choice, silent = RECORDS[name]
    links = Links(names=["表", "選択'肢"], books=[False, True], sheets=[(0, 1), (1, 1)])
    found = read_object(bytes.fromhex(body), links)
    assert (found.choice, found.silent) == (choice, silent)


def edited_objects(edit: Callable[[biff.Record], object]) -> bytes:
    """Give the .xls of LibreOffice with its records edited."""
    with olefile.OleFileIO(FORMATS / "objects.xls") as ole:
        found = list(biff.records(ole.openstream("Workbook").read()))
    for each in found:
        edit(each)
    return biff.compound(biff.stream_of(found))


def test_drop_down_of_xls_says_what_is_chosen(tmp_path: Path) -> None:
    """LibreOffice writes lists without what is chosen; Excel writes its number."""

    def choose(each: biff.Record) -> None:
        place = each.body.find(bytes.fromhex("13002200 1000 0900"))
        if each.code == biff.OBJECT and place >= 0:
            place += 4 + 2 + 16 + 2  # behind the formula and the number of lines
            each.body = each.body[:place] + b"\x03\x00" + each.body[place + 2 :]

    sheet = read(tmp_path, edited_objects(choose), "返送.xls").sheets[0]
    assert [told(each)[3:] for each in sheet.drawings if each.kind.value == "drop_down"] == [
        ("③", True), ("③", True), ("", False)
    ]  # fmt: skip


def test_object_records_cut_short_leave_the_values(tmp_path: Path) -> None:
    def cut(each: biff.Record) -> None:
        if each.code == biff.OBJECT:
            each.body = each.body[:23]

    sheet = read(tmp_path, edited_objects(cut), "返送.xls").sheets[0]
    assert sheet.cells[1, 1].text.startswith("①")
    assert not any(each.checked for each in sheet.drawings)


# ── OpenDocument ────────────────────────────────────────────────────────────────────────────

GRAPHIC = (
    '<style:style style:name="open" style:family="graphic"><style:graphic-properties'
    ' draw:stroke="solid" draw:fill="none"/></style:style>'
    '<style:style style:name="white" style:family="graphic"><style:graphic-properties'
    ' draw:fill="solid" draw:fill-color="#ffffff"/></style:style>'
    '<style:style style:name="clear" style:family="graphic" style:parent-style-name="white">'
    '<style:graphic-properties draw:opacity="30%"/></style:style>'
    '<style:style style:name="nothing" style:family="graphic" style:parent-style-name="open">'
    '<style:graphic-properties draw:stroke="none"/></style:style>'
    '<style:style style:name="tall" style:family="table-row"><style:table-row-properties'
    ' style:row-height="2cm"/></style:style>'
    '<style:style style:name="wide" style:family="table-column"><style:table-column-properties'
    ' style:column-width="5cm"/></style:style>'
    '<style:style style:name="low" style:family="table-row"><style:table-row-properties'
    ' style:row-height="0.5cm"/></style:style>'
    '<style:style style:name="top" style:family="table-cell"><style:table-cell-properties'
    ' style:vertical-align="top" fo:wrap-option="wrap"/><style:text-properties'
    ' fo:font-size="12pt"/></style:style>'
)
BOX = 'svg:x="0.2cm" svg:y="0.6cm" svg:width="3cm" svg:height="0.5cm"'
LEGEND = "<text:p>①既に対応済み</text:p><text:p>②（　月）</text:p><text:p>③予定なし</text:p>"


def custom(kind: str, style: str = "open", inner: str = "") -> str:
    return (
        f'<draw:custom-shape draw:style-name="{style}" {BOX}>{inner}'
        f'<draw:enhanced-geometry draw:type="{kind}" draw:enhanced-path="M 0 0 L 9 9 Z N"/>'
        "</draw:custom-shape>"
    )


def ods(
    cell: str = "", *, lying: str = "", forms: str = "", row: str = "", attributes: str = ""
) -> bytes:
    """Give a sheet whose B2 holds a legend and ``cell``; ``lying`` is on the sheet itself."""
    return ods_with(
        f"<office:forms>{forms}</office:forms><table:shapes>{lying}</table:shapes>"
        '<table:table-column table:style-name="wide" table:number-columns-repeated="16384"/>'
        '<table:table-row table:style-name="low"><table:table-cell office:value-type="string">'
        "<text:p>項目</text:p></table:table-cell></table:table-row>"
        f'<table:table-row table:style-name="tall" {row}><table:table-cell/>'
        f'<table:table-cell table:style-name="top" office:value-type="string" {attributes}>'
        f"{LEGEND}{cell}</table:table-cell></table:table-row>"
        '<table:table-row table:style-name="low" table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
        styles=GRAPHIC,
    )


def lone(folder: Path, content: bytes) -> tuple[str, str, tuple[int, ...]]:
    (found,) = read(folder, content, "返送.ods").sheets[0].drawings
    return told(found)[:3]


SHAPES: Mapping[str, tuple[str, str]] = {
    "ellipse": (f'<draw:ellipse draw:style-name="open" {BOX}/>', "ellipse"),
    "circle": (f'<draw:circle draw:style-name="open" {BOX}/>', "ellipse"),
    "rectangle": (f'<draw:rect draw:style-name="open" {BOX}/>', "ellipse"),
    "white rectangle": (f'<draw:rect draw:style-name="white" {BOX}/>', "other"),
    "see-through rectangle": (f'<draw:rect draw:style-name="clear" {BOX}/>', "ellipse"),
    "of an unknown colour": (f"<draw:ellipse {BOX}/>", "other"),
    "LibreOffice's ellipse": (custom("ellipse"), "ellipse"),
    "Excel's ellipse": (custom("ooxml-ellipse"), "ellipse"),
    "an ellipse of Excel 97": (custom("mso-spt3"), "ellipse"),
    "round rectangle": (custom("round-rectangle"), "ellipse"),
    "brackets": (custom("bracket-pair"), "ellipse"),
    "arrow": (custom("right-arrow"), "other"),
    "white ellipse": (custom("ellipse", "white"), "other"),
    "drawn by hand, closed": (custom("non-primitive"), "ellipse"),
    "with text": (custom("ellipse", "open", "<text:p>①</text:p>"), "text_box"),
    "straight": (custom("mso-spt20"), "line"),
    "polygon": (f'<draw:polygon {BOX} draw:points="0,0 9,0 9,9"/>', "ellipse"),
    "open polyline": (f'<draw:polyline {BOX} draw:points="0,0 9,0 9,9 5,9"/>', "ink"),
    "polyline that returns": (f'<draw:polyline {BOX} draw:points="0,0 9,0 9,9 1,1"/>', "ellipse"),
    "closed path": (f'<draw:path {BOX} svg:d="M0 0C1 1 2 2 3 3Z"/>', "ellipse"),
    "open path": (f'<draw:path {BOX} svg:d="M0 0C1 1 2 2 3 3"/>', "ink"),
    "line": (
        '<draw:line svg:x1="0.2cm" svg:y1="0.95cm" svg:x2="3cm" svg:y2="0.95cm"/>', "line"
    ),
    "connector": (
        '<draw:connector svg:x1="3cm" svg:y1="0.95cm" svg:x2="0.2cm" svg:y2="0.95cm"/>', "line"
    ),
    "picture": (f"<draw:frame {BOX}><draw:image/></draw:frame>", "picture"),
    "chart": (f"<draw:frame {BOX}><draw:object/><draw:image/></draw:frame>", "other"),
    "text frame": (
        f"<draw:frame {BOX}><draw:text-box><text:p>済</text:p></draw:text-box></draw:frame>",
        "text_box",
    ),
    "in a group": (f"<draw:g><draw:g>{custom('ellipse')}</draw:g></draw:g>", "ellipse"),
    "in a link": (f"<draw:a>{custom('ellipse')}</draw:a>", "ellipse"),
    "unknown": (f"<draw:scene {BOX}/>", "other"),
    "a control without its form": (f'<draw:control draw:control="c9" {BOX}/>', "other"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_shape_in_a_cell(name: str, tmp_path: Path) -> None:
    element, kind = SHAPES[name]
    lines = () if kind == "other" else (1,)
    assert lone(tmp_path, ods(element)) == ("B2", kind, lines)


@pytest.mark.parametrize(
    "element",
    [custom("ellipse", "nothing"), f'<draw:ellipse draw:display="none" {BOX}/>'],
    ids=["neither line nor fill", "not displayed"],
)
def test_what_nobody_sees_is_no_object(element: str, tmp_path: Path) -> None:
    assert read(tmp_path, ods(element), "返送.ods").sheets[0].drawings == ()


def test_object_on_the_sheet_is_where_its_numbers_say(tmp_path: Path) -> None:
    box = 'svg:x="5.2cm" svg:y="1.1cm" svg:width="3cm" svg:height="0.5cm"'
    ellipse = f'<draw:ellipse draw:style-name="open" {box}/>'
    assert lone(tmp_path, ods(lying=ellipse)) == ("B2", "ellipse", (1,))


@pytest.mark.parametrize("angle", ["0", "0.1", "-0.1", "3.1416", "1.5708"])
def test_turned_object_keeps_its_middle(angle: str, tmp_path: Path) -> None:
    """Its numbers are those before the turn round its own corner, then it is moved."""
    import math  # noqa: PLC0415 - for this test alone

    turn, across, down = float(angle), 1.0, 0.25
    x = across * math.cos(turn) + down * math.sin(turn)
    y = down * math.cos(turn) - across * math.sin(turn)
    move = f"translate ({1.5 - x:.4f}cm {0.75 - y:.4f}cm)"
    ellipse = (
        '<draw:ellipse draw:style-name="open" svg:width="2cm" svg:height="0.5cm"'
        f' draw:transform="rotate ({angle}) {move}"/>'
    )
    cell, kind, lines = lone(tmp_path, ods(ellipse))
    assert (cell, kind) == ("B2", "ellipse")
    assert 1 in lines


def test_object_in_a_hidden_row_covers_no_line(tmp_path: Path) -> None:
    hidden = ods(custom("ellipse"), row='table:visibility="collapse"')
    assert lone(tmp_path, hidden) == ("B2", "ellipse", ())


def test_object_in_a_merged_area_belongs_to_its_top_left(tmp_path: Path) -> None:
    merged = 'table:number-columns-spanned="2" table:number-rows-spanned="1"'
    box = 'svg:x="10.5cm" svg:y="1.1cm" svg:width="2cm" svg:height="0.5cm"'
    ellipse = f'<draw:ellipse draw:style-name="open" {box}/>'
    assert lone(tmp_path, ods(lying=ellipse, attributes=merged)) == ("B2", "ellipse", (1,))


FORMS: Mapping[str, tuple[str, tuple[str, str, bool | None] | None]] = {
    "ticked": ('<form:checkbox {} form:label="済" form:current-state="checked"/>',
               ("check_box", "済", True)),
    "not ticked": ('<form:checkbox {} form:label="済"/>', ("check_box", "済", False)),
    "unticked since": (
        '<form:checkbox {} form:state="checked" form:current-state="unchecked"/>',
        ("check_box", "", False)),
    "half": ('<form:checkbox {} form:current-state="unknown"/>', ("check_box", "", None)),
    "ticked from the first alone": ('<form:checkbox {} form:state="checked"/>',
                                    ("check_box", "", None)),
    "chosen": ('<form:radio {} form:label="②" form:current-selected="true"/>',
               ("option_button", "②", True)),
    "not chosen": ('<form:radio {} form:label="②"/>', ("option_button", "②", False)),
    "a list": (
        '<form:listbox {}><form:option form:label="①"/><form:option form:label="②"'
        ' form:current-selected="true"/></form:listbox>', ("drop_down", "②", True)),
    "a list with two": (
        '<form:listbox {}><form:option form:label="①" form:current-selected="true"/>'
        '<form:option form:label="②" form:current-selected="true"/></form:listbox>',
        ("drop_down", "", None)),
    "a list with none": ('<form:listbox {}><form:option form:label="①"/></form:listbox>',
                         ("drop_down", "", False)),
    "a list of cells": ('<form:listbox {} form:source-cell-range="Sheet1.A1:Sheet1.A3"/>',
                        ("drop_down", "", None)),
    "linked to what is chosen": (
        '<form:listbox {} form:source-cell-range="Sheet1.A1:Sheet1.A3"'
        ' form:linked-cell="Sheet1.A1" form:list-linkage-type="selection"/>',
        ("drop_down", "項目", True)),
    "linked to an empty cell": (
        '<form:listbox {} form:source-cell-range="Sheet1.A1:Sheet1.A3"'
        ' form:linked-cell="Sheet1.C9" form:list-linkage-type="selection-indices"/>',
        ("drop_down", "", False)),
    "a combo box": ('<form:combobox {} form:current-value="③"/>', ("drop_down", "③", True)),
    "an empty combo box": ('<form:combobox {}/>', ("drop_down", "", False)),
    "a text field": ('<form:text {} form:current-value="①"/>', ("text_box", "①", None)),
    "a label": ('<form:fixed-text {} form:label="済"/>', ("text_box", "済", None)),
    "a scroll bar": ('<form:value-range {}/>', ("other", "", None)),
    "a button": ('<form:button {} form:label="送信"/>', None),
    "a group box": ('<form:frame {} form:label="回答"/>', None),
    "in a form of a form": (
        '<form:form><form:checkbox {} form:current-state="checked"/></form:form>',
        ("check_box", "", True)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_form_control(name: str, tmp_path: Path) -> None:
    element, expected = FORMS[name]
    named = element.format('form:id="c1"')
    forms = f"<form:form>{named}</form:form>"
    content = ods(f'<draw:control draw:control="c1" {BOX}/>', forms=forms)
    found = [told(each) for each in read(tmp_path, content, "返送.ods").sheets[0].drawings]
    assert [(kind, text, state) for _, kind, _, text, state in found] == (
        [expected] if expected else []
    )


# ── Damage and malice ───────────────────────────────────────────────────────────────────────


def test_odd_numbers_cost_no_more_than_their_object(tmp_path: Path) -> None:
    for box in (
        'svg:x="x" svg:y="" svg:width="-3cm" svg:height="nan"',
        f'svg:x="{"9" * 400}cm" svg:width="3cm" svg:height="1cm"',
        f'svg:x="{"9" * 30}cm" svg:y="-{"9" * 30}cm" svg:width="3cm" svg:height="1cm"',
        f'svg:width="{"9" * 200}cm" svg:height="{"9" * 200}cm"',
        f'svg:width="3cm" svg:height="1cm" draw:transform="rotate (x) translate ({"9" * 99}cm)"',
        'svg:x1="1cm" svg:y1="q"',
    ):
        content = ods(f"<draw:ellipse {box}/>")
        sheet = read(tmp_path, content, "返送.ods").sheets[0]
        assert sheet.cells[1, 1].text.startswith("①")


def test_groups_without_end_are_for_a_person(tmp_path: Path) -> None:
    deep = 60
    content = ods("<draw:g>" * deep + custom("ellipse") + "</draw:g>" * deep)
    assert lone(tmp_path, content)[:2] == ("B2", "other")


def test_many_objects_take_little_time(tmp_path: Path) -> None:
    content = ods(f'<draw:ellipse draw:style-name="open" {BOX}/>' * 5_000)
    assert len(read(tmp_path, content, "返送.ods").sheets[0].drawings) == 5_000


def test_rows_and_columns_without_end_are_no_harm(tmp_path: Path) -> None:
    endless = '<table:table-row table:style-name="low" table:number-rows-repeated="999"/>' * 5_000
    sheet = read(
        tmp_path,
        ods_with(
            '<table:table-column table:style-name="wide" table:number-columns-repeated="999"/>' * 99
            + '<table:table-row table:style-name="tall"><table:table-cell><text:p>①</text:p>'
            + f"{custom('ellipse')}</table:table-cell></table:table-row>{endless}",
            styles=GRAPHIC,
        ),
        "返送.ods",
    ).sheets[0]
    assert [told(each)[:2] for each in sheet.drawings] == [("A1", "ellipse")]


def test_styles_that_are_no_xml_leave_the_values(tmp_path: Path) -> None:
    content = packed({**parts(ods(custom("ellipse"))), "styles.xml": b"<not closed"})
    sheet = read(tmp_path, content, "返送.ods").sheets[0]
    assert sheet.cells[1, 1].text.startswith("①")
    assert sheet.unsupported == ("図形",)


DAMAGES: Mapping[str, Mapping[str, str | bytes | None]] = {
    "no drawing": {"xl/drawings/drawing1.xml": None},
    "no VML": {"xl/drawings/vmlDrawing1.vml": None},
    "a drawing that is no XML": {"xl/drawings/drawing1.xml": b"<<<"},
    "VML that is no XML": {"xl/drawings/vmlDrawing1.vml": b"<<<"},
    "no relationships": {"xl/worksheets/_rels/sheet1.bin.rels": None},
    "fonts cut short": {"xl/styles.bin": b"\x2b\x01\x00\x2d\x01\x00\x2f\x01\x00"},
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_round_a_binary_sheet_leaves_its_values(name: str, tmp_path: Path) -> None:
    content = repacked(xlsb(everything().rows, drawn=everything()), DAMAGES[name])
    outcome = read_workbook(source_of(tmp_path, content, "返送.xlsb"), limits=Limits())
    assert isinstance(outcome, RawWorkbook), outcome
    assert outcome.sheets[0].cells[1, 1].text.startswith("①")


def test_cut_off_records_refuse_the_file_and_no_more(tmp_path: Path) -> None:
    name = "xl/worksheets/sheet1.bin"
    whole = xlsb(everything().rows, drawn=everything())
    part = parts(whole)[name]
    for size in (1, 60, len(part) - 5):
        content = repacked(whole, {name: part[:size]})
        outcome = read_workbook(source_of(tmp_path, content, "返送.xlsb"), limits=Limits())
        assert isinstance(outcome, Unreadable)
