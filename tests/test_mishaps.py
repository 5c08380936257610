"""Mishaps of a month through whole runs, where no other test plays them. See docs/mishaps.md."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inboxes import good, load, put, settings_for, states, table, workbook
from test_read_formats import encrypted

from pipeline.errors import ExitCode
from pipeline.formats import read_workbook
from pipeline.loop.sendback import send_back
from pipeline.model import Severity, SourceFile
from pipeline.run import RunResult, aggregate
from pipeline.sample import MONTH
from pipeline.settings import Limits

FORM = load()
ITEMS = len(FORM.items)
ROOT = Path(__file__).parent.parent
ROSTER = "団体コード,団体名\nA1,若葉市\nA2,白雲町\nA3,楓村\n".encode("utf-8-sig")


def refusing(monkeypatch: pytest.MonkeyPatch, refused: Path, times: int) -> None:
    """Let the system refuse to open a file so many times, as where somebody has it open."""
    opened: Any = Path.open
    left = [times]

    def refuse(path: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if path == refused and "r" in mode and left[0]:
            left[0] -= 1
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *arguments, **named)

    monkeypatch.setattr(Path, "open", refuse)


def month(folder: Path) -> RunResult:
    put(
        folder,
        {
            "若葉市.xlsx": good("若葉市", FORM),
            "白雲町.xlsx": good("白雲町", FORM),
            "楓村.xlsx": good("楓村", FORM),
            "名簿.csv": ROSTER,
        },
    )
    return aggregate(settings_for(folder, pivot=False))


def not_the_respondents_fault(folder: Path, result: RunResult) -> None:
    told = {finding.code: finding for finding in result.findings}
    assert (told["F112"].severity, told["F112"].respondent) == (Severity.CHECK, "若葉市")
    assert "若葉市.xlsx" in told["B501"].message
    assert told["B501"].severity is Severity.CHECK
    assert states(folder)["若葉市.xlsx"] == "unreadable"
    sent = send_back(settings_for(folder))
    assert not sent.packages
    assert not sent.reminded


def test_a_file_that_the_system_refuses_is_nobodys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, tmp_path / "inbox" / "若葉市.xlsx", times=1_000)
    not_the_respondents_fault(tmp_path, month(tmp_path))


def test_a_file_without_permission_is_nobodys_fault(tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": b""})
    locked = tmp_path / "inbox" / "若葉市.xlsx"
    locked.chmod(0)
    if os.access(locked, os.R_OK):
        pytest.skip("this user reads every file (root), or the file system knows no permissions")
    try:
        put(tmp_path, {"白雲町.xlsx": good("白雲町", FORM), "楓村.xlsx": good("楓村", FORM)})
        put(tmp_path, {"名簿.csv": ROSTER})
        not_the_respondents_fault(tmp_path, aggregate(settings_for(tmp_path, pivot=False)))
    finally:
        locked.chmod(0o600)


def test_what_was_refused_once_is_tried_again_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, tmp_path / "inbox" / "若葉市.xlsx", times=1)
    result = month(tmp_path)
    assert states(tmp_path)["若葉市.xlsx"] == "counted"
    assert not [finding for finding in result.findings if finding.code in {"F112", "B501"}]


def test_what_is_hashed_is_what_was_read(tmp_path: Path) -> None:
    """A file that was replaced after it was listed bears the hash of what stands there now."""
    path = tmp_path / "若葉市.xlsx"
    path.write_bytes(good("若葉市", FORM))
    listed = SourceFile(path=path.name, location=path, size=3, sha256="0" * 64)
    read = read_workbook(listed, limits=Limits())
    assert read.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read.source.size == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "code"), [(good("若葉市", FORM), 0), (b"PK\x03\x04 cut off", 0), (None, 2)]
)
def test_make_ends_well_where_the_month_was_written(
    content: bytes | None, code: int, tmp_path: Path
) -> None:
    """The command's own exit code 1 (something was unreadable) is no error of make's."""
    if shutil.which("make") is None:
        pytest.skip("make: not installed here")
    (tmp_path / "inbox").mkdir()
    if content is not None:
        put(tmp_path, {"若葉市.xlsx": content})
    places = [f"INBOX={tmp_path / 'inbox'}", f"OUTBOX={tmp_path / 'outbox'}"]
    ready, own = ROOT / ".venv" / ".run-ready", Path(sys.executable).parent
    ran = subprocess.run(
        [
            "make",
            "-o",
            str(ready.relative_to(ROOT)),
            "aggregate",
            f"BIN={own}",
            *places,
            f"MONTH={MONTH}",
            "ARGS=--quiet --no-pivot --yes",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stderr
    written = (tmp_path / "outbox" / MONTH / f"集計_{MONTH}.xlsx").exists()
    assert written is (content is not None)
    assert ("Error" in ran.stderr or "エラー" in ran.stderr) is not written


@pytest.fixture(scope="module")
def unread(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a month in which one body answers with signs, and one in words nobody knows."""
    folder = tmp_path_factory.mktemp("unread")
    put(
        folder,
        {
            "若葉市.xlsx": good("若葉市", FORM, "○"),
            "白雲町.xlsx": good("白雲町", FORM, "③"),
            "楓村.xlsx": good("楓村", FORM, "対応ずみ半分"),
            "名簿.csv": ROSTER,
        },
    )
    assert aggregate(settings_for(folder, pivot=False)).exit_code is ExitCode.OK
    return folder


def lines(folder: Path, title: str) -> list[list[str]]:
    rows = workbook(folder)[title].iter_rows(values_only=True)
    return [[str(value) for value in row if value is not None] for row in rows]


def test_notations_that_nobody_knows_are_listed_with_their_count(unread: Path) -> None:
    listed = lines(unread, "コード表")
    place = next(
        n for n, row in enumerate(listed) if row and row[0].startswith("読み取れなかった書き方")
    )
    found = {row[0]: row[1] for row in listed[place + 1 :] if len(row) > 2}
    assert found["対応ずみ半分"] == str(ITEMS)
    assert found["○"] == str(ITEMS)


def test_who_answered_in_signs_did_answer(unread: Path) -> None:
    """All 55 are unclear, which is neither empty nor 未対応."""
    assert {row["status"] for row in table(unread, "answers") if row["respondent"] == "若葉市"} == {
        "unclear"
    }
    rates = {row[2]: row[5] for row in lines(unread, "回収状況") if len(row) > 5}
    assert float(rates["若葉市"]) == float(rates["白雲町"]) == 1.0
    listed = lines(unread, "概況")
    place = next(n for n, row in enumerate(listed) if "未対応が多い団体" in row)
    ranked = [(row[-2], row[-1]) for row in listed[place + 1 : place + 4]]
    assert ranked[0] == ("白雲町", str(ITEMS))
    assert ("若葉市", "0") in ranked


def labelled(name: str) -> bytes:
    """Give a workbook under rights management: encrypted, and without a key for passwords."""
    content = encrypted(good(name, FORM), "irgendwas", "agile")
    key, other = ("EncryptionInfo".encode("utf-16-le"), "EncryptionNone".encode("utf-16-le"))
    assert key in content
    return content.replace(key, other)


def test_a_labelled_workbook_says_what_it_is_and_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": labelled("若葉市"), "白雲町.xlsx": good("白雲町", FORM)})
    put(tmp_path, {"名簿.csv": ROSTER, "passwords.txt": b"irgendwas\n"})
    result = aggregate(settings_for(tmp_path, pivot=False))
    (found,) = [finding for finding in result.findings if finding.code == "F102"]
    assert (found.severity, found.respondent) == (Severity.FIX, "若葉市")
    assert "秘密度ラベル" in found.message
    assert "保護を外して" in found.ask
    letters = send_back(settings_for(tmp_path)).folder
    (letter,) = letters.rglob("*若葉市*.txt")
    assert "保護を外して" in letter.read_text(encoding="utf-8-sig")
