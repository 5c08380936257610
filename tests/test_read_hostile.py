"""Hostile and damaged files: a clear refusal in bounded memory and time, never an exception."""

import hashlib
import io
import resource
import time
import zipfile
from pathlib import Path

import pytest
from every_case import examples
from hostile import HOSTILE, broken_ole, plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import Control, Sheet, repacked, rich, shape, source_of, table, two_cell, xlsb, xlsx

from pipeline.formats import detect_kind, read_workbook
from pipeline.model import (
    OF_THIS_COMPUTER,
    FileKind,
    RawWorkbook,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    UnreadableReason,
)
from pipeline.settings import Limits

LIMITS = Limits()


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_file_is_refused_or_read(name: str, tmp_path: Path) -> None:
    build, reason = HOSTILE[name]
    source = source_of(tmp_path, build())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    outcome = read_workbook(source, limits=LIMITS)
    seconds = time.monotonic() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # KiB
    if reason is None:
        assert isinstance(outcome, RawWorkbook), outcome
        assert outcome.sheets[0].cells[(0, 1)].text == "①"
    else:
        assert isinstance(outcome, Unreadable), outcome
        assert outcome.reason is reason, outcome.detail
        assert outcome.detail
    assert seconds < 20
    assert grown < 600 << 10


def test_far_value_is_read_with_the_rest(tmp_path: Path) -> None:
    build, _ = HOSTILE["value_in_the_last_cell"]
    outcome = read_workbook(source_of(tmp_path, build()), limits=LIMITS)
    assert isinstance(outcome, RawWorkbook)
    assert outcome.sheets[0].cells[(1_048_575, 16_383)].text == "1"


def test_giant_merge_is_cut_to_the_values(tmp_path: Path) -> None:
    build, _ = HOSTILE["giant_merge"]
    outcome = read_workbook(source_of(tmp_path, build()), limits=LIMITS)
    assert isinstance(outcome, RawWorkbook)
    (area,) = outcome.sheets[0].merged
    assert (area.bottom, area.right) == (1, 1)


def test_damaged_ole_file_is_no_submission(tmp_path: Path) -> None:
    outcome = read_workbook(source_of(tmp_path, broken_ole(), "返送.xls"), limits=LIMITS)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.BROKEN


def test_size_is_asked_before_the_content(tmp_path: Path) -> None:
    source = source_of(tmp_path, plain())
    outcome = read_workbook(source, limits=Limits(file_size=100))
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.TOO_LARGE


def test_file_that_is_gone_or_locked(tmp_path: Path) -> None:
    source = SourceFile(path="消えた.xlsx", location=tmp_path / "消えた.xlsx")
    outcome = read_workbook(source, limits=LIMITS)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.VANISHED


def test_a_library_that_a_virus_scanner_holds_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise ImportError("DLL load failed while importing _rust: アクセスが拒否されました。")

    monkeypatch.setattr("pipeline.formats.workbook._read", held)
    outcome = read_workbook(source_of(tmp_path, plain()), limits=LIMITS)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.NO_PART
    assert outcome.reason in OF_THIS_COMPUTER  # nobody is asked to send it again
    assert "_rust" in outcome.detail
    assert outcome.source.sha256


def test_member_of_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "一式.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("回答/若葉市.xlsx", plain())
    source = SourceFile(
        path="一式.zip!回答/若葉市.xlsx", location=archive, member="回答/若葉市.xlsx"
    )
    outcome = read_workbook(source, limits=LIMITS)
    assert isinstance(outcome, RawWorkbook)
    gone = SourceFile(path="一式.zip!無.xlsx", location=archive, member="無.xlsx")
    refused = read_workbook(gone, limits=LIMITS)
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.BROKEN


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", FileKind.EMPTY),
        (b"\n \n", FileKind.EMPTY),
        (b"%PDF-1.7\n", FileKind.PDF),
        (b"\x89PNG\r\n\x1a\n", FileKind.IMAGE),
        (b"\xff\xd8\xff\xe0", FileKind.IMAGE),
        (b"{\\rtf1", FileKind.WORD),
        (b"From: a@example.jp\nSubject: x\n\nbody", FileKind.MAIL),
        (b"<!DOCTYPE html><html></html>", FileKind.HTML),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">', FileKind.HTML),
        ("団体名,チェック欄\n若葉市,①\n".encode("cp932"), FileKind.CSV),
        ("団体名\tチェック欄\n若葉市\t①\n".encode("utf-16"), FileKind.CSV),
        ("ご担当者様\nよろしくお願いします。\n".encode(), FileKind.TEXT),
        (b"\x00\x01\x02\x03" * 8, FileKind.OTHER),
    ],
)
def test_kind_by_content(head: bytes, kind: FileKind) -> None:
    assert detect_kind(head) is kind


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["[Content_Types].xml", "xl/workbook.xml"], FileKind.XLSX),
        (["xl/workbook.xml", "xl/vbaProject.bin"], FileKind.XLSM),
        (["xl/workbook.bin", "xl/vbaProject.bin"], FileKind.XLSB),
        (["word/document.xml"], FileKind.WORD),
        (["ppt/presentation.xml"], FileKind.SLIDES),
        (["若葉市.xlsx", "白雲町.xlsx"], FileKind.ZIP),
    ],
)
def test_kind_of_a_package_by_its_parts(names: list[str], kind: FileKind) -> None:
    assert detect_kind(b"PK\x03\x04", names) is kind


def test_other_kinds_are_skipped(tmp_path: Path) -> None:
    outcome = read_workbook(source_of(tmp_path, b"%PDF-1.7\n", "回答.xlsx"), limits=LIMITS)
    assert isinstance(outcome, Skipped)
    assert (outcome.reason, outcome.kind) == (SkipReason.OTHER_KIND, FileKind.PDF)
    assert outcome.source.sha256 == hashlib.sha256(b"%PDF-1.7\n").hexdigest()


RICH = xlsx(
    Sheet(
        rows=table("ガバナンス①-1 | ①\\n②\nガバナンス①-2 | ②（12月）"),
        xml={"C1": rich("C1", ("①", "<strike/>"), ("②", ""))},
        merged=["A3:B4"],
        anchors=[two_cell((1, 5, 0, 5, 1, 50, 0, 20), shape())],
        controls=[Control(anchor=(1, 5, 1, 5, 1, 50, 1, 20), checked=True, label="①")],
        comments={"A1": "確認中"},
    ),
    macros=True,
)

FORMATS = Path(__file__).parent / "golden" / "formats"
ODS, XLS = ((FORMATS / f"libreoffice.{suffix}").read_bytes() for suffix in ("ods", "xls"))
XLSB = xlsb((("①", "②", 3, 2.5, True, "#REF!"),))


def _any_format(data: st.DataObject) -> bytes:
    return data.draw(st.sampled_from([RICH, ODS, XLS, XLS, XLSB]))


def test_damaged_drawing_leaves_the_values(tmp_path: Path) -> None:
    content = repacked(RICH, {"xl/drawings/drawing1.xml": b"<xdr:wsDr"})
    outcome = read_workbook(source_of(tmp_path, content), limits=LIMITS)
    assert isinstance(outcome, RawWorkbook)
    (sheet,) = outcome.sheets
    assert sheet.cells[(0, 1)].text == "①\n②"
    assert sheet.unsupported == ("図形",)


@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_mutated_file_never_raises(data: st.DataObject, tmp_path: Path) -> None:
    """Bytes changed, cut off, and parts lost, emptied or cut: each gives one of the outcomes."""
    kind = data.draw(st.sampled_from(["flip", "cut", "part"]))
    content = data.draw(st.sampled_from([RICH, ODS])) if kind == "part" else _any_format(data)
    if kind == "flip":
        changed = bytearray(content)
        for _ in range(data.draw(st.integers(1, 8))):
            place = data.draw(st.integers(0, len(changed) - 1))
            changed[place] = data.draw(st.integers(0, 255))
        content = bytes(changed)
    elif kind == "cut":
        content = content[: data.draw(st.integers(0, len(content)))]
    else:
        content = _with_mutated_part(data, content)
    outcome = read_workbook(source_of(tmp_path, content), limits=LIMITS)
    assert isinstance(outcome, RawWorkbook | Unreadable | Skipped)


def _with_mutated_part(data: st.DataObject, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = data.draw(st.sampled_from(archive.namelist()))
        part = bytearray(archive.read(name))
    how = data.draw(st.sampled_from(["drop", "cut", "flip", "digits"]))
    if how == "drop" or not part:
        return repacked(content, {name: None})
    if how == "cut":
        return repacked(content, {name: bytes(part[: data.draw(st.integers(0, len(part)))])})
    places = [n for n, byte in enumerate(part) if how == "flip" or 48 <= byte <= 57]
    for _ in range(min(len(places), 5)):
        low, high = (0, 255) if how == "flip" else (45, 57)
        part[data.draw(st.sampled_from(places))] = data.draw(st.integers(low, high))
    return repacked(content, {name: bytes(part)})
