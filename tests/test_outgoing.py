"""Who is written to, who is not yet, where it lies, and 宛先一覧 for mail merge."""

import csv
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from gates import lint
from inboxes import good, load, put, settings_for
from reviewing import fill, run_month
from sample.workbooks import plain_table
from test_sendback import HEADERS, PEOPLE, a_month, answered

from pipeline.cli.report import distribute_lines, sendback_lines
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.loop.distribute import distribute
from pipeline.loop.outgoing import body_folders
from pipeline.loop.sendback import Ask, SendBackResult, send_back
from pipeline.model import Roster, RosterEntry
from pipeline.texts.addresses import Sender
from pipeline.write.addressees import HEADS

OFFICE = Sender(
    office="白峰県企画課", person="佐藤", phone="000-111", mail="kikaku@pref.example.jp"
)


def sent(folder: Path, ask: Ask | None = None, **changes: object) -> SendBackResult:
    told = {"deadline": "2026-11-30", "reply_by": "2026-12-04", "sender": OFFICE, **changes}
    return send_back(settings_for(folder, **told), ask=ask or Ask())


def text_of(folder: Path, kind: str, name: str) -> str:
    path = folder / "outbox" / "2026-11" / kind / name / f"{kind}_{name}.txt"
    return path.read_text(encoding="utf-8-sig")


# --- the letters ---------------------------------------------------------------------------------


def test_a_letter_says_who_asks_what_is_wrong_where_and_until_when(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    sent(tmp_path)
    text = text_of(tmp_path, "差戻し", "若葉市")
    item = checklist.items[3]
    assert "白峰県企画課の佐藤です。" in text
    assert f"　ご記入: ○　補足: 若葉の秘密の補足\n　・{item.id}「{item.title}」（" in text
    assert "お世話になっております。" in text
    assert "令和8年12月4日（金）までに" in text
    assert "「差戻し_若葉市.xlsx」を開き" in text
    assert "電話: 000-111\nメール: kikaku@pref.example.jp" in text
    assert "ファイルについて" not in text
    assert "基準月" not in text
    broken = text_of(tmp_path, "差戻し", "月影村")
    assert "■ お送りいただいたファイルについて（1件）" in broken
    assert "ご回答のしかた" not in broken


def test_the_month_of_the_office_is_no_word_for_respondents(tmp_path: Path) -> None:
    checklist = load()
    put(
        tmp_path,
        {
            "名簿.xlsx": plain_table("名簿", (HEADERS, *PEOPLE[:1])),
            "若葉市.xlsx": answered("若葉市", {0: ("②（2026年3月）", "")}, checklist),
        },
    )
    run_month(settings_for(tmp_path))
    form = tmp_path / "outbox" / "2026-11" / "確認票_2026-11.xlsx"
    fill(form, {("A308", checklist.items[0].id): {"判断": "差戻し", "理由": "x", "担当": "佐藤"}})
    sent(tmp_path)
    text = text_of(tmp_path, "差戻し", "若葉市")
    assert "調査月" in text
    assert "基準月" not in text


def test_a_changed_letter_is_what_is_sent(tmp_path: Path) -> None:
    a_month(tmp_path)
    letters = tmp_path / "templates" / "手紙"
    letters.mkdir(parents=True)
    settings = settings_for(tmp_path)
    (tmp_path / "templates" / settings.checklist).symlink_to(
        settings.templates.resolve() / settings.checklist
    )
    (letters / "督促.txt").write_text("件名: まだですか\n\n{団体名}さん、{項目}", encoding="utf-8")
    with pytest.raises(TorimatomeError, match=r"督促\.txt: 3行目: \{項目\}"):
        sent(tmp_path, templates=tmp_path / "templates")
    assert not (tmp_path / "outbox").exists()
    (letters / "督促.txt").write_text("件名: まだですか\n\n{団体名}さん", encoding="utf-8")
    result = sent(tmp_path, templates=tmp_path / "templates")
    assert text_of(tmp_path, "督促", "風早野町").startswith("件名: まだですか\n添付: ")
    told = "\n".join(sendback_lines(result))
    assert "差戻し.txt がないため、元の文面を使いました" in told
    assert "督促.txt がない" not in told


def test_a_reply_until_a_day_that_is_over_is_not_asked_for(tmp_path: Path) -> None:
    a_month(tmp_path)
    with pytest.raises(TorimatomeError, match="返信期限") as caught:
        sent(tmp_path, Ask(now="2026-12-05T09:00:00"))
    assert caught.value.exit_code is ExitCode.USAGE
    assert not (tmp_path / "outbox").exists()
    assert sent(tmp_path, Ask(now="2026-12-04T18:00:00")).packages


# --- who is reminded, who is thanked --------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "reminded"),
    [
        (Ask(now="2026-11-30T23:00:00"), False),
        (Ask(now="2026-12-01T00:00:00"), True),
        (Ask(now="2026-11-10T00:00:00", remind=True), True),
        (Ask(now="2026-12-01T00:00:00", remind=False), False),
        (Ask(), True),  # nobody said what time it is
    ],
)
def test_nobody_is_reminded_before_the_deadline_unless_asked(
    tmp_path: Path, ask: Ask, reminded: bool
) -> None:
    a_month(tmp_path)
    result = sent(tmp_path, ask)
    assert bool(result.reminded) is reminded
    assert (result.folder.parent / "督促").exists() is reminded
    early = "提出期限の前なので作っていません" in "\n".join(sendback_lines(result))
    assert early is (not reminded and ask.remind is None)


@pytest.mark.parametrize(
    ("name", "content", "doubt"),
    [
        ("scan.pdf", b"%PDF-1.4 x", True),
        ("チェックシート.xlsx", b"PK\x03\x04 broken", True),
        ("企画課.xlsx", b"form", True),  # a form that says no body's name
        ("風早町.xlsx", b"form", True),  # nearly that of the roster
        ("桜堤村.xlsx", b"form", False),  # surely another body
        ("白雲町_送付状.pdf", b"%PDF-1.4 x", False),
        ("Thumbs.db", b"x", False),
        ("メモ.txt", "電話した".encode(), False),
    ],
)
def test_a_reminder_owns_up_to_files_that_may_be_the_body_s(
    tmp_path: Path, name: str, content: bytes, doubt: bool
) -> None:
    checklist = load()
    if content == b"form":
        content = answered(name.removesuffix(".xlsx"), {}, checklist)
    put(
        tmp_path,
        {
            "名簿.xlsx": plain_table("名簿", (HEADERS, PEOPLE[1], PEOPLE[4])),
            "白雲町.xlsx": good("白雲町", checklist),
            name: content,
        },
    )
    result = sent(tmp_path)
    assert [one.name for one in result.reminded] == ["風早野町"]
    assert result.unknown == ((name,) if doubt else ())
    text = text_of(tmp_path, "督促", "風早野町")
    assert ("どの団体からのものか分からないファイルを1件お預かり" in text) is doubt
    assert ("行き違いで" in text) is not doubt
    assert name not in text, "it may be another body's"
    listed = (tmp_path / "outbox/2026-11/督促/一覧.txt").read_text(encoding="utf-8-sig")
    for told in (listed, "\n".join(sendback_lines(result))):
        assert (name in told) is doubt
    (row,) = rows_of(tmp_path / "outbox/2026-11/督促/宛先一覧.csv")
    assert bool(row["備考"]) is doubt


def test_thanks_go_to_whose_return_is_settled_alone(tmp_path: Path) -> None:
    checklist = a_month(tmp_path)
    settled = {0: ("③", "予算がないため"), 1: ("②（2027年3月）", "")}
    put(tmp_path, {"白雲町.xlsx": answered("白雲町", settled, checklist)})
    put(tmp_path, {"風早野町.xlsx": answered("風早野町", {0: ("③", "対応済み")}, checklist)})
    assert not sent(tmp_path).thanked
    assert not (tmp_path / "outbox/2026-11/お礼").exists()
    result = sent(tmp_path, Ask(thanks=True))
    assert [one.name for one in result.thanked] == ["白雲町"]
    assert [one.name for one in result.waiting] == ["風早野町"]
    text = text_of(tmp_path, "お礼", "白雲町")
    assert f"「白雲町.xlsx」の{len(checklist.items)}項目を確認し、すべて受け付けました。" in text
    listed = (tmp_path / "outbox/2026-11/お礼/一覧.txt").read_text(encoding="utf-8-sig")
    assert "・風早野町" in listed.partition("お礼を作っていない")[2]


# --- where it lies -----------------------------------------------------------------------------


def _roster(count: int) -> Roster:
    names = (f"{number:04d}町" for number in range(1, count + 1))
    entries = tuple(RosterEntry(code=f"C{name[:4]}", name=name) for name in names)
    return Roster(entries=entries, file="名簿.xlsx")


def test_1788_bodies_do_not_lie_in_one_folder() -> None:
    places = body_folders(_roster(1_788))
    assert len(set(places.values())) == 1_788
    assert len({path.parent for path in places.values()}) == 18
    assert places["C0100"] == Path("0001-0100/0100町")
    assert places["C0101"] == Path("0101-0200/0101町")
    assert body_folders(_roster(100))["C0100"] == Path("0100町")


def test_whom_letters_go_to_for_mail_merge(tmp_path: Path) -> None:
    people = (
        ("0012", "若葉市", "", "", "", "企画課\n佐藤", "a@b.jp、c@d.jp", ""),
        ("S02", "=白雲町", "", "", "", "", "", ""),
        ("S03", "閉庁村", "", "", "", "", "", "休止"),
    )
    put(tmp_path, {"名簿.xlsx": plain_table("名簿", (HEADERS, *people))})
    settings = settings_for(tmp_path, deadline="2026-11-30", sender=OFFICE)
    folder = distribute(settings).folder
    rows = rows_of(folder / "宛先一覧.csv")
    assert [(row["団体コード"], row["団体名"]) for row in rows] == [
        ("0012", "若葉市"),
        ("S02", "'=白雲町"),
    ]
    assert rows[0]["宛先メール"] == "a@b.jp; c@d.jp"
    assert rows[0]["提出期限"] == "令和8年11月30日（月）"
    assert rows[0]["調査月"] == "2026年11月"
    for row in rows:
        files = [
            folder / row["フォルダ"].removeprefix("'") / name
            for name in row["添付ファイル"].split("、")
        ]
        assert all(path.is_file() for path in files)
    assert (folder / "宛先一覧.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    book = openpyxl.load_workbook(folder / "宛先一覧.xlsx")
    (sheet,) = book.worksheets
    assert [cell.value for cell in sheet[1]] == list(HEADS)
    assert sheet["A2"].value == "0012"
    assert sheet["B3"].value == "=白雲町"
    assert sheet["B3"].data_type == "s", "no formula"
    assert {cell.number_format for line in sheet.iter_rows() for cell in line} == {"@"}
    assert not sheet.merged_cells.ranges
    assert lint.problems(folder / "宛先一覧.xlsx") == []


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_form_goes_out_with_its_letter(tmp_path: Path) -> None:
    put(tmp_path, {"名簿.xlsx": plain_table("名簿", (HEADERS, *PEOPLE))})
    settings = settings_for(tmp_path, deadline="2026-11-30T17:15:00", sender=OFFICE)
    result = distribute(settings, now="2026-11-01T09:00:00")
    place = result.forms["S01"].parent
    text = (place / "配布_若葉市.txt").read_text(encoding="utf-8-sig")
    assert "提出期限: 令和8年11月30日（月）17時15分" in text
    assert "「別紙3-2_チェックシート_若葉市.xlsx」に記入して" in text
    assert "青の斜体" not in text
    assert not result.notices
    late = distribute(replace(settings, sender=Sender()), now="2026-12-01T09:00:00")
    told = "\n".join(distribute_lines(late))
    assert "提出期限（令和8年11月30日（月）17時15分）が過ぎています" in told
    assert "[sender]" in told
