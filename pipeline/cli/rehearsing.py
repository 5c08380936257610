"""`torimatome aggregate --dry-run` in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.words import STATES
from pipeline.model import FileState, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.cli.rehearsal import Answer, Difference
    from pipeline.model import Checklist

_SHOWN = 10  # of each kind


def difference_lines(difference: Difference, checklist: Checklist, *, month: str) -> list[str]:
    """Tell what a run of a month would change. ``checklist`` has the words of the answers."""
    if difference.unknown:
        return [f"前回の集計の記録を読めないため、違いは分かりません（{difference.unknown}）。"]
    if difference.first:
        return [
            f"{month} はまだ集計していないため、比べるものがありません。すべてが新しくできます。"
        ]
    lines = [*_lines(difference, checklist)]
    if not lines:
        return [f"{month} の前回の集計から変わるところはありません。"]
    return [f"{month} の前回の集計から、次のところが変わります。", *lines]


def _lines(difference: Difference, checklist: Checklist) -> Iterator[str]:
    yield from _listed("増えるファイル", difference.new_files)
    yield from _listed("なくなるファイル", difference.gone_files)
    handled = [f"{file}: {_state(old)} → {_state(new)}" for file, old, new in difference.handled]
    yield from _listed("扱いが変わるファイル", handled)
    yield from _listed("増える団体", difference.new_bodies)
    yield from _listed("なくなる団体", difference.gone_bodies)
    answers = [
        f"{body} {project} {item}: ".replace("  ", " ")
        + f"{_answer(old, checklist)} → {_answer(new, checklist)}"
        for (body, project, item), old, new in difference.answers
    ]
    yield from _listed("変わる回答", answers)
    for severity, more, fewer in difference.findings:
        yield f"  指摘（{severity}）: 増える {more} 件、なくなる {fewer} 件"


def _listed(head: str, entries: Sequence[str]) -> Iterator[str]:
    if not entries:
        return
    yield f"  {head}: {len(entries)} 件"
    yield from (f"    {entry}" for entry in entries[:_SHOWN])
    if len(entries) > _SHOWN:
        yield f"    ほか {len(entries) - _SHOWN} 件"


def _state(state: str) -> str:
    return STATES[FileState(state)] if state in set(FileState) else state


def _answer(answer: Answer, checklist: Checklist) -> str:
    status, due = answer
    words = {option.status.value: option.label for option in checklist.options}
    plain = {Status.BLANK.value: "空欄", Status.UNCLEAR.value: "判定できない"}
    return words.get(status, plain.get(status, status)) + (f"（{due}）" if due else "")
