"""Workbooks as other programs write them, in each format: the cells are those of the plain one.

The kinds are those that public collections of workbooks hold. Whatever an independent reader
opens and reads right is never called broken, and what is damaged gives no values of another cell.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from inboxes import good, load, put, settings_for, states
from workbooks import MAIN, Rows, Sheet, read, repacked, source_of, xlsb, xlsx

from pipeline.formats import read_workbook
from pipeline.model import CellKey, RawWorkbook, Unreadable, UnreadableReason
from pipeline.run import aggregate
from pipeline.settings import Limits

ROWS: Rows = (
    ("団体名", "若葉市", None),
    ("項目", "チェック欄", "補足説明欄（任意）"),
    *((f"ガバナンス①-{n}：項目{n}", ("①", "②（12月）", "③")[n % 3], None) for n in range(1, 9)),
)
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
BOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
Edit = Callable[[str], str]


def cells(workbook: RawWorkbook) -> dict[CellKey, str]:
    return {key: cell.text for key, cell in workbook.sheets[0].cells.items()}


EXPECTED = {
    (row, column): str(value)
    for row, values in enumerate(ROWS)
    for column, value in enumerate(values)
    if value is not None
}


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def plain() -> bytes:
    return xlsx(Sheet(rows=ROWS, dimension="A1:C10"))


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in files.items():
            kept = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(name, content, kept)
    return memory.getvalue()


class Unseekable(io.RawIOBase):
    """A target that cannot go back: sizes then stand behind the data, not before."""

    def __init__(self) -> None:
        super().__init__()
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.content += bytes(data)
        return len(data)


def streamed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = Unseekable()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return bytes(target.content)


def zip64(files: Mapping[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=True) as opened:
                opened.write(content)
    return memory.getvalue()


def edited(edit: Edit, *names: str) -> bytes:
    """Edit parts of the plain workbook, all that are XML where none is named."""
    found = parts(plain())
    chosen = names or tuple(name for name in found if name.endswith(("xml", "rels")))
    return repacked(plain(), {name: edit(found[name].decode()).encode() for name in chosen})


def without(*names: str, related: bool = False) -> bytes:
    """Leave parts out, and what relates them unless ``related``."""
    found: dict[str, str | bytes | None] = dict.fromkeys(names)
    if not related:
        words = "|".join(Path(name).name for name in names)
        relations = parts(plain())[BOOK_RELATIONS].decode()
        found[BOOK_RELATIONS] = re.sub(rf"<Relationship [^>]*(?:{words})[^>]*/>", "", relations)
    return repacked(plain(), found)


def inline(xml: str, *, rich: bool = False) -> str:
    """Put the shared strings into their cells; ``rich``: in two runs, and with a reading."""
    strings = re.findall(r"<si>(.*?)</si>", parts(plain())[STRINGS].decode(), re.DOTALL)

    def cell(match: re.Match[str]) -> str:
        text = strings[int(match[2])]
        if rich:
            letters = "".join(re.findall(r"<t[^>]*>(.*?)</t>", text))
            text = (
                f"<r><t>{letters[:1]}</t></r><r><rPr><b/></rPr><t>{letters[1:]}</t></r>"
                '<rPh sb="0" eb="1"><t>ヨミ</t></rPh><phoneticPr fontId="1"/>'
            )
        return f'<c{match[1]} t="inlineStr"><is>{text}</is></c>'

    return re.sub(r'<c((?: r="\w+")?(?: s="\d+")?) t="s"><v>(\d+)</v></c>', cell, xml)


def no_strings_part() -> bytes:
    sheet = inline(parts(plain())[SHEET].decode())
    assert "inlineStr" in sheet
    return repacked(plain(), {STRINGS: None, SHEET: sheet})


def strict(xml: str) -> str:
    for old, new in STRICT.items():
        xml = xml.replace(old, new)
    return xml


def prefixed(xml: str) -> str:
    xml = xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    return re.sub(r"<(/?)([a-zA-Z]\w*)(?=[\s/>])", r"<\1x:\2", xml)


def in_sheet_data(change: Callable[[list[str]], list[str]]) -> Edit:
    def edit(xml: str) -> str:
        before, rows, after = re.split(r"(?<=<sheetData>)|(?=</sheetData>)", xml)
        return before + "".join(change(re.findall(r"<row .*?</row>", rows, re.DOTALL))) + after

    return edit


def second_halves(rows: list[str]) -> list[str]:
    """Give each row twice: its first cell, then the others."""
    return [
        re.sub(
            r"(<row [^>]*>)(<c .*?</c>)(.+)</row>", r"\1\2</row>\1\3</row>", row, flags=re.DOTALL
        )
        for row in rows
    ]


def chart_sheet_first() -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet"
    found = parts(plain())
    return repacked(
        plain(),
        {
            BOOK: found[BOOK]
            .decode()
            .replace("<sheets>", '<sheets><sheet name="グラフ" sheetId="99" r:id="rId99"/>'),
            BOOK_RELATIONS: found[BOOK_RELATIONS]
            .decode()
            .replace(
                "</Relationships>",
                f'<Relationship Id="rId99" Type="{kind}" Target="charts/c.xml"/></Relationships>',
            ),
            "xl/charts/c.xml": f'<chartsheet xmlns="{MAIN}"/>',
        },
    )


def each(prefix: bytes = b"", change: Callable[[str], str] = str) -> bytes:
    return packed({change(name): prefix + part for name, part in parts(plain()).items()})


PACKAGES: Mapping[str, Callable[[], bytes]] = {
    "strict": lambda: edited(strict),
    "no styles": lambda: without("xl/styles.xml"),
    "styles related, not there": lambda: without("xl/styles.xml", related=True),
    "no shared strings": no_strings_part,
    "strings related twice, once there": lambda: edited(
        lambda xml: xml.replace(
            "</Relationships>",
            '<Relationship Id="rId70" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/sharedStrings" Target="gone.xml"/></Relationships>',
        ),
        BOOK_RELATIONS,
    ),
    "inline rich strings with readings": lambda: edited(partial(inline, rich=True), SHEET),
    "absolute targets": lambda: edited(
        lambda xml: xml.replace('Target="', 'Target="/xl/'), BOOK_RELATIONS
    ),
    "targets with backslashes": lambda: edited(
        lambda xml: xml.replace("worksheets/", "worksheets\\"), BOOK_RELATIONS
    ),
    "targets up and down": lambda: edited(
        lambda xml: xml.replace('Target="', 'Target="../xl/./'), BOOK_RELATIONS
    ),
    "part names in another case": lambda: each(
        change=lambda name: name.replace("sheet1", "Sheet1")
    ),
    "part names with a dot": lambda: each(change=lambda name: f"./{name}"),
    "part names with a slash": lambda: each(change=lambda name: f"/{name}"),
    "byte order mark": lambda: each(b"\xef\xbb\xbf"),
    "line break before the declaration": lambda: each(b"\r\n"),
    "no declaration": lambda: edited(lambda xml: re.sub(r"<\?xml.*?\?>\s*", "", xml)),
    "document type": lambda: edited(
        lambda xml: re.sub(r"\A(<\?xml.*?\?>)?", r"\1<!DOCTYPE worksheet>", xml, count=1), SHEET
    ),
    "something behind the end": lambda: edited(lambda xml: f"{xml}\0\0<worksh", SHEET),
    "prefixed": lambda: edited(prefixed, SHEET, STRINGS),
    "no dimension": lambda: edited(lambda xml: re.sub(r"<dimension[^>]*/>", "", xml), SHEET),
    "dimension of one cell": lambda: edited(lambda xml: xml.replace("A1:C10", "A1"), SHEET),
    "dimension of all cells": lambda: edited(
        lambda xml: xml.replace("A1:C10", "A1:XFD1048576"), SHEET
    ),
    "no dimension at all": lambda: edited(lambda xml: xml.replace("A1:C10", "??"), SHEET),
    "rows out of order": lambda: edited(in_sheet_data(lambda rows: rows[::-1]), SHEET),
    "rows in two parts": lambda: edited(in_sheet_data(second_halves), SHEET),
    "rows twice": lambda: edited(in_sheet_data(lambda rows: rows + rows), SHEET),
    "rows without numbers": lambda: edited(lambda xml: re.sub(r'<row r="\d+"', "<row", xml), SHEET),
    "addresses in small letters": lambda: edited(
        lambda xml: re.sub(r'(?<=<c r=")[A-Z]+', lambda m: m[0].lower(), xml), SHEET
    ),
    "cells with a style that is none": lambda: edited(
        lambda xml: re.sub(r"<c (?!s=)", '<c s="9999" ', re.sub(r' s="\d+"', "", xml)), SHEET
    ),
    "many styles": lambda: edited(
        lambda xml: xml.replace("</cellXfs>", "<xf/>" * 64_000 + "</cellXfs>"), "xl/styles.xml"
    ),
    "wrong count of strings": lambda: edited(
        lambda xml: re.sub(r'ount="\d+"', 'ount="1"', xml), STRINGS
    ),
    "years from 1904": lambda: edited(
        lambda xml: xml.replace("<sheets>", '<workbookPr date1904="1"/><sheets>'), BOOK
    ),
    "a sheet with a chart alone": chart_sheet_first,
    "values as CDATA": lambda: edited(
        lambda xml: re.sub(r"<v>(\d+)</v>", r"<v><![CDATA[\1]]></v>", xml), SHEET
    ),
    "values around a comment": lambda: edited(
        lambda xml: re.sub(r"<v>(\d+)</v>", r"<v><!-- x -->\1</v>", xml), SHEET
    ),
    "broken merges, columns, names": lambda: edited(
        lambda xml: xml.replace(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="x"/><mergeCell/></mergeCells>'
        ),
        SHEET,
    ),
    "stored, not packed": lambda: packed(parts(plain()), zipfile.ZIP_STORED),
    "bzip2": lambda: packed(parts(plain()), zipfile.ZIP_BZIP2),
    "sizes behind the data": lambda: streamed(parts(plain())),
    "sizes behind stored data": lambda: streamed(parts(plain()), zipfile.ZIP_STORED),
    "zip64": lambda: zip64(parts(plain())),
    "folders of their own": lambda: packed({"xl/": b"", "xl/worksheets/": b"", **parts(plain())}),
    "something behind the zip": lambda: plain() + bytes(5000),
    "a comment of the zip": lambda: plain()[:-2] + b"\x05\x00hello",
}


@pytest.mark.parametrize("name", PACKAGES)
def test_an_odd_package_has_the_cells_of_the_plain_one(name: str, tmp_path: Path) -> None:
    assert cells(read(tmp_path, PACKAGES[name](), "返送.xlsx")) == EXPECTED


@pytest.mark.parametrize("write", [streamed, zip64])
def test_an_attachment_zipped_by_a_stream_or_as_zip64_is_read(
    write: Callable[[Mapping[str, bytes]], bytes], tmp_path: Path
) -> None:
    put(tmp_path, {"送付.zip": write({"回答/若葉市.xlsx": good("若葉市", load())})})
    aggregate(settings_for(tmp_path, pivot=False))
    assert states(tmp_path) == {"送付.zip": "ignored", "送付.zip!回答/若葉市.xlsx": "counted"}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_and_known_to_be_hidden(state: str, tmp_path: Path) -> None:
    content = xlsx(Sheet(rows=ROWS), Sheet(rows=ROWS, name="控え", state=state))
    workbook = read(tmp_path, content)
    assert [sheet.visible for sheet in workbook.sheets] == [True, False]


DAMAGED: Mapping[str, Callable[[], bytes]] = {
    "cells of no known type": lambda: edited(lambda xml: xml.replace('t="s"', 't="S "'), SHEET),
    "a sheet that is nowhere": lambda: repacked(plain(), {SHEET: None}),
    "a sheet cut off": lambda: edited(lambda xml: xml[: len(xml) // 2], SHEET),
    "strings cut off": lambda: edited(lambda xml: xml[: len(xml) // 2], STRINGS),
    "strings of fewer": lambda: edited(
        lambda xml: re.sub(r"(?:<si>(?:(?!<si>).)*</si>){3}</sst>", "</sst>", xml), STRINGS
    ),
    "rows in capitals": lambda: edited(lambda xml: xml.replace("row", "Row"), SHEET),
    "everything in capitals": lambda: edited(
        lambda xml: re.sub(r"(</?)(\w)", lambda tag: tag[1] + tag[2].upper(), xml), SHEET
    ),
    "values in capitals": lambda: edited(
        lambda xml: xml.replace("<v>", "<V>").replace("</v>", "</V>"), SHEET
    ),
    "rows of another namespace": lambda: edited(
        lambda xml: xml.replace("<row ", '<row xmlns="urn:other" '), SHEET
    ),
    "strict rows in capitals": lambda: repacked(
        xlsx(Sheet(rows=ROWS), strict=True),
        {SHEET: parts(xlsx(Sheet(rows=ROWS), strict=True))[SHEET].replace(b"row", b"ROW")},
    ),
    "cut off": lambda: plain()[:-300],
    "binary without its strings": lambda: repacked(xlsb(ROWS), {"xl/sharedStrings.bin": None}),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_lost_is_no_empty_cell(name: str, tmp_path: Path) -> None:
    outcome = read_workbook(source_of(tmp_path, DAMAGED[name]()), limits=Limits())
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.BROKEN


# --- .xlsb and .ods --------------------------------------------------------------------------


def binary(edit: Edit = str, change: Callable[[str], str] = str) -> bytes:
    return packed(
        {
            change(name): edit(part.decode()).encode() if name.endswith(("xml", "rels")) else part
            for name, part in parts(xlsb(ROWS)).items()
        }
    )


def without_relation(word: str) -> bytes:
    return binary(lambda xml: re.sub(rf"<Relationship [^>]*{word}[^>]*/>", "", xml))


BINARY: Mapping[str, Callable[[], bytes]] = {
    "strings not related": lambda: without_relation("sharedStrings"),
    "styles not related": lambda: without_relation("styles"),
    "no styles": lambda: repacked(xlsb(ROWS), {"xl/styles.bin": None}),
    "names with backslashes": lambda: binary(change=lambda name: name.replace("/", "\\")),
    "names in capitals": lambda: binary(change=str.upper),
    "no list of types": lambda: repacked(xlsb(ROWS), {"[Content_Types].xml": None}),
    "something before and behind": lambda: b"\r\n" + xlsb(ROWS) + bytes(99),
}


@pytest.mark.parametrize("name", BINARY)
def test_an_odd_binary_workbook_has_the_cells_of_the_plain_one(name: str, tmp_path: Path) -> None:
    assert cells(read(tmp_path, BINARY[name](), "返送.xlsb")) == EXPECTED


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODS_ROWS = "".join(
    "<table:table-row>"
    + "".join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        if value
        else "<table:table-cell/>"
        for value in row
    )
    + "</table:table-row>"
    for row in ROWS
)
ODS_CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:text="{OFFICE}:text:1.0"'
    f' xmlns:table="{OFFICE}:table:1.0"><office:body><office:spreadsheet>'
    f'<table:table table:name="回答">{ODS_ROWS}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
ODS_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"><manifest:file-entry'
    f' manifest:full-path="/" manifest:media-type="{ODS_TYPE.decode()}"/></manifest:manifest>'
).encode()


def ods(content: str | bytes = ODS_CONTENT, **other: bytes) -> bytes:
    written = content if isinstance(content, bytes) else content.encode()
    return packed(
        {
            "mimetype": ODS_TYPE,
            "content.xml": written,
            "META-INF/manifest.xml": ODS_MANIFEST,
            **other,
        }
    )


def turned(change: Callable[[str], str]) -> bytes:
    return packed({change(name): part for name, part in parts(ods()).items()})


OPEN_DOCUMENT: Mapping[str, Callable[[], bytes]] = {
    "no type in front": lambda: repacked(ods(), {"mimetype": None}),
    "no manifest": lambda: packed({"mimetype": ODS_TYPE, "content.xml": ODS_CONTENT.encode()}),
    "names with backslashes": lambda: turned(lambda name: name.replace("/", "\\")),
    "byte order mark": lambda: ods(b"\xef\xbb\xbf" + ODS_CONTENT.encode()),
    "UTF-16": lambda: ods(ODS_CONTENT.replace("UTF-8", "UTF-16").encode("utf-16")),
    "line break in front": lambda: ods(f"\n{ODS_CONTENT}"),
    "broken styles": lambda: ods(**{"styles.xml": b"<office"}),
    "empty rows to the end": lambda: ods(
        ODS_CONTENT.replace(
            "</table:table>",
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
            ' table:number-columns-repeated="16384"/></table:table-row></table:table>',
        )
    ),
    "repeats that are no numbers": lambda: ods(
        ODS_CONTENT.replace(
            "</table:table>",
            '<table:table-row table:number-rows-repeated="x"><table:table-cell'
            ' table:number-columns-repeated="-4"/></table:table-row></table:table>',
        )
    ),
    "texts in spans": lambda: ods(
        re.sub(r"<text:p>(.)([^<]*)", r"<text:p><text:span>\1</text:span>\2", ODS_CONTENT)
    ),
    "texts with readings": lambda: ods(
        re.sub(
            r"<text:p>([^<]*)",
            r"<text:p><text:ruby><text:ruby-base>\1</text:ruby-base>"
            r"<text:ruby-text>ヨミ</text:ruby-text></text:ruby>",
            ODS_CONTENT,
        )
    ),
    "rows in groups": lambda: ods(
        ODS_CONTENT.replace(ODS_ROWS, f"<table:table-row-group>{ODS_ROWS}</table:table-row-group>")
    ),
    "changes kept": lambda: ods(
        ODS_CONTENT.replace(
            "<office:spreadsheet>",
            "<office:spreadsheet><table:tracked-changes>"
            "<table:cell-content-change><table:previous><table:change-track-table-cell>"
            "<text:p>③</text:p></table:change-track-table-cell></table:previous>"
            "</table:cell-content-change></table:tracked-changes>",
        )
    ),
}


@pytest.mark.parametrize("name", OPEN_DOCUMENT)
def test_an_odd_ods_has_the_cells_of_the_plain_one(name: str, tmp_path: Path) -> None:
    assert cells(read(tmp_path, OPEN_DOCUMENT[name](), "返送.ods")) == EXPECTED
