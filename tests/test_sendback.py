"""What goes back to whom: slips, letters, drafts, reminders; and the slips that come back."""

import email
import email.policy
import io
import re
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from gates import lint, schema
from gates.tools import convert
from handed import growing_rows, widths
from inboxes import fingerprint, good, load, put, settings_for, table
from openpyxl.worksheet.worksheet import Worksheet
from reviewing import fill, run_month
from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import plain_table, xlsx

from pipeline.errors import TorimatomeError
from pipeline.loop.sendback import SendBackResult, send_back
from pipeline.loop.sendback.collect import Asked
from pipeline.model import Checklist, EvidenceKind, FileState, Severity, Status
from pipeline.rules.check import check
from pipeline.run import aggregate, gather

HEADERS = ("団体コード", "団体名", "別名", "役割", "対象分野", "担当", "メール", "除外")
PEOPLE = (
    ("S01", "若葉市", "わかば", "推進主体", "", "企画課", "kikaku@wakaba.example.jp", ""),
    ("S02", "白雲町", "", "", "", "", "", ""),
    ("S03", "青嶺市", "", "", "", "", "soumu@aone.example.jp", ""),
    ("S04", "月影村", "", "", "", "", "tsukikage@example.jp", ""),
    ("S05", "風早野町", "", "", "", "", "", ""),
)
LISTS = ("一覧.txt", "宛先一覧.csv", "宛先一覧.xlsx")  # the coordinator's own


def answered(name: str, marks: dict[int, tuple[str, str]], checklist: Checklist) -> bytes:
    """Give a form with ① everywhere but at the items (0-based) given as (mark, note)."""
    entries = tuple(
        Entry(
            written=Written(way=Way.TEXT, text=marks.get(number, ("①", ""))[0]),
            note=marks.get(number, ("①", ""))[1],
            status=Status.DONE,  # what was meant is of no account here
        )
        for number in range(len(checklist.items))
    )
    look = Look(label="団体名", date_label="記入日")
    form = ReturnedForm(respondent=name, entries=entries, look=look, filled_on="2026-11-05")
    return xlsx(pages(form, checklist), checklist)


WRONG = {
    3: ("○", "若葉の秘密の補足"),
    5: ("②（○月）", ""),
    8: ("①②", "契約を=HYPERLINK(1)更新"),
}


def a_month(folder: Path, **more: bytes) -> Checklist:
    """Put five respondents' month into the inbox: wrong, sound, empty, broken, missing."""
    checklist = load()
    put(
        folder,
        {
            "名簿.xlsx": plain_table("名簿", (HEADERS, *PEOPLE)),
            "白雲町経由/若葉市.xlsx": answered("若葉市", WRONG, checklist),
            "白雲町.xlsx": good("白雲町", checklist, note="白雲だけの事情"),
            "月影村.xlsx": b"PK\x03\x04 broken",
            "青嶺市.xlsx": _empty("青嶺市", checklist),
            **more,
        },
    )
    return checklist


def _empty(name: str, checklist: Checklist) -> bytes:
    nothing = Entry(written=Written(way=Way.UNTOUCHED), note="", status=Status.BLANK)
    entries = (nothing,) * len(checklist.items)
    form = ReturnedForm(respondent=name, entries=entries, look=Look(label="団体名"))
    return xlsx(pages(form, checklist), checklist)


def sent(folder: Path, **changes: Any) -> SendBackResult:
    settings = settings_for(folder, deadline="2026-11-30", **changes.pop("settings", {}))
    return send_back(settings, **changes)


def letter(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def slip_of(path: Path) -> tuple[openpyxl.Workbook, Worksheet, dict[str, int]]:
    """Open a slip; give its sheet and the row of each item."""
    book = openpyxl.load_workbook(path)
    sheet = book["差戻し票"]
    rows = {}
    for row in range(1, sheet.max_row + 1):
        item, colon, _ = str(sheet.cell(row, 1).value or "").partition("：")
        if colon:
            rows[item] = row
    return book, sheet, rows


def test_who_gets_what_back(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    result = sent(tmp_path)
    assert [
        (package.respondent.name, len(package.lines), len(package.files))
        for package in result.packages
    ] == [("若葉市", 3, 0), ("青嶺市", 0, 1), ("月影村", 0, 1)]
    assert [one.name for one in result.reminded] == ["風早野町"]
    assert result.without_mail == ("風早野町",)
    assert [line.item_id for line in result.packages[0].lines] == [
        checklist.items[number].id for number in WRONG
    ]
    names = sorted(
        path.relative_to(tmp_path / "outbox" / "2026-11").as_posix()
        for path in (tmp_path / "outbox" / "2026-11").rglob("*")
        if path.is_file()
    )
    assert names == [
        "差戻し/一覧.txt",
        "差戻し/宛先一覧.csv",
        "差戻し/宛先一覧.xlsx",
        "差戻し/月影村/別紙3-2_チェックシート_月影村.xlsx",
        "差戻し/月影村/差戻し_月影村.eml",
        "差戻し/月影村/差戻し_月影村.txt",
        "差戻し/若葉市/差戻し_若葉市.eml",
        "差戻し/若葉市/差戻し_若葉市.txt",
        "差戻し/若葉市/差戻し_若葉市.xlsx",
        "差戻し/青嶺市/別紙3-2_チェックシート_青嶺市.xlsx",
        "差戻し/青嶺市/差戻し_青嶺市.eml",
        "差戻し/青嶺市/差戻し_青嶺市.txt",
        "督促/一覧.txt",
        "督促/宛先一覧.csv",
        "督促/宛先一覧.xlsx",
        "督促/風早野町/別紙3-2_チェックシート_風早野町.xlsx",
        "督促/風早野町/督促_風早野町.eml",
        "督促/風早野町/督促_風早野町.txt",
    ]


def test_a_slip_says_what_stands_where_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    _book, sheet, rows = slip_of(sent(tmp_path).folder / "若葉市" / "差戻し_若葉市.xlsx")
    assert list(rows) == [checklist.items[number].id for number in WRONG]
    item = checklist.items[3]
    row = rows[item.id]
    texts = [str(sheet.cell(row, column).value or "") for column in range(1, 8)]
    assert texts[0].startswith(f"{item.id}：{item.title}")
    assert texts[1].startswith("若葉市.xlsx\n")
    assert texts[1].count("\n") == 2  # file, sheet, cell
    assert texts[2] == "○\n補足: 若葉の秘密の補足"
    assert "番号が書かれていません" in texts[3]
    assert "番号を入れてください" in texts[4]
    assert texts[5:] == ["", ""]
    assert [sheet.cell(min(rows.values()) - 1, column).value for column in (6, 7)] == [
        checklist.mark_headers[0],
        checklist.note_headers[0],
    ]
    unlocked = [column for column in range(1, 8) if not sheet.cell(row, column).protection.locked]
    assert unlocked == [6, 7]
    assert sheet.cell(row, 6).number_format == "@", "Excel makes no dates of what is typed"
    assert sheet.protection.sheet
    assert not sheet.protection.password
    places = {str(area) for rule in sheet.data_validations.dataValidation for area in rule.cells}
    assert places == {f"F{each}" for each in rows.values()}
    path = sent(tmp_path).folder / "若葉市" / "差戻し_若葉市.xlsx"
    assert set(growing_rows(path)) == set(rows.values()), "they grow with a long note"
    assert sheet.freeze_panes == "B1", "head and explanation leave the screen when scrolled"
    # Some 8 dots a letter and 50 beside the sheet: both columns to fill in are on the screen.
    assert sum(widths(sheet)) * 8 + 50 <= 1366


def test_letters_and_drafts(tmp_path: Path) -> None:
    a_month(tmp_path)
    folder = sent(tmp_path).folder
    wakaba = letter(folder / "若葉市" / "差戻し_若葉市.eml")
    assert wakaba["To"] == "kikaku@wakaba.example.jp"
    assert wakaba["X-Unsent"] == "1"
    assert "2026年11月分" in wakaba["Subject"]
    (attached,) = wakaba.iter_attachments()
    assert attached.get_filename() == "差戻し_若葉市.xlsx"
    assert attached.get_content() == (folder / "若葉市" / "差戻し_若葉市.xlsx").read_bytes()
    text = (folder / "若葉市" / "差戻し_若葉市.txt").read_text(encoding="utf-8-sig")
    assert "若葉市　ご担当者様" in text
    assert "3項目" in text
    assert "番号（▼から選べます）か補足説明" in text, "some are asked for the note alone"
    assert "@" not in text
    broken = letter(folder / "月影村" / "差戻し_月影村.eml")
    (form,) = broken.iter_attachments()
    assert form.get_filename() == "別紙3-2_チェックシート_月影村.xlsx"
    body = broken.get_body()
    assert body is not None
    assert "「月影村.xlsx」" in body.get_content()
    reminder = letter(folder.parent / "督促" / "風早野町" / "督促_風早野町.eml")
    assert "To" not in reminder
    body = reminder.get_body()
    assert body is not None
    assert "令和8年11月30日（月）" in body.get_content()
    told = (folder.parent / "督促" / "一覧.txt").read_text(encoding="utf-8-sig")
    assert "風早野町（名簿にメールアドレスがありません）" in told


def _parts(path: Path) -> str:
    """Give every text of a file: all parts of a workbook, all parts of a mail."""
    content = path.read_bytes()
    if path.suffix == ".eml":
        message = letter(path)
        body = message.get_body()
        texts = [str(message), body.get_content() if body else ""]
        for part in message.iter_attachments():
            texts += [str(part.get_filename()), _book_text(part.get_content())]
        return "\n".join(texts)
    return _book_text(content) if path.suffix == ".xlsx" else content.decode("utf-8-sig")


def _book_text(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name).decode("utf-8", "replace") for name in package.namelist()]
    return "\n".join([*package.namelist(), *parts])


def test_nothing_of_any_other_respondent_is_in_a_package(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    copied = good("青嶺市", checklist, note="白雲だけの事情")
    put(tmp_path, {"青嶺市.xlsx": copied})
    asked = [
        Asked(respondent_id="S03", item_id=checklist.items[0].id, reason="白雲町と同じ回答です。"),
        Asked(respondent_id="S01", item_id=checklist.items[1].id, reason="わかばの方針を確認"),
    ]
    folder = sent(tmp_path, asked=asked).folder.parent
    own = {person[1]: {person[1], person[2], person[6]} - {""} for person in PEOPLE}
    texts = {"若葉市": {"若葉の秘密の補足"}, "白雲町": {"白雲だけの事情"}}
    checked = 0
    for path in folder.rglob("*"):
        if not path.is_file() or path.name in LISTS:
            continue
        name = path.stem.rpartition("_")[2]
        others = set[str]().union(*(words for other, words in own.items() if other != name))
        others |= set[str]().union(*(words for other, words in texts.items() if other != name))
        # a text that they wrote themselves is theirs, too
        others -= {"白雲だけの事情"} if name == "青嶺市" else set()
        found = {word for word in others if word in _parts(path)}
        assert not found, (path.name, found)
        checked += 1
    assert checked >= 10


def test_decisions_to_send_back_are_added_and_the_rest_is_kept(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    item = checklist.items[0].id
    asked = [Asked(respondent_id="S02", item_id=item, reason="根拠を補足説明欄にご記入ください。")]
    result = sent(tmp_path, asked=asked)
    assert [package.respondent.name for package in result.packages] == [
        "若葉市", "白雲町", "青嶺市", "月影村",
    ]  # fmt: skip
    _book, sheet, rows = slip_of(result.folder / "白雲町" / "差戻し_白雲町.xlsx")
    assert list(rows) == [item]
    assert "根拠を" in str(sheet.cell(rows[item], 4).value)


def test_decisions_of_the_review_hold(tmp_path: Path) -> None:
    checklist = load()
    marks = {3: ("○", ""), 5: ("③", "対応済み"), 8: ("②（○月）", "")}
    put(
        tmp_path,
        {
            "名簿.xlsx": plain_table("名簿", (HEADERS, *PEOPLE[:1])),
            "若葉市.xlsx": answered("若葉市", marks, checklist),
        },
    )
    ids = {number: checklist.items[number].id for number in marks}
    run_month(settings_for(tmp_path))
    fill(
        tmp_path / "outbox" / "2026-11" / "確認票_2026-11.xlsx",
        {
            ("A305", ids[3]): {"判断": "そのまま認める", "理由": "電話で確認", "担当": "佐藤"},
            ("N402", ids[5]): {"判断": "差戻し", "理由": "内輪のメモ", "担当": "佐藤"},
        },
    )
    (package,) = sent(tmp_path).packages
    assert [line.item_id for line in package.lines] == [ids[5], ids[8]]
    _book, sheet, rows = slip_of(tmp_path / "outbox/2026-11/差戻し/若葉市/差戻し_若葉市.xlsx")
    assert "「対応済み」" in str(sheet.cell(rows[ids[5]], 4).value)
    for path in (tmp_path / "outbox" / "2026-11" / "差戻し").rglob("*"):
        assert path.is_dir() or "内輪のメモ" not in _parts(path)


def test_whose_silence_was_accepted_is_not_reminded(tmp_path: Path) -> None:
    checklist = load()
    files = {
        "名簿.xlsx": plain_table("名簿", (HEADERS, *PEOPLE[:2])),
        "若葉市.xlsx": answered("若葉市", {}, checklist),
    }
    put(tmp_path, files)
    run_month(settings_for(tmp_path))
    assert [one.name for one in sent(tmp_path).reminded] == ["白雲町"]
    form = tmp_path / "outbox" / "2026-11" / "確認票_2026-11.xlsx"
    fill(form, {("B501", ""): {"判断": "そのまま認める", "理由": "12月から参加"}})
    assert sent(tmp_path).reminded == ()
    put(tmp_path, {"名簿.xlsx": plain_table("名簿", (HEADERS, *PEOPLE[:3]))})
    assert [one.name for one in sent(tmp_path).reminded] == ["青嶺市"]


def test_a_filled_slip_comes_home(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    ids = [checklist.items[number].id for number in WRONG]
    result = sent(tmp_path)
    book, sheet, rows = slip_of(result.folder / "若葉市" / "差戻し_若葉市.xlsx")
    sheet.cell(rows[ids[0]], 6).value = "①"
    sheet.cell(rows[ids[1]], 6).value = "②（2027年3月）"
    sheet.cell(rows[ids[1]], 7).value = "令和9年3月に策定"
    book.save(tmp_path / "inbox" / "RE：返信（回答）.xlsx")
    run = aggregate(settings_for(tmp_path, pivot=False))
    rows_of = {
        row["item_id"]: row for row in table(tmp_path, "answers") if row["respondent_id"] == "S01"
    }
    assert len(rows_of) == len(checklist.items)
    first = rows_of[ids[0]]
    assert (first["status"], first["note"], first["file"]) == (
        "done", "若葉の秘密の補足", "RE：返信（回答）.xlsx",
    )  # fmt: skip
    assert (rows_of[ids[1]]["status"], rows_of[ids[1]]["due"]) == ("planned", "2027-03")
    assert rows_of[ids[2]]["status"] == "unclear"
    files = {row["file"]: row for row in table(tmp_path, "files")}
    assert files["RE：返信（回答）.xlsx"]["state"] == FileState.COUNTED.value
    assert files["RE：返信（回答）.xlsx"]["respondent"] == "若葉市"
    assert files["RE：返信（回答）.xlsx"]["identified_by"] == EvidenceKind.HIDDEN_ID.value
    assert ids[0] in files["RE：返信（回答）.xlsx"]["reason"]
    left = [f for f in run.findings if f.respondent_id == "S01" and f.severity is Severity.FIX]
    assert [finding.item_id for finding in left] == [ids[2]]
    # the next round asks for what is left, from this form again
    again = sent(tmp_path)
    assert [line.item_id for line in again.packages[0].lines] == [ids[2]]


def test_what_is_settled_is_set_aside_not_deleted(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    folder = sent(tmp_path).folder
    (folder / "メモ.txt").write_text("電話済み", encoding="utf-8")
    put(tmp_path, {"白雲町経由/若葉市.xlsx": answered("若葉市", {}, checklist)})
    put(tmp_path, {"風早野町.xlsx": good("風早野町", checklist)})
    sent(tmp_path)
    assert sorted(path.name for path in (folder / "対応済み" / "若葉市").iterdir()) == [
        "差戻し_若葉市.eml", "差戻し_若葉市.txt", "差戻し_若葉市.xlsx",
    ]  # fmt: skip
    assert not (folder / "若葉市").exists()
    (folder / "若葉市").mkdir()
    (folder / "若葉市" / "差戻し_若葉市.txt").write_text("二度目", encoding="utf-8")
    (folder / "若葉市" / "電話の記録.docx").write_bytes(b"")
    sent(tmp_path)
    aside = folder / "対応済み" / "若葉市" / "差戻し_若葉市 (2).txt"
    assert aside.read_text(encoding="utf-8") == "二度目"
    assert (folder / "若葉市" / "電話の記録.docx").exists(), "the coordinator's own stays"
    assert (folder / "メモ.txt").exists()
    reminder = folder.parent / "督促" / "対応済み" / "風早野町"
    assert sorted(path.suffix for path in reminder.iterdir()) == [".eml", ".txt", ".xlsx"]


def test_the_same_inbox_gives_the_same_bytes(tmp_path: Path) -> None:
    a_month(tmp_path)
    first = fingerprint(sent(tmp_path).folder.parent)
    assert fingerprint(sent(tmp_path).folder.parent) == first


def test_slips_without_a_roster(tmp_path: Path) -> None:
    checklist = load()
    put(tmp_path, {"若葉市.xlsx": answered("若葉市", WRONG, checklist), "scan.xlsx": b"PK broken"})
    result = sent(tmp_path)
    assert [package.respondent.name for package in result.packages] == ["若葉市"]
    assert result.reminded == ()
    assert len(result.nobody) == 1
    told = (result.folder / "一覧.txt").read_text(encoding="utf-8-sig")
    assert "scan.xlsx" in told
    book, sheet, rows = slip_of(result.folder / "若葉市" / "差戻し_若葉市.xlsx")
    sheet.cell(rows[checklist.items[3].id], 6).value = "③"
    book.save(tmp_path / "inbox" / "x.xlsx")
    batch = gather(settings_for(tmp_path)).batch
    (counted,) = batch.submissions
    assert counted.submission.answers[3].mark.raw == "③"


def test_an_empty_inbox_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(TorimatomeError):
        sent(tmp_path)
    assert not (tmp_path / "outbox").exists()


def test_slips_pass_the_gate_whatever_was_written(tmp_path: Path) -> None:
    checklist = load()
    marks = {0: ('=HYPERLINK("http://x","y")', ""), 1: ("+1-1", "<b>&amp;"), 2: ("長" * 900, "")}
    put(tmp_path, {"若葉市.xlsx": answered("若葉市", marks, checklist)})
    path = sent(tmp_path).folder / "若葉市" / "差戻し_若葉市.xlsx"
    assert lint.problems(path) == []
    _book, sheet, _rows = slip_of(path)
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.outside
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_a_slip_saved_by_another_program_is_still_a_slip(tmp_path: Path, kind: str) -> None:
    checklist = a_month(tmp_path)
    item = checklist.items[3].id
    book, sheet, rows = slip_of(sent(tmp_path).folder / "若葉市" / "差戻し_若葉市.xlsx")
    sheet.cell(rows[item], 6).value = "②（2027年3月）"
    book.save(tmp_path / "返信.xlsx")
    convert(tmp_path / "返信.xlsx", tmp_path / "inbox", kind)
    batch = gather(settings_for(tmp_path)).batch
    record = next(one for one in batch.files if one.source.path == f"返信.{kind}")
    assert (record.state, record.gives) == (FileState.COUNTED, (item,))
    counted = next(one for one in batch.submissions if one.respondent.id == "S01")
    answer = next(each for each in counted.submission.answers if each.item_id == item)
    assert answer.due.month == "2027-03"


@pytest.mark.outside
def test_slips_pass_the_schema(tmp_path: Path) -> None:
    a_month(tmp_path)
    assert schema.problems(sent(tmp_path).folder / "若葉市" / "差戻し_若葉市.xlsx") == []


def test_every_respondent_to_mend_something_is_asked(tmp_path: Path) -> None:
    a_month(tmp_path)
    batch = gather(settings_for(tmp_path)).batch
    settings = settings_for(tmp_path)
    wrong = {
        finding.respondent_id
        for finding in check(batch, settings.rules)
        if finding.severity is Severity.FIX
    }
    result = sent(tmp_path)
    written_to = {package.respondent.id for package in result.packages}
    assert wrong == written_to | {one.id for one in result.reminded}


def _returned(folder: Path, name: str, *, added: str = "") -> None:
    """Fill in 若葉市's slip with ① and send it back under a name; ``added`` is a further item."""
    checklist = a_month(folder)
    book, sheet, rows = slip_of(sent(folder).folder / "若葉市" / "差戻し_若葉市.xlsx")
    for row in rows.values():
        sheet.cell(row, 6).value = "①"
    if added:
        last = max(rows.values())
        sheet.cell(last + 1, 1).value = f"{added}：{checklist.item(added).title}"
        sheet.cell(last + 1, 6).value = "①"
        sheet.cell(last + 1, 7).value = "ついでに直しました"
    book.save(folder / "inbox" / name)
    aggregate(settings_for(folder, pivot=False))


@pytest.mark.parametrize("name", ["【青嶺市】差戻し票.xlsx", "差戻し票（青嶺市）.xlsx"])
def test_a_slip_under_another_name_is_told_and_not_applied(tmp_path: Path, name: str) -> None:
    _returned(tmp_path, name)
    (told,) = [f for f in table(tmp_path, "findings") if f["code"] == "B509" and f["file"] == name]
    assert told["severity"] == Severity.FIX.value
    assert "若葉市" in told["message"]
    assert "青嶺市" in told["message"]
    files = {row["file"]: row for row in table(tmp_path, "files")}
    assert files[name]["state"] == FileState.DISPUTED.value
    assert not [row for row in table(tmp_path, "answers") if row["file"] == name]


@pytest.mark.parametrize("name", ["差戻し票.xlsx", "RE：若葉市 差戻し票.xlsx"])
def test_a_slip_under_its_own_name_or_none_is_applied(tmp_path: Path, name: str) -> None:
    _returned(tmp_path, name)
    assert len([row for row in table(tmp_path, "answers") if row["file"] == name]) == len(WRONG)


def test_a_row_added_to_a_slip_is_told_and_not_applied(tmp_path: Path) -> None:
    added = load().items[4].id
    name = "差戻し票.xlsx"
    _returned(tmp_path, name, added=added)
    rows = [row for row in table(tmp_path, "answers") if row["file"] == name]
    assert len(rows) == len(WRONG)
    assert added not in {row["item_id"] for row in rows}
    (told,) = [f for f in table(tmp_path, "findings") if f["code"] == "L204"]
    assert (told["file"], told["severity"]) == (name, Severity.CHECK.value)
    assert added in told["message"]
    assert "①" in told["message"]
    assert "ついでに直しました" in told["message"]


def test_the_same_slip_is_one_line_of_the_letter(tmp_path: Path) -> None:
    """Twelve plans without a month and two of other writings; the slip has a row for each."""
    checklist = load()
    marks = dict.fromkeys(range(12), ("②（○月）", ""))
    marks |= {20: ("②", ""), 30: ("④", ""), 31: ("②（○月）", "予算要求中")}
    put(tmp_path, {"若葉市.xlsx": answered("若葉市", marks, checklist)})
    (package,) = sent(tmp_path).packages
    assert len(package.lines) == 15
    folder = tmp_path / "outbox" / "2026-11" / "差戻し"
    text = (folder / "若葉市" / "差戻し_若葉市.txt").read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.startswith(("　", "（"))]
    items = checklist.items

    def told(*numbers: int) -> list[str]:
        return [f"　・{items[n].id}「{items[n].title}」" for n in numbers]

    # an item's line ends with its place, a slip's line with what to do
    shown = [re.sub(r"（チェックシート .*|(?<=。).*", "", line) for line in lines]
    assert shown == [
        "（1）予定月が書かれていません。",
        "　ご記入: ②（○月）",
        *told(*range(12)),
        "　ご記入: ②",
        *told(20),
        "　ご記入: ②（○月）　補足: 予算要求中",
        *told(31),
        "（2）①～③にない番号です。",
        "　ご記入: ④",
        *told(30),
    ]


def test_a_letter_spells_out_a_page_and_counts_the_rest(tmp_path: Path) -> None:
    checklist = load()
    marks = {number: (f"{number + 4}", "") for number in range(30)}
    put(tmp_path, {"若葉市.xlsx": answered("若葉市", marks, checklist)})
    sent(tmp_path)
    folder = tmp_path / "outbox" / "2026-11" / "差戻し"
    text = (folder / "若葉市" / "差戻し_若葉市.txt").read_text(encoding="utf-8-sig")
    assert text.count("　ご記入: ") == text.count("　・") == 20
    assert "　ほか10項目は、添付の差戻し票をご覧ください。" in text


def test_what_goes_back_is_judged_as_the_month_is(tmp_path: Path) -> None:
    """One judgement: a decision on a line for several items holds for the slip, too."""
    checklist = load()
    marks = dict.fromkeys(range(4), ("○", ""))
    put(tmp_path, {"若葉市.xlsx": answered("若葉市", marks, checklist)})
    run_month(settings_for(tmp_path))
    form = tmp_path / "outbox" / "2026-11" / "確認票_2026-11.xlsx"
    fill(
        form,
        {
            ("A305", "4項目"): {"判断": "修正する", "修正後の回答": "①"},
            ("A305", checklist.items[2].id): {"判断": "差戻し"},
        },
    )
    (package,) = sent(tmp_path).packages
    assert [line.item_id for line in package.lines] == [checklist.items[2].id]
