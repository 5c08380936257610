"""From a folder of real workbooks, good and bad, to the files a coordinator gets."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inboxes import fingerprint, good, load, put, settings_for, states, table
from sample.workbooks import plain_table

import pipeline.write
from pipeline.cli import main
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Checklist, FileState
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.settings import Limits, Settings


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load()


def test_an_empty_inbox_writes_nothing_and_says_where_to_put_files(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(TorimatomeError) as told:
        aggregate(settings_for(tmp_path))
    assert told.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert str(tmp_path / "inbox") in told.value.message
    assert "make demo" in told.value.message
    assert not (tmp_path / "outbox" / MONTH).exists()


@pytest.mark.parametrize(
    ("files", "code"), [((), 3), (("良",), 0), (("良", "壊"), 1)], ids=["empty", "good", "broken"]
)
def test_exit_codes_of_the_command(
    files: tuple[str, ...],
    code: int,
    tmp_path: Path,
    checklist: Checklist,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Here; tests/test_container.py and tests/test_mishaps.py have those of processes."""
    contents = {"良": good("若葉市", checklist), "壊": b"PK\x03\x04 cut off"}
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {f"{name}.xlsx": contents[name] for name in files})
    words = [
        "aggregate", "--month", MONTH, "--inbox", str(tmp_path / "inbox"),
        "--outbox", str(tmp_path / "outbox"), "--quiet",
    ]  # fmt: skip
    assert main(words) == code
    assert "Traceback" not in "".join(capsys.readouterr())
    assert (tmp_path / "outbox" / MONTH).exists() is (code != 3)


def part_replaced(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Give a package with one part changed."""
    memory = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            body = source.read(entry)
            target.writestr(entry.filename, change(body) if entry.filename == name else body)
    return memory.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _with_huge_merge(body: bytes) -> bytes:
    start, end = body.index(b"<mergeCells"), body.index(b"</mergeCells>")
    merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/>'
    return body[:start] + merge + body[end:]


def _with_entities(body: bytes) -> bytes:
    head, rest = body.split(b"?>", 1)
    return head + b"?>" + ENTITIES + rest


def _with_a_huge_string(body: bytes) -> bytes:
    text = b"<si><t>" + b"A" * 80_000_000 + b"</t></si></sst>"
    return body.replace(b"</sst>", text)


HOSTILE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "entities": (STRINGS, _with_entities),
    "huge string": (STRINGS, _with_a_huge_string),
    "sheet cut off": (SHEET, lambda body: body[: len(body) // 2]),
    "sheet of nothing": (SHEET, lambda _: b""),
}


# These kill other readers; whoever reads only the cells that are there has no trouble.
SPARSE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "far cell": (SHEET, lambda body: body.replace(b"</sheetData>", FAR_CELL)),
    "huge merge": (SHEET, _with_huge_merge),
}


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_costs_itself_and_nothing_else(
    kind: str, tmp_path: Path, checklist: Checklist
) -> None:
    clean = good("若葉市", checklist)
    put(
        tmp_path,
        {
            "01_若葉市.xlsx": clean,
            "02_危険.xlsx": part_replaced(good("白雲町", checklist), *HOSTILE[kind]),
            "03_青嶺市.xlsx": good("青嶺市", checklist, "③"),
        },
    )
    result = aggregate(settings_for(tmp_path))
    found = states(tmp_path)
    assert found.pop("02_危険.xlsx") == "unreadable"
    assert set(found.values()) == {"counted"}
    assert result.exit_code is ExitCode.SOME_UNREADABLE
    assert {row["status"] for row in table(tmp_path, "answers")} == {"done", "not_planned"}


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("kind", SPARSE)
def test_a_sheet_of_enormous_extent_is_read_right_or_refused(
    kind: str, tmp_path: Path, checklist: Checklist
) -> None:
    put(
        tmp_path,
        {
            "01_若葉市.xlsx": good("若葉市", checklist),
            "02_危険.xlsx": part_replaced(good("白雲町", checklist, "③"), *SPARSE[kind]),
        },
    )
    aggregate(settings_for(tmp_path))
    found = states(tmp_path)
    assert found["01_若葉市.xlsx"] == "counted"
    assert found["02_危険.xlsx"] in {"counted", "unreadable"}
    read = {row["status"] for row in table(tmp_path, "answers") if row["file"][:2] == "02"}
    # A merge over everything hides every cell but the first: blank then, and never "done".
    assert read <= {"not_planned", "blank"}


def test_files_of_every_other_kind_are_listed_and_none_stops_the_month(
    tmp_path: Path, checklist: Checklist
) -> None:
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as archive:
        archive.writestr("回答.xlsx", good("白雲町", checklist))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("奥.zip", nested.getvalue())
        archive.writestr("../../外へ.xlsx", good("青嶺市", checklist))
    put(
        tmp_path,
        {
            "若葉市.xlsx": good("若葉市", checklist),
            "空.xlsx": b"",
            "文書.docx": part_replaced(good("某", checklist), "none", bytes),
            "絵.png": b"\x89PNG\r\n\x1a\n" + bytes(32),
            "束.zip": outer.getvalue(),
            "壊れた束.zip": b"PK\x03\x04" + bytes(20),
            "表.csv": b"\x00\x01\x02\xff" * 64,
            "2026-10/先月.xlsx": good("先月市", checklist),
            "=cmd|calc.xlsx": plain_table("表", (("a", "b"),)),
            ".DS_Store": bytes(16),
        },
    )
    aggregate(settings_for(tmp_path))
    found = states(tmp_path)
    assert found["若葉市.xlsx"] == "counted"
    assert "2026-10/先月.xlsx" not in found
    written = {row["respondent"] for row in table(tmp_path, "answers")}
    assert "若葉市" in written
    assert "先月市" not in written
    assert not (tmp_path.parent / "外へ.xlsx").exists()
    listed = [name.lstrip("'") for name in found]
    assert sorted(name for name in listed if "!" not in name) == sorted(
        path.relative_to(tmp_path / "inbox").as_posix()
        for path in (tmp_path / "inbox").rglob("*")
        if path.is_file() and path.parent.name != "2026-10"
    )
    assert {name for name in listed if name.startswith("束.zip!")} >= {"束.zip!奥.zip"}
    assert set(found.values()) <= {state.value for state in FileState}


def test_only_foreign_files_still_give_a_workbook(tmp_path: Path) -> None:
    put(tmp_path, {"予算.xlsx": plain_table("歳出", (("款", "項"), (2, 1)))})
    result = aggregate(settings_for(tmp_path))
    assert states(tmp_path) == {"予算.xlsx": "not_checklist"}
    assert table(tmp_path, "answers") == []
    assert result.workbook.exists()


def test_a_file_over_the_size_limit_is_told_and_not_read(
    tmp_path: Path, checklist: Checklist
) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist)})
    size = (tmp_path / "inbox" / "若葉市.xlsx").stat().st_size
    aggregate(settings_for(tmp_path, limits=Limits(file_size=size - 1)))
    assert states(tmp_path) == {"若葉市.xlsx": "unreadable"}
    assert {row["code"] for row in table(tmp_path, "findings")} >= {"F104"}


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interrupted_run_leaves_the_old_month_whole(
    failure: BaseException,
    tmp_path: Path,
    checklist: Checklist,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist)})
    aggregate(settings_for(tmp_path))
    before = fingerprint(tmp_path / "outbox")
    whole = pipeline.write.write

    def half(report: Any, folder: Path, settings: Settings) -> None:
        whole(report, folder, settings)
        (folder / "data" / "answers.csv").write_text("half", encoding="utf-8")
        raise failure

    monkeypatch.setattr(pipeline.write, "write", half)
    put(tmp_path, {"白雲町.xlsx": good("白雲町", checklist)})
    with pytest.raises((KeyboardInterrupt, TorimatomeError)):
        aggregate(settings_for(tmp_path))
    assert fingerprint(tmp_path / "outbox") == before


def test_what_people_put_beside_the_month_stays(tmp_path: Path, checklist: Checklist) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist)})
    aggregate(settings_for(tmp_path))
    memo = tmp_path / "outbox" / MONTH / "メモ.txt"
    memo.write_text("局長説明 11/25", encoding="utf-8")
    aggregate(settings_for(tmp_path))
    assert memo.read_text(encoding="utf-8") == "局長説明 11/25"


def test_without_a_roster_nobody_is_missing(tmp_path: Path, checklist: Checklist) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist)})
    result = aggregate(settings_for(tmp_path))
    assert result.missing is None
    assert "B501" not in {row["code"] for row in table(tmp_path, "findings")}
