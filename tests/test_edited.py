"""A workbook that somebody changed by hand is kept, over any number of runs."""

import json
import os
from pathlib import Path

from inboxes import good, load, put, settings_for, workbook

from pipeline.cli.report import summary_lines
from pipeline.run import aggregate
from pipeline.sample import MONTH

NAME = f"集計_{MONTH}.xlsx"
DIGEST, PAGE = f"概要版_{MONTH}.xlsx", f"報告_{MONTH}.html"
KEPT = f"集計_{MONTH}（手直し 11-28 1430）.xlsx"
CHANGED = 1_795_843_800  # 2026-11-28 14:30 in Japan


def change(path: Path, words: bytes) -> bytes:
    path.write_bytes(path.read_bytes() + words)
    os.utime(path, (CHANGED, CHANGED))
    return path.read_bytes()


def test_hand_edits_are_kept_and_told_and_never_lost(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    settings = settings_for(tmp_path, jobs=1)
    folder = tmp_path / "outbox" / MONTH
    first = aggregate(settings)
    assert first.kept_as == ()
    written = json.loads((folder / "run.json").read_text(encoding="utf-8"))["workbooks"]
    assert tuple(written) == settings.files.names == (NAME, DIGEST, PAGE, "要約.txt")

    by_hand = change(folder / NAME, b"by hand")
    second = aggregate(settings)
    assert second.kept_as == (KEPT,)
    assert any(KEPT in line and "確認票" in line for line in summary_lines(second))
    assert (folder / KEPT).read_bytes() == by_hand
    assert (folder / NAME).read_bytes() != by_hand
    told = [cell.value for row in workbook(tmp_path)["処理記録"] for cell in row]
    assert KEPT in told

    again = change(folder / NAME, b"once more")  # within the same minute
    third = aggregate(settings)
    assert third.kept_as == (KEPT.replace("）.xlsx", "） (2).xlsx"),)
    assert (folder / third.kept_as[0]).read_bytes() == again
    assert (folder / KEPT).read_bytes() == by_hand
    assert aggregate(settings).kept_as == ()


def test_a_workbook_whose_record_is_gone_is_kept(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    settings = settings_for(tmp_path, jobs=1)
    aggregate(settings)
    folder = tmp_path / "outbox" / MONTH
    by_hand = change(folder / NAME, b"by hand")
    (folder / "run.json").unlink()
    kept = aggregate(settings).kept_as
    assert KEPT in kept
    assert len(kept) == len(settings.files.names)
    assert (folder / KEPT).read_bytes() == by_hand


def test_what_goes_in_the_mail_is_kept_as_the_workbook_is(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    settings = settings_for(tmp_path, jobs=1)
    folder = tmp_path / "outbox" / MONTH
    aggregate(settings)
    by_hand = {name: change(folder / name, b"by hand") for name in (DIGEST, PAGE, "要約.txt")}
    kept = [name.replace(".", "（手直し 11-28 1430）.") for name in by_hand]
    second = aggregate(settings)
    assert second.kept_as == tuple(kept)
    for own, name in zip(by_hand, kept, strict=True):
        assert (folder / name).read_bytes() == by_hand[own] != (folder / own).read_bytes()
    shown = {cell.value for row in workbook(tmp_path)["処理記録"] for cell in row}
    assert "　".join(sorted(kept)) in shown
    assert aggregate(settings).kept_as == ()


def test_what_an_earlier_version_wrote_without_a_hash_is_taken_as_written(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    settings = settings_for(tmp_path, jobs=1)
    aggregate(settings)
    record = tmp_path / "outbox" / MONTH / "run.json"
    run = json.loads(record.read_text(encoding="utf-8"))
    run["workbooks"] = {NAME: run["workbooks"][NAME]}
    record.write_text(json.dumps(run), encoding="utf-8")
    assert aggregate(settings).kept_as == ()
