"""What a run changed of a month that was aggregated before, in a few words for the terminal."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.history.record import DamagedError, read_record
from pipeline.model import Severity, Status
from pipeline.model.report import Report
from pipeline.rules.words import STATUS_WORDS


def since_last_run(folder: Path, report: Report) -> tuple[str, ...]:
    """Give what is another than at the last run: ``判読不能 30→18``; one word where nothing is.

    Empty where the month is aggregated for the first time, or nothing tells of the last time.
    """
    try:
        counts = read_record(folder).part("counts")
    except DamagedError:
        return ()
    if not counts:
        return ()
    figures = report.figures
    changes = [
        *_changes(
            counts,
            {
                "submissions": ("提出", figures.returned),
                "missing": ("回答がない団体", figures.missing),
            },
        ),
        *_changes(
            _part(counts, "answers"),
            {s.value: (STATUS_WORDS[s], figures.counts.of(s)) for s in Status},
        ),
        *_changes(
            _part(counts, "findings"),
            {s.value: (s.value, figures.findings.of(s)) for s in Severity},
        ),
    ]
    return tuple(changes) or ("変わった件数はありません",)


def _part(counts: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = counts.get(name)
    return found if isinstance(found, dict) else {}


def _changes(
    before: Mapping[str, object], now: Mapping[str, tuple[str, int | None]]
) -> Iterator[str]:
    for name, (words, count) in now.items():
        earlier = before.get(name)
        if isinstance(earlier, int) and count is not None and earlier != count:
            yield f"{words} {earlier:,}→{count:,}"
