"""What a run would change: the month as it would be written, against the month that stands there.

The run writes beside the month as always; instead of moving it into place, both records are
compared, and what was written is thrown away.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.history.record import DamagedError, open_table, read_record
from pipeline.run import aggregate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.history.record import Recorded
    from pipeline.run import RunResult
    from pipeline.settings import Settings

Answer = tuple[str, str]  # status, planned month
Place = tuple[str, str, str]  # respondent, project, item


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is otherwise in a month. States and statuses are the words of data/.

    ``unknown`` tells why there is nothing to compare with, empty where there is.
    """

    unknown: str = ""
    first: bool = False  # the month has not been aggregated yet: all is new
    new_files: tuple[str, ...] = ()
    gone_files: tuple[str, ...] = ()
    handled: tuple[tuple[str, str, str], ...] = ()  # file, state before, state now
    new_bodies: tuple[str, ...] = ()
    gone_bodies: tuple[str, ...] = ()
    answers: tuple[tuple[Place, Answer, Answer], ...] = ()  # of bodies that are in both
    findings: tuple[tuple[str, int, int], ...] = ()  # severity, more, fewer


def rehearse(
    settings: Settings, *, progress: Callable[[int, int], None] | None = None
) -> tuple[RunResult, Difference]:
    """Run a month without writing it; give what came of it and what it would change.

    Raises what `aggregate` raises: what would not be written is refused here as well.
    """
    found: list[Difference] = []
    settings = replace(settings, data_url="", remember=False)
    result = aggregate(
        settings, progress=progress, finish=lambda new, old: found.append(compare(old, new))
    )
    return result, found[0]


def compare(old: Path, new: Path) -> Difference:
    """Compare two months' folders by their data/."""
    try:
        before = read_record(old)
    except DamagedError as error:
        if not (old / error.name).exists():
            return Difference(first=True)
        return Difference(unknown=f"{error.name} {error.problem}")
    try:
        return _compared(before, read_record(new))
    except DamagedError as error:
        return Difference(unknown=f"{error.name}: {error.problem}")


def _compared(before: Recorded, now: Recorded) -> Difference:
    files, new_files = _states(before), _states(now)
    answers, new_answers = _answers(before), _answers(now)
    bodies, new_bodies = ({place[:2] for place in each} for each in (answers, new_answers))
    findings, new_findings = _findings(before), _findings(now)
    more, fewer = new_findings - findings, findings - new_findings
    severities = dict.fromkeys(key[0] for key in (*more, *fewer))
    return Difference(
        new_files=tuple(sorted(new_files.keys() - files)),
        gone_files=tuple(sorted(files.keys() - new_files)),
        handled=tuple(
            (file, files[file], state)
            for file, state in new_files.items()
            if files.get(file, state) != state
        ),
        new_bodies=tuple(sorted(" ".join(body).strip() for body in new_bodies - bodies)),
        gone_bodies=tuple(sorted(" ".join(body).strip() for body in bodies - new_bodies)),
        answers=tuple(
            (place, answers[place], answer)
            for place, answer in new_answers.items()
            if answers.get(place, answer) != answer
        ),
        findings=tuple(
            (severity, _of(more, severity), _of(fewer, severity)) for severity in severities
        ),
    )


def _of(findings: Counter[tuple[str, ...]], severity: str) -> int:
    return sum(count for key, count in findings.items() if key[0] == severity)


def _states(month: Recorded) -> dict[str, str]:
    with open_table(month, "files") as table:
        return {table.written(file): state for file, state in table.columns("file", "state")}


def _answers(month: Recorded) -> dict[Place, Answer]:
    with open_table(month, "answers") as table:
        heads = ("respondent", "project", "item_id", "status", "due")
        return {
            (table.written(name), table.written(project), item): (status, due)
            for name, project, item, status, due in table.columns(*heads)
        }


def _findings(month: Recorded) -> Counter[tuple[str, ...]]:
    with open_table(month, "findings") as table:
        heads = ("severity", "code", "respondent_id", "item_id", "file", "sheet", "cell", "state")
        settled = {"認容", "修正済み", "解消"}
        return Counter(key[:-1] for key in table.columns(*heads) if key[-1] not in settled)
