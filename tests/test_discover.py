"""Listing the inbox: every file once, nothing followed, nothing opened that should not be."""

import datetime
import io
import os
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import Sheet, xlsx

from pipeline.formats import read_workbook
from pipeline.inbox.archive import MemberError, decode_name, open_archive, printable, read_content
from pipeline.inbox.discover import discover
from pipeline.inbox.listing import JOURNAL
from pipeline.model import (
    Bundle,
    RawWorkbook,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    UnreadableReason,
)
from pipeline.settings import Limits

MONTH = "2026-11"
NOON = datetime.datetime(2026, 11, 5, 3, 0, tzinfo=datetime.UTC).timestamp()


def seen(inbox: Path, month: str = MONTH, limits: Limits | None = None) -> dict[str, str]:
    """Give what every path is: ``file``, or the reason it is not."""
    found = discover(inbox, month=month, limits=limits or Limits())
    return {
        entry.path if isinstance(entry, SourceFile) else entry.source.path: "file"
        if isinstance(entry, SourceFile)
        else str(entry.problem if isinstance(entry, Bundle) else entry.reason)
        for entry in found.entries
    }


def put(inbox: Path, *paths: str, content: bytes = b"x") -> None:
    for path in paths:
        (inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (inbox / path).write_bytes(content)


def zipped(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 11, 5, 9, 30, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return made.getvalue()


def renamed(made: bytes, name: str, raw: bytes) -> bytes:
    """Put other bytes in place of a member's name and take its UTF-8 flag away."""
    written = name.encode()
    assert len(raw) == len(written)
    parts = made.replace(written, raw)
    out = bytearray(parts)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = out.find(signature)
        while start >= 0:
            flags = struct.unpack_from("<H", out, start + at)[0]
            struct.pack_into("<H", out, start + at, flags & ~0x800)
            start = out.find(signature, start + 4)
    return bytes(out)


def test_files_below_the_inbox_are_seen_once_and_in_order(tmp_path: Path) -> None:
    put(tmp_path, "b.xlsx", "a/z.xlsx", "a/b/c.xlsx", "2026-10/old.xlsx", "2026-13/x.xlsx")
    assert list(seen(tmp_path)) == ["2026-13/x.xlsx", "a/b/c.xlsx", "a/z.xlsx", "b.xlsx"]


def test_a_month_in_a_subfolder_is_no_closed_month(tmp_path: Path) -> None:
    put(tmp_path, "若葉市/2026-10/a.xlsx")
    assert list(seen(tmp_path)) == ["若葉市/2026-10/a.xlsx"]


def test_a_closed_month_is_read_from_its_folder(tmp_path: Path) -> None:
    put(
        tmp_path, "2026-10/a.xlsx", "2026-09/c.xlsx", "b.xlsx", "sub/d.zip", "名簿.xlsx", "除外.txt"
    )
    put(tmp_path, ".DS_Store", JOURNAL)
    found = discover(tmp_path, month="2026-10", limits=Limits())
    assert seen(tmp_path, "2026-10") == {
        "2026-10/a.xlsx": "file",
        "b.xlsx": SkipReason.LATE,  # nobody can tell whose month it is
        "sub/d.zip": SkipReason.LATE,
        "名簿.xlsx": SkipReason.ROSTER,
        "除外.txt": SkipReason.CONTROL,
    }
    assert found.roster is not None
    assert found.roster.path == "名簿.xlsx"
    put(tmp_path, "2026-10/名簿.xlsx")
    found = discover(tmp_path, month="2026-10", limits=Limits())
    assert found.roster is not None
    assert found.roster.path == "2026-10/名簿.xlsx"


@pytest.mark.parametrize("left", [(), (".DS_Store", "Thumbs.db", "~$a.xlsx"), ("名簿.xlsx",)])
def test_a_month_folder_without_returns_hides_nothing(
    tmp_path: Path, left: tuple[str, ...]
) -> None:
    (tmp_path / MONTH).mkdir()
    put(tmp_path, "a.xlsx", *(f"{MONTH}/{name}" for name in left))
    assert seen(tmp_path) == {"a.xlsx": "file"}


def test_no_inbox_gives_nothing(tmp_path: Path) -> None:
    assert discover(tmp_path / "none", month=MONTH, limits=Limits()).entries == ()


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("~$若葉市.xlsx", SkipReason.TEMPORARY),
        ("a/～$若葉市.xlsx", "file"),
        (".~lock.若葉市.ods#", SkipReason.TEMPORARY),
        ("若葉市.xlsx.crdownload", SkipReason.TEMPORARY),
        ("~WRL0001.tmp", SkipReason.TEMPORARY),
        (".DS_Store", SkipReason.SYSTEM),
        ("a/Thumbs.db", SkipReason.SYSTEM),
        ("a/Desktop.ini", SkipReason.SYSTEM),
        ("._若葉市.xlsx", SkipReason.SYSTEM),
        ("__MACOSX/若葉市.xlsx", SkipReason.SYSTEM),
        ("README.txt", SkipReason.GUIDE),
        ("a/README.txt", "file"),
        (".gitkeep", SkipReason.SYSTEM),
        ("名簿.xlsx", SkipReason.ROSTER),
        ("a/名簿.xlsx", "file"),
        ("passwords.txt", SkipReason.CONTROL),
        ("除外.txt", SkipReason.CONTROL),
        ("送付状.pdf", "file"),
        ("若葉市", "file"),
    ],
)
def test_what_a_name_tells(path: str, what: str, tmp_path: Path) -> None:
    put(tmp_path, path)
    assert seen(tmp_path) == {path: str(what)}


def test_size_and_time_are_kept_and_the_hash_is_left_to_reading(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", content=b"abc")
    os.utime(tmp_path / "a.xlsx", (NOON, NOON))
    (entry,) = discover(tmp_path, month=MONTH, limits=Limits()).entries
    assert isinstance(entry, SourceFile)
    assert (entry.size, entry.modified) == (3, "2026-11-05T12:00:00+09:00")
    assert entry.sha256 == ""
    assert entry.location.read_bytes() == b"abc"


def test_a_huge_file_is_listed_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as file:
        file.truncate(1 << 40)  # sparse: takes no room and would take an hour to read
    (entry,) = discover(tmp_path, month=MONTH, limits=Limits()).entries
    assert isinstance(entry, SourceFile)
    assert (entry.size, entry.sha256) == (1 << 40, "")


# --- control files ----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_control_files_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    put(tmp_path, "passwords.txt", content="ひみつ\r\n\r\n #1 \r\nひみつ\r\n".encode(encoding))
    lines = "# 試験用\n若葉市\n＃全角\n*_案.xlsx\n"
    put(tmp_path, "除外.txt", content=lines.encode(encoding))
    found = discover(tmp_path, month=MONTH, limits=Limits())
    assert found.passwords == ("ひみつ", "#1")
    assert [(line.number, line.text) for line in found.exclusions] == [
        (2, "若葉市"),
        (4, "*_案.xlsx"),
    ]
    assert "ひみつ" not in repr(found)


def test_the_excel_roster_is_preferred(tmp_path: Path) -> None:
    put(tmp_path, "名簿.csv", "名簿.xls", "名簿.xlsx")
    found = discover(tmp_path, month=MONTH, limits=Limits())
    assert found.roster is not None
    assert found.roster.path == "名簿.xlsx"
    assert set(seen(tmp_path).values()) == {SkipReason.ROSTER}


# --- odd files --------------------------------------------------------------------------------


def test_links_are_listed_and_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "outside/secret.xlsx", "inbox/a.xlsx")
    (tmp_path / "inbox/file.xlsx").symlink_to(tmp_path / "outside/secret.xlsx")
    (tmp_path / "inbox/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "inbox/loop").symlink_to(tmp_path / "inbox")
    (tmp_path / "inbox/broken.xlsx").symlink_to(tmp_path / "nothing")
    (tmp_path / "inbox/名簿.xlsx").symlink_to(tmp_path / "outside/secret.xlsx")
    links = dict.fromkeys(
        ("broken.xlsx", "file.xlsx", "folder", "loop", "名簿.xlsx"), str(SkipReason.LINK)
    )
    assert seen(tmp_path / "inbox") == links | {"a.xlsx": "file"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a POSIX thing")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.xlsx")
    assert seen(tmp_path) == {"a.xlsx": SkipReason.OTHER_KIND}


def test_names_are_compared_after_nfc(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "が市.xlsx")
    put(tmp_path, decomposed, "が市.xlsx", unicodedata.normalize("NFD", "名簿.xlsx"))
    assert seen(tmp_path) == {
        "が市.xlsx": "file",
        "が市.xlsx（同名2）": "file",
        "名簿.xlsx": SkipReason.ROSTER,
    }


def test_names_in_another_code_page_and_with_control_characters(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for raw in ("若葉市.xlsx".encode("cp932"), b"\xff\xfe.xlsx", b"a\nb\x7f.xlsx"):
        Path(os.fsdecode(os.path.join(folder, raw))).write_bytes(b"x")  # noqa: PTH118 - bytes
    assert sorted(seen(tmp_path)) == ["\\xff\\xfe.xlsx", "a␊b␡.xlsx", "若葉市.xlsx"]


def test_a_deep_path(tmp_path: Path) -> None:
    folder = "/".join(["長いフォルダ名" * 8] * 6)
    put(tmp_path, f"{folder}/a.xlsx")
    assert list(seen(tmp_path)) == [f"{folder}/a.xlsx"]


def test_a_file_that_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx", "~$a.xlsx", "locked/c.xlsx")
    real_open, real_scandir = Path.open, os.scandir

    def refuse_open(path: Path, mode: str = "r") -> object:
        if path.name in ("a.xlsx", "~$a.xlsx"):
            raise PermissionError(13, "in use")
        return real_open(path, mode)

    def refuse_folder(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "denied")
        return real_scandir(path)

    monkeypatch.setattr(Path, "open", refuse_open)
    monkeypatch.setattr("pipeline.inbox.listing.os.scandir", refuse_folder)
    assert seen(tmp_path) == {
        "a.xlsx": UnreadableReason.NO_ACCESS,
        "b.xlsx": "file",
        "locked/": UnreadableReason.NO_ACCESS,
        "~$a.xlsx": SkipReason.TEMPORARY,
    }


# --- archives ---------------------------------------------------------------------------------

OFFICE = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})


def test_members_are_files_with_their_own_date_and_hash(tmp_path: Path) -> None:
    put(tmp_path, "申請.zip", content=zipped({"回答/若葉市.xlsx": b"abc", "回答/": b""}))
    own, member = discover(tmp_path, month=MONTH, limits=Limits()).entries
    assert isinstance(own, Skipped)
    assert (own.source.path, own.reason) == ("申請.zip", SkipReason.ARCHIVE)
    assert isinstance(member, SourceFile)
    assert member.path == "申請.zip!回答/若葉市.xlsx"
    assert member.modified == "2026-11-05T09:30:00+09:00"
    assert member.sha256.startswith("ba7816bf")
    assert read_content(member, limit=100) == b"abc"


@pytest.mark.parametrize(
    "members",
    [
        {"[Content_Types].xml": b"", "xl/workbook.xml": b""},
        {"_rels/.rels": b"", "xl/workbook.xml": b"", "[Content_Types].xml": b""},
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""},
        {"word/document.xml": b""},
        {"Index/Document.iwa": b""},
    ],
)
def test_a_document_that_is_zipped_by_itself_is_no_archive(
    members: dict[str, bytes], tmp_path: Path
) -> None:
    put(tmp_path, "a.xlsx", "b.zip", content=zipped(members))
    assert seen(tmp_path) == {"a.xlsx": "file", "b.zip": "file"}


def test_an_archive_under_another_name_is_one(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", content=zipped({"若葉市.xlsx": OFFICE}))
    assert seen(tmp_path) == {"a.xlsx": SkipReason.ARCHIVE, "a.xlsx!若葉市.xlsx": "file"}


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
@pytest.mark.parametrize("name", ["能登表ソ連.xlsx", "回答/若葉市.xlsx", "名簿.xlsx"])
def test_member_names_without_the_utf8_flag(name: str, encoding: str, tmp_path: Path) -> None:
    raw = name.encode(encoding)
    written = "n" * len(raw)
    put(tmp_path, "a.zip", content=renamed(zipped({written: b"abc"}), written, raw))
    _, member = discover(tmp_path, month=MONTH, limits=Limits()).entries
    assert isinstance(member, SourceFile)
    assert member.path == f"a.zip!{name}"
    assert read_content(member, limit=100) == b"abc"


def test_member_names_in_the_unicode_extra_field(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("____.xlsx")
        body = struct.pack("<BL", 1, zlib.crc32(b"____.xlsx")) + "若葉.xlsx".encode()
        info.extra = struct.pack("<HH", 0x7075, len(body)) + body
        archive.writestr(info, b"abc")
    put(tmp_path, "a.zip", content=made.getvalue())
    assert "a.zip!若葉.xlsx" in seen(tmp_path)


def test_backslashes_of_windows_programs(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", content=zipped({"回答\\若葉市.xlsx": b"abc", "..\\..\\b.xlsx": b""}))
    paths = list(seen(tmp_path))
    assert paths == ["a.zip", "a.zip!../../b.xlsx", "a.zip!回答/若葉市.xlsx"]


def test_what_else_lies_in_an_archive(tmp_path: Path) -> None:
    nested = zipped({"若葉市.xlsx": OFFICE})
    content = zipped(
        {
            "__MACOSX/._若葉市.xlsx": b"",
            "Thumbs.db": b"",
            "~$若葉市.xlsx": b"",
            "内側.zip": nested,
            "若葉市.xlsx": OFFICE,
            "名簿.xlsx": OFFICE,
        }
    )
    put(tmp_path, "a.zip", content=content)
    assert seen(tmp_path) == {
        "a.zip": SkipReason.ARCHIVE,
        "a.zip!Thumbs.db": SkipReason.SYSTEM,
        "a.zip!__MACOSX/._若葉市.xlsx": SkipReason.SYSTEM,
        "a.zip!~$若葉市.xlsx": SkipReason.TEMPORARY,
        "a.zip!内側.zip": SkipReason.ARCHIVE,
        "a.zip!内側.zip!若葉市.xlsx": "file",
        "a.zip!名簿.xlsx": "file",
        "a.zip!若葉市.xlsx": "file",
    }


def test_limits_of_an_archive(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", content=zipped({"a.xlsx": b"0" * 5000, "b.xlsx": b"1"}))
    member = Limits(file_size=1000)
    assert seen(tmp_path, limits=member)["a.zip!a.xlsx"] == UnreadableReason.TOO_LARGE
    assert seen(tmp_path, limits=member)["a.zip!b.xlsx"] == "file"
    whole = {"a.zip": UnreadableReason.TOO_LARGE}
    assert seen(tmp_path, limits=Limits(expanded_size=4000)) == whole
    assert seen(tmp_path, limits=Limits(archive_members=1)) == whole


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    made = bytearray(zipped({"a.xlsx": b"abc", "b.xlsx": b"abc"}))
    second = made.rfind(b"PK\x01\x02")
    struct.pack_into("<L", made, second + 42, 0)  # both directory entries point to one member
    put(tmp_path, "a.zip", content=bytes(made))
    assert seen(tmp_path) == {"a.zip": UnreadableReason.UNSAFE}


def test_a_member_whose_header_lies_about_its_size(tmp_path: Path) -> None:
    made = bytearray(zipped({"a.xlsx": b"0" * 5000}))
    directory = made.rfind(b"PK\x01\x02")
    struct.pack_into("<L", made, directory + 24, 10)
    put(tmp_path, "a.zip", content=bytes(made))
    assert seen(tmp_path)["a.zip!a.xlsx"] == UnreadableReason.BROKEN


def test_a_damaged_member_costs_itself_alone(tmp_path: Path) -> None:
    made = bytearray(zipped({"a.xlsx": b"abc" * 100, "b.xlsx": b"1"}))
    start = made.find(b"a.xlsx") + len("a.xlsx")
    made[start : start + 6] = b"\xff" * 6
    put(tmp_path, "a.zip", content=bytes(made))
    found = seen(tmp_path)
    assert found["a.zip!a.xlsx"] == UnreadableReason.BROKEN
    assert found["a.zip!b.xlsx"] == "file"


def test_two_members_of_one_name(tmp_path: Path) -> None:
    made = zipped({"a.xlsx": b"1", "b.xlsx": b"2"}).replace(b"b.xlsx", b"a.xlsx")
    put(tmp_path, "a.zip", content=made)
    assert sorted(seen(tmp_path).values()) == ["archive", "file", "unsafe"]


def test_a_broken_zip_is_left_to_the_reader(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", "b.xlsx", content=zipped({"a.xlsx": b"abc"})[:40])
    assert seen(tmp_path) == {"a.zip": "file", "b.xlsx": "file"}
    with pytest.raises(MemberError), open_archive(tmp_path / "a.zip"):
        pass


def _zip_crypto(content: bytes, password: bytes) -> bytes:
    """Encrypt by the old zip cipher, as Windows and Lhaplus do."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(crc: int, byte: int) -> int:
        return (crc >> 8) ^ _CRC[(crc ^ byte) & 0xFF]

    def update(byte: int) -> None:
        keys[0] = step(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = step(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    out = bytearray()
    header = bytes(11) + bytes([zlib.crc32(content) >> 24])
    for byte in header + content:
        key = keys[2] | 2
        out.append(byte ^ ((key * (key ^ 1) >> 8) & 0xFF))
        update(byte)
    return bytes(out)


def _crc_table() -> list[int]:
    table = []
    for number in range(256):
        crc = number
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        table.append(crc)
    return table


_CRC = _crc_table()


def encrypted(content: bytes, password: bytes) -> bytes:
    """Make an archive of one encrypted member a.xlsx."""
    secret = _zip_crypto(content, password)
    name, crc = b"a.xlsx", zlib.crc32(content)
    common = struct.pack(
        "<HHHHHLLLHH", 20, 1, 0, 0x4800, 0x5B65, crc, len(secret), len(content), len(name), 0
    )
    local = b"PK\x03\x04" + common + name + secret
    tail = struct.pack("<HHHLL", 0, 0, 0, 0, 0)
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + tail + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def test_an_encrypted_archive_is_tried_with_the_passwords(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", content=encrypted(b"abc" * 50, "ひみつ".encode("cp932")))
    assert seen(tmp_path)["a.zip!a.xlsx"] == UnreadableReason.PASSWORD
    put(tmp_path, "passwords.txt", content="ちがう\nひみつ\n".encode())
    found = discover(tmp_path, month=MONTH, limits=Limits())
    member = next(e for e in found.entries if isinstance(e, SourceFile))
    assert member.size == 150
    assert read_content(member, limit=1000, passwords=found.passwords) == b"abc" * 50
    with pytest.raises(MemberError):
        read_content(member, limit=1000)


def test_a_workbook_in_an_encrypted_archive_is_read(tmp_path: Path) -> None:
    book = xlsx(Sheet(rows=(("項目", "①"),)))
    put(tmp_path, "a.zip", content=encrypted(book, b"wakaba"))
    put(tmp_path, "passwords.txt", content=b"wakaba\n")
    found = discover(tmp_path, month=MONTH, limits=Limits())
    (member,) = (entry for entry in found.entries if isinstance(entry, SourceFile))
    opened = read_workbook(member, limits=Limits(), passwords=found.passwords)
    assert isinstance(opened, RawWorkbook)
    assert opened.sheets[0].cells[(0, 1)].text == "①"
    closed = read_workbook(member, limits=Limits())
    assert isinstance(closed, Unreadable)
    assert closed.reason is UnreadableReason.PASSWORD


@given(st.binary(max_size=40))
def test_any_bytes_give_a_name_that_can_be_stored(raw: bytes) -> None:
    shown = printable(os.fsdecode(raw))
    shown.encode()
    assert not any(char < " " for char in shown)
    decode_name(raw).encode()


@given(at=st.integers(0, 400), damage=st.binary(min_size=1, max_size=6))
def test_a_mutated_archive_never_stops_the_listing(
    at: int, damage: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = bytearray(zipped({"若葉市.xlsx": b"abc" * 30, "b.zip": zipped({"c": b"1"})}))
    made[at % len(made) : at % len(made) + len(damage)] = damage
    folder = tmp_path_factory.mktemp("inbox")
    put(folder, "a.zip", content=bytes(made))
    entries = discover(folder, month=MONTH, limits=Limits()).entries
    assert entries
    assert all(isinstance(entry, SourceFile | Skipped | Unreadable) for entry in entries)


def test_a_member_without_a_name(tmp_path: Path) -> None:
    nameless = bytearray(zipped({"a": b"abc"}))
    directory = nameless.rfind(b"PK\x01\x02")
    nameless[directory + 46] = 0  # zipfile ends a name at its first NUL
    put(tmp_path, "a.zip", content=bytes(nameless))
    assert len(seen(tmp_path)) == 2
