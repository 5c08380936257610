"""The forms handed out: one for each respondent, and read back whatever becomes of them."""

import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from gates import lint, schema
from gates.tools import convert
from handed import growing_rows
from hypothesis import given
from hypothesis import strategies as st
from inboxes import fingerprint, good, load, put, settings_for
from openpyxl.worksheet.worksheet import Worksheet
from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import plain_table, xlsx

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.formats import read_workbook
from pipeline.locate import locate
from pipeline.loop.distribute import DistributeResult, distribute
from pipeline.model import (
    CellKind,
    Checklist,
    EvidenceKind,
    RawCell,
    RawWorkbook,
    SourceFile,
    Status,
    Submission,
)
from pipeline.parse import parse
from pipeline.run import aggregate, gather
from pipeline.settings import Limits, Settings
from pipeline.texts.marks import read_mark
from pipeline.write.choices import choices_of
from pipeline.write.names import safe_name, unique_names

HEADERS = ("団体コード", "団体名", "別名", "役割", "対象分野", "担当", "メール", "除外")
WAKABA = ("S01", "若葉市", "", "推進主体", "", "企画課", "kikaku@wakaba.example.jp", "")
SHIRAKUMO = ("S02", "白雲町", "", "", "", "", "", "")
CLOSED = ("S03", "閉庁村", "", "", "", "", "", "合併のため")


def roster(*rows: tuple[str, ...]) -> bytes:
    return plain_table("名簿", (HEADERS, *rows))


def hand_out(folder: Path, *rows: tuple[str, ...], prefill: bool = False) -> DistributeResult:
    put(folder, {"名簿.xlsx": roster(*rows)})
    return distribute(settings_for(folder), prefill=prefill)


def read_back(path: Path, checklist: Checklist, name: str = "") -> Submission:
    source = SourceFile(path=name or path.name, location=path, size=path.stat().st_size)
    workbook = read_workbook(source, limits=Limits())
    assert isinstance(workbook, RawWorkbook)
    layout = locate(workbook, checklist, month="2026-11")
    assert layout is not None
    return parse(workbook, layout, checklist, month="2026-11")


def answer_cells(sheet: Worksheet, checklist: Checklist) -> dict[str, int]:
    """Give the row of each item of a form."""
    rows = {}
    for row in range(1, sheet.max_row + 1):
        text = str(sheet.cell(row, 2).value or "")
        for item in checklist.items:
            if text.startswith(f"{item.id}："):
                rows[item.id] = row
    return rows


# --- what is written -----------------------------------------------------------------------


def test_everybody_asked_gets_one_form_and_all_are_in_the_zip(tmp_path: Path) -> None:
    result = hand_out(tmp_path, WAKABA, SHIRAKUMO, CLOSED)
    assert {key: path.name for key, path in result.forms.items()} == {
        "S01": "別紙3-2_チェックシート_若葉市.xlsx",
        "S02": "別紙3-2_チェックシート_白雲町.xlsx",
    }
    assert result.excluded == ("閉庁村",)
    assert result.folder == tmp_path / "outbox" / "配布_2026-11"
    with zipfile.ZipFile(result.archive) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"{path.parent.name}/{path.name}": path.read_bytes() for path in result.forms.values()
        }
    written = [p.relative_to(result.folder).as_posix() for p in result.folder.rglob("*")]
    assert sorted(written) == [
        "宛先一覧.csv",
        "宛先一覧.xlsx",
        "白雲町",
        "白雲町/別紙3-2_チェックシート_白雲町.xlsx",
        "白雲町/配布_白雲町.eml",
        "白雲町/配布_白雲町.txt",
        "若葉市",
        "若葉市/別紙3-2_チェックシート_若葉市.xlsx",
        "若葉市/配布_若葉市.eml",
        "若葉市/配布_若葉市.txt",
        "配布_2026-11.zip",
    ]


def test_the_same_roster_gives_the_same_bytes(tmp_path: Path) -> None:
    first = fingerprint(hand_out(tmp_path / "a", WAKABA, SHIRAKUMO).folder)
    assert fingerprint(hand_out(tmp_path / "b", WAKABA, SHIRAKUMO).folder) == first


def test_into_another_folder(tmp_path: Path) -> None:
    put(tmp_path, {"名簿.xlsx": roster(WAKABA)})
    result = distribute(settings_for(tmp_path), prefill=False, into=tmp_path / "配布物")
    assert result.folder == tmp_path / "配布物"
    assert not (tmp_path / "outbox").exists()


def test_without_a_roster_or_a_month_before_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(TorimatomeError, match="名簿") as missing:
        distribute(settings_for(tmp_path), prefill=False)
    assert missing.value.exit_code is ExitCode.USAGE
    with pytest.raises(TorimatomeError, match="2026-11 より前"):
        hand_out(tmp_path, WAKABA, prefill=True)
    with pytest.raises(TorimatomeError, match="配布先"):
        hand_out(tmp_path, CLOSED)
    assert not (tmp_path / "outbox").exists()


def test_the_form_is_the_official_one_with_name_and_instructions(tmp_path: Path) -> None:
    checklist = load()
    sheet = openpyxl.load_workbook(hand_out(tmp_path, WAKABA).forms["S01"])["チェックシート"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert checklist.caption in texts
    assert "若葉市" in texts
    for item in checklist.items:
        assert any(text.startswith(f"{item.id}：{item.title}") for text in texts)
        assert any(item.description in text for text in texts)
    assert any("①既に対応済み" in text for text in texts)


def test_only_what_is_to_be_filled_in_can_be_changed(tmp_path: Path) -> None:
    checklist = load()
    book = openpyxl.load_workbook(hand_out(tmp_path, WAKABA).forms["S01"])
    sheet = book["チェックシート"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    rows = answer_cells(sheet, checklist)
    assert len(rows) == len(checklist.items)
    unlocked = {
        (row, column)
        for row, cells in enumerate(sheet.iter_rows(), start=1)
        for column, cell in enumerate(cells, start=1)
        if not cell.protection.locked
    }
    answers = {(row, column) for row in rows.values() for column in (3, 4)}
    assert answers <= unlocked
    head = min(rows.values())
    assert {row for row, _ in unlocked - answers} == {3, 4}  # 記入日 and 担当
    assert all(row < head for row, _ in unlocked - answers)
    places = {str(area) for rule in sheet.data_validations.dataValidation for area in rule.cells}
    assert places == {f"C{row}" for row in rows.values()}
    warnings = {rule.error for rule in sheet.data_validations.dataValidation}
    (warning,) = warnings
    assert warning, "what is not in the list can be entered, by the button of either program"
    assert "「はい」" in warning
    assert "「OK」" in warning
    assert book["選択肢"].sheet_state == "veryHidden"
    assert {sheet.cell(row, 3).number_format for row in rows.values()} == {"@"}, "kept as typed"
    assert {sheet.cell(row, 3).number_format for row in (3, 4)} == {"General"}, "dates stay dates"


def test_a_row_grows_with_a_long_note_and_nothing_covers_the_screen(tmp_path: Path) -> None:
    checklist = load()
    path = hand_out(tmp_path, WAKABA).forms["S01"]
    sheet = openpyxl.load_workbook(path)["チェックシート"]
    rows = set(answer_cells(sheet, checklist).values())
    assert rows == set(growing_rows(path))
    assert sheet.freeze_panes is None


@pytest.mark.parametrize("month", ["2026-11", "2026-01", "2027-12"])
def test_each_choice_reads_back_as_what_it_says(month: str) -> None:
    checklist = load()
    choices = choices_of(checklist, month)
    marks = [
        read_mark(RawCell(kind=CellKind.TEXT, text=text), month=month, legend=checklist.legend)
        for text in choices
    ]
    # the months last: what stands below them is out of sight
    assert [mark.status for mark in marks] == [
        Status.DONE, Status.NOT_PLANNED, *[Status.PLANNED] * 25,
    ]  # fmt: skip
    dues = [mark.due.month for mark in marks[2:]]
    assert dues == sorted(set(dues))
    assert dues[0] == month
    assert dues[-1] == f"{int(month[:4]) + 2}{month[4:]}"
    assert not any(mark.due.inferred for mark in marks)


def test_the_forms_pass_the_gate(tmp_path: Path) -> None:
    result = hand_out(tmp_path, WAKABA, ("S04", '=1+1"&<>\x07', "", "", "", "", "", ""))
    assert [problem for path in result.forms.values() for problem in lint.problems(path)] == []


@pytest.mark.outside
def test_the_forms_pass_the_schema(tmp_path: Path) -> None:
    (path,) = hand_out(tmp_path, WAKABA).forms.values()
    assert schema.problems(path) == []


# --- what comes back -------------------------------------------------------------------------


def filled(path: Path, target: Path, checklist: Checklist, *, moved: bool = False) -> None:
    """Fill in a form as a person does; ``moved``: unprotect it and rearrange it first."""
    book = openpyxl.load_workbook(path)
    sheet = book["チェックシート"]
    rows = answer_cells(sheet, checklist)
    choices = choices_of(checklist, "2026-11")
    for number, item in enumerate(checklist.items):
        sheet.cell(rows[item.id], 3).value = choices[number % len(choices)]
        sheet.cell(rows[item.id], 4).value = "対応中" if number % 5 == 0 else None
    sheet.cell(3, 3).value = "令和8年11月5日"
    if moved:
        sheet.protection.disable()
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        sheet.insert_rows(1, 3)
        sheet.insert_cols(1, 2)
        sheet.title = "回答"
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


@pytest.mark.parametrize("moved", [False, True])
def test_a_returned_form_is_known_by_its_id_whatever_it_is_called(
    tmp_path: Path, moved: bool
) -> None:
    checklist = load()
    form = hand_out(tmp_path, WAKABA, SHIRAKUMO).forms["S01"]
    target = tmp_path / "inbox" / "白雲町より" / "scan_0012.xlsx"
    filled(form, target, checklist, moved=moved)
    batch = gather(settings_for(tmp_path)).batch
    (counted,) = batch.submissions
    assert counted.respondent.id == "S01"
    assert counted.respondent.identified_by is EvidenceKind.HIDDEN_ID
    assert counted.submission.filled_on == "2026-11-05"
    choices = choices_of(checklist, "2026-11")
    assert [answer.mark.raw for answer in counted.submission.answers] == [
        choices[number % len(choices)] for number in range(len(checklist.items))
    ]
    assert not counted.submission.extra_rows
    assert not counted.submission.copies
    assert not counted.submission.uncounted


def test_what_a_text_cell_keeps_comes_through_as_typed(tmp_path: Path) -> None:
    """In a cell of text Excel keeps 1, 2（12月） and 2026-12 as letters: no date, no number."""
    checklist = load()
    form = hand_out(tmp_path, WAKABA).forms["S01"]
    book = openpyxl.load_workbook(form)
    sheet = book["チェックシート"]
    typed = ("1", "②（2026-12）", "3", "12", "3-1", "1/2", "2026-12", "01")
    for number, row in enumerate(answer_cells(sheet, checklist).values()):
        sheet.cell(row, 3).value = typed[number % len(typed)]
        assert sheet.cell(row, 3).number_format == "@"
    book.save(tmp_path / "inbox" / "若葉市.xlsx")
    (counted,) = gather(settings_for(tmp_path)).batch.submissions
    answers = counted.submission.answers[: len(typed)]
    assert [answer.mark.raw for answer in answers] == list(typed)
    assert [answer.mark.status for answer in answers] == [
        Status.DONE, Status.PLANNED, Status.NOT_PLANNED, *[Status.UNCLEAR] * 4, Status.DONE,
    ]  # fmt: skip


def test_a_form_without_its_properties_is_known_by_the_hidden_sheet(tmp_path: Path) -> None:
    form = hand_out(tmp_path, WAKABA).forms["S01"]
    stripped = tmp_path / "stripped.xlsx"
    with zipfile.ZipFile(form) as old, zipfile.ZipFile(stripped, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"/docProps/custom.xml", b"/docProps/gone.xml")
            if name != "docProps/custom.xml":
                new.writestr(name, content)
    evidence = read_back(stripped, load()).evidence
    assert (evidence[0].kind, evidence[0].text) == (EvidenceKind.HIDDEN_ID, "S01")


def test_a_roster_without_codes_still_knows_its_forms(tmp_path: Path) -> None:
    rows = (("", "若葉市", *[""] * 6), ("", "白雲町", *[""] * 6))
    result = hand_out(tmp_path, *rows)
    for path in result.forms.values():
        filled(path, tmp_path / "inbox" / f"{path.stem[-3:-2]}.xlsx", load())
    batch = gather(settings_for(tmp_path)).batch
    assert {one.respondent.name for one in batch.submissions} == {"若葉市", "白雲町"}
    assert {one.respondent.identified_by for one in batch.submissions} == {EvidenceKind.HIDDEN_ID}


def test_an_untouched_form_is_untouched(tmp_path: Path) -> None:
    form = hand_out(tmp_path, WAKABA).forms["S01"]
    submission = read_back(form, load())
    assert {answer.mark.status for answer in submission.answers} == {Status.BLANK}
    assert all(answer.note.empty for answer in submission.answers)
    assert submission.filled_on == ""
    assert submission.prefilled_from == ""


# --- last month's answers --------------------------------------------------------------------


def last_month(folder: Path) -> Settings:
    """Give the settings of November in a folder where October was aggregated."""
    for name, content in october().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return settings_for(folder)


@cache
def october() -> Mapping[str, bytes]:
    """Aggregate October once: 若葉市 answered in every way; give every file that is left."""
    checklist = load()
    ways = [
        ("①", "規程を策定", Status.DONE),
        ("②3月", "", Status.PLANNED),
        ("②（○月）", "", Status.PLANNED),
        ("③", '引用符"と\n改行', Status.NOT_PLANNED),
        ("検討中", "", Status.UNCLEAR),
        ("", "", Status.BLANK),
        ("対象外", "=1+1", Status.NOT_APPLICABLE),
    ]
    entries = tuple(
        Entry(
            written=Written(way=Way.TEXT, text=mark) if mark else Written(way=Way.UNTOUCHED),
            note=note,
            status=status,
        )
        for mark, note, status in (ways[n % len(ways)] for n in range(len(checklist.items)))
    )
    form = ReturnedForm(respondent="若葉市", entries=entries, look=Look(label="団体名"))
    answered = xlsx(pages(form, checklist), checklist)
    with TemporaryDirectory() as made:
        folder = Path(made)
        put(folder, {"名簿.xlsx": roster(WAKABA, SHIRAKUMO), "a.xlsx": answered})
        aggregate(settings_for(folder, month="2026-10", pivot=False))
        (folder / "inbox" / "a.xlsx").unlink()
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


def test_last_month_s_answers_are_filled_in_marked_and_told(tmp_path: Path) -> None:
    checklist = load()
    result = distribute(last_month(tmp_path), prefill=True)
    assert result.prefilled_from == "2026-10"
    assert result.without_answers == ("白雲町",)
    submission = read_back(result.forms["S01"], checklist)
    given = [(answer.mark.raw, answer.note.raw) for answer in submission.answers[:7]]
    assert given == [
        ("①", "規程を策定"),
        ("②（2027年3月）", ""),
        ("②", ""),  # without a month as before: it is asked for again
        ("③", '引用符"と\n改行'),
        ("", ""),  # unclear is not filled in
        ("", ""),
        ("対象外", "=1+1"),
    ]
    assert submission.prefilled_from == "2026-10"
    filled_in = [item.id for n, item in enumerate(checklist.items) if n % 7 not in (4, 5)]
    assert submission.as_handed_out == tuple(filled_in)
    sheet = openpyxl.load_workbook(result.forms["S01"])["チェックシート"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("2026年10月の回答" in text for text in texts)
    formulas = [
        (str(area.sqref), rule.formula[0])
        for area in sheet.conditional_formatting
        for rule in area.rules
    ]
    rows = answer_cells(sheet, checklist)
    first = checklist.items[0].id
    assert (f"C{rows[first]}", f'$C${rows[first]}="①"') in formulas
    assert len(formulas) == sum(bool(text) for pair in _texts(submission) for text in pair)
    blank = openpyxl.load_workbook(result.forms["S02"])["チェックシート"]
    assert not list(blank.conditional_formatting)
    assert lint.problems(result.forms["S01"]) == []


def _texts(submission: Submission) -> list[tuple[str, str]]:
    return [(answer.mark.raw, answer.note.raw) for answer in submission.answers]


def test_a_prefilled_form_that_comes_back_is_an_answer_and_visibly_last_month_s(
    tmp_path: Path,
) -> None:
    checklist = load()
    settings = last_month(tmp_path)
    form = distribute(settings, prefill=True).forms["S01"]
    (tmp_path / "inbox" / "返信.xlsx").write_bytes(form.read_bytes())
    batch = gather(settings).batch
    (counted,) = batch.submissions
    assert counted.submission.answers[0].mark.status is Status.DONE
    told = next(one for one in batch.files if one.source.path == "返信.xlsx")
    assert "2026年10月" in told.reason
    filled_in = sum(number % 7 not in (4, 5) for number in range(len(checklist.items)))
    assert f"{filled_in} 項目は前月のまま" in told.reason


@pytest.mark.outside
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_a_prefilled_form_saved_by_another_program_is_still_known(
    tmp_path: Path, kind: str
) -> None:
    checklist = load()
    settings = last_month(tmp_path)
    form = distribute(settings, prefill=True).forms["S01"]
    target = convert(form, tmp_path / "inbox", kind).rename(tmp_path / "inbox" / f"返信.{kind}")
    batch = gather(settings).batch
    (counted,) = batch.submissions
    assert counted.respondent.identified_by is EvidenceKind.HIDDEN_ID
    told = next(one for one in batch.files if one.source.path == target.name)
    filled_in = sum(number % 7 not in (4, 5) for number in range(len(checklist.items)))
    assert f"{filled_in} 項目は前月のまま" in told.reason


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("若葉市", "若葉市"),
        ('A/B\\C:D*E?F"G<H>I|J!K', "A_B_C_D_E_F_G_H_I_J_K"),
        ("..", "_"),
        ("", "_"),
        ("CON", "_CON"),
        ("lpt1.txt", "_lpt1.txt"),
        ("株式会社　青空\n", "株式会社 青空"),
        ("か\u3099", "が"),
        ("~$若葉市", "若葉市"),
        ("長" * 300, "長" * 80),
    ],
)
def test_file_names_are_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=100), max_size=8))
def test_file_names_are_safe_and_each_its_own(names: dict[str, str]) -> None:
    made = unique_names(names, suffix=".xlsx")
    assert made.keys() == names.keys()
    assert len({name.casefold() for name in made.values()}) == len(names)
    for name in made.values():
        assert not set(name) & set('/\\:*?"<>|!\n\0')
        assert len(name.encode()) <= 255
        assert name.strip() == name


def test_names_that_a_file_system_takes_for_one_get_their_codes() -> None:
    names = {"S01": "港区/A", "S02": "港区?a", "S03": "青葉区"}
    assert unique_names(names, suffix=".xlsx") == {
        "S01": "港区_A_S01.xlsx",
        "S02": "港区_a_S02.xlsx",
        "S03": "青葉区.xlsx",
    }


def test_good_forms_beside_handed_out_ones_are_no_trouble(tmp_path: Path) -> None:
    checklist = load()
    form = hand_out(tmp_path, WAKABA, SHIRAKUMO).forms["S01"]
    filled(form, tmp_path / "inbox" / "a.xlsx", checklist)
    put(tmp_path, {"白雲町.xlsx": good("白雲町", checklist)})
    batch = gather(settings_for(tmp_path)).batch
    assert {one.respondent.id for one in batch.submissions} == {"S01", "S02"}
