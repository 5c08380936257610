"""What a cell shows is what counts: number formats and comments, alike in every file format.

One book, described once as (value, number format, what Excel shows, status), is written as xlsx,
xls, xlsb, ods and csv. The csv holds what is shown, as Excel saves it, so that no format may ever
give more ① than the csv.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pytest
from hostile import ods_with
from hypothesis import given
from hypothesis import strategies as st
from inboxes import put, settings_for, table
from layouts import smartcity
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from rows import every_row
from workbooks import Rows, read, repacked, xls, xlsb

from pipeline.formats.comments import plain_comment
from pipeline.formats.numbers import value_format
from pipeline.locate import locate
from pipeline.model import Answer, CellKind, FileKind, RawWorkbook, Status, Submission, Unseen
from pipeline.parse import parse
from pipeline.run import aggregate
from pipeline.texts.number_formats import show_number, show_text

DONE, PLANNED, REFUSED = Status.DONE, Status.PLANNED, Status.NOT_PLANNED
BLANK, UNCLEAR = Status.BLANK, Status.UNCLEAR
MONTH = "2026-11"

Stored = str | int | float
# What is shown is None where nobody can tell it without the width of the column, or where it is
# not the value: Excel itself still writes something into a csv.
BOOK: tuple[tuple[Stored, str, str | None, Status], ...] = (
    (1, '"②（"0"月）"', "②（1月）", PLANNED),
    (12, '"②（"0"月）"', "②（12月）", PLANNED),
    (3, '"②（"0"月）"', "②（3月）", PLANNED),
    (1, '0"月"', "1月", PLANNED),
    ("1", '@"月"', "1月", PLANNED),
    (1, '[=1]"○";[=2]"△";"×"', "○", UNCLEAR),
    (2, '[=1]"○";[=2]"△";"×"', "△", UNCLEAR),
    (7, '[=1]"○";[=2]"△";"×"', "×", UNCLEAR),
    (7, '[=1]"①";[=2]"②"', "####", UNCLEAR),
    (1, '[Red]"×";"○"', "×", UNCLEAR),
    (-1, '[Red]"×";"①"', "①", DONE),
    (1, '"③"', "③", REFUSED),
    (1, ";;;", "", BLANK),
    ("①", ";;;", "", BLANK),
    ("①", '0;0;0;"②"', "②", PLANNED),
    (0, "0;-0;;@", "", BLANK),
    (1, "0%", "100%", UNCLEAR),
    (0.01, "0%", "1%", UNCLEAR),
    (1, '0"件未対応"', "1件未対応", UNCLEAR),
    ("①", '@"ではない"', "①ではない", UNCLEAR),
    ("①", '"未"@', "未①", UNCLEAR),
    ("①", "0;0;0", "①", DONE),
    ("①", "@", "①", DONE),
    (1, "General", "1", DONE),
    (2, "General", "2", PLANNED),
    (1, "0", "1", DONE),
    (1, "00", "01", DONE),
    (1, "0.00", "1.00", DONE),
    (3, "#,##0_ ;[Red]\\-#,##0\\ ", "3 ", REFUSED),
    (1, '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', " 1 ", DONE),
    (1, "[Color3]0", "1", DONE),
    (1, '"回答："0', "回答：1", DONE),
    (2, '0"番"', "2番", PLANNED),
    (12, '[DBNum1][$-411]General"月"', "十二月", PLANNED),
    (2, "[DBNum3]0", "２", PLANNED),
    (2, '[DBNum2]General"月"', "弐月", UNCLEAR),
    (1, "[$¥-411]#,##0", "¥1", UNCLEAR),
    (3, '[>=10]"①";"②"', "②", PLANNED),
    (10, '[>=10]"①";"②"', "①", DONE),
    (1.4, '0"番"', None, UNCLEAR),
    (0.6, "0_ ", None, UNCLEAR),
    (1000, '0,"番"', None, UNCLEAR),
    (1, "# ?/?", None, UNCLEAR),
    (1, "0.00E+00", None, UNCLEAR),
    (1, '*①0"番"', None, UNCLEAR),
    (1, '@"月"', None, UNCLEAR),
)
ITEMS = smartcity().items[: len(BOOK)]
FORMATS = {f"B{row}": code for row, (_, code, _, _) in enumerate(BOOK, start=2)}


def rows(marks: Callable[[int], Stored]) -> Rows:
    """Give the sheet: id and title, check cell, note."""
    head = ("項目", "チェック欄", "補足説明欄")
    body = ((f"{item.id}：{item.title}", marks(n), None) for n, item in enumerate(ITEMS))
    return (head, *body)


STORED = rows(lambda n: BOOK[n][0])


def xlsx_book(comments: Mapping[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in STORED:
        sheet.append(row)
    for place, code in FORMATS.items():
        sheet[place].number_format = code
    for place, text in (comments or {}).items():
        sheet[place].comment = Comment(text, "担当")
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def ods_book(comments: Mapping[str, str] | None = None) -> bytes:
    """Give the book as LibreOffice writes it: shown text in paragraphs, values in attributes."""
    listed = ""
    for number, row in enumerate(STORED, start=1):
        listed += "<table:table-row>"
        for column, value in zip("ABC", row, strict=True):
            said = (comments or {}).get(f"{column}{number}", "")
            note = f"<office:annotation><text:p>{escape(said)}</text:p></office:annotation>"
            formatted = column == "B" and number > 1
            shown = BOOK[number - 2][2] if formatted else str(value or "")
            shown = _rounded(value) if shown is None else shown
            type_ = "percentage" if formatted and "%" in BOOK[number - 2][1] else "float"
            kind = f' office:value-type="{type_}" office:value="{value}"'
            if isinstance(value, str) and shown != value:
                kind = f' office:value-type="string" office:string-value={quoteattr(value)}'
            elif value is None or isinstance(value, str):
                kind = ""
            style = ' table:style-name="ce1"' if formatted else ""
            text = f"<text:p>{escape(shown)}</text:p>" if shown or formatted else ""
            listed += f"<table:table-cell{style}{kind}>{note if said else ''}{text}"
            listed += "</table:table-cell>"
        listed += "</table:table-row>"
    return ods_with(listed, styles='<style:style style:name="ce1" style:data-style-name="N100"/>')


def _rounded(value: object) -> str:
    """Give what LibreOffice shows where this table does not say it: rounded, scaled, repeated."""
    return {1.4: "1番", 0.6: "1", 1000: "1番"}.get(value, "①①①1番")  # type: ignore[call-overload, no-any-return]  # floats and ints


def csv_book() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows(_written))
    return text.getvalue().encode("utf-8-sig")


def _written(place: int) -> str:
    value, _, shown, _ = BOOK[place]
    return _rounded(value) if shown is None else shown


BOOKS: Mapping[str, Callable[[], bytes]] = {
    "xlsx": xlsx_book,
    "xls": lambda: xls(STORED, formats=FORMATS),
    "xlsb": lambda: xlsb(STORED, formats=FORMATS),
    "ods": ods_book,
}


def submission(workbook: RawWorkbook) -> Submission:
    layout = locate(workbook, smartcity(), month=MONTH)
    assert layout is not None
    return parse(workbook, layout, smartcity(), month=MONTH)


def answers(folder: Path, content: bytes) -> list[Answer]:
    return list(submission(read(folder, content, "返送.bin")).answers)[: len(BOOK)]


@pytest.mark.parametrize("kind", BOOKS)
def test_what_is_shown_is_what_counts(kind: str, tmp_path: Path) -> None:
    found = answers(tmp_path, BOOKS[kind]())
    read_as = [(*line[:3], answer.mark.status) for line, answer in zip(BOOK, found, strict=True)]
    known = [line for line in zip(read_as, BOOK, strict=True) if line[1][2] is not None]
    assert [got for got, _ in known] == [line for _, line in known]
    for answer, (value, _, shown, _) in zip(found, BOOK, strict=True):
        if shown is None:
            assert answer.mark.status is UNCLEAR, (value, answer)


@pytest.mark.parametrize("kind", BOOKS)
def test_no_format_has_more_done_than_the_csv(kind: str, tmp_path: Path) -> None:
    plain = answers(tmp_path, csv_book())
    for answer, base in zip(answers(tmp_path, BOOKS[kind]()), plain, strict=True):
        assert answer.mark.status is not DONE or base.mark.status is DONE, answer


@pytest.mark.parametrize("kind", BOOKS)
def test_the_value_is_kept_where_the_cell_shows_something_else(kind: str, tmp_path: Path) -> None:
    for answer, (value, code, shown, _) in zip(answers(tmp_path, BOOKS[kind]()), BOOK, strict=True):
        aside = answer.aside
        if shown is not None and shown.strip() not in {str(value), "1.00", ""}:
            assert shown in {answer.mark.raw, "####"}
            assert aside is not None
            assert aside.stored == str(value)
            assert aside.number_format == ("" if kind == "ods" else code)


COMMENTS = {
    "B2": "担当:\nまだ未対応です。12月に対応予定",
    "C3": "③ 予定なし",
    "B14": "③ 予定なし",
}
COMMENTED: Mapping[str, Callable[[], bytes]] = {
    "xlsx": lambda: xlsx_book(COMMENTS),
    "xlsb": lambda: xlsb(STORED, formats=FORMATS, comments=COMMENTS),
    "ods": lambda: ods_book(COMMENTS | {"B2": "まだ未対応です。12月に対応予定"}),
}


@pytest.mark.parametrize("kind", COMMENTED)
def test_comments_are_kept_beside_the_answer(kind: str, tmp_path: Path) -> None:
    found = answers(tmp_path, COMMENTED[kind]())
    said = {number: answer.comment for number, answer in enumerate(found, start=2)}
    assert {number: text for number, text in said.items() if text} == {
        2: "まだ未対応です。12月に対応予定",
        3: "③ 予定なし",
        14: "③ 予定なし",
    }


STAND_IN = (
    "[スレッド化されたコメント]\n\n使用している Excel のバージョンでは、このスレッド化された"
    "コメントを読み取ることができますが、新しいバージョンの Excel でファイルを開くと、"
    "そのファイルに対する編集内容はすべて削除されます。詳細: https://go.microsoft.com/fwlink/?linkid=870924\n\n"
    "コメント:\n    本当に①ですか\n返信:\n    すみません、③です"
)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("作成者:\n①で確定", "①で確定"),
        ("山田 太郎:\r\n確認済み", "確認済み"),
        ("山田 太郎:", ""),
        ("対応時期：\n令和9年3月", "対応時期：\n令和9年3月"),
        ("③です", "③です"),
        (STAND_IN, "本当に①ですか\nすみません、③です"),
        (
            "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment; "
            "however, any edits to it will get removed if the file is opened in a newer version "
            "of Excel. Learn more: https://go.microsoft.com/fwlink/?linkid=870924\n\n"
            "Comment:\n    not yet",
            "not yet",
        ),
        ("[重要]\n要確認", "[重要]\n要確認"),
    ],
)
def test_a_comment_is_what_somebody_wrote(written: str, plain: str) -> None:
    assert plain_comment(written, ("山田 太郎",)) == plain


THREADS = (
    '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
    'threadedcomments"><threadedComment ref="B2" dT="2026-11-02T09:00:00" personId="{1}" id="{2}">'
    '<text>本当に①ですか</text></threadedComment><threadedComment ref="B2" personId="{1}" id="{3}"'
    ' parentId="{2}"><text>すみません、③です</text></threadedComment></ThreadedComments>'
)


@pytest.mark.parametrize("related", [True, False])
def test_a_thread_is_read_with_and_without_its_part(related: bool, tmp_path: Path) -> None:
    content = xlsx_book({"B2": STAND_IN})
    if related:
        part = "xl/worksheets/_rels/sheet1.xml.rels"
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            given = archive.read(part).decode()
        kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
        extra = f'<Relationship Id="t1" Type="{kind}" Target="../threadedComments/t1.xml"/>'
        changed = given.replace("</Relationships>", f"{extra}</Relationships>")
        content = repacked(content, {part: changed, "xl/threadedComments/t1.xml": THREADS})
    assert answers(tmp_path, content)[0].comment == "本当に①ですか\nすみません、③です"


def test_damaged_comments_cost_no_answer(tmp_path: Path) -> None:
    content = repacked(xlsx_book({"B2": "③"}), {"xl/comments/comment1.xml": "<comments><comment"})
    workbook = read(tmp_path, content)
    assert workbook.sheets[0].unsupported == ("コメント",)
    assert workbook.sheets[0].cells[1, 1].text == "②（1月）"


def test_a_comment_on_any_cell_of_a_merged_area_belongs_to_it(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_book()))
    sheet = book.worksheets[0]
    sheet.insert_cols(3)
    sheet.merge_cells("B2:C2")
    memory = io.BytesIO()
    book.save(memory)
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats'
        '.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/comments" Target="/xl/c.xml"/>'
        "</Relationships>",
        "xl/c.xml": '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<authors/><commentList><comment ref="C2" authorId="0"><text><t>③です</t></text></comment>'
        "</commentList></comments>",
    }
    workbook = read(tmp_path, repacked(memory.getvalue(), parts))
    assert workbook.kind is FileKind.XLSX
    assert submission(workbook).answers[0].comment == "③です"


# ── The renderer ────────────────────────────────────────────────────────────────────────────


@every_row(
    ("value", "code", "shown"),
    [
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("1234", "[DBNum1]General", "千二百三十四"),
        ("10", "[DBNum2]General", "壱拾"),
        ("12", "[DBNum1]0", "一二"),
        ("312345678", "000-0000-0000", "003-1234-5678"),
        ("-5", "0", "-5"),
        ("-5", '0;"△"0', "△5"),
        ("-5", '[<0]"負"0;0', "負5"),
        ("0", '0;-0;"なし"', "なし"),
        ("1", "??0", "  1"),
        ("0.5", "#%", "50%"),
        ("0.25", "0.0", "0.3"),  # rounded half up, as Excel does
        ("1.5", "0.##", "1.5"),
        ("1", "0.##", "1."),
        ("1", "\\①_ ", "① "),
        ("1", 'G/標準"月"', "1月"),
        ("1", "[赤]0", "1"),
        ("5", '[>3][Blue]"多"0;[<=3]"少"0', "多5"),
        ("1", '"a;b"0', "a;b1"),
        ("1", "0;0;0;0;0", None),
        ("1", "[DBNum1][$-804]General", None),
        ("1", "[DBNum4]General", None),
        ("1", "abc", None),
        ("1", "[h]:mm", None),
        ("1", '[=2]"a";"b";"c"', None),
        ("-1", '[=2]"a";"b";"c"', "-b"),
        ("x", "0", None),
    ],
)
def test_numbers_are_shown_as_excel_shows_them(value: str, code: str, shown: str | None) -> None:
    found = show_number(value, code)
    assert (found and found.text) == shown


PIECES = st.sampled_from(
    ["0", "#", "?", ".", ",", "%", ";", "@", '"月"', "\\①", "_ ", "*-", "[Red]", "[=1]", "[<0]",
     "[DBNum1]", "[DBNum3]", "[$¥-411]", "General", "G/標準", "E+", "/", "y", "[", '"', "\\", "（"]
)  # fmt: skip
CODES = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20)


@given(CODES, st.floats() | st.integers(), st.text(max_size=5))
def test_any_format_shows_something_or_nothing(code: str, value: float, text: str) -> None:
    show_number(str(value), code)
    show_text(text, code)
    value_format(code)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["0", "#,##0", "0.0", "0;-0", "General"]))
def test_a_whole_number_is_shown_exactly(value: int, code: str) -> None:
    shown = show_number(str(value), code)
    assert shown is not None
    assert shown.exact
    assert float(shown.text.replace(",", "")) == value


def test_plain_cells_stay_numbers(tmp_path: Path) -> None:
    sheet = read(tmp_path, xlsx_book()).sheets[0]
    plain = [place for place, code in FORMATS.items() if code in {"General", "0", "0.00"}]
    for place in plain:
        assert sheet.cells[int(place[1:]) - 1, 1].kind is CellKind.NUMBER


# ── Answers that nobody sees, and what stands behind an item's text ─────────────────────────


def changed(change: Callable[[Worksheet], None]) -> bytes:
    """Give a plain workbook, ① everywhere, with one thing done to it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows(lambda _: "①"):
        sheet.append(row)
    change(sheet)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def ink(colour: Color, paper: Color | None = None) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].font = Font(color=colour)
        if paper is not None:
            sheet["B2"].fill = PatternFill("solid", fgColor=paper)

    return change


def tiny(sheet: Worksheet) -> None:
    sheet["B2"].font = Font(size=1)


def low(sheet: Worksheet) -> None:
    sheet.row_dimensions[2].height = 0.75


def narrow(sheet: Worksheet) -> None:
    sheet.column_dimensions["B"].width = 0.2


def veiled(sheet: Worksheet) -> None:
    sheet["B2"].number_format = ";;;"


def in_white_pieces(sheet: Worksheet) -> None:
    white = InlineFont(color=Color(rgb="FFFFFFFF"))
    sheet["B2"].value = CellRichText(TextBlock(white, "①"), TextBlock(white, " 済"))


WHITE, DARK = Color(rgb="FFFFFFFF"), Color(rgb="FF1F1F1F")
UNSEEN: Mapping[str, tuple[Callable[[Worksheet], None], Unseen | None]] = {
    "white": (ink(WHITE), Unseen.COLOUR),
    "nearly white": (ink(Color(rgb="FFF8F8F8")), Unseen.COLOUR),
    "theme": (ink(Color(theme=0)), Unseen.COLOUR),
    "indexed": (ink(Color(indexed=9)), Unseen.COLOUR),
    "yellow on yellow": (
        ink(Color(rgb="FFFFFF00"), Color(rgb="FFFFFF00")),
        Unseen.COLOUR,
    ),
    "black on black": (ink(Color(rgb="FF000000"), Color(rgb="FF000000")), Unseen.COLOUR),
    "tinted on tinted": (
        ink(Color(theme=4, tint=0.8), Color(theme=4, tint=0.8)),
        Unseen.COLOUR,
    ),
    "pieces": (in_white_pieces, Unseen.COLOUR),
    "tiny": (tiny, Unseen.SIZE),
    "low": (low, Unseen.HEIGHT),
    "narrow": (narrow, Unseen.WIDTH),
    "veiled": (veiled, Unseen.FORMAT),
    "white on dark": (ink(WHITE, DARK), None),
    "white on theme": (ink(WHITE, Color(theme=4)), None),
    "grey": (ink(Color(rgb="FF808080")), None),
    "yellow": (ink(Color(rgb="FFFFFF00")), None),
    "red": (ink(Color(rgb="FFFF0000")), None),
    "black on yellow": (ink(Color(theme=1), Color(rgb="FFFFFF00")), None),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_answers_that_nobody_sees_are_told(name: str, tmp_path: Path) -> None:
    change, why = UNSEEN[name]
    found = answers(tmp_path, changed(change))
    first = found[0].aside.unseen if found[0].aside else None
    assert first is why
    everywhere = name == "narrow"
    assert any(answer.aside for answer in found[1:]) is everywhere


def test_white_on_a_pattern_may_be_seen(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].font = Font(color=WHITE)
        sheet["B2"].fill = PatternFill("darkGray")

    assert answers(tmp_path, changed(change))[0].aside is None


def test_xls_tells_white_letters_and_low_rows(tmp_path: Path) -> None:
    import xlwt  # noqa: PLC0415 - for this format alone

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("チェックシート")
    for row, values in enumerate(rows(lambda _: "①")):
        for column, value in enumerate(values):
            look = xlwt.easyxf("font: colour white" if row == 1 else "")
            sheet.write(row, column, value, look)
    sheet.row(2).height_mismatch = True
    sheet.row(2).height = 15
    memory = io.BytesIO()
    book.save(memory)
    found = answers(tmp_path, memory.getvalue())
    told = [answer.aside.unseen if answer.aside else None for answer in found[:3]]
    assert told == [Unseen.COLOUR, Unseen.HEIGHT, None]


def test_ods_tells_white_letters_and_low_rows(tmp_path: Path) -> None:
    listed = ""
    for number, row in enumerate(rows(lambda _: "①")):
        cells = "".join(
            f"<table:table-cell{' table:style-name=' + quoteattr('w') if number == 1 else ''}>"
            f"<text:p>{escape(str(value or ''))}</text:p></table:table-cell>"
            for value in row
        )
        style = ' table:style-name="low"' if number == 2 else ""
        listed += f"<table:table-row{style}>{cells}</table:table-row>"
    styles = (
        '<style:style style:name="w"><style:text-properties fo:color="#ffffff"/></style:style>'
        '<style:style style:name="low"><style:table-row-properties style:row-height="0.02cm"/>'
        "</style:style>"
    )
    found = answers(tmp_path, ods_with(listed, styles=styles))
    told = [answer.aside.unseen if answer.aside else None for answer in found[:3]]
    assert told == [Unseen.COLOUR, Unseen.HEIGHT, None]


def behind(text: str, mark: str | None) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet["A2"].value = f"{sheet['A2'].value}{text}"
        sheet["B2"].value = mark

    return change


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (behind("\n→ ③", None), {"L209"}),
        (behind("（未対応）", "①"), {"L203", "N402"}),
        (behind("\n一部の課のみ", "①"), {"L203", "N402"}),
        (behind("\n一部の課のみ", None), {"L203", "A301"}),
        (behind("すること", "①"), set()),
        (behind("", "①"), set()),
        (ink(WHITE), {"L207"}),
        (low, {"L207"}),
        (veiled, {"L207", "A301"}),
    ],
)
def test_the_whole_run_tells_of_it(
    change: Callable[[Worksheet], None], codes: set[str], tmp_path: Path
) -> None:
    put(tmp_path / "inbox", {"若葉市.xlsx": changed(change)})
    aggregate(settings_for(tmp_path))
    told = table(tmp_path, "findings")
    about = {"L203", "L207", "L209", "A301", "A304", "A316", "N402"}
    item = ITEMS[0].id
    # the check cells of the other items hold ①, and those below the rows of this book are missing
    mine = [each for each in told if each["item_id"] == item or item in each["message"]]
    assert {each["code"] for each in mine if each["code"] in about} == codes


def test_the_comment_is_a_column_of_the_answers(tmp_path: Path) -> None:
    put(tmp_path / "inbox", {"若葉市.xlsx": xlsx_book(COMMENTS)})
    aggregate(settings_for(tmp_path))
    lines = {line["item_id"]: line for line in table(tmp_path, "answers")}
    assert lines[ITEMS[0].id]["comment"] == "まだ未対応です。12月に対応予定"
    told = [each for each in table(tmp_path, "findings") if each["item_id"] == ITEMS[12].id]
    assert "L209" in {each["code"] for each in told}
    assert any("③ 予定なし" in each["message"] for each in told)
