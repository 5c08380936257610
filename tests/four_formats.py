"""One form with objects over its check cells, built in each format from the same description.

Each builder writes what the format itself has for such an object: DrawingML and VML, Office Art and
OBJ records ([MS-ODRAW], [MS-XLS]), shapes and forms of OpenDocument.
"""

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import biff
import xlwt
from biff import Record
from hostile import ods_with
from workbooks import Control, Rows, Sheet, line, picture, shape, two_cell, xlsb, xlsx

from pipeline.model import address

HEIGHT = 75  # points of a row that is answered in, 100 pixels: three lines of 25 and room
WIDTHS = (60, 40, 20)  # characters
LEGEND = "①既に対応済み\n②これから対応予定（○月）\n③対応の予定なし"
CHOICES = ("①", "②（12月）", "③", "選択してください")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object over a check cell: what it is, beside which line, what it says, its state."""

    kind: str  # ellipse, cross, cover, box, picture, tick, radio, drop
    line: int = 0
    text: str = ""
    on: bool = False

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom inside its cell, in pixels."""
        top = 25 * self.line
        if self.kind == "cross":
            return 2, top + 12, 150, top + 12
        if self.kind in {"tick", "radio"}:
            return 2, top + 2, 20, top + 22
        return 2, top + 1, 120, top + 24


@dataclass(frozen=True, slots=True)
class Answer:
    """One check cell: its text and what lies over it."""

    text: str | None
    things: tuple[Thing, ...] = ()


def rows_of(head: Rows, labels: Sequence[str], answers: Sequence[Answer]) -> Rows:
    """Give the rows of the form; the entries of drop-downs stand far right."""
    lines = [(label, answer.text, None) for label, answer in zip(labels, answers, strict=True)]
    return (*head, *lines)


Places = Sequence[tuple[int, Thing]]  # row, 0-based


def _places(head: Rows, answers: Sequence[Answer]) -> Places:
    return [
        (row, thing) for row, answer in enumerate(answers, len(head)) for thing in answer.things
    ]


# ── .xlsx and .xlsb ─────────────────────────────────────────────────────────────────────────

_WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
_ENTRIES = 30  # the column with the entries of drop-downs, AE


def _anchor(row: int, thing: Thing) -> tuple[int, int, int, int, int, int, int, int]:
    left, top, right, bottom = thing.box
    return 1, left, row, top, 1, right, row, bottom


def _with_entries(rows: Rows) -> Rows:
    """Put the entries of drop-downs into the first rows."""
    wide = [(*row, *(None,) * (_ENTRIES - len(row))) for row in rows]
    return tuple((*row, CHOICES[n]) if n < len(CHOICES) else row for n, row in enumerate(wide))


_RANGE = f"$AE$1:$AE${len(CHOICES)}"


def sheet_of(head: Rows, labels: Sequence[str], answers: Sequence[Answer]) -> Sheet:
    """Give the form as a sheet of .xlsx."""
    drawn: Mapping[str, Callable[[Thing], str]] = {
        "ellipse": lambda _: shape(),
        "cross": lambda _: line(),
        "cover": lambda _: shape("rect", fill=_WHITE),
        "box": lambda thing: shape("rect", text=thing.text),
        "picture": lambda _: picture(),
    }
    types = {"tick": "CheckBox", "radio": "Radio", "drop": "Drop"}
    places = _places(head, answers)
    numbers = range(len(head) + 1, len(head) + len(answers) + 1)
    return Sheet(
        rows=_with_entries(rows_of(head, labels, answers)),
        styles={address(n - 1, 1): 8 for n in numbers},
        heights=dict.fromkeys(numbers, HEIGHT),
        widths=dict(enumerate(WIDTHS, 1)),
        anchors=[
            two_cell(_anchor(row, thing), drawn[thing.kind](thing))
            for row, thing in places
            if thing.kind in drawn
        ],
        controls=[
            Control(
                type=types[thing.kind],
                anchor=_anchor(row, thing),
                checked=thing.on,
                label=thing.text,
                choices=_RANGE if thing.kind == "drop" else "",
                chosen=CHOICES.index(thing.text) + 1 if thing.kind == "drop" and thing.on else 0,
            )
            for row, thing in places
            if thing.kind in types
        ],
    )


# ── .xls ────────────────────────────────────────────────────────────────────────────────────

_SHAPES = {"ellipse": 3, "cross": 20, "cover": 1, "box": 202, "picture": 75}
_OBJECTS = {
    "ellipse": 0x03, "cross": 0x01, "cover": 0x1E, "box": 0x06, "picture": 0x08, "tick": 0x0B,
    "radio": 0x0C, "drop": 0x14,
}  # fmt: skip
_FILLED, _OUTLINED, _COLOUR = 447, 511, 385


def _art(kind: int, body: bytes, *, version: int = 0, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4 | version, kind, len(body)) + body


def _art_shape(row: int, number: int, thing: Thing) -> bytes:
    """Give the SpContainer of an object."""
    left, top, right, bottom = thing.box
    width, height = WIDTHS[1] * 7 + 5, HEIGHT * 96 // 72
    across = (left * 1024 // width, right * 1024 // width)
    down = (top * 256 // height, bottom * 256 // height)
    anchor = struct.pack("<9H", 2, 1, across[0], row, down[0], 1, across[1], row, down[1])
    cover = thing.kind == "cover"
    properties = struct.pack("<HI", _COLOUR, 0xFFFFFF)
    properties += struct.pack("<HI", _FILLED, 0x100000 | 0x10 * cover)
    properties += struct.pack("<HI", _OUTLINED, 0x80008)
    shape_type = _SHAPES.get(thing.kind, 201)
    parts = _art(0xF00A, struct.pack("<II", 1025 + number, 0xA00), version=2, instance=shape_type)
    parts += _art(0xF00B, properties, version=3, instance=3)
    parts += _art(0xF010, anchor) + _art(0xF011, b"")
    return _art(0xF004, parts, version=15)


def _object_record(number: int, thing: Thing) -> Record:
    kind = _OBJECTS[thing.kind]
    body = struct.pack("<HHHHH12x", 0x15, 0x12, kind, number, 0x6011)
    if thing.kind in {"tick", "radio"}:
        body += struct.pack("<HHHHHH4x", 0x0A, 12, thing.on, 0, 0, 0)
        body += struct.pack("<HHHHHH", 0x12, 8, thing.on, 0, 0, 0)
    if thing.kind == "drop":
        area = struct.pack("<HIBHHHHB", 9, 0, 0x25, 0, len(CHOICES) - 1, _ENTRIES, _ENTRIES, 0)
        chosen = CHOICES.index(thing.text) + 1 if thing.on else 0
        body += struct.pack("<HHH", 0x13, 0x1FEE, len(area)) + area
        body += struct.pack("<HHHHHHHHB", len(CHOICES), chosen, 0, 0, 0, 8, 0, 0, 0)
        return Record(biff.OBJECT, body + b"\0")
    return Record(biff.OBJECT, body + bytes(4))


def _objects(places: Places) -> list[Record]:
    """Give the records of a sheet's drawing: a piece of art, its object, and its text."""
    shapes = [_art_shape(row, number, thing) for number, (row, thing) in enumerate(places, 1)]
    frame = _art(0xF009, bytes(16), version=1) + _art(
        0xF00A, struct.pack("<II", 1024, 5), version=2
    )
    patriarch = _art(0xF004, frame, version=15)
    inside = len(patriarch) + sum(map(len, shapes))
    group = struct.pack("<HHI", 15, 0xF003, inside) + patriarch
    whole = _art(0xF008, struct.pack("<II", len(shapes) + 1, 1024 + len(shapes)), instance=1)
    start = struct.pack("<HHI", 15, 0xF002, len(whole) + 8 + inside) + whole + group
    found: list[Record] = []
    for number, ((_, thing), art) in enumerate(zip(places, shapes, strict=True), 1):
        found.append(Record(0x00EC, (start if number == 1 else b"") + art))
        found.append(_object_record(number, thing))
        if thing.kind in {"box", "tick", "radio"}:
            text = thing.text.encode("utf-16-le")
            runs = 16 if text else 0
            head = struct.pack("<9H", 530, 0, 0, 0, 0, len(thing.text), runs, 0, 0)
            found.append(Record(biff.OBJECT_TEXT, head))
            if text:
                found.append(Record(0x003C, b"\1" + text))
                found.append(Record(0x003C, struct.pack("<HH4xHH4x", 0, 0, len(thing.text), 0)))
    return found


def xls_of(head: Rows, labels: Sequence[str], answers: Sequence[Answer]) -> bytes:
    """Give the form as an Excel 97 workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("チェックシート")
    style = xlwt.easyxf("align: wrap on, vert top; font: name 游ゴシック, height 220")
    for column, width in enumerate(WIDTHS):
        sheet.col(column).width = width * 256
    for row, values in enumerate(_with_entries(rows_of(head, labels, answers))):
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value, style)
        if row >= len(head):
            sheet.row(row).height = HEIGHT * 20
            sheet.row(row).height_mismatch = True
    places = _places(head, answers)

    def put(found: list[Record]) -> None:
        last = max(n for n, record in enumerate(found) if record.code == biff.EOF)
        window = next(
            n for n, record in enumerate(found) if n > last - 40 and record.code == 0x023E
        )
        found[window:window] = _objects(places) if places else []

    return biff.edited(book, put)


# ── .ods ────────────────────────────────────────────────────────────────────────────────────

_ODS_STYLES = (
    '<style:style style:name="open" style:family="graphic"><style:graphic-properties'
    ' draw:stroke="solid" draw:fill="none"/></style:style>'
    '<style:style style:name="white" style:family="graphic"><style:graphic-properties'
    ' draw:stroke="solid" draw:fill="solid" draw:fill-color="#ffffff"/></style:style>'
    '<style:style style:name="top" style:family="table-cell"><style:table-cell-properties'
    ' style:vertical-align="top" fo:wrap-option="wrap"/><style:text-properties'
    ' style:font-name="游ゴシック" fo:font-size="11pt"/></style:style>'
    '<style:style style:name="low" style:family="table-row"><style:table-row-properties'
    ' style:row-height="18.75pt"/></style:style>'
    f'<style:style style:name="tall" style:family="table-row"><style:table-row-properties'
    f' style:row-height="{HEIGHT}pt"/></style:style>'
) + "".join(
    f'<style:style style:name="w{n}" style:family="table-column"><style:table-column-properties'
    f' style:column-width="{(width * 7 + 5) * 0.75}pt"/></style:style>'
    for n, width in enumerate(WIDTHS)
)


def _ods_object(number: int, thing: Thing) -> tuple[str, str]:
    """Give an object, and its control where it is one."""
    left, top, right, bottom = (f"{pixels * 0.75}pt" for pixels in thing.box)
    x, y, x2, y2 = thing.box
    box = (
        f'svg:x="{left}" svg:y="{top}" svg:width="{(x2 - x) * 0.75}pt"'
        f' svg:height="{(y2 - y) * 0.75}pt"'
    )
    name = f'form:id="c{number}" form:label={quoteattr(thing.text)}'
    control = f'<draw:control draw:control="c{number}" {box}/>'
    text = f"<text:p>{escape(thing.text)}</text:p>"
    state = ' form:current-state="checked"' * thing.on
    chosen = ' form:current-selected="true"' * thing.on
    options = "".join(
        f'<form:option form:label="{choice}"{chosen * (choice == thing.text)}/>'
        for choice in CHOICES
    )
    return {
        "ellipse": (f'<draw:ellipse draw:style-name="open" {box}/>', ""),
        "cross": (f'<draw:line svg:x1="{left}" svg:y1="{top}" svg:x2="{right}"'
                  f' svg:y2="{bottom}"/>', ""),
        "cover": (f'<draw:rect draw:style-name="white" {box}/>', ""),
        "box": (f'<draw:frame draw:style-name="open" {box}><draw:text-box>{text}'
                "</draw:text-box></draw:frame>", ""),
        "picture": (f"<draw:frame {box}><draw:image/></draw:frame>", ""),
        "tick": (control, f"<form:checkbox {name}{state}/>"),
        "radio": (control, f"<form:radio {name}{chosen}/>"),
        "drop": (control, f"<form:listbox {name}>{options}</form:listbox>"),
    }[thing.kind]  # fmt: skip


def ods_of(head: Rows, labels: Sequence[str], answers: Sequence[Answer]) -> bytes:
    """Give the form as an OpenDocument spreadsheet."""
    things = [
        (row, *_ods_object(n, thing)) for n, (row, thing) in enumerate(_places(head, answers))
    ]
    listed = ""
    for row, values in enumerate(rows_of(head, labels, answers)):
        listed += f'<table:table-row table:style-name="{"low" if row < len(head) else "tall"}">'
        for column, value in enumerate(values):
            paragraphs = "".join(
                f"<text:p>{escape(part)}</text:p>" for part in str(value).split("\n") if value
            )
            over = "".join(drawn for at, drawn, _ in things if (at, 1) == (row, column))
            listed += (
                f'<table:table-cell table:style-name="top">{paragraphs}{over}</table:table-cell>'
            )
        listed += "</table:table-row>"
    columns = "".join(f'<table:table-column table:style-name="w{n}"/>' for n in range(len(WIDTHS)))
    forms = "".join(form for _, _, form in things)
    return ods_with(
        f"<office:forms><form:form>{forms}</form:form></office:forms>{columns}{listed}",
        styles=_ODS_STYLES,
    )


def csv_of(head: Rows, labels: Sequence[str], answers: Sequence[Answer]) -> bytes:
    """Give the form as CSV: what stands in its cells and no more."""
    import csv  # noqa: PLC0415 - for this format alone

    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows_of(head, labels, answers))
    return text.getvalue().encode("utf-8-sig")


def in_each_format(
    head: Rows, labels: Sequence[str], answers: Sequence[Answer]
) -> Mapping[str, bytes]:
    """Give the form by file extension."""
    sheet = sheet_of(head, labels, answers)
    return {
        "xlsx": xlsx(sheet),
        "xlsb": xlsb(sheet.rows, drawn=sheet),
        "xls": xls_of(head, labels, answers),
        "ods": ods_of(head, labels, answers),
    }
