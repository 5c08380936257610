"""The demo's inbox says what its cast means; read here by other readers than the product's."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
import xlrd
from msoffcrypto.exceptions import InvalidKeyError
from python_calamine import CalamineWorkbook
from sample.cases import ABSENT, BROKEN, CASES, PASSWORDS, Case
from sample.forms import Ids, Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.scenario import entries, expected_answers, returned
from sample.scenario import inbox as made
from sample.workbooks import text_of, zip_bytes

from pipeline.forms.checklists import load_checklist
from pipeline.model import Checklist, Status
from pipeline.sample import write_demo

TEMPLATE = Path(__file__).parent.parent / "templates" / "smartcity-security"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load_checklist(TEMPLATE)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder / "inbox"


def _case(name: str) -> Case:
    return next(case for case in CASES if case.name == name and case.counted)


def _content(inbox: Path, case: Case) -> bytes:
    archive, _, member = case.path.partition("!")
    content = (inbox / archive).read_bytes()
    if not member:
        return content
    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="cp932") as packed:
        return packed.read(member)


def _texts(content: bytes, part: str = "") -> Iterator[str]:
    """Give the cells' texts of an .xlsx, sheet by sheet and row by row, as openpyxl reads them.

    ``part`` names the one sheet to read; empty for all.
    """
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for sheet in book.worksheets if not part else [book[part]]:
        for row in sheet.iter_rows(values_only=True):
            yield from (str(value) for value in row if value is not None)


def _expected_texts(case: Case, checklist: Checklist) -> list[str]:
    texts = []
    for page in pages(returned(case, checklist), checklist):
        for _, cell in sorted(page.cells.items(), key=lambda pair: pair[0]):
            text = text_of(cell, checklist)
            if cell.answer is not None and cell.answer.way is Way.DATE:
                text = f"{text} 00:00:00"
            if text:
                texts.append(text)
    return texts


def _parts(content: bytes) -> object:
    """Give what a package holds, however it was packed; anything else as it is."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: _parts(package.read(name)) for name in package.namelist()}


def test_the_returns_kept_in_the_package_are_those_of_the_script(
    inbox: Path, checklist: Checklist
) -> None:
    """If not: ``python tests/make_sample_files.py``."""
    kept = {
        path.relative_to(inbox).as_posix(): _parts(path.read_bytes())
        for path in inbox.rglob("*")
        if path.is_file()
    }
    script = made(checklist)
    script.pop(BROKEN)  # cut off at a share of its packed bytes
    kept.pop(BROKEN)
    assert kept == {name: _parts(content) for name, content in script.items()}


def test_each_return_has_the_time_it_came(inbox: Path) -> None:
    came = sorted(path.stat().st_mtime for path in inbox.rglob("*") if path.is_file())
    first, last = (datetime.fromtimestamp(moment, UTC) for moment in (came[0], came[-1]))
    assert len(set(came)) == len(came)
    assert (first, last.strftime("%Y-%m")) == (datetime(2026, 11, 2, 0, 5, tzinfo=UTC), "2026-11")


PLAIN_XLSX = [
    case
    for case in CASES
    if case.path.endswith((".xlsx", ".xlsm"))
    and not (case.premade or case.official)
    and case.path != BROKEN
]
OFFICIAL = [case for case in CASES if case.official]


@pytest.mark.parametrize("case", PLAIN_XLSX, ids=lambda case: case.path)
def test_a_workbook_holds_what_its_form_says(case: Case, inbox: Path, checklist: Checklist) -> None:
    assert list(_texts(_content(inbox, case), case.part)) == _expected_texts(case, checklist)


@pytest.mark.parametrize("case", OFFICIAL, ids=lambda case: case.path)
def test_an_official_form_holds_the_marks_and_notes_beside_their_items(
    case: Case, inbox: Path, checklist: Checklist
) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_content(inbox, case))).worksheets[0]
    rows = {str(row[1]).partition("：")[0]: row for row in sheet.iter_rows(values_only=True)}
    legend = "\n".join(checklist.legend)
    for item, entry in zip(checklist.items, entries(case, checklist), strict=True):
        _, _, mark, note = rows[item.id]
        written = "" if mark in (None, legend) else mark
        assert (written, note or "") == (entry.written.text, entry.note)


def test_the_premade_xls_still_says_what_the_cast_means(inbox: Path, checklist: Checklist) -> None:
    case = next(case for case in CASES if case.premade.endswith(".xls"))
    sheet = xlrd.open_workbook(file_contents=_content(inbox, case)).sheet_by_index(0)
    texts = [str(value) for row in range(sheet.nrows) for value in sheet.row_values(row) if value]
    assert texts == _expected_texts(case, checklist)


def test_the_premade_ods_still_says_what_the_cast_means(inbox: Path, checklist: Checklist) -> None:
    case = next(case for case in CASES if case.premade.endswith(".ods"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(_content(inbox, case)))
    rows = book.get_sheet_by_index(0).to_python()
    texts = [str(value) for row in rows for value in row if value != ""]
    assert texts == _expected_texts(case, checklist)


def _opened(content: bytes, password: str) -> bytes:
    locked = msoffcrypto.OfficeFile(io.BytesIO(content))
    locked.load_key(password=password, verify_password=True)
    memory = io.BytesIO()
    locked.decrypt(memory)
    return memory.getvalue()


def test_one_locked_file_opens_with_the_given_password(inbox: Path, checklist: Checklist) -> None:
    given = (inbox / "passwords.txt").read_text(encoding="utf-8").split()
    assert given == list(PASSWORDS)
    case = next(case for case in CASES if case.premade == "locked_known.xlsx")
    content = _opened(_content(inbox, case), given[0])
    assert list(_texts(content)) == _expected_texts(case, checklist)


def test_the_other_locked_file_does_not_open(inbox: Path) -> None:
    case = next(case for case in CASES if case.premade == "locked_unknown.xlsx")
    with pytest.raises(InvalidKeyError):
        _opened(_content(inbox, case), PASSWORDS[0])


def test_the_csv_is_cp932_with_a_note_longer_than_a_cell_of_excel(
    inbox: Path, checklist: Checklist
) -> None:
    case = next(case for case in CASES if case.path.endswith(".csv"))
    text = _content(inbox, case).decode("cp932")
    longest = max(entries(case, checklist), key=lambda entry: len(entry.note))
    assert len(longest.note) > 32_767
    assert longest.note in text


def test_the_broken_file_is_no_zip_any_more(inbox: Path) -> None:
    assert (inbox / BROKEN).read_bytes()[:2] == b"PK"
    assert not zipfile.is_zipfile(inbox / BROKEN)


def test_zip_members_have_japanese_names_without_the_utf8_flag(inbox: Path) -> None:
    (path,) = inbox.glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        raw = [info.filename.encode("cp437") for info in archive.infolist()]
        flags = [info.flag_bits & 0x800 for info in archive.infolist()]
    members = [case.path.partition("!")[2] for case in CASES if "!" in case.path]
    assert [name.decode("cp932") for name in raw] == members
    assert not any(flags)


def test_zip_bytes_keeps_the_content() -> None:
    content = zip_bytes({"回答/表.txt": b"abc"})
    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="cp932") as archive:
        assert archive.read("回答/表.txt") == b"abc"


def _part(content: bytes, pattern: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [
            archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if re.fullmatch(pattern, name)
        ]


def test_the_circles_are_ellipses_over_the_rows_with_a_legend(
    inbox: Path, checklist: Checklist
) -> None:
    case = _case("花篝町")
    (drawing,) = _part(_content(inbox, case), r"xl/drawings/drawing\d+\.xml")
    rows = [int(row) for row in re.findall(r"<xdr:from>.*?<xdr:row>(\d+)<", drawing)]
    (page,) = pages(returned(case, checklist), checklist)
    circled = [
        row
        for (row, _), cell in sorted(page.cells.items(), key=lambda pair: pair[0])
        if cell.answer is not None and cell.answer.way is Way.CIRCLED
    ]
    assert drawing.count('prst="ellipse"') == len(circled) == 2
    assert "txBox" not in drawing
    assert rows == circled


def test_each_legend_with_check_boxes_has_three_and_one_is_ticked(
    inbox: Path, checklist: Checklist
) -> None:
    case = _case("暁路線バス株式会社")
    content = _content(inbox, case)
    ticked = [entry for entry in entries(case, checklist) if entry.written.way is Way.TICKED]
    controls = _part(content, r"xl/ctrlProps/ctrlProp\d+\.xml")
    options = [
        number % 3 for number, control in enumerate(controls) if 'checked="Checked"' in control
    ]
    assert len(controls) == 3 * len(ticked)
    assert options == [entry.written.option for entry in ticked]
    (vml,) = _part(content, r"xl/drawings/vmlDrawing\d+\.vml")
    assert vml.count('ObjectType="Checkbox"') == len(controls)
    assert vml.count("<x:Checked>1</x:Checked>") == len(ticked)


@pytest.mark.parametrize(
    ("name", "attribute", "others"),
    [("汐音市", "strike", False), ("風早野町", "b", True), ("株式会社そよかぜ配達", "color", True)],
)
def test_the_option_meant_is_told_by_its_format(
    name: str, attribute: str, others: bool, inbox: Path, checklist: Checklist
) -> None:
    """``others`` False: the option meant is the one without the format (the others are struck)."""
    case = _case(name)
    book = openpyxl.load_workbook(io.BytesIO(_content(inbox, case)), rich_text=True)
    options = []
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if not isinstance(cell.value, openpyxl.cell.rich_text.CellRichText):
                continue
            runs = [run.font for run in cell.value if not isinstance(run, str)]
            marked = [_special(font, attribute) for font in runs[:3]]
            options.append(marked.index(others))
            assert marked.count(others) == 1
    legends = [e.written.option for e in entries(case, checklist) if e.written.way is not Way.TEXT]
    assert options == legends


def _special(font: openpyxl.cell.text.InlineFont, attribute: str) -> bool:
    if attribute == "color":
        return font.color is not None and font.color.rgb == "FFFF0000"
    return bool(getattr(font, attribute))


def test_everybody_counted_means_something_for_every_item(checklist: Checklist) -> None:
    expected = expected_answers(checklist)
    names = {case.unit for case in CASES if case.counted}
    assert len(expected) == len(names) * len(checklist.items)
    assert {status for status, _ in expected.values()} == set(Status)
    assert all(not due or status is Status.PLANNED for status, due in expected.values())


def test_the_charts_have_a_story(checklist: Checklist) -> None:
    """The first category is the furthest and the third (the platform) the least far."""
    share = {}
    for category in checklist.categories:
        ids = {item.id for item in checklist.items if item.category == category}
        meant = [s for (_, item), (s, _) in expected_answers(checklist).items() if item in ids]
        share[category] = meant.count(Status.DONE) / len(meant)
    assert max(share, key=lambda category: share[category]) == checklist.categories[0]
    assert min(share, key=lambda category: share[category]) == checklist.categories[2]


def test_the_roster_lists_the_cast_and_three_who_sent_nothing(inbox: Path) -> None:
    book = openpyxl.load_workbook(inbox / "名簿.xlsx")
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert header == (
        "団体コード", "団体名", "別名", "役割", "対象分野", "担当", "メール", "除外", "事業名"
    )  # fmt: skip
    names = [row[1] for row in rows]
    assert len(rows) == len({(row[1], row[8]) for row in rows})
    assert {absent.name for absent in ABSENT} == set(names) - {case.name for case in CASES}
    assert {case.name for case in CASES} - set(names) == {
        case.name for case in CASES if not case.on_roster
    }
    assert [row[1] for row in rows if row[7]] == [case.name for case in CASES if case.excluded]


def test_two_places_give_the_same_answers_and_notes(checklist: Checklist) -> None:
    assert entries(_case("東野原町"), checklist) == entries(_case("西野原町"), checklist)


def _uniform(checklist: Checklist, look: Look) -> ReturnedForm:
    entry = Entry(written=Written(way=Way.TEXT, text="①"), note="", status=Status.DONE)
    return ReturnedForm(respondent="某市", entries=(entry,) * len(checklist.items), look=look)


@pytest.mark.parametrize(
    ("ids", "start"),
    [
        (Ids.OFFICIAL, "ガバナンス①-1："),
        (Ids.NARROW, "ｶﾞﾊﾞﾅﾝｽ①-1："),
        (Ids.RETYPED, "ガバナンス1－1 "),
        (Ids.DELETED, "情報セキュリティ基本方針"),
    ],
)
def test_ids_can_be_typed_again(ids: Ids, start: str, checklist: Checklist) -> None:
    (page,) = pages(_uniform(checklist, Look(ids=ids)), checklist)
    items = [cell.text for cell in page.cells.values() if cell.style == "item"]
    assert items[0].startswith(start)


def test_a_merged_check_cell_covers_its_items_rows(checklist: Checklist) -> None:
    (page,) = pages(_uniform(checklist, Look(merged_marks=((39, 40),))), checklist)
    column = 2
    rows = [row for (row, c), cell in sorted(page.cells.items()) if c == 1 and cell.style == "item"]
    (area,) = [area for area in page.merged if area.left == column]
    assert (area.top, area.bottom) == (rows[39], rows[40])
    assert (rows[40], column) not in page.cells


def test_a_merged_check_cell_cannot_mean_two_things(checklist: Checklist) -> None:
    form = _uniform(checklist, Look())
    other = Entry(written=Written(way=Way.TEXT, text="③"), note="", status=Status.NOT_PLANNED)
    with pytest.raises(ValueError, match="share a check cell"):
        ReturnedForm(
            respondent="某市",
            entries=(*form.entries[:-1], other),
            look=Look(merged_marks=((53, 54),)),
        )
