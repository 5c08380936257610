"""Earlier months, read from their data/ and never changed; the promises they carry over.

The data files of a month are its record. Whatever cannot be read becomes a notice: a damaged
old month must not stop the present one.
"""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import PreviousMonth, Status
from pipeline.model.history import History, PastAnswer, PastMonth, PastRespondent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.model import Answer, Batch, CountedSubmission, Respondent

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_NEEDED = frozenset(
    {
        "respondent_id", "respondent", "role", "checklist", "checklist_version", "item_id",
        "status", "due", "mark", "file",
    }
)  # fmt: skip
_LONGEST_FIELD = 10_000_000  # a note may be as long as it likes; Python's own limit is 131,072
_FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"


def load_history(
    outbox: Path, month: str, *, checklist: str, previous: str | None = None
) -> History:
    """Read every month before ``month`` below ``outbox`` that answers the same checklist.

    ``previous`` names the month to compare with; TorimatomeError (usage) where it has no data.
    """
    months: list[PastMonth] = []
    notices: list[str] = []
    shared = _Shared()
    for folder in sorted(outbox.iterdir()) if outbox.is_dir() else ():
        if not _MONTH.fullmatch(folder.name) or folder.name >= month or not folder.is_dir():
            continue
        past = _read_month(folder, checklist, shared)
        if isinstance(past, PastMonth):
            months.append(past)
            if past.product_version and past.product_version != __version__:
                notices.append(
                    f"{past.month} は別の版（{past.product_version}）で集計されています。"
                    "数え方が変わっている場合があります。"
                )
        else:
            notices.append(past)
    by_month = {past.month: past for past in months}
    compare_with = _to_compare(months, by_month, month, previous, notices)
    return History(months=tuple(months), notices=tuple(notices), compare_with=compare_with)


def previous_month(history: History) -> PreviousMonth | None:
    """Give the month that B506 and B507 compare with, None where there is none."""
    past = history.compare_with
    if past is None:
        return None
    return PreviousMonth(month=past.month, answers=past.answers)


def under_public_names(
    history: History, names: Mapping[str, Respondent], *, named: bool = False
) -> History:
    """Give the history with its respondents called as in the public edition.

    ``names`` are the public respondents of this month by their own ids. Marks and hashes are
    dropped. Who is unknown this month becomes 以前の団体1, 2 … in an order that tells nothing of
    codes or names; ``named`` keeps their names.
    """
    people = {
        id_: PastRespondent(id=r.id, name=r.name, role=r.role if named else "")
        for id_, r in names.items()
    }
    others = {
        id_: person
        for past in history.months
        for id_, person in past.respondents.items()
        if id_ not in names
    }
    ordered = sorted(others, key=lambda id_: sha256(id_.encode("utf-8", "replace")).digest())
    for number, id_ in enumerate(ordered, start=1):
        alias = f"以前の団体{number}"
        people[id_] = PastRespondent(id=alias, name=others[id_].name if named else alias)
    months = {past.month: _renamed(past, people) for past in history.months}
    compared = history.compare_with
    return replace(
        history,
        months=tuple(months.values()),
        compare_with=months[compared.month] if compared else None,
    )


def _renamed(past: PastMonth, people: Mapping[str, PastRespondent]) -> PastMonth:
    return replace(
        past,
        answers={
            (people[respondent].id, item): replace(answer, mark="", sha256="")
            for (respondent, item), answer in past.answers.items()
        },
        respondents={people[id_].id: people[id_] for id_ in past.respondents},
    )


def settle_years(batch: Batch, history: History) -> Batch:
    """Keep the year that a month without year was first given.

    「②10月」 said in September and still there in November is overdue, not next year's October:
    as long as the same month number stands there, month after month, the year stays.
    """
    if not history.months:
        return batch
    return replace(
        batch, submissions=tuple(_settled(counted, history) for counted in batch.submissions)
    )


def _settled(counted: CountedSubmission, history: History) -> CountedSubmission:
    answers = tuple(
        _with_first_year(answer, counted.respondent.id, history)
        for answer in counted.submission.answers
    )
    if answers == counted.submission.answers:
        return counted
    return replace(counted, submission=replace(counted.submission, answers=answers))


def _with_first_year(answer: Answer, respondent: str, history: History) -> Answer:
    due = answer.due
    if not due.month or not due.inferred:
        return answer
    # The latest month that has this answer: a month of silence takes nothing back.
    key = (respondent, answer.item_id)
    earlier = next((p.answers[key] for p in reversed(history.months) if key in p.answers), None)
    if (
        earlier is None
        or earlier.status is not answer.mark.status
        or earlier.due[5:] != due.month[5:]
        or earlier.due >= due.month
    ):
        return answer
    mark_due = answer.mark.due
    if mark_due.month == due.month:
        mark_due = replace(mark_due, month=earlier.due)
    return replace(
        answer,
        due=replace(due, month=earlier.due),
        mark=replace(answer.mark, due=mark_due),
    )


def _to_compare(
    months: list[PastMonth],
    by_month: Mapping[str, PastMonth],
    month: str,
    previous: str | None,
    notices: list[str],
) -> PastMonth | None:
    if previous is not None:
        if previous not in by_month:
            raise TorimatomeError(
                f"比べる月 {previous} の集計（outbox/{previous}/data/answers.csv）が"
                "見つからないか、読めません。月を確かめてください。",
                ExitCode.USAGE,
            )
        return by_month[previous]
    if not months:
        return None
    if months[-1].month != _month_before(month):
        notices.append(
            f"前の月（{_month_before(month)}）の集計がないため、{months[-1].month} と比べています。"
        )
    return months[-1]


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year:04d}-{number - 1:02d}"


class _Shared:
    """Equal texts, keys and answers once for all months: most are as in the month before."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.answers: dict[tuple[str, ...], PastAnswer] = {}

    def key(self, respondent: str, item: str) -> tuple[str, str]:
        """Give the key of an answer."""
        key = (self.texts.setdefault(respondent, respondent), self.texts.setdefault(item, item))
        return self.keys.setdefault(key, key)

    def answer(self, sha256: str, *written: str) -> PastAnswer:
        """Give the answer of a line that stands in the file with that hash."""
        known = self.answers.get((sha256, *written))
        if known is None:
            known = self.answers[sha256, *written] = _answer(sha256, *written)
        return known


def _read_month(folder: Path, checklist: str, shared: _Shared) -> PastMonth | str:
    """Give a month, or the notice that says why it cannot be used."""
    try:
        with _table(folder / "data" / "answers.csv") as (places, lines):
            with _table(folder / "data" / "files.csv") as (columns, files):
                pick = itemgetter(columns["file"], columns["sha256"])
                hashes = dict(map(pick, files))
            run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            first = next(lines, None)
            if first is not None and not places.keys() >= _NEEDED:
                return f"{folder.name} のデータの列が足りないため、比較に使っていません。"
            rows = chain([first] if first else [], lines)
            said = _said(places, rows, checklist, hashes, shared)
    except FileNotFoundError as error:
        lacking = Path(error.filename).name
        return f"{folder.name} のデータ（{lacking}）がないため、比較に使っていません。"
    except (OSError, ValueError, KeyError, csv.Error):
        return f"{folder.name} のデータが読めないため、比較に使っていません。"
    if first and not said.respondents:
        return f"{folder.name} は別の様式の集計のため、比較に使っていません。"
    versions, counts = _part(run, "versions"), _part(run, "counts")
    return replace(
        said,
        month=folder.name,
        product_version=str(versions.get("torimatome", "")),
        asked=_count(counts.get("asked")),
        missing=_count(counts.get("missing")),
    )


_PICKED = ("checklist", "checklist_version", "respondent_id", "respondent", "role", "item_id",
           "file", "status", "due", "due_inferred", "mark", "note")  # fmt: skip


def _said(
    places: Mapping[str, int],
    rows: Iterable[list[str]],
    checklist: str,
    hashes: Mapping[str, str],
    shared: _Shared,
) -> PastMonth:
    """Give what the lines of answers.csv say of a checklist, one after the other."""
    version = ""
    answers: dict[tuple[str, str], PastAnswer] = {}
    people: dict[str, tuple[str, str]] = {}
    nowhere = -1  # every line ends with an empty text
    pick = itemgetter(*(places.get(name, nowhere) for name in _PICKED))
    for row in rows:
        of, its_version, respondent, name, role, item, file, *written = pick(row)
        if of != checklist:
            continue
        version = version if people else its_version
        key = shared.key(_as_written(respondent), item)
        people[key[0]] = (_as_written(name), role)
        answers[key] = shared.answer(hashes.get(file, ""), *written)
    return PastMonth(
        month="",
        product_version="",
        checklist=checklist,
        checklist_version=version,
        answers=answers,
        respondents={
            id_: PastRespondent(id=id_, name=name, role=role)
            for id_, (name, role) in people.items()
        },
    )


def _part(run: object, name: str) -> dict[str, object]:
    part = run.get(name) if isinstance(run, dict) else None
    return part if isinstance(part, dict) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _as_written(text: str) -> str:
    """Take away the apostrophe that the CSV puts before what starts like a formula."""
    if text[:1] != "'":
        return text
    start = text[1:].lstrip(" \u3000\xa0\ufeff")[:1]
    return text[1:] if start and start in _FORMULA_STARTS else text


@contextmanager
def _table(path: Path) -> Iterator[tuple[Mapping[str, int], Iterator[list[str]]]]:
    """Open a CSV file: the place of each head, and the lines, an empty text at the end of each."""
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = csv.reader(stream)
        heads = next(lines, [])
        width = len(heads)
        whole = (line[:width] + [""] * (width + 1 - len(line)) for line in lines if line)
        yield {head: place for place, head in enumerate(heads)}, whole


_STATUSES = {status.value: status for status in Status}


def _answer(
    sha256: str, status: str, due: str, due_inferred: str, mark: str, note: str
) -> PastAnswer:
    return PastAnswer(
        # of a version that knew more: nothing is assumed of a status unknown here
        status=_STATUSES.get(status, Status.UNCLEAR),
        due=due if _MONTH.fullmatch(due) else "",
        due_inferred=due_inferred.lower() == "true",
        mark=mark,
        sha256=sha256,
        note=_as_written(note),
    )
