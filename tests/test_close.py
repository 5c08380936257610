"""Closing a month: everything settled is moved or nothing is, and nothing is overwritten."""

from pathlib import Path

import pytest

from pipeline import close
from pipeline.close import Move, carry_out, plan_close
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import (
    Batch,
    Checklist,
    FileKind,
    FileRecord,
    FileState,
    NotChecklist,
    Skipped,
    SkipReason,
    SourceFile,
)
from pipeline.template import load_checklist

MONTH = "2026-11"


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load_checklist(Path(__file__).parents[1] / "templates" / "smartcity-security")


def batch(inbox: Path, checklist: Checklist, states: dict[str, FileState]) -> Batch:
    """Make a batch of files with these states, and the files on disk."""
    records = []
    for path, state in states.items():
        file, _, member = path.partition("!")
        location = inbox / file
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(file, encoding="utf-8")
        source = SourceFile(path=path, location=location, member=member)
        reason = SkipReason.ARCHIVE if file.endswith(".zip") and not member else SkipReason.SYSTEM
        content = (
            Skipped(source=source, reason=reason)
            if state is FileState.IGNORED
            else NotChecklist(source=source, kind=FileKind.XLSX)
        )
        records.append(
            FileRecord(
                source=source, state=state, reason="理由", kind=FileKind.XLSX, content=content
            )
        )
    return Batch(month=MONTH, checklist=checklist, files=tuple(records), submissions=())


def listing(inbox: Path) -> list[str]:
    return sorted(str(path.relative_to(inbox)) for path in inbox.rglob("*") if path.is_file())


def test_settled_files_move_and_the_others_stay(tmp_path: Path, checklist: Checklist) -> None:
    states = {
        "若葉市.xlsx": FileState.COUNTED,
        "再送/若葉市.xlsx": FileState.DUPLICATE,
        "旧/若葉市.xlsx": FileState.SUPERSEDED,
        "白雲町.xlsx": FileState.UNREADABLE,
        "予算.xlsx": FileState.NOT_CHECKLIST,
        "試験.xlsx": FileState.EXCLUDED,
        "名簿.xlsx": FileState.IGNORED,
    }
    moves = plan_close(batch(tmp_path, checklist, states), tmp_path, MONTH)
    carry_out(moves)
    assert listing(tmp_path) == [
        "2026-11/再送/若葉市.xlsx",
        "2026-11/旧/若葉市.xlsx",
        "2026-11/若葉市.xlsx",
        "予算.xlsx",
        "名簿.xlsx",
        "白雲町.xlsx",
        "試験.xlsx",
    ]
    assert not (tmp_path / "再送").exists(), "an emptied folder is taken away"


@pytest.mark.parametrize(
    ("members", "moves"),
    [
        ({"a": FileState.COUNTED, "b": FileState.SUPERSEDED}, True),
        ({"a": FileState.COUNTED, "Thumbs.db": FileState.IGNORED}, True),
        ({"a": FileState.COUNTED, "b": FileState.UNREADABLE}, False),
        ({"Thumbs.db": FileState.IGNORED}, False),
        ({}, False),
    ],
)
def test_an_archive_moves_when_all_its_members_are_settled(
    members: dict[str, FileState], moves: bool, tmp_path: Path, checklist: Checklist
) -> None:
    states = {"申請.zip": FileState.IGNORED} | {f"申請.zip!{m}": s for m, s in members.items()}
    planned = plan_close(batch(tmp_path, checklist, states), tmp_path, MONTH)
    assert [move.target.name for move in planned] == (["申請.zip"] if moves else [])


def test_a_closed_month_has_nothing_to_move(tmp_path: Path, checklist: Checklist) -> None:
    made = batch(tmp_path, checklist, {"2026-11/若葉市.xlsx": FileState.COUNTED})
    assert plan_close(made, tmp_path, MONTH) == ()


def test_a_dry_run_moves_nothing(tmp_path: Path, checklist: Checklist) -> None:
    made = batch(tmp_path, checklist, {"若葉市.xlsx": FileState.COUNTED})
    carry_out(plan_close(made, tmp_path, MONTH), dry_run=True)
    assert listing(tmp_path) == ["若葉市.xlsx"]


def test_nothing_is_overwritten_and_nothing_moves(tmp_path: Path, checklist: Checklist) -> None:
    states = {"あ.xlsx": FileState.COUNTED, "い.xlsx": FileState.COUNTED}
    moves = plan_close(batch(tmp_path, checklist, states), tmp_path, MONTH)
    (tmp_path / MONTH).mkdir()
    (tmp_path / MONTH / "い.xlsx").write_text("先月の", encoding="utf-8")
    for dry_run in (True, False):
        with pytest.raises(TorimatomeError, match="い\\.xlsx: 同じ名前のファイル") as caught:
            carry_out(moves, dry_run=dry_run)
        assert caught.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert listing(tmp_path) == ["2026-11/い.xlsx", "あ.xlsx", "い.xlsx"]
    assert (tmp_path / MONTH / "い.xlsx").read_text(encoding="utf-8") == "先月の"


def test_a_file_that_is_gone_stops_the_close(tmp_path: Path) -> None:
    move = Move(source=tmp_path / "あ.xlsx", target=tmp_path / MONTH / "あ.xlsx")
    with pytest.raises(TorimatomeError, match="なくなっています"):
        carry_out([move])


def test_a_file_where_the_month_should_be(tmp_path: Path, checklist: Checklist) -> None:
    made = batch(tmp_path, checklist, {"あ.xlsx": FileState.COUNTED})
    (tmp_path / MONTH).write_text("", encoding="utf-8")
    with pytest.raises(TorimatomeError, match="フォルダを作れません"):
        carry_out(plan_close(made, tmp_path, MONTH))


@pytest.mark.parametrize("failure", [PermissionError(13, "denied"), KeyboardInterrupt()])
def test_a_move_that_fails_puts_everything_back(
    failure: BaseException, tmp_path: Path, checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = {f"{name}/{name}.xlsx": FileState.COUNTED for name in "abc"}
    moves = plan_close(batch(tmp_path, checklist, states), tmp_path, MONTH)
    before = listing(tmp_path)
    real = close._move

    def move(source: Path, target: Path) -> None:
        if source.name == "c.xlsx":
            raise failure
        real(source, target)

    monkeypatch.setattr(close, "_move", move)
    with pytest.raises((TorimatomeError, KeyboardInterrupt)):
        carry_out(moves)
    assert listing(tmp_path) == before
    assert not (tmp_path / MONTH).exists()
