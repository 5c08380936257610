"""Closing a month: what its run read is moved, or nothing is; nothing is lost or overwritten."""

import csv
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from inboxes import fingerprint, good, load, put, settings_for, states, table, workbook

from pipeline.cli import main
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.inbox import close
from pipeline.inbox.close import (
    Move,
    carry_out,
    check_moves,
    finish_interrupted,
    plan_close,
    plan_undo,
)
from pipeline.inbox.listing import JOURNAL, is_closed
from pipeline.loop.sendback import send_back
from pipeline.model import Severity
from pipeline.run import aggregate

MONTH = "2026-11"
FILES = ("file", "sha256", "bytes", "state", "respondent_id", "respondent")
FINDINGS = ("code", "respondent", "state")


class Killed(BaseException):
    """Stands for a process that ends between two of its statements."""


def listing(inbox: Path) -> list[str]:
    return sorted(path.relative_to(inbox).as_posix() for path in files(inbox))


def files(inbox: Path) -> list[Path]:
    return [path for path in inbox.rglob("*") if path.is_file()]


def dropped(folder: Path, *names: str) -> Path:
    """Put files into an inbox, each with bytes of its own, and give the inbox."""
    for name in names:
        path = folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return folder / "inbox"


def recorded(
    folder: Path, rows: Mapping[str, str], *findings: tuple[str, str, str], counts: object = None
) -> Path:
    """Write what a run says of these files (path → state; bytes as ``dropped`` makes them)."""
    data = folder / "outbox" / MONTH / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, heads, lines in (
        ("files", FILES, [[p, digest(p.removeprefix(f"{MONTH}/")), 1, s, p, p] for p, s in
                          rows.items()]),
        ("findings", FINDINGS, findings),
    ):  # fmt: skip
        with (data / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as opened:
            csv.writer(opened).writerows([heads, *lines])
    run = {"month": MONTH, "counts": counts or {}}
    (data.parent / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return folder / "outbox"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


SEEN = {
    "若葉市.xlsx": "counted",
    "再送/若葉市.xlsx": "duplicate",
    "旧/若葉市.xlsx": "superseded",
    "白雲町.xlsx": "unreadable",
    "予算.xlsx": "not_checklist",
    "試験.xlsx": "excluded",
    "送付状.pdf": "ignored",
    "名簿.xlsx": "ignored",
    "申請.zip": "ignored",
    "申請.zip!楓村.xlsx": "counted",
    "申請.zip!Thumbs.db": "ignored",
    "至急!回答.xlsx": "counted",
    "~$若葉市.xlsx": "ignored",
}
STAY = ["名簿.xlsx", "~$若葉市.xlsx"]
MOVE = sorted(set(SEEN) - {*STAY, "申請.zip!楓村.xlsx", "申請.zip!Thumbs.db"})


@pytest.fixture
def month(tmp_path: Path) -> tuple[Path, Path]:
    """Give inbox and outbox of a month that is aggregated and not closed."""
    on_disk = [name for name in SEEN if not name.startswith("申請.zip!")]
    return dropped(tmp_path, *on_disk), recorded(tmp_path, SEEN)


def test_all_that_the_run_read_moves_and_the_coordinators_files_stay(
    month: tuple[Path, Path],
) -> None:
    inbox, outbox = month
    plan = plan_close(inbox, outbox, MONTH)
    assert (plan.later, plan.gone) == ((), ())
    carry_out(plan.moves, inbox)
    assert listing(inbox) == sorted([f"{MONTH}/{name}" for name in MOVE] + STAY)
    assert not (inbox / "再送").exists(), "an emptied folder is taken away"
    assert not (inbox / JOURNAL).exists()


def test_undo_moves_everything_back(month: tuple[Path, Path]) -> None:
    inbox, outbox = month
    before = fingerprint(inbox)
    for _ in range(2):  # and it can be closed once more
        carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)
        carry_out(plan_undo(inbox, MONTH).moves, inbox)
        assert fingerprint(inbox) == before
    assert not (inbox / MONTH).exists()
    with pytest.raises(TorimatomeError, match="締めていません") as caught:
        plan_undo(inbox, MONTH)
    assert caught.value.exit_code is ExitCode.USAGE


def test_undo_overwrites_nothing(month: tuple[Path, Path]) -> None:
    inbox, outbox = month
    carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)
    (inbox / "若葉市.xlsx").write_text("12月の", encoding="utf-8")
    before = fingerprint(inbox)
    with pytest.raises(TorimatomeError, match=r"若葉市\.xlsx: 同じ名前のファイルが既に"):
        carry_out(plan_undo(inbox, MONTH).moves, inbox)
    assert fingerprint(inbox) == before


def test_what_came_or_changed_since_the_run_stays_and_is_told(month: tuple[Path, Path]) -> None:
    inbox, outbox = month
    (inbox / "若葉市.xlsx").write_text("直したもの", encoding="utf-8")
    dropped(inbox.parent, "遅れ/新町.xlsx", "2026-10/先月.xlsx")
    (inbox / "予算.xlsx").unlink()
    plan = plan_close(inbox, outbox, MONTH)
    assert plan.later == (inbox / "若葉市.xlsx", inbox / "遅れ" / "新町.xlsx")
    assert set(plan.gone) == {"若葉市.xlsx", "予算.xlsx"}
    moved = {move.source.name for move in plan.moves}
    assert moved == {name.rpartition("/")[2] for name in MOVE} - {"予算.xlsx"}
    carry_out(plan.moves, inbox)
    assert (inbox / "若葉市.xlsx").read_text(encoding="utf-8") == "直したもの"
    assert (inbox / "2026-10" / "先月.xlsx").exists()


def test_a_link_is_told_and_stays(month: tuple[Path, Path], tmp_path: Path) -> None:
    inbox, outbox = month
    (tmp_path / "elsewhere.xlsx").write_text("若葉市.xlsx", encoding="utf-8")
    (inbox / "リンク.xlsx").symlink_to(tmp_path / "elsewhere.xlsx")
    plan = plan_close(inbox, outbox, MONTH)
    assert plan.later == (inbox / "リンク.xlsx",)


def test_a_renamed_file_is_known_by_its_hash(tmp_path: Path) -> None:
    inbox, outbox = dropped(tmp_path, "a.xlsx"), recorded(tmp_path, {"a.xlsx": "counted"})
    (inbox / "a.xlsx").rename(inbox / "若葉市.xlsx")
    plan = plan_close(inbox, outbox, MONTH)
    assert [move.target.name for move in plan.moves] == ["若葉市.xlsx"]
    assert plan.gone == ()


def test_only_an_aggregated_month_can_be_closed(month: tuple[Path, Path]) -> None:
    inbox, outbox = month
    before = fingerprint(inbox)
    with pytest.raises(TorimatomeError, match=r"2025-01 はまだ集計していない.*2026-11") as caught:
        plan_close(inbox, outbox, "2025-01")
    assert caught.value.exit_code is ExitCode.USAGE
    files = outbox / MONTH / "data" / "files.csv"
    files.write_text("a,b\r\n1,2\r\n", encoding="utf-8-sig")
    with pytest.raises(TorimatomeError, match="列が足りません"):
        plan_close(inbox, outbox, MONTH)
    files.write_bytes(b"")
    with pytest.raises(TorimatomeError, match="もう一度集計してから") as caught:
        plan_close(inbox, outbox, MONTH)
    assert caught.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert fingerprint(inbox) == before


def test_a_late_file_of_a_closed_month_does_not_slip_in(tmp_path: Path) -> None:
    """A run of the closed month lists it without reading it: closing again moves it nowhere."""
    inbox = dropped(tmp_path, f"{MONTH}/a.xlsx", "b.xlsx")
    (inbox / MONTH / "a.xlsx").write_text("a.xlsx", encoding="utf-8")
    outbox = recorded(tmp_path, {f"{MONTH}/a.xlsx": "counted", "b.xlsx": "ignored"})
    plan = plan_close(inbox, outbox, MONTH)
    assert (plan.moves, plan.later, plan.gone) == ((), (inbox / "b.xlsx",), ())
    carry_out(plan_undo(inbox, MONTH).moves, inbox)
    plan = plan_close(inbox, outbox, MONTH)
    assert [move.source.name for move in plan.moves] == ["a.xlsx"]


def test_a_second_copy_of_a_closed_file_is_in_nobodys_way(tmp_path: Path) -> None:
    inbox, outbox = dropped(tmp_path, "a.xlsx"), recorded(tmp_path, {"a.xlsx": "counted"})
    carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)
    dropped(tmp_path, "a.xlsx")
    plan = plan_close(inbox, outbox, MONTH)
    assert (plan.moves, plan.later) == ((), (inbox / "a.xlsx",))


def test_what_is_still_open_is_told(tmp_path: Path) -> None:
    dropped(tmp_path, "a.xlsx")
    missing = [("B501", f"未着{number}市", "新規") for number in range(7)]
    outbox = recorded(
        tmp_path,
        {"a.xlsx": "counted"},
        *missing,
        ("B501", "認容市", "認容"),
        ("B501", "届いた市", "解消"),
        ("A301", "若葉市", "新規"),
        counts={"files": {"unreadable": 2}, "findings": {"要修正": 9, "要確認": 0}},
    )
    plan = plan_close(tmp_path / "inbox", outbox, MONTH)
    assert plan.still_open == (
        "未提出 7 団体（未着0市、未着1市、未着2市、未着3市、未着4市 ほか 2）",
        "読めないファイル 2 件",
        "要修正 9 件",
    )


def test_nothing_is_overwritten_and_nothing_moves(month: tuple[Path, Path]) -> None:
    inbox, outbox = month
    dropped(inbox.parent, f"{MONTH}/若葉市.xlsx")
    (inbox / MONTH / "若葉市.xlsx").write_text("先月の", encoding="utf-8")
    before = fingerprint(inbox)
    moves = plan_close(inbox, outbox, MONTH).moves
    for attempt in (check_moves, lambda planned: carry_out(planned, inbox)):
        with pytest.raises(TorimatomeError, match=r"若葉市\.xlsx: 同じ名前のファイル") as caught:
            attempt(moves)
        assert caught.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert fingerprint(inbox) == before


def test_a_file_that_is_gone_stops_the_close(tmp_path: Path) -> None:
    move = Move(source=tmp_path / "あ.xlsx", target=tmp_path / MONTH / "あ.xlsx")
    with pytest.raises(TorimatomeError, match="なくなっています"):
        carry_out([move], tmp_path)


def test_a_file_where_the_month_should_be(tmp_path: Path) -> None:
    inbox, outbox = dropped(tmp_path, "あ.xlsx", MONTH), recorded(tmp_path, {"あ.xlsx": "counted"})
    with pytest.raises(TorimatomeError, match="フォルダを作れません"):
        carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)


@pytest.mark.parametrize("failure", [PermissionError(13, "denied"), KeyboardInterrupt()])
def test_a_move_that_fails_puts_everything_back(
    failure: BaseException, month: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, outbox = month
    before = fingerprint(inbox)
    real = close._move

    def move(source: Path, target: Path) -> None:
        if source == inbox / "若葉市.xlsx":
            raise failure
        real(source, target)

    monkeypatch.setattr(close, "_move", move)
    with pytest.raises((TorimatomeError, KeyboardInterrupt)):
        carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)
    assert fingerprint(inbox) == before
    assert not (inbox / MONTH).exists()


def killed_at(number: int, monkeypatch: pytest.MonkeyPatch, act: object) -> bool:
    """Run something and kill it at its n-th operation on names; tell whether it came so far."""
    with monkeypatch.context() as patched:
        seen = 0

        def counting(name: str) -> object:
            real = getattr(Path, name)

            def operation(self: Path, *arguments: object, **options: object) -> object:
                nonlocal seen
                seen += 1
                if seen >= number:
                    raise Killed  # also all that would clean up: nothing runs in a killed process
                return real(self, *arguments, **options)

            return operation

        for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "open"):
            patched.setattr(Path, name, counting(name))
        try:
            assert callable(act)
            act()
        except Killed:
            return True
    return False


@pytest.mark.parametrize("undo", [False, True])
def test_a_killed_close_is_finished_by_the_next_command(
    undo: bool, month: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, outbox = month
    opened = fingerprint(inbox)
    carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)
    closed = fingerprint(inbox)
    told, number = 0, 0
    killed = True
    while killed:
        number += 1
        if not undo and is_closed(inbox / MONTH):
            carry_out(plan_undo(inbox, MONTH).moves, inbox)
        elif undo and not is_closed(inbox / MONTH):
            carry_out(plan_close(inbox, outbox, MONTH).moves, inbox)
        plan = plan_undo(inbox, MONTH) if undo else plan_close(inbox, outbox, MONTH)
        killed = killed_at(number, monkeypatch, lambda plan=plan: carry_out(plan.moves, inbox))
        told += bool(finish_interrupted(inbox))
        assert fingerprint(inbox) in (opened, closed), number
        assert finish_interrupted(inbox) == ""
    assert number > len(MOVE) * 2
    assert told > len(MOVE)


def test_a_killed_close_is_undone_where_a_name_is_taken(
    month: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, outbox = month
    before = fingerprint(inbox)
    moves = plan_close(inbox, outbox, MONTH).moves
    last = moves[-1]
    real = close._move

    def move(source: Path, target: Path) -> None:
        if source == last.source:
            raise Killed
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(close, "_move", move)
        patched.setattr(close, "_put_back", lambda *_: [last.source])
        with pytest.raises(Killed):
            carry_out(moves, inbox)
    last.target.parent.mkdir(parents=True, exist_ok=True)
    last.target.write_text("別のもの", encoding="utf-8")
    told = finish_interrupted(inbox)
    assert "元に戻しました" in told
    assert str(last.target) in told
    foreign = last.target.relative_to(inbox).as_posix()
    assert fingerprint(inbox) == before | {foreign: digest("別のもの")}


def test_a_damaged_journal_stops_with_words(tmp_path: Path) -> None:
    inbox = dropped(tmp_path, "a.xlsx")
    (inbox / JOURNAL).write_text("{", encoding="utf-8")
    with pytest.raises(TorimatomeError, match="移動の記録"):
        finish_interrupted(inbox)


def test_the_commands_close_and_open_a_month(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checklist = load()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist), "白雲町.xlsx": b"PK\x03\x04broken"})
    inbox = tmp_path / "inbox"
    places = ["--inbox", str(inbox), "--outbox", str(tmp_path / "outbox"), "--month", MONTH]
    before = fingerprint(inbox)
    assert main(["aggregate", *places, "--quiet", "--no-pivot"]) == ExitCode.SOME_UNREADABLE
    wrong = [*places[:-1], "2025-01"]
    assert main(["close", *wrong]) == ExitCode.USAGE
    assert "まだ集計していない" in capsys.readouterr().err
    assert main(["close", *places, "--dry-run"]) == ExitCode.OK
    assert "移動する予定のファイル: 2 件" in capsys.readouterr().out
    assert fingerprint(inbox) == before

    put(tmp_path, {"楓村.xlsx": good("楓村", checklist)})
    assert main(["close", *places]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "移動したファイル: 2 件" in told
    assert f"移動しなかったファイル: 1 件（{MONTH} の集計のあとに" in told
    assert "まだ終わっていないこと: 読めないファイル 1 件" in told
    assert "--undo" in told
    assert listing(inbox) == ["2026-11/白雲町.xlsx", "2026-11/若葉市.xlsx", "楓村.xlsx"]
    assert main(["close", *places]) == ExitCode.OK
    assert "既に締めてあります" in capsys.readouterr().out

    assert main(["close", *places, "--undo"]) == ExitCode.OK
    assert "ほかに 1 件のファイルがあります" in capsys.readouterr().out
    assert listing(inbox) == ["楓村.xlsx", "白雲町.xlsx", "若葉市.xlsx"]
    (inbox / "楓村.xlsx").unlink()
    assert fingerprint(inbox) == before


@pytest.mark.parametrize("command", ["aggregate", "close", "sendback", "distribute"])
def test_any_next_command_finishes_a_killed_close(
    command: str,
    month: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inbox, outbox = month
    moves = plan_close(inbox, outbox, MONTH).moves
    assert killed_at(6, monkeypatch, lambda: carry_out(moves, inbox))
    assert not (inbox / MONTH).exists() or (inbox / JOURNAL).exists()
    main([command, "--month", MONTH, "--inbox", str(inbox), "--outbox", str(outbox)])
    assert "途中で止まっていたファイルの移動を、最後まで行いました" in capsys.readouterr().out
    assert listing(inbox) == sorted([f"{MONTH}/{name}" for name in MOVE] + STAY)


def test_what_lies_beside_a_closed_month_is_told_and_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row, a finding and a line, but for files that another month has counted."""
    checklist = load()
    inbox = tmp_path / "inbox"
    places = ["--inbox", str(inbox), "--outbox", str(tmp_path / "outbox"), "--no-pivot"]
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist)})
    assert main(["aggregate", *places, "--month", MONTH]) == ExitCode.OK
    assert main(["close", *places[:-1], "--month", MONTH]) == ExitCode.OK
    put(tmp_path, {"12月/若葉市.xlsx": good("若葉市", checklist, "③")})
    assert main(["aggregate", *places, "--month", "2026-12"]) == ExitCode.OK
    put(tmp_path, {"遅れ.xlsx": good("楓村", checklist), "遅れ.zip": b"PK\x05\x06" + b"\0" * 18})
    capsys.readouterr()
    assert main(["aggregate", *places, "--month", MONTH, "--yes"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "▲ 遅れ.xlsx、遅れ.zip: 2026年11月は締めた月で" in told
    assert states(tmp_path) == {
        "2026-11/若葉市.xlsx": "counted",
        "遅れ.xlsx": "ignored",
        "遅れ.zip": "ignored",
    }
    found = [row for row in table(tmp_path, "findings") if row["code"] == "F111"]
    assert [row["file"] for row in found] == ["遅れ.xlsx", "遅れ.zip"]
    cover = workbook(tmp_path)["はじめに"]
    assert any("締めた月" in str(cell.value) for row in cover["A1:G12"] for cell in row)


def test_whose_return_lies_beside_a_closed_month_is_not_told_that_nothing_came(
    tmp_path: Path,
) -> None:
    """未提出, 回収状況 and the reminders know of it; once moved it counts as that month's."""
    checklist = load()
    inbox = tmp_path / "inbox"
    put(tmp_path, {
        "若葉市.xlsx": good("若葉市", checklist),
        "名簿.csv": "団体コード,団体名\nA1,若葉市\nA2,楓村\nA3,白雲町\n".encode("utf-8-sig"),
    })  # fmt: skip
    aggregate(settings_for(tmp_path, pivot=False))
    carry_out(plan_close(inbox, tmp_path / "outbox", MONTH).moves, inbox)
    put(tmp_path, {"楓村_回答.xlsx": good("楓村", checklist)})
    result = aggregate(settings_for(tmp_path, pivot=False))
    assert result.missing_unread == 1
    missing = {f.respondent: f for f in result.findings if f.code == "B501"}
    assert set(missing) == {"楓村", "白雲町"}
    assert "締めたあとに届いたファイル「楓村_回答.xlsx」" in missing["楓村"].message
    assert "F111" in missing["楓村"].fix
    assert missing["楓村"].severity is Severity.CHECK
    assert missing["白雲町"].severity is Severity.FIX
    lines = [
        "|".join(str(cell.value) for cell in row)
        for row in workbook(tmp_path)["回収状況"].iter_rows()
    ]
    (line,) = [line for line in lines if "|楓村|" in line]
    assert "「楓村_回答.xlsx」が届いています" in line
    assert [one.name for one in send_back(settings_for(tmp_path)).reminded] == ["白雲町"]

    (inbox / "楓村_回答.xlsx").rename(inbox / MONTH / "楓村_回答.xlsx")
    result = aggregate(settings_for(tmp_path, pivot=False))
    assert [f.respondent for f in result.findings if f.code == "B501"] == ["白雲町"]
    assert not [f for f in result.findings if f.code == "F111"]


def test_what_is_put_aside_by_name_is_not_asked_about_beside_a_closed_month(tmp_path: Path) -> None:
    put(tmp_path, {
        f"{MONTH}/若葉市.xlsx": good("若葉市", load()),
        "試し.xlsx": good("楓村", load()),
        "除外.txt": "試し.xlsx：試験のため\n".encode(),
    })  # fmt: skip
    result = aggregate(settings_for(tmp_path, pivot=False))
    assert not [f for f in result.findings if f.code in {"F111", "C801"}]
    assert states(tmp_path)["試し.xlsx"] == "excluded"
