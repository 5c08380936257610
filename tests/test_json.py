"""`--json`: one document on stdout, of the types that docs/json.md describes, and nothing else."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from inboxes import good, load, put

from pipeline.cli import documents, main
from pipeline.cli.commands import torimatome
from pipeline.cli.documents import DOCUMENTS, Failure
from pipeline.errors import ExitCode
from pipeline.rules import RULES

MONTH = "2026-11"
ROOT = Path(__file__).resolve().parents[1]
KINDS = {
    "aggregate": documents.Aggregated,
    "aggregate-dry-run": documents.Rehearsed,
    "inspect": documents.Inspected,
    "rules": documents.RulesTold,
    "explain": documents.Explained,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checklist = load()
    books = {f"{name}.xlsx": good(name, checklist) for name in ("若葉市", "青嶺市")}
    put(tmp_path, books)
    return tmp_path


def document(out: str) -> dict[str, Any]:
    """Parse stdout as one document, and hold it against its type: every field, and no other."""
    content: dict[str, Any] = json.loads(out)
    kind = KINDS[content["document"]] if "document" in content else Failure
    typed: object = msgspec.convert(content, kind)
    assert msgspec.to_builtins(typed) == content
    return content


def said(
    capsys: pytest.CaptureFixture[str], *arguments: str, code: int = ExitCode.OK
) -> tuple[dict[str, Any], str]:
    assert main([*arguments, "--json"]) == code
    out, err = capsys.readouterr()
    return document(out), err


def places(folder: Path) -> list[str]:
    return ["--inbox", str(folder / "inbox"), "--outbox", str(folder / "outbox")]


def aggregate(folder: Path, *more: str) -> list[str]:
    return ["aggregate", *places(folder), "--month", MONTH, *more]


def test_a_month(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told, words = said(capsys, *aggregate(folder))
    assert f"{MONTH} の集計が終わりました。" in words
    assert (told["month"], told["exit_code"], told["files"]) == (MONTH, 0, {"counted": 2})
    assert Path(told["workbook"]).is_file()
    here = {p.relative_to(told["folder"]).as_posix() for p in Path(told["folder"]).rglob("*.*")}
    assert set(told["paths"]) == here
    assert told["missing"] is None
    assert told["run"] == json.loads(Path(told["folder"], "run.json").read_text(encoding="utf-8"))


def test_exit_codes_stay_as_they_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inbox" / "壊れた.xlsx").write_bytes(b"PK\x03\x04 broken")
    told, _ = said(capsys, *aggregate(folder), code=ExitCode.SOME_UNREADABLE)
    assert told["exit_code"] == ExitCode.SOME_UNREADABLE
    broken = next(each for each in told["findings"] if each["file"] == "壊れた.xlsx")
    assert broken["code"].startswith("F")
    assert broken["fix"]
    told, _ = said(capsys, *aggregate(folder, "--fail-on", "参考"), code=ExitCode.FINDINGS)
    assert told["exit_code"] == ExitCode.FINDINGS


def test_the_public_edition_tells_of_no_body(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "inbox" / "壊れた青嶺市.xlsx").write_bytes(b"PK\x03\x04 broken")
    more = ("--edition", "public")
    told, _ = said(capsys, *aggregate(folder, *more), code=ExitCode.SOME_UNREADABLE)
    told = told | dict.fromkeys(("folder", "workbook"))  # the folder of this test has its name
    assert "青嶺市" not in json.dumps(told, ensure_ascii=False)
    assert told["findings"] == told["attention"] == []


def test_what_would_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told, words = said(capsys, *aggregate(folder, "--dry-run"))
    assert told["document"] == "aggregate-dry-run"
    assert (told["compared"], told["first"]) == (False, True)
    assert "すべてが新しくできます" in words
    assert not (folder / "outbox" / MONTH).exists()
    said(capsys, *aggregate(folder))
    (folder / "inbox" / "月影村.xlsx").write_bytes(good("月影村", load()))
    told, words = said(capsys, *aggregate(folder, "--dry-run"))
    assert (told["compared"], told["new_files"], told["new_bodies"]) == (
        True,
        ["月影村.xlsx"],
        ["月影村"],
    )
    assert "何も書き出していません。" in words


def test_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = folder / "inbox" / "壊れた.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    path = folder / "inbox" / "若葉市.xlsx"
    told, words = said(capsys, "inspect", str(path), str(broken), "--month", MONTH)
    assert words == ""
    one, other = told["files"]
    assert (one["file"], one["kind"], one["unreadable"]) == (str(path), "xlsx", "")
    (found,) = one["returns"]
    assert len(found["answers"]) == 55
    assert found["items_missing"] == []
    assert {"若葉市"} <= {each["text"] for each in found["names"]}
    assert found["answers"][0]["cell"].startswith(found["tables"][0]["mark_column"])
    assert one["handled"][0]["state"] == "counted"
    assert (other["returns"], other["unreadable"]) == ([], "broken")
    assert other["findings"][0]["code"].startswith("F")


def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    told, _ = said(capsys, "rules")
    assert [each["code"] for each in told["rules"]] == list(RULES)
    told, _ = said(capsys, "rules", "a307")
    assert [each["title"] for each in told["rules"]] == [RULES["A307"].title]


@pytest.mark.parametrize(
    ("text", "status", "month", "codes"),
    [
        ("①", "done", "", []),
        ("②（○月）", "planned", "", ["A307"]),
        ("②R9.3頃", "planned", "2027-03", []),
        ("", "blank", "", ["A301"]),
        ("\udce3", "unclear", "", ["A305"]),
    ],
)
def test_texts(
    text: str, status: str, month: str, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told, words = said(capsys, "explain", text, "--month", MONTH)
    assert (told["status"], told["due"]["month"]) == (status, month)
    assert [each["code"] for each in told["findings"]] == codes
    assert words == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["aggregate", "--inbox", "nowhere", "--month", MONTH], ExitCode.NOTHING_WRITTEN),
        (["aggregate", "--month", "2026-13"], ExitCode.USAGE),
        (["aggregate", "--nothing"], ExitCode.USAGE),
        (["aggregate", "--month", "1999-01"], ExitCode.USAGE),
        (["inspect"], ExitCode.USAGE),
        (["inspect", "nowhere.xlsx"], ExitCode.USAGE),
        (["rules", "Z999"], ExitCode.USAGE),
        (["explain"], ExitCode.USAGE),
        (["demo"], ExitCode.USAGE),
        ([], ExitCode.USAGE),
    ],
)
def test_a_failure_is_a_document_too(
    arguments: list[str],
    code: ExitCode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "outbox" / "2026-10").mkdir(parents=True)
    (tmp_path / "outbox" / "2026-10" / "run.json").write_text("{}", encoding="utf-8")
    told, _ = said(capsys, *arguments, code=code)
    assert told["exit_code"] == code
    assert told["error"]


def test_a_fault_of_our_own_is_a_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipeline.cli.told.rules_told", fail)
    told, _ = said(capsys, "rules", code=ExitCode.NOTHING_WRITTEN)
    assert "ZeroDivisionError" in told["error"]


def test_help_stays_help_and_text_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--json", "--help"]) == ExitCode.OK
    assert "使い方" in capsys.readouterr().out
    assert main(["explain", "--month", MONTH, "--", "--json"]) == ExitCode.OK
    assert "書かれた文字" in capsys.readouterr().out


def test_the_commands_that_take_it() -> None:
    taking = {
        name
        for name, command in torimatome.commands.items()
        if any("--json" in each.opts for each in command.params)
    }
    assert taking == {"aggregate", "inspect", "rules", "explain"}
    assert {*KINDS.values(), Failure} == {*DOCUMENTS}


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "ascii"])
def test_no_console_costs_a_sign(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding, errors="replace"))
    assert main(["explain", "②（😀〜―）", "--month", MONTH, "--json"]) == ExitCode.OK
    assert document(out.getvalue().decode("utf-8"))["text"] == "②（😀〜―）"


def process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        check=False,
    )


def test_a_process_prints_nothing_else(folder: Path) -> None:
    (folder / "inbox" / "壊れた.xlsx").write_bytes(b"PK\x03\x04 broken")
    done = process(folder, "aggregate", "--month", MONTH, "--jobs", "2", "--json")
    assert done.returncode == ExitCode.SOME_UNREADABLE, done.stderr
    assert document(done.stdout)["files"] == {"counted": 2, "unreadable": 1}
    assert "集計が終わりました" in done.stderr
