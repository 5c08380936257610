"""The ministry's own form: filled in where it asks for it, and in nothing else changed."""

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from gates import lint, schema
from gates.tools import convert
from inboxes import TEMPLATES, load, settings_for
from issued_books import CHECK, NOTE, SHEET, Change, ministry_form, packed, parts_of
from lxml import etree
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment
from openpyxl.styles.colors import Color
from openpyxl.worksheet.worksheet import Worksheet
from sample.forms import Ids, Look, ReturnedForm, Split, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import xlsx
from test_distribute import hand_out, last_month, read_back

from pipeline.cli.commands import torimatome
from pipeline.cli.report import distribute_lines
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.formats.filling import Fillable
from pipeline.formats.kept import Opened
from pipeline.loop.distribute import DistributeResult, distribute
from pipeline.loop.issued import NAME
from pipeline.loop.sendback import Ask, send_back
from pipeline.model import Checklist, EvidenceKind, Status
from pipeline.run import aggregate, gather, judge_gathered
from pipeline.settings import Limits, Settings

pytestmark = pytest.mark.workbook_once

FILLED = ("①", "②（2027年3月）", "③")


def with_form(folder: Path, settings: Settings, content: bytes, name: str = NAME) -> Settings:
    """Give settings whose checklist has the ministry's own form beside it."""
    templates = folder / "templates"
    shutil.copytree(TEMPLATES, templates, dirs_exist_ok=True)
    (templates / "smartcity-security" / name).write_bytes(content)
    return replace(settings, templates=templates, deadline="2026-11-30")


def handed_out(folder: Path, change: Change | None = None) -> tuple[DistributeResult, Settings]:
    """Hand out the ministry's form with October's answers, to 若葉市 that gave some and 白雲町."""
    settings = with_form(folder, last_month(folder), ministry_form(change))
    return distribute(settings, prefill=True), settings


def cells_of(content: bytes, part: str = "xl/worksheets/sheet2.xml") -> dict[str, bytes]:
    """Give each cell of a sheet as it is stored, and the rest of the sheet under an empty name."""
    root = etree.fromstring(parts_of(content)[part])
    found = {
        cell.get("r") or "": etree.tostring(cell, method="c14n2") for cell in root.iter("{*}c")
    }
    for cell in [*root.iter("{*}c")]:
        parent = cell.getparent()
        assert parent is not None
        parent.remove(cell)
    for row in root.iter("{*}row"):
        row.attrib.pop("spans", "")
    return {**found, "": etree.tostring(root, method="c14n2")}


# --- what is handed out ------------------------------------------------------------------------


def test_only_the_cells_filled_in_and_the_hidden_properties_change(tmp_path: Path) -> None:
    result, settings = handed_out(tmp_path)
    kept = settings.templates / "smartcity-security" / NAME
    before, after = parts_of(kept.read_bytes()), parts_of(result.forms["S02"].read_bytes())
    assert list(after) == list(before), "the parts, in their order"
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"docProps/custom.xml", "xl/worksheets/sheet2.xml"}
    was = cells_of(kept.read_bytes())
    now = cells_of(result.forms["S02"].read_bytes())
    assert {name for name in {*was, *now} if was.get(name) != now.get(name)} == {
        "C3", "C4", "C6", "B7",
    }  # fmt: skip
    assert result.issued == kept
    assert any(NAME in line for line in distribute_lines(result))


def test_name_code_deadline_and_month_stand_beside_their_labels(tmp_path: Path) -> None:
    result, _ = handed_out(tmp_path)
    sheet = openpyxl.load_workbook(result.forms["S01"])[SHEET]
    head = [sheet[place].value for place in ("C3", "C4", "C5", "C6", "B7")]
    assert head == ["S01", "若葉市", None, "令和8年11月30日（月）", "2026年11月"]
    assert not sheet["C4"].protection.locked
    assert sheet["C4"].fill.fgColor.rgb == "00FFFFCC"


def test_last_month_s_answers_stand_where_they_are_read(tmp_path: Path) -> None:
    checklist = load()
    result, _ = handed_out(tmp_path)
    read = read_back(result.forms["S01"], checklist)
    assert [
        (each.mark.status, each.mark.due.month, each.note.raw) for each in read.answers[:7]
    ] == [
        (Status.DONE, "", "規程を策定"),
        (Status.PLANNED, "2027-03", ""),
        (Status.PLANNED, "", ""),
        (Status.NOT_PLANNED, "", '引用符"と\n改行'),
        (Status.BLANK, "", ""),
        (Status.BLANK, "", ""),
        (Status.NOT_APPLICABLE, "", "=1+1"),
    ]
    assert read.prefilled_from == "2026-10"
    filled_in = [item.id for n, item in enumerate(checklist.items) if n % 7 not in (4, 5)]
    assert read.as_handed_out == tuple(filled_in)
    sheet = openpyxl.load_workbook(result.forms["S01"])[SHEET]
    first = next(row for row in range(1, 30) if sheet.cell(row, 1).value == checklist.items[0].id)
    printed = str(sheet.cell(first, CHECK).value)
    assert printed.splitlines() == [*checklist.legend, "1"], "in the words of the form's own list"
    assert sheet.cell(first + 3, CHECK).value == "3", "in the words of the form's own drop-down"
    assert sheet.row_dimensions[first].height == pytest.approx(66 + 18.75)
    assert sheet.row_dimensions[first + 1].height == 45
    blank = read_back(result.forms["S02"], checklist)
    assert {each.mark.status for each in blank.answers} == {Status.BLANK}
    assert (blank.prefilled_from, blank.as_handed_out) == ("", ())


def test_the_forms_pass_the_gate(tmp_path: Path) -> None:
    result, _ = handed_out(tmp_path)
    assert [problem for path in result.forms.values() for problem in lint.problems(path)] == []


@pytest.mark.outside
@pytest.mark.parametrize("name", ["S01", "S02"])
def test_the_form_passes_the_schema_as_the_ministry_s_did(tmp_path: Path, name: str) -> None:
    result, settings = handed_out(tmp_path)
    kept = settings.templates / "smartcity-security" / NAME
    assert schema.problems(result.forms[name]) == schema.problems(kept)


def test_the_letter_speaks_of_the_form_that_goes_with_it(tmp_path: Path) -> None:
    result, settings = handed_out(tmp_path)
    text = (result.folder / "若葉市" / "配布_若葉市.txt").read_text(encoding="utf-8-sig")
    assert "チェック欄に、当てはまる番号を記入してください（①既に対応済み" in text
    assert "2026年10月のご回答を、あらかじめ入れています" in text
    assert "▼" not in text
    assert not any("手紙の文面" in notice for notice in result.notices)
    letter = settings.templates / "手紙" / "配布.txt"
    letter.write_text("件名: お願い\n\n▼から選んでください。青の斜体です。\n", encoding="utf-8")
    told = [each for each in distribute(settings).notices if "手紙の文面" in each]
    assert len(told) == 1
    assert "「▼」" in told[0]
    assert "青の斜体" not in told[0], "without answers of last month there is none to speak of"
    (told_twice,) = [
        each for each in distribute(settings, prefill=True).notices if "手紙の文面" in each
    ]
    assert "「▼」「青の斜体」" in told_twice


# --- what comes back ---------------------------------------------------------------------------


def returned(form: Path, target: Path, checklist: Checklist) -> None:
    """Fill in what is still empty, as a person does, and change the second answer."""
    book = openpyxl.load_workbook(form)
    sheet = book[SHEET]
    numbers = {item.id: number for number, item in enumerate(checklist.items)}
    for row in range(1, sheet.max_row + 1):
        number = numbers.get(str(sheet.cell(row, 1).value))
        if number is None:
            continue
        if number % 7 in (4, 5):
            sheet.cell(row, CHECK).value = FILLED[number % 3]
        if number == 1:
            sheet.cell(row, CHECK).value = "①"
            sheet.cell(row, NOTE).value = "前倒しで完了"
    book.save(target)


def test_a_return_is_known_and_read_in_full(tmp_path: Path) -> None:
    checklist = load()
    result, settings = handed_out(tmp_path)
    returned(result.forms["S01"], tmp_path / "inbox" / "スキャン0012.xlsx", checklist)
    aggregate(settings)
    gathered = gather(settings)
    (counted,) = gathered.batch.submissions
    assert (counted.respondent.id, counted.respondent.identified_by) == (
        "S01",
        EvidenceKind.HIDDEN_ID,
    )
    answers = counted.submission.answers
    assert len(answers) == 55
    assert not [each for each in answers if each.mark.status in (Status.BLANK, Status.UNCLEAR)]
    assert answers[1].mark.status is Status.DONE
    untouched = {item.id for n, item in enumerate(checklist.items) if n % 7 not in (4, 5)}
    assert set(counted.submission.as_handed_out) == untouched - {checklist.items[1].id}
    told = next(one for one in gathered.batch.files if one.source.path == "スキャン0012.xlsx")
    assert "38 項目は前月のまま" in told.reason
    assert not counted.submission.extra_rows
    assert not counted.submission.uncounted


@pytest.mark.outside
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_a_return_saved_by_another_program_is_known(tmp_path: Path, kind: str) -> None:
    result, settings = handed_out(tmp_path)
    target = convert(result.forms["S01"], tmp_path / "inbox", kind)
    target.rename(tmp_path / "inbox" / f"返信.{kind}")
    (counted,) = gather(settings).batch.submissions
    assert counted.respondent.identified_by is EvidenceKind.HIDDEN_ID
    assert len(counted.submission.as_handed_out) == 39


def test_sendback_gives_its_slip_and_reminds_with_the_ministry_s_form(tmp_path: Path) -> None:
    checklist = load()
    result, settings = handed_out(tmp_path)
    returned(result.forms["S01"], tmp_path / "inbox" / "a.xlsx", checklist)
    sent = send_back(settings, ask=Ask(remind=True))
    asked = [line.item_id for package in sent.packages for line in package.lines]
    assert checklist.items[2].id in asked, "② without a month, as in October"
    assert (sent.folder / "若葉市" / "差戻し_若葉市.xlsx").exists()
    (form,) = (sent.folder.parent / "督促" / "白雲町").glob("*.xlsx")
    assert "xl/drawings/drawing9.xml" in parts_of(form.read_bytes())
    read = read_back(form, checklist)
    assert [each.text for each in read.evidence] == ["S02", "白雲町"]


# --- forms of other kinds ----------------------------------------------------------------------


def _columns(sheet: Worksheet, rows: dict[str, int]) -> None:
    """Ask by a column for each option, the month of ② in one of its own."""
    sheet.data_validations.dataValidation = []
    for row in range(1, sheet.max_row + 1):
        note = sheet.cell(row, NOTE).value
        heads = row + 1 in rows.values() and row not in rows.values()
        values = ("①既に対応済み", "②これから対応予定", "③対応の予定なし", "予定年月", note)
        for column, value in enumerate(values, start=CHECK):
            if heads or row in rows.values():
                sheet.cell(row, column).value = value if heads else None


def test_a_form_with_a_column_for_each_option(tmp_path: Path) -> None:
    checklist = load()
    result, _ = handed_out(tmp_path, _columns)
    read = read_back(result.forms["S01"], checklist)
    statuses = [each.mark.status for each in read.answers[:4]]
    assert statuses == [Status.DONE, Status.PLANNED, Status.PLANNED, Status.NOT_PLANNED]
    assert read.answers[1].mark.due.month == "2027-03"
    assert read.answers[6].mark.status is Status.BLANK
    assert checklist.items[0].id in read.as_handed_out
    assert checklist.items[6].id not in read.as_handed_out
    told = next(each for each in result.notices if "入れられなかった" in each)
    assert f"若葉市（{checklist.items[6].id}" in told, "対象外 has no column of its own"


def _legend_at_the_top(sheet: Worksheet, rows: dict[str, int]) -> None:
    sheet.cell(min(rows.values()), CHECK).alignment = Alignment(vertical="top", wrap_text=True)


def test_an_answer_stands_at_the_end_of_the_cell_that_stays_in_sight(tmp_path: Path) -> None:
    checklist = load()
    result, _ = handed_out(tmp_path, _legend_at_the_top)
    answer = read_back(result.forms["S01"], checklist).answers[0]
    assert answer.mark.raw.splitlines() == ["1", *checklist.legend]
    assert answer.mark.status is Status.DONE


def _legend_in_red(sheet: Worksheet, rows: dict[str, int]) -> None:
    place = sheet.cell(min(rows.values()), CHECK)
    text = str(place.value)
    place.value = CellRichText(
        text[:-5], TextBlock(InlineFont(color=Color(rgb="FFFF0000")), text[-5:])
    )


def test_a_legend_in_colours_is_left_as_it_is(tmp_path: Path) -> None:
    checklist = load()
    result, _ = handed_out(tmp_path, _legend_in_red)
    read = read_back(result.forms["S01"], checklist)
    assert read.answers[0].mark.legend_untouched
    assert read.answers[0].note.empty
    assert read.answers[1].mark.status is Status.PLANNED
    assert any(checklist.items[0].id in notice for notice in result.notices)


def _labels_in_a_line(sheet: Worksheet, _rows: dict[str, int]) -> None:
    """Put the labels beside each other, their values below; 提出期限 has its own already."""
    for row in range(3, 8):
        for area in [*sheet.merged_cells.ranges]:
            if area.min_row == row:
                sheet.unmerge_cells(str(area))
        for column in range(1, 6):
            sheet.cell(row, column).value = None
    for column, text in enumerate(("団体コード", "団体名", "提出期限"), start=1):
        sheet.cell(4, column).value = text
    sheet["C5"] = "12月10日（必着）"


def test_labels_with_their_cells_below_and_what_is_written_stays(tmp_path: Path) -> None:
    result, _ = handed_out(tmp_path, _labels_in_a_line)
    sheet = openpyxl.load_workbook(result.forms["S01"])[SHEET]
    assert [sheet.cell(5, column).value for column in (1, 2, 3)] == [
        "S01", "若葉市", "12月10日（必着）",
    ]  # fmt: skip
    assert sheet["D4"].value == "令和8年11月30日（月）", "right of the last label"


def _named(sheet: Worksheet, rows: dict[str, int]) -> None:
    sheet["C4"] = "海辺市"
    sheet.cell(min(rows.values()), NOTE).value = "例：規程名"


def test_what_every_body_would_get_is_told(tmp_path: Path) -> None:
    result, settings = handed_out(tmp_path, _named)
    path = settings.templates / "smartcity-security" / NAME
    assert any(f"{path}［{SHEET}!C4］" in each and "海辺市" in each for each in result.notices), (
        result.notices
    )
    assert any("補足説明の欄に文字が入っています" in each for each in result.notices)


def _no_name(sheet: Worksheet, _rows: dict[str, int]) -> None:
    sheet["A4"] = "備考"


def test_a_form_that_asks_for_no_name_is_handed_out_all_the_same(tmp_path: Path) -> None:
    result, settings = handed_out(tmp_path, _no_name)
    assert any("隠し情報" in notice for notice in result.notices)
    (tmp_path / "inbox" / "a.xlsx").write_bytes(result.forms["S02"].read_bytes())
    assert gather(settings).batch.submissions[0].respondent.id == "S02"


def _example_of_a_name(sheet: Worksheet, _rows: dict[str, int]) -> None:
    sheet["C4"] = "（例）○○市"
    sheet["A5"] = "回答者名"
    sheet["A6"] = "団体名・所属"


def test_a_person_s_cell_is_no_place_for_the_name_of_the_body(tmp_path: Path) -> None:
    result, _ = handed_out(tmp_path, _example_of_a_name)
    sheet = openpyxl.load_workbook(result.forms["S01"])[SHEET]
    assert [sheet[place].value for place in ("C4", "C5", "C6")] == ["（例）○○市", None, None]


@pytest.mark.parametrize("split", list(Split))
def test_forms_of_other_layouts_take_every_answer(tmp_path: Path, split: Split) -> None:
    checklist = load()
    blank = Entry(written=Written(way=Way.UNTOUCHED), note="", status=Status.BLANK)
    look = Look(split=split, ids=Ids.RETYPED, label="団体名")
    form = ReturnedForm(respondent="", entries=(blank,) * len(checklist.items), look=look)
    content = xlsx(pages(form, checklist), checklist)
    settings = with_form(tmp_path, last_month(tmp_path), content)
    read = read_back(distribute(settings, prefill=True).forms["S01"], checklist)
    assert len(read.as_handed_out) == 39


def test_our_own_blank_form_takes_every_answer(tmp_path: Path) -> None:
    blank = (TEMPLATES / "smartcity-security" / "blank.xlsx").read_bytes()
    settings = with_form(tmp_path, last_month(tmp_path), blank)
    read = read_back(distribute(settings, prefill=True).forms["S01"], load())
    assert len(read.as_handed_out) == 39


def test_what_openpyxl_cannot_open_is_handed_out_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: Opened, _content: bytes) -> None:
        raise ValueError("a value it does not know")

    monkeypatch.setattr(Opened, "__init__", fails)
    result, _ = handed_out(tmp_path)
    assert read_back(result.forms["S01"], load()).answers[1].mark.status is Status.PLANNED


def test_what_changes_though_nobody_asked_is_not_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Fillable.filled

    def loses(self: Fillable, *args: object) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(whole(self, *args)))  # type: ignore[arg-type]
        book[SHEET].protection.disable()
        book["記入要領"]["A1"] = "別の文"
        saved = io.BytesIO()
        book.save(saved)
        return saved.getvalue()

    monkeypatch.setattr(Fillable, "filled", loses)
    with pytest.raises(TorimatomeError, match=r"記入要領.*別紙3-2 の保護"):
        handed_out(tmp_path)
    assert not (tmp_path / "outbox" / "配布_2026-11").exists()


# --- what is refused ---------------------------------------------------------------------------


def _without(*ids: str) -> Change:
    def change(sheet: Worksheet, rows: dict[str, int]) -> None:
        for item in ids:
            for column in (1, 2, 3):
                sheet.cell(rows[item], column).value = None

    return change


def _answered(sheet: Worksheet, rows: dict[str, int]) -> None:
    sheet.cell(rows["ガバナンス①-2"], CHECK).value = "③"


def _without_heads(sheet: Worksheet, rows: dict[str, int]) -> None:
    for row in range(1, sheet.max_row + 1):
        for column in range(1, 4):
            place = sheet.cell(row, column)
            if isinstance(place, Cell):
                place.value = "別のことを聞く表" if row in rows.values() else None


def _of_another_edition(sheet: Worksheet, _rows: dict[str, int]) -> None:
    sheet["A1"] = "別紙９－９　スマートシティセキュリティガイドライン導入チェックシート（第9版）"


def _encrypted(content: bytes) -> bytes:
    made = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt("himitsu", made)
    return made.getvalue()


def _strict(content: bytes) -> bytes:
    parts = parts_of(content)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    return packed(parts)


def _with_macros(content: bytes) -> bytes:
    parts = parts_of(content)
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"officedocument.spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
    )
    return packed({**parts, "xl/vbaProject.bin": b"\xd0\xcf"})


def _same(content: bytes) -> bytes:
    return content


@pytest.mark.parametrize(
    ("change", "package", "name", "told"),
    [
        (_without("ガバナンス①-3", "アセット①-1"), _same, NAME, "2 あります（ガバナンス①-3、アセ"),
        (_answered, _same, NAME, "［別紙3-2!D12］に回答（「③」）が入っています"),
        (_without_heads, _same, NAME, "項目が見つかりません"),
        (_of_another_edition, _same, NAME, "別の版の様式です（「別紙９－９"),
        (None, _encrypted, NAME, "パスワードが付いていて開けません。.*パスワードを外し"),
        (None, lambda content: content[: len(content) // 2], NAME, "様式.xlsx: .*保存し直して"),
        (None, lambda _: b"PDF", NAME, "様式.xlsx: .*保存し直して"),
        (None, _strict, NAME, "Strict Open XML"),
        (None, _with_macros, NAME, "Excel ブック（\\*.xlsx）ではありません"),
        (None, _same, "様式.xlsm", "様式.xlsm: この形式には記入できません"),
    ],
)
def test_what_would_not_come_back_whole_is_refused_before_anything_is_written(
    tmp_path: Path,
    change: Change | None,
    package: Callable[[bytes], bytes],
    name: str,
    told: str,
) -> None:
    content = package(ministry_form(change))
    hand_out(tmp_path, ("S01", "若葉市", *[""] * 6))
    shutil.rmtree(tmp_path / "outbox")
    settings = with_form(tmp_path, settings_for(tmp_path), content, name)
    with pytest.raises(TorimatomeError, match=told) as refused:
        distribute(settings)
    assert refused.value.exit_code is ExitCode.USAGE
    assert "何も書き出していません" in str(refused.value)
    assert not (tmp_path / "outbox").exists()


def test_a_form_that_another_program_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_out(tmp_path, ("S01", "若葉市", *[""] * 6))
    settings = with_form(tmp_path, settings_for(tmp_path), ministry_form())
    opened = Path.open

    def held(self: Path, *args: object, **options: object) -> object:
        if self.name == NAME:
            raise PermissionError(13, "held", str(self))
        return opened(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(TorimatomeError, match="開いているときは閉じてください"):
        distribute(settings)


def test_a_form_that_this_product_made_for_one_body_is_refused(tmp_path: Path) -> None:
    ours = hand_out(tmp_path, ("S01", "若葉市", *[""] * 6)).forms["S01"].read_bytes()
    settings = with_form(tmp_path, settings_for(tmp_path), ours)
    with pytest.raises(TorimatomeError, match="団体ごとに作ったファイル"):
        distribute(settings)


def test_files_of_other_kinds_beside_the_checklist_are_nobody_s_form(tmp_path: Path) -> None:
    hand_out(tmp_path, ("S01", "若葉市", *[""] * 6))
    settings = with_form(tmp_path, settings_for(tmp_path), b"note", "様式.txt")
    assert distribute(settings).issued is None


# --- the package -------------------------------------------------------------------------------


def bare(data: str, *, columns: str = "", custom: str = "") -> bytes:
    """Give a workbook of one sheet with only what a package must have."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relation = f'<Relationship Id="c" Type="{office}/custom-properties" Target="{custom}"/>'
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/s.xml" ContentType="{kind}.worksheet+xml"/></Types>'.encode(),
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="w" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            f"{relation if custom else ''}</Relationships>".encode(),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="表" sheetId="1" r:id="s"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="s" Type="{office}/worksheet" Target="s.xml"/>'
            "</Relationships>".encode(),
            "xl/s.xml": f'<worksheet xmlns="{main}">{columns}{data}</worksheet>'.encode(),
        }
    )


def stored(content: bytes) -> list[tuple[str, str, str]]:
    root = etree.fromstring(parts_of(content)["xl/s.xml"])
    return [
        (cell.get("r") or "", cell.get("s") or "", "".join(map(str, cell.itertext())))
        for cell in root.iter("{*}c")
    ]


@pytest.mark.parametrize(
    ("data", "columns", "cells", "found"),
    [
        ("<sheetData/>", "", {(1, 1): "あ"}, [("B2", "", "あ")]),
        ("", "", {(0, 0): "_x000D_"}, [("A1", "", "_x005F_x000D_")]),
        (
            '<sheetData><row><c><v>1</v></c><c s="0" t="s"/></row><row r="4"/></sheetData>',
            "",
            {(0, 1): "い", (0, 3): "え", (2, 0): "う"},
            [("A1", "", "1"), ("B1", "0", "い"), ("D1", "", "え"), ("A3", "", "う")],
        ),
        (
            '<sheetData><row r="1" s="7" customFormat="1"><c r="C1"/></row></sheetData>',
            '<cols><col min="1" max="2" style="5"/></cols>',
            {(0, 0): "行", (1, 1): "列", (1, 2): "なし"},
            [("A1", "7", "行"), ("C1", "", ""), ("B2", "5", "列"), ("C2", "", "なし")],
        ),
    ],
)
def test_cells_are_written_in_their_place_with_the_look_they_would_have(
    data: str,
    columns: str,
    cells: dict[tuple[int, int], str],
    found: list[tuple[str, str, str]],
) -> None:
    form = Fillable(bare(data, columns=columns), Limits())
    content = form.filled({("表", key): text for key, text in cells.items()}, {"a": "1"})
    assert stored(content) == found
    assert content == form.filled({("表", key): text for key, text in cells.items()}, {"a": "1"})
    properties = etree.fromstring(parts_of(content)["docProps/custom.xml"])
    (only,) = properties
    assert (only.get("name"), only.get("pid"), only[0].text) == ("a", "2", "1")


def test_the_list_of_properties_is_the_one_that_the_package_names() -> None:
    parts = parts_of(bare("<sheetData/>", custom="docProps/own.xml"))
    first = parts_of(Fillable(bare("<sheetData/>"), Limits()).filled({}, {"b": "2"}))
    parts["docProps/own.xml"] = first["docProps/custom.xml"]
    filled = parts_of(Fillable(packed(parts), Limits()).filled({}, {"a": "1"}))
    assert {name for name in filled if filled[name] != parts.get(name)} == {"docProps/own.xml"}
    names = [each.get("name") for each in etree.fromstring(filled["docProps/own.xml"])]
    assert names == ["b", "a"]


# --- template build ----------------------------------------------------------------------------


def test_template_build_keeps_a_form_that_can_be_read_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    form = tmp_path / "【様式】導入チェックシート.xlsx"
    form.write_bytes(ministry_form(_without("ガバナンス①-3")))
    refused = CliRunner().invoke(torimatome, ["template", "build", str(form), "--into", "own"])
    assert isinstance(refused.exception, TorimatomeError)
    assert not (tmp_path / "own").exists()
    form.write_bytes(ministry_form(_named))
    made = CliRunner().invoke(torimatome, ["template", "build", str(form), "--into", "own"])
    assert made.exit_code == 0, made.output
    kept = tmp_path / "own" / "smartcity-security" / NAME
    assert kept.read_bytes() == form.read_bytes()
    assert str(kept.relative_to(tmp_path)) in made.output
    assert "海辺市" in made.output


def test_every_finding_about_such_returns_is_wanted(tmp_path: Path) -> None:
    """A form handed back as it is gives no finding that a form drawn by us would not give."""
    result, settings = handed_out(tmp_path)
    (tmp_path / "inbox" / "a.xlsx").write_bytes(result.forms["S01"].read_bytes())
    judged, _ = judge_gathered(gather(settings))
    ours = replace(settings, templates=TEMPLATES, outbox=tmp_path / "again")
    shutil.copytree(tmp_path / "outbox" / "2026-10", ours.outbox / "2026-10")
    drawn = distribute(ours, prefill=True).forms["S01"]
    (tmp_path / "inbox" / "a.xlsx").write_bytes(drawn.read_bytes())
    beside, _ = judge_gathered(gather(ours))
    assert sorted(one.code for one in judged.open) == sorted(one.code for one in beside.open)
