"""`torimatome menu`: months as people type them, files taken in, the month's work by questions."""

import io
import shutil
import sys
from pathlib import Path

import click
import pytest
from inboxes import TEMPLATES, good, load, put, roster
from issued_books import ministry_form, parts_of
from rows import every_row

from pipeline.cli import main
from pipeline.cli.menu import proposed_month, read_month, take_in
from pipeline.errors import ExitCode


@every_row(
    ("typed", "month"),
    [
        ("", "2026-11"),
        ("2026-10", "2026-10"),
        ("2026/9", "2026-09"),
        ("2026.9", "2026-09"),
        ("2026年9月", "2026-09"),
        ("2026年9月分", "2026-09"),
        ("202609", "2026-09"),
        ("20269", "2026-09"),
        ("令和8年10月", "2026-10"),
        ("R8.10", "2026-10"),
        ("令和元年5月", "2019-05"),
        ("12", "2026-12"),
        ("12月", "2026-12"),
        ("3月", "2027-03"),
        ("8", "2026-08"),
        ("0", ""),
        ("13", ""),
        ("2026-13", ""),
        ("来月", ""),
        ("11月30日", ""),
        ("2026", ""),
    ],
)
def test_months_as_people_type_them(typed: str, month: str) -> None:
    assert read_month(typed, "2026-11") == month


@pytest.mark.parametrize(
    ("task", "months", "today", "month"),
    [
        ("集計", (), "2026-11", "2026-11"),
        ("集計", ("2026-10",), "2026-11", "2026-11"),
        ("集計", ("2026-10", "2026-11"), "2026-11", "2026-11"),
        ("集計", ("2026-11",), "2027-02", "2026-12"),
        ("集計", ("2026-12",), "2026-11", "2026-12"),
        ("差戻し", ("2026-10", "2026-11"), "2026-12", "2026-11"),
        ("差戻し", (), "2026-12", "2026-12"),
        ("締め", ("2026-11",), "2026-12", "2026-11"),
        ("配布", ("2026-11",), "2026-11", "2026-12"),
        ("配布", ("2026-11",), "2027-01", "2027-01"),
    ],
)
def test_the_month_proposed(task: str, months: tuple[str, ...], today: str, month: str) -> None:
    assert proposed_month(task, months, today) == month


def test_files_are_copied_and_nothing_is_written_over(tmp_path: Path) -> None:
    inbox, mail = tmp_path / "inbox", tmp_path / "mail"
    (mail / "添付").mkdir(parents=True)
    (mail / "若葉市.xlsx").write_bytes(b"one")
    (mail / "添付" / "桜市.xlsx").write_bytes(b"two")
    files = [mail / "若葉市.xlsx", mail / "添付", mail / "none.xlsx"]
    told = [*take_in(files, inbox)]
    assert told[:2] == [
        f"若葉市.xlsx を {inbox} に写しました。",
        f"{Path('添付', '桜市.xlsx')} を {inbox} に写しました。",
    ]
    assert "見つからないため" in told[2]
    assert "もう" in next(take_in(files[:1], inbox))
    (mail / "若葉市.xlsx").write_bytes(b"another")
    assert [*take_in(files[:1], inbox)] == [f"若葉市 (2).xlsx を {inbox} に写しました。"]
    assert (inbox / "若葉市.xlsx").read_bytes() == b"one"
    assert (inbox / "若葉市 (2).xlsx").read_bytes() == b"another"
    assert (inbox / "添付" / "桜市.xlsx").read_bytes() == b"two"
    assert "もう" in next(take_in([inbox / "若葉市.xlsx"], inbox))
    assert "もう" in next(take_in([inbox], inbox))
    assert len([place for place in inbox.rglob("*") if place.is_file()]) == 3


def test_a_file_that_cannot_be_copied_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.cli.menu.shutil.copyfileobj", full)
    (tmp_path / "若葉市.xlsx").write_bytes(b"one")
    assert "写せませんでした" in next(take_in([tmp_path / "若葉市.xlsx"], tmp_path / "inbox"))
    assert [*(tmp_path / "inbox").iterdir()] == []


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a working folder whose returns lie outside the inbox, and make it the present one."""
    marks = {"若葉市": "①", "楓村": "○"}
    files = {f"{name}.xlsx": good(name, load(), mark) for name, mark in marks.items()}
    files["名簿.xlsx"] = roster(("01", "若葉市"), ("02", "楓村"))
    put(tmp_path / "mail", {**files, "壊れた.xlsx": b"PK\x03\x04 cut off"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answered(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let the next questions be answered by the lines of a text."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_month_by_questions(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    def launch(place: str) -> int:
        opened.append(Path(place).name)
        return 0

    monkeypatch.setattr(click, "launch", launch)
    monkeypatch.setattr("pipeline.cli.menu.present_month", lambda: "2026-11")
    monkeypatch.setattr("pipeline.cli.options.this_month", lambda: "2026-11")
    files = [str(place) for place in sorted((office / "mail" / "inbox").iterdir())]
    answered(monkeypatch, "9\n1\n来月\n\n\n")
    assert main(["menu", "--wait", *files]) == ExitCode.SOME_UNREADABLE
    out = capsys.readouterr().out
    assert "そのまま Enter なら 2026年11月分" in out
    assert "年と月を入力してください" in out
    assert "この画面を閉じます" in out
    answered(monkeypatch, "\n")
    assert main(["menu", "--task", "差戻し"]) == ExitCode.OK
    answered(monkeypatch, "12\nn\n")
    assert main(["menu", "--task", "配布"]) == ExitCode.OK
    answered(monkeypatch, "11月\nn\n")
    assert main(["menu", "--task", "締め"]) == ExitCode.OK
    assert not (office / "inbox" / "2026-11").exists()
    answered(monkeypatch, "11月\ny\n")
    assert main(["menu", "--task", "締め"]) == ExitCode.OK
    assert (office / "inbox" / "2026-11").is_dir()
    assert main(["menu", "--task", "見本"]) == ExitCode.OK
    assert opened == ["集計_2026-11.xlsx", "差戻し", "配布_2026-12", "集計_2026-11.xlsx"]


def test_a_closed_window_ends_it(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, "")
    assert main(["menu"]) == ExitCode.INTERRUPTED
    assert not (office / "outbox").exists()


def test_a_form_dropped_on_the_task_that_hands_out_is_kept_as_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "名簿.xlsx").write_bytes(roster(("S01", "若葉市", "")))
    form = tmp_path / "【様式】チェックシート.xlsx"
    form.write_bytes(ministry_form())
    monkeypatch.setattr(sys, "stdin", io.StringIO("2026-11\nいいえ\n"))
    monkeypatch.setattr(click, "launch", lambda *_args, **_more: 0)
    assert main(["menu", "--task", "配布", form.name, "名簿.xlsx"]) == ExitCode.OK
    assert (tmp_path / "inbox" / "名簿.xlsx").exists()
    assert not (tmp_path / "inbox" / form.name).exists()
    (made,) = (tmp_path / "outbox" / "配布_2026-11" / "若葉市").glob("*.xlsx")
    assert "xl/drawings/drawing9.xml" in parts_of(made.read_bytes())
    form.write_bytes(b"PDF")
    assert main(["menu", "--task", "配布", form.name]) == ExitCode.USAGE
    assert "何も書き出していません" in capsys.readouterr().err
