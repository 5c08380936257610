"""Files that are odd, and readable; files that are not, and say what they are; the whole run.

Each return below answers ① throughout. It is read as such, or a finding says what to do.
"""

import contextlib
import csv
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import biff
import pytest
import pyzipper
import xlwt
from inboxes import good, load, put, settings_for, table
from workbooks import repacked

from pipeline.errors import TorimatomeError
from pipeline.formats import Refused, detect_kind
from pipeline.formats.values import read_values
from pipeline.inbox.discover import given_up, look_again
from pipeline.loop.sendback import send_back
from pipeline.model import (
    FileKind,
    Finding,
    Inbox,
    Severity,
    SourceFile,
    Unreadable,
    UnreadableReason,
)
from pipeline.rules.unreadable import words_of
from pipeline.run import RunResult, aggregate
from pipeline.settings import Limits
from pipeline.texts.file_names import FileNames
from pipeline.texts.passwords import candidates
from pipeline.texts.respondents import fold_name

pytestmark = pytest.mark.workbook_once

CHECKLIST = load()
SHEET = "xl/worksheets/sheet1.xml"
PASSWORD = "Wakaba#2026"  # noqa: S105 - of files made here
ROSTER_NAMES = ("若葉市", "白雲町", "青葉市", "霧ヶ丘村")


def made(name: str = "若葉市") -> bytes:
    return good(name, CHECKLIST)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def aes(files: Mapping[str, bytes], *, version: int = 2) -> bytes:
    memory = io.BytesIO()
    with pyzipper.AESZipFile(memory, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(PASSWORD.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=version)
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def changed(change: Callable[[str, bytes], bytes | None]) -> bytes:
    content = made()
    return repacked(content, {name: change(name, part) for name, part in parts(content).items()})


def renamed(name_of: Callable[[str], str], text: Callable[[str], str] = str) -> bytes:
    return zipped(
        {
            name_of(name): text(part.decode()).encode() if name.endswith(("xml", "rels")) else part
            for name, part in parts(made()).items()
        }
    )


def spaced(name: str, part: bytes) -> bytes:
    """Put line breaks around every value, as a pretty printer does."""
    return re.sub(rb"<v>([^<]*)</v>", rb"<v>\n  \1\n</v>", part) if name == SHEET else part


def wide(name: str, part: bytes) -> bytes:
    if not name.startswith(("xl/worksheets/sheet", "xl/sharedS", "xl/workbook")):
        return part
    text = part.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    return text.encode("utf-16")


def without_namespace(name: str, part: bytes) -> bytes:
    main = b' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return part.replace(main, b"") if name in {SHEET, "xl/sharedStrings.xml"} else part


def at_the_root(text: str) -> str:
    return text.replace('Target="xl/workbook.xml"', 'Target="workbook.xml"').replace('"/xl/', '"/')


READABLE: Mapping[str, Callable[[], bytes]] = {
    "空白のある値": lambda: changed(spaced),
    "逆斜線の部品名": lambda: renamed(lambda name: name.replace("/", "\\")),
    "根の作業簿": lambda: renamed(lambda name: name.removeprefix("xl/"), at_the_root),
    "大文字の部品名": lambda: renamed(str.upper),
    "UTF16の部品": lambda: changed(wide),
    "名前空間なし": lambda: changed(without_namespace),
    "種類の一覧なし": lambda: repacked(made(), {"[Content_Types].xml": None}),
    "前に余計": lambda: b"\r\n--\r\n" + made(),
    "壊れた属性": lambda: repacked(made(), {"docProps/custom.xml": b"<Properties"}),
    "不正な文字": lambda: changed(
        lambda name, part: part.replace(b"</t>", b"&#x0;\x01</t>") if "Strings" in name else part
    ),
}  # fmt: skip


def counted(folder: Path) -> dict[str, int]:
    """Count the answers ① of each file."""
    found: dict[str, int] = {}
    for row in table(folder, "answers"):
        found[row["file"]] = found.get(row["file"], 0) + (row["status"] == "done")
    return found


def run(folder: Path, files: Mapping[str, bytes]) -> RunResult:
    lines = ["団体コード,団体名", *(f"X{n},{name}" for n, name in enumerate(ROSTER_NAMES))]
    put(folder, {"名簿.csv": "\n".join(lines).encode("utf-8-sig")} | dict(files))
    return aggregate(settings_for(folder, pivot=False))


def told(result: RunResult, code: str, file: str) -> Finding:
    (finding,) = [f for f in result.findings if f.code == code and f.location.file == file]
    return finding


def about(result: RunResult, code: str, respondent: str) -> Finding:
    (finding,) = [f for f in result.findings if f.code == code and f.respondent == respondent]
    return finding


@pytest.mark.parametrize("name", sorted(READABLE))
def test_an_odd_package_gives_its_answers(name: str, tmp_path: Path) -> None:
    run(tmp_path, {"若葉市.xlsx": READABLE[name]()})
    assert counted(tmp_path) == {"若葉市.xlsx": len(CHECKLIST.items)}


def as_text(delimiter: str) -> str:
    memory = io.StringIO()
    writer = csv.writer(memory, delimiter=delimiter)
    writer.writerow(["団体名", "若葉市", ""])
    writer.writerow(["項目", "チェック欄", "補足説明欄（任意）"])
    for item in CHECKLIST.items:
        writer.writerow([f"{item.id}：{item.title}", "①", ""])
    return memory.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16", "utf-16-le"])
def test_text_with_any_separator_is_read(delimiter: str, encoding: str, tmp_path: Path) -> None:
    run(tmp_path, {"若葉市.csv": as_text(delimiter).encode(encoding)})
    assert counted(tmp_path) == {"若葉市.csv": len(CHECKLIST.items)}


def old_sheets() -> xlwt.Workbook:
    """Give a workbook of old with a date."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("チェックシート")
    sheet.write(0, 0, "団体名")
    sheet.write(0, 1, "若葉市")
    style = xlwt.XFStyle()
    style.num_format_str = "QQQ"
    sheet.write(0, 2, 46_000, style)
    sheet.write(1, 1, "チェック欄")
    sheet.write(1, 2, "補足説明欄（任意）")
    for row, item in enumerate(CHECKLIST.items, 2):
        sheet.write(row, 0, f"{item.id}：{item.title}")
        sheet.write(row, 1, "①")
    return book


def old_book(number_format: int | None = None) -> bytes:
    """Give it as .xls; the date's format may be one built into Japanese Excel."""
    memory = io.BytesIO()
    old_sheets().save(memory)
    content = bytearray(memory.getvalue())
    if number_format is not None:
        record = content.rindex(b"\x1e\x04", 0, content.index(b"QQQ"))  # our FORMAT record
        key = content[record + 4 : record + 6]
        content[record : record + 2] = b"\xff\x0f"  # a record nobody knows
        at = content.index(b"\xe0\x00\x14\x00")
        while content[at : at + 4] == b"\xe0\x00\x14\x00":
            if content[at + 6 : at + 8] == key:
                content[at + 6 : at + 8] = number_format.to_bytes(2, "little")
            at += 24
    return bytes(content)


@pytest.mark.parametrize("number_format", [27, 31, 36, 50, 58])
def test_a_japanese_date_format_costs_no_xls(number_format: int, tmp_path: Path) -> None:
    run(tmp_path, {"若葉市.xls": old_book(number_format)})
    assert counted(tmp_path) == {"若葉市.xls": len(CHECKLIST.items)}


def test_an_xls_that_xlrd_refuses_gives_its_values_and_says_so(
    tmp_path: Path,
) -> None:
    content = biff.edited(old_sheets(), biff.cut_rows_short)
    result = run(tmp_path, {"若葉市.xls": content})
    finding = told(result, "F102", "若葉市.xls")
    assert finding.severity is Severity.CHECK
    assert "値だけを読みました" in finding.message
    assert "図形" in finding.message
    assert counted(tmp_path) == {"若葉市.xls": len(CHECKLIST.items)}


@pytest.mark.parametrize("version", [1, 2])
def test_an_aes_zip_opens_with_a_pasted_sentence(version: int, tmp_path: Path) -> None:
    files = {
        "送付.zip": aes({"若葉市.xlsx": made()}, version=version),
        "passwords.txt": f"先ほどのファイルのパスワードは「{PASSWORD}」です。".encode(),
    }
    run(tmp_path, files)
    assert counted(tmp_path) == {"送付.zip!若葉市.xlsx": len(CHECKLIST.items)}


def test_an_aes_zip_without_its_password_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, {"送付.zip": aes({"若葉市.xlsx": made()})})
    assert "パスワード" in told(result, "F101", "送付.zip!若葉市.xlsx").message


def test_an_aes_member_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(aes({"若葉市.xlsx": made()}))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (400 << 20).to_bytes(4, "little")
    result = run(tmp_path, {"送付.zip": bytes(content), "passwords.txt": PASSWORD.encode()})
    assert told(result, "F104", "送付.zip!若葉市.xlsx")


@pytest.mark.parametrize(
    "line",
    [
        PASSWORD,
        f"PW:{PASSWORD}",
        f"パスワード：{PASSWORD}",
        f"パスワードは {PASSWORD} です。",
        f"パスワードは「{PASSWORD}」です。よろしくお願いします。",
        f"【{PASSWORD}】",
        "パスワード：Ｗａｋａｂａ＃２０２６",
    ],
)
def test_the_password_in_a_line_is_found(line: str) -> None:
    assert PASSWORD in candidates([line])
    assert candidates([line])[0] == line


def test_what_is_tried_is_bounded() -> None:
    lines = [f"これは {n} 「a{n}」 [b{n}] c{n}=d{n} です" for n in range(1000)]
    assert len(candidates(lines)) <= 260


def test_a_zip_in_a_zip_is_read_and_a_third_one_refused(tmp_path: Path) -> None:
    third = zipped({"青葉市.xlsx": made("青葉市")})
    inner = zipped({"若葉市.xlsx": made(), "奥.zip": third})
    result = run(tmp_path, {"一式.zip": zipped({"回答.zip": inner, "白雲町.xlsx": made("白雲町")})})
    whole = len(CHECKLIST.items)
    assert counted(tmp_path) == {
        "一式.zip!回答.zip!若葉市.xlsx": whole,
        "一式.zip!白雲町.xlsx": whole,
    }
    assert told(result, "F104", "一式.zip!回答.zip!奥.zip").severity is Severity.FIX


def test_what_the_limits_allow_is_for_all_levels_together(tmp_path: Path) -> None:
    assert Limits().expanded_size == 600 << 20
    limits = Limits(expanded_size=60 << 20)
    bomb = zipped({"a.xlsx": bytes(4 << 20)})  # 4 KB of zip
    put(tmp_path, {"爆弾.zip": zipped({f"{n}.zip": bomb for n in range(20)})})
    result = aggregate(settings_for(tmp_path, pivot=False, limits=limits))
    refused = [f for f in result.findings if f.code == "F104"]
    assert len(refused) >= 5  # of 80 MB in all, 60 may be unpacked


def test_rights_management_is_no_password() -> None:
    """Its package holds no key that a password opens, or says that it is of rights management."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    spaces = "\x06DataSpaces/TransformInfo/DRMEncryptedTransform/\x06Primary"
    assert detect_kind(head, ["EncryptedPackage", spaces]) is FileKind.PROTECTED
    assert detect_kind(head, ["EncryptedPackage"]) is FileKind.PROTECTED
    assert detect_kind(head, ["Workbook", "\tDRMContent"]) is FileKind.PROTECTED
    assert detect_kind(head, ["EncryptedPackage", "EncryptionInfo"]) is FileKind.XLSX
    content = Unreadable(
        source=SourceFile(path="若葉市.xlsx", location=Path("若葉市.xlsx")),
        reason=UnreadableReason.BROKEN,
        kind=FileKind.PROTECTED,
    )
    assert "秘密度ラベル" in words_of(content).what
    assert "保護を外して" in words_of(content).ask


@pytest.mark.parametrize(
    ("name", "content", "code", "severity", "words"),
    [
        ("若葉市.xlsx", b"", "F112", Severity.CHECK, "このデバイス上に常に保持する"),
        ("若葉市.xlsx", bytes(9000), "F112", Severity.CHECK, "このデバイス上に常に保持する"),
        (".若葉市.xlsx.icloud", b"bplist00", "F112", Severity.CHECK, "このパソコンにありません"),
        ("若葉市.xls", b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
         b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "F102", Severity.FIX,
         "XML スプレッドシート 2003"),
        ("若葉市.xlsx", "<!DOCTYPE html><html><title>ログイン</title><form></form></html>".encode(),
         "F102", Severity.FIX, "ログイン画面"),
        ("若葉市.xlsx", b"<html><body><table><tr><td>ID</td><td><input type='password'></td></tr>"
         b"</table></body></html>", "F102", Severity.FIX, "ログイン画面"),
        ("若葉市.lnk", b"L\0\0\0\x01\x14\x02\0" + bytes(60), "F103", Severity.CHECK,
         "ショートカット"),
        ("若葉市.url", b"[InternetShortcut]\r\nURL=https://example.jp/\r\n", "F103", Severity.CHECK,
         "ショートカット"),
        ("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(40), "F103", Severity.CHECK, "Outlook"),
        ("回答.7z", b"7z\xbc\xaf\x27\x1c" + bytes(40), "F103", Severity.CHECK, "取り出して"),
        ("回答.lzh", b"\x1b\x23-lh5-" + bytes(40), "F103", Severity.CHECK, "取り出して"),
        ("回答.rar", b"Rar!\x1a\x07\x00" + bytes(40), "F103", Severity.CHECK, "取り出して"),
        ("回答.numbers", zipped({"Index/Document.iwa": b"x", "Metadata/p.plist": b""}), "F103",
         Severity.CHECK, "Numbers"),
        ("送付状.jtd", b"\x01\x02\x03\xff" * 9, "F103", Severity.INFO, "一太郎"),
        ("送付状.xdw", b"\x60\x0e\x82\xff" * 9, "F103", Severity.INFO, "DocuWorks"),
        ("若葉市.xdw", b"\x60\x0e\x82\xff" * 9, "F103", Severity.CHECK, "DocuWorks"),
        ("若葉市.docx", zipped({"word/document.xml": b"<a/>"}), "F103", Severity.CHECK, "Word"),
        ("若葉市.pdf", b"%PDF-1.7\n", "F103", Severity.CHECK, "PDF"),
        ("送付状.pdf", b"%PDF-1.7\n", "F103", Severity.INFO, "PDF"),
        ("若葉市.eml", b"From: a@example.jp\nSubject: x\n\nbody", "F103", Severity.CHECK, "メール"),
        ("若葉市.xlsx", b"\x01\x02\x03\xff" * 9, "F102", Severity.FIX, "名前を付けて保存"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_what_it_is(
    name: str, content: bytes, code: str, severity: Severity, words: str, tmp_path: Path
) -> None:
    result = run(tmp_path, {name: content})
    finding = told(result, code, name)
    assert finding.severity is severity
    assert words in finding.message + finding.fix
    missing = about(result, "B501", "若葉市")
    assert ("届いたファイル" in missing.message) is ("若葉市" in name)


def test_fault_of_this_computer_is_not_the_respondents(tmp_path: Path) -> None:
    """No letter of any kind; what came is told in 未提出; who sent nothing is reminded."""
    result = run(tmp_path, {"若葉市.xlsx": b"", "白雲町.docx": zipped({"word/document.xml": b""})})
    assert about(result, "B501", "若葉市").severity is Severity.CHECK
    assert about(result, "B501", "白雲町").severity is Severity.FIX
    sent = send_back(settings_for(tmp_path))
    assert not sent.packages
    assert [one.name for one in sent.reminded] == ["白雲町", "青葉市", "霧ヶ丘村"]
    letter = (tmp_path / "outbox" / "2026-11" / "督促" / "白雲町" / "督促_白雲町.txt").read_text(
        "utf-8-sig"
    )
    assert "「白雲町.docx」をお送りいただきましたが" in letter


def _read_as(source: SourceFile, reason: UnreadableReason) -> Unreadable:
    return Unreadable(source=source, reason=reason)


def test_a_file_that_was_written_to_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "若葉市.xlsx"
    path.write_bytes(b"half")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    source = SourceFile(
        path="若葉市.xlsx", location=path, size=4, modified="2023-11-15T07:13:20+09:00"
    )
    read = [(source, (_read_as(source, UnreadableReason.BROKEN),))]
    assert not look_again(read, Inbox(), Limits())
    assert given_up(read) == read
    path.write_bytes(b"half and half")
    assert [e.path for e in look_again(read, Inbox(), Limits())[path] if isinstance(e, SourceFile)]
    ((_, (outcome,)),) = given_up(read)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.CHANGING
    path.unlink()
    assert given_up(read) == read  # gone after it was read: what was read stands


def test_names_of_any_length_are_looked_at_as_far_as_names_go() -> None:
    names = FileNames(CHECKLIST.file_words, CHECKLIST.respondent_labels)
    for piece in ("①", "①(", "【①】", "修正", "v1.", "若葉市→", "あ"):
        for short in (piece * 300,):
            long = short + piece * 20_000
            assert names.clean(long) == names.clean(short)
            assert names.parts(long) == names.parts(short)
            assert fold_name(long) == fold_name(short)


def test_a_member_of_an_endless_name_does_not_hang_the_run(tmp_path: Path) -> None:
    content = zipped({"①" * 20_000 + ".xlsx": b"\x01\x02", "若葉市.xlsx": made()})
    run(tmp_path, {"一式.zip": content})
    assert counted(tmp_path)["一式.zip!若葉市.xlsx"] == len(CHECKLIST.items)


def test_an_inbox_that_is_a_file_or_closed_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)
    settings.inbox.write_bytes(b"")
    with pytest.raises(TorimatomeError, match="フォルダではなくファイルです"):
        aggregate(settings)
    settings.inbox.unlink()
    settings.inbox.mkdir()

    listed = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path == settings.inbox:
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(TorimatomeError, match="権限"):
        aggregate(settings)
    assert not settings.outbox.exists()


def test_damage_that_ends_the_lenient_reader_costs_the_file_alone(tmp_path: Path) -> None:
    """Its code may abort its process; ours goes on. Each cut gives values or a refusal."""
    content = old_book()
    for size in (600, 2_000, 5_000, len(content) - 700):
        source = SourceFile(path="若葉市.xls", location=tmp_path / "若葉市.xls")
        with contextlib.suppress(Refused):
            assert not read_values(content[:size], source, FileKind.XLS, Limits()).complete
