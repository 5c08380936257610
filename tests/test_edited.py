"""A workbook that somebody changed by hand is kept, over any number of runs."""

import json
import os
from pathlib import Path

from inboxes import good, load, put, settings_for, workbook

from pipeline.cli.report import summary_lines
from pipeline.run import aggregate
from pipeline.sample import MONTH

NAME = f"集計_{MONTH}.xlsx"
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
    assert first.kept_as == ""
    assert list(json.loads((folder / "run.json").read_text(encoding="utf-8"))["workbooks"]) == [
        NAME
    ]

    by_hand = change(folder / NAME, b"by hand")
    second = aggregate(settings)
    assert second.kept_as == KEPT
    assert any(KEPT in line and "確認票" in line for line in summary_lines(second))
    assert (folder / KEPT).read_bytes() == by_hand
    assert (folder / NAME).read_bytes() != by_hand
    told = [cell.value for row in workbook(tmp_path)["処理記録"] for cell in row]
    assert KEPT in told

    again = change(folder / NAME, b"once more")  # within the same minute
    third = aggregate(settings)
    assert third.kept_as == KEPT.replace("）.xlsx", "） (2).xlsx")
    assert (folder / third.kept_as).read_bytes() == again
    assert (folder / KEPT).read_bytes() == by_hand
    assert aggregate(settings).kept_as == ""


def test_a_workbook_whose_record_is_gone_is_kept(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    settings = settings_for(tmp_path, jobs=1)
    aggregate(settings)
    folder = tmp_path / "outbox" / MONTH
    by_hand = change(folder / NAME, b"by hand")
    (folder / "run.json").unlink()
    assert aggregate(settings).kept_as == KEPT
    assert (folder / KEPT).read_bytes() == by_hand
