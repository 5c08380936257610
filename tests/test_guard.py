"""The month is said before anything is read, and a good month is not written over by a poor one."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from inboxes import fingerprint, good, load, put, settings_for, states

from pipeline.cli import main, options
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.month.guard import Chosen, MonthSource, announcement, doubt_about_month
from pipeline.run import aggregate

ROOT = Path(__file__).resolve().parent.parent
MONTH = "2026-11"


@pytest.mark.parametrize(
    ("month", "source", "months", "line"),
    [
        (
            "2026-12",
            MonthSource.TODAY,
            ("2026-10", "2026-11"),
            "基準月 2026-12（今日の日付から）。前回は 2026-11 でした。",
        ),
        (
            "2026-11",
            MonthSource.MAKE,
            ("2026-11",),
            "基準月 2026-11（MONTH= で指定）。前回も 2026-11 でした。",
        ),
        (
            "2026-11",
            MonthSource.FILE,
            (),
            "基準月 2026-11（torimatome.toml で指定）。はじめての集計です。",
        ),
    ],
)
def test_the_announcement(
    month: str, source: MonthSource, months: tuple[str, ...], line: str
) -> None:
    assert announcement(Chosen(month=month, source=source), months) == line


@pytest.mark.parametrize(
    ("month", "months", "today", "expected"),
    [
        ("2026-11", (), "2026-11", True),
        ("2024-11", (), "2026-11", True),
        ("2024-10", (), "2026-11", False),
        ("2028-11", (), "2026-11", True),
        ("2028-12", (), "2026-11", False),
        ("1999-01", (), "2026-11", False),
        ("2026-11", ("2026-10", "2026-11"), "2026-11", True),
        ("2026-12", ("2026-10", "2026-11"), "2026-11", True),
        ("2027-01", ("2026-12",), "2027-01", True),
        ("2027-01", ("2026-11",), "2027-01", False),  # a month was left out, or mistyped
        ("2026-10", ("2026-10", "2026-11"), "2026-11", False),
        ("2025-11", ("2026-10",), "2026-11", False),
        ("2002-11", ("2002-10",), "2026-11", True),  # today says nothing once there are months
    ],
)
def test_which_month_is_to_be_expected(
    month: str, months: tuple[str, ...], today: str, expected: bool
) -> None:
    doubt = doubt_about_month(month, months, today)
    assert (doubt == "") is expected
    assert not doubt or month in doubt


@pytest.fixture
def office(tmp_path: Path) -> list[str]:
    """Give the options of an inbox with one return and an outbox with 2026-11."""
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    places = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox")]
    (tmp_path / "outbox" / MONTH).mkdir(parents=True)
    (tmp_path / "outbox" / MONTH / "run.json").write_text("{}", encoding="utf-8")
    return places


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(arguments)
    output = capsys.readouterr()
    return code, output.out, output.err


def test_the_first_lines_tell_what_is_done_and_for_which_month(
    office: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    month = f"基準月 {MONTH}（今日の日付から）。前回も {MONTH} でした。"
    code, out, _ = ran(capsys, "aggregate", *office, "--no-pivot", "--quiet")
    first = f"{office[1]} の回答を集計し、{office[3]}/{MONTH} に書き出します。"
    assert (code, out.splitlines()[:2]) == (ExitCode.OK, [first, month])
    for command, first in {
        "sendback": f"{MONTH} の差戻し票・依頼文・督促文を {office[3]}/{MONTH} に作ります。",
        "distribute": f"{MONTH} の配布用チェックシートを {office[3]}/配布_{MONTH} に作ります。",
        "close": f"{MONTH} を締め、集計の済んだファイルを {office[1]}/{MONTH} に移します。",
    }.items():
        assert ran(capsys, command, *office)[1].splitlines()[:2] == [first, month]
    monkeypatch.setenv(options.MONTH_VARIABLE, "2026-11")
    assert "（MONTH= で指定）" in ran(capsys, "close", *office, "--dry-run")[1]
    assert "（--month で指定）" in ran(capsys, "close", *office, "--month", MONTH)[1]
    monkeypatch.delenv(options.MONTH_VARIABLE)
    monkeypatch.chdir(office[1] + "/..")
    Path("torimatome.toml").write_text('month = "2026-12"\n', encoding="utf-8")
    (Path("templates")).symlink_to(ROOT / "templates")
    _, out, _ = ran(capsys, "close", *office, "--dry-run")
    assert "基準月 2026-12（torimatome.toml で指定）" in out
    assert "（--month で指定）" in ran(capsys, "close", *office, "--month", MONTH)[1]
    Path("torimatome.toml").write_text('month = "11月"\n', encoding="utf-8")
    code, _, error = ran(capsys, "close", *office)
    assert (code, "「month」は" in error) == (ExitCode.USAGE, True)


@pytest.mark.parametrize("command", ["aggregate", "sendback"])
def test_an_unlikely_month_needs_a_yes(
    command: str, office: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    outbox = Path(office[3])
    before = fingerprint(outbox)
    code, _, error = ran(capsys, command, *office, "--month", "2025-11")
    assert code == ExitCode.USAGE
    assert "いちばん新しい集計の月（2026-11）でも、その次の月（2026-12）でもありません" in error
    assert "--yes" in error
    assert fingerprint(outbox) == before
    code, _, error = ran(capsys, command, *office, "--month", "2025-11", "--yes")
    assert (code, error) == (ExitCode.OK, "")
    assert fingerprint(outbox).keys() > before.keys()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2), ("", 130)])
def test_on_a_terminal_it_is_asked(
    answer: str,
    code: int,
    office: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import io  # noqa: PLC0415 - only this test needs it

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    options = ("--month", "2026-10", "--no-pivot", "--quiet")
    assert ran(capsys, "aggregate", *office, *options)[0] == code
    assert (Path(office[3]) / "2026-10").exists() is (code == 0)


def test_the_first_month_of_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    places = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox")]
    code, out, error = ran(capsys, "aggregate", *places, "--month", "1999-01")
    assert code == ExitCode.USAGE
    assert "はじめての集計です" in out
    assert "今月（2026-11）から 24 か月より離れています" in error
    assert not (tmp_path / "outbox").exists()


# ── Fewer bodies than before ────────────────────────────────────────────────────────────────


def returned(folder: Path, count: int) -> None:
    checklist = load()
    put(folder, {f"第{n}市.xlsx": good(f"第{n}市", checklist) for n in range(count)})


def test_a_month_is_not_written_over_by_far_fewer_bodies(tmp_path: Path) -> None:
    returned(tmp_path, 6)
    settings = settings_for(tmp_path, pivot=False)
    aggregate(settings)
    (settings.inbox / "第0市.xlsx").unlink()
    aggregate(settings)  # one in six is within a fifth
    before = fingerprint(settings.outbox)
    (settings.inbox / "第1市.xlsx").unlink()
    (settings.inbox / "第2市.xlsx").unlink()
    with pytest.raises(TorimatomeError) as caught:
        aggregate(settings)
    assert caught.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert "今回ない団体: 第1市、第2市\n" in caught.value.message
    assert "--allow-fewer" in caught.value.message
    assert fingerprint(settings.outbox) == before
    returned(tmp_path, 2)  # some come back, others are gone
    aggregate(settings)
    assert set(states(tmp_path)) == {f"第{n}市.xlsx" for n in (0, 1, 3, 4, 5)}


def test_a_good_month_is_not_emptied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """B2: an inbox with only the roster left in it."""
    returned(tmp_path, 1)
    settings = settings_for(tmp_path, pivot=False)
    put(tmp_path, {"名簿.csv": "団体コード,団体名\r\n1,第0市\r\n2,第1市\r\n".encode("utf-8-sig")})
    places = ["--inbox", str(settings.inbox), "--outbox", str(settings.outbox), "--no-pivot"]
    assert ran(capsys, "aggregate", *places)[0] == ExitCode.OK
    before = fingerprint(settings.outbox)
    (settings.inbox / "第0市.xlsx").unlink()
    code, _, error = ran(capsys, "aggregate", *places)
    assert (code, "今回ない団体: 第0市" in error) == (ExitCode.NOTHING_WRITTEN, True)
    assert fingerprint(settings.outbox) == before
    assert ran(capsys, "aggregate", *places, "--allow-fewer")[0] == ExitCode.OK
    assert states(tmp_path) == {"名簿.csv": "ignored"}


def test_at_a_terminal_far_fewer_bodies_are_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kit's .bat files have no options: whoever uses them is asked."""
    returned(tmp_path, 2)
    settings = settings_for(tmp_path, pivot=False)
    aggregate(settings)
    before = fingerprint(settings.outbox)
    (settings.inbox / "第1市.xlsx").unlink()
    monkeypatch.setattr("pipeline.cli.report.can_ask", lambda: True)
    places = ["--inbox", str(settings.inbox), "--outbox", str(settings.outbox)]
    monkeypatch.setattr("sys.stdin", io.StringIO("2026-11\nいいえ\n"))
    code, said, error = ran(capsys, "menu", "--task", "集計", *places)
    assert (code, error) == (ExitCode.NOTHING_WRITTEN, "何も書き出していません。\n")
    assert "今回ない団体: 第1市" in said
    assert "--allow-fewer" not in said
    assert fingerprint(settings.outbox) == before
    monkeypatch.setattr("sys.stdin", io.StringIO("2026-11\nはい\n"))
    monkeypatch.setattr("click.launch", lambda _place: 0)
    assert ran(capsys, "menu", "--task", "集計", *places)[0] == ExitCode.OK
    assert set(states(tmp_path)) == {"第0市.xlsx"}


# ── make ────────────────────────────────────────────────────────────────────────────────────


def made(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-n", "aggregate", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ((), 'TORIMATOME_MONTH="" .venv/bin/python -m pipeline aggregate --inbox "inbox"'),
        (("MONTH=2026-10",), 'TORIMATOME_MONTH="2026-10"'),
        (("month=2026-10",), 'TORIMATOME_MONTH="2026-10"'),
        (("inbox=a b", "outbox=c", "args=--yes"), '--inbox "a b" --outbox "c" --yes'),
    ],
)
def test_make_takes_lower_case_too(arguments: tuple[str, ...], command: str) -> None:
    assert command in made(*arguments).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("MOUTH=2026-10",), "「MOUTH」という指定はありません"),
        (("Month=2026-10",), "「Month」という指定はありません"),
        (("MONTH=2026-10", "month=2026-11"), "「MONTH/month」は大文字と小文字のどちらか一方"),
    ],
)
def test_make_does_not_pass_over_a_mistyped_variable(
    arguments: tuple[str, ...], words: str
) -> None:
    ran = made(*arguments)
    assert ran.returncode
    assert words in ran.stderr
