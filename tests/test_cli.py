"""The command line as a coordinator meets it: Japanese words, exit codes, no traceback."""

import subprocess
from pathlib import Path

import pytest

from pages.commands import render_cli_page
from pipeline.cli import main
from pipeline.cli.commands import torimatome
from pipeline.errors import ExitCode, TorimatomeError

ROOT = Path(__file__).resolve().parent.parent


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == ExitCode.OK
    output = capsys.readouterr().out
    assert "使い方: torimatome" in output
    assert "aggregate" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["aggregate", "--month", "11月"], "「年-月」で指定してください"),
        (["aggregate", "--moth", "2026-11"], "オプション「--moth」はありません"),
        (["aggregat"], "使えるコマンド"),
        (["inspect"], "ファイル…"),
        (["inspect", "ない.xlsx"], "見つからないか"),
        (["aggregate", "--fail-on", "全部"], "要修正 / 要確認 / 参考"),
        (["aggregate", "--jobs", "-1"], "0 以上の整数"),
        (["rules", "A999"], "コード A999 はありません"),
    ],
)
def test_wrong_usage_is_told_in_japanese(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert words in error
    assert "Error" not in error


def test_an_empty_inbox_says_where_to_put_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inbox").mkdir()
    for name in ("README.txt", "passwords.txt", ".DS_Store"):  # ours and the system's, no return
        (tmp_path / "inbox" / name).write_text("")
    arguments = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox")]
    assert main(["aggregate", "--month", "2026-11", *arguments]) == ExitCode.NOTHING_WRITTEN
    error = capsys.readouterr().err
    assert "集計するファイルがありません" in error
    assert "make demo" in error
    assert not (tmp_path / "outbox").exists()


def test_a_missing_inbox_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--inbox", str(tmp_path / "none"), "--outbox", str(tmp_path / "outbox")]
    assert main(["aggregate", "--month", "2026-11", *arguments]) == ExitCode.NOTHING_WRITTEN
    assert "集計するファイルがありません" in capsys.readouterr().err


def test_ctrl_c_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(torimatome.commands["aggregate"], "callback", interrupted)
    assert main(["aggregate"]) == ExitCode.INTERRUPTED


def test_an_unexpected_error_gives_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> int:
        raise ZeroDivisionError("秘密の回答")

    monkeypatch.setattr(torimatome.commands["aggregate"], "callback", broken)
    monkeypatch.delenv("TORIMATOME_DEBUG", raising=False)
    assert main(["aggregate"]) == ExitCode.NOTHING_WRITTEN
    error = capsys.readouterr().err
    assert "ZeroDivisionError" in error
    assert "Traceback" not in error
    assert "秘密" not in error


def test_the_exit_code_survives_a_process_border() -> None:
    import pickle  # noqa: PLC0415 - only this test needs it

    error = pickle.loads(pickle.dumps(TorimatomeError("名簿", ExitCode.USAGE)))  # noqa: S301 - ours
    assert (error.message, error.exit_code) == ("名簿", ExitCode.USAGE)


def test_every_command_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == render_cli_page(torimatome)
    for name, command in torimatome.commands.items():
        assert command.hidden or f"## torimatome {name}\n" in page


def test_demo_refuses_a_folder_of_somebody_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "大事.xlsx").write_text("")
    assert main(["demo", "--into", str(tmp_path)]) == ExitCode.USAGE
    assert "見本以外のファイル" in capsys.readouterr().err
    assert (tmp_path / "大事.xlsx").exists()


@pytest.mark.parametrize(("code", "end"), [(0, 0), (1, 0), (2, 2), (3, 2)])
def test_make_has_nothing_to_add_where_the_workbook_was_written(
    code: int, end: int, tmp_path: Path
) -> None:
    """1 says that some file was not read, which the run has told; make's own code is 2."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "ready").touch()
    ran = subprocess.run(
        ["make", "aggregate", f"BIN={tmp_path}", f"RUN={tmp_path / 'ready'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == end
    assert ("Error" in ran.stderr) is (end != 0)
