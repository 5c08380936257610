"""Earlier months, read from their data/ and never changed; the promises they carry over.

The data files of a month are its record. Whatever cannot be read becomes a notice: a damaged
old month must not stop the present one.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from pipeline import __version__
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.frame.answers import answers_of
from pipeline.history.record import RUN, DamagedError, open_table, read_record
from pipeline.model import FileState, PreviousMonth, Status
from pipeline.model.history import (
    History,
    ItemAsked,
    PastAnswer,
    PastMonth,
    PastProblem,
    PastRespondent,
)
from pipeline.texts.calendar import MONTH, month_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pipeline.history.aliases import Aliases
    from pipeline.history.record import Table
    from pipeline.model import Answer, Batch, CountedSubmission, FileRecord, Respondent

_NEEDED = frozenset(
    {
        "respondent_id", "respondent", "role", "checklist", "checklist_version", "item_id",
        "status", "due", "mark", "file",
    }
)  # fmt: skip


def load_history(
    outbox: Path, month: str, *, checklist: str, previous: str | None = None
) -> History:
    """Read every month before ``month`` below ``outbox`` that answers the same checklist.

    ``previous`` names the month to compare with; TorimatomeError (usage) where it has no data.
    """
    months: list[PastMonth] = []
    notices: list[str] = []
    problems: list[PastProblem] = []
    shared = _Shared()
    for folder in sorted(outbox.iterdir()) if outbox.is_dir() else ():
        if not MONTH.fullmatch(folder.name) or folder.name >= month or not folder.is_dir():
            continue
        past = _read_month(folder, checklist, shared, problems)
        if isinstance(past, PastMonth):
            months.append(past)
        elif past:
            notices.append(past)
    by_month = {past.month: past for past in months}
    notices += (*_version_notices(months), *map(_problem_notice, problems))
    compare_with = _to_compare(months, by_month, month, previous, notices)
    return History(
        months=tuple(months),
        notices=tuple(notices),
        problems=tuple(problems),
        compare_with=compare_with,
    )


def _version_notices(months: Iterable[PastMonth]) -> Iterator[str]:
    for past in months:
        if past.product_version and past.product_version != __version__:
            yield (
                f"{past.month} は別の版（{past.product_version}）で集計されています。"
                "数え方が変わっている場合があります。"
            )
    unchecked = [past.month for past in months if not past.checked]
    if unchecked:
        yield (
            f"{'、'.join(unchecked)} は古い版の集計のため、データが書き換えられていないかは"
            "確かめていません。"
        )


def _problem_notice(problem: PastProblem) -> str:
    what = "控え（Parquet）を使いました。" if problem.copied else "その月とは比べていません。"
    return f"outbox/{problem.file} は{problem.problem}。{what}"


def in_light_of(batch: Batch, history: History, inbox: Path) -> Batch:
    """Give the batch with what earlier months add: years, files counted before, damaged data.

    A file counted before lies there still where the month that counted it was not closed: a
    body that sends the same file again leaves the first one in that month's folder.
    """
    files = tuple(_with_earlier_count(record, history, inbox) for record in batch.files)
    return replace(settle_years(batch, history), files=files, past_problems=history.problems)


def _with_earlier_count(record: FileRecord, history: History, inbox: Path) -> FileRecord:
    digest = record.source.sha256
    if not digest or record.state not in {FileState.COUNTED, FileState.SUPERSEDED}:
        return record
    months = (past for past in reversed(history.months) if digest in past.counted)
    past = next(months, None)
    if past is None or _is_put_away(inbox / past.month, past.counted[digest], past.month):
        return record
    return replace(record, counted_before=past.month)


def _is_put_away(closed: Path, path: str, month: str) -> bool:
    """Tell whether a file lies in the folder of its closed month; for a member, its archive."""
    own = path.removeprefix(f"{month}/")
    ends = (*(at for at, letter in enumerate(own) if letter == "!"), len(own))
    return any((closed / own[:end]).is_file() for end in ends)


def previous_month(history: History) -> PreviousMonth | None:
    """Give the month that B506 and B507 compare with, None where there is none."""
    past = history.compare_with
    if past is None:
        return None
    return PreviousMonth(month=past.month, answers=past.answers)


def under_public_names(
    history: History, people: Mapping[str, Respondent], aliases: Aliases, *, named: bool = False
) -> History:
    """Give the history with its respondents called as in the public edition.

    ``people`` are the public respondents by their own ids. Words are dropped, hashes become keyed
    ones, and roles stand only where names do.
    """
    months = {past.month: _renamed(past, people, aliases, named=named) for past in history.months}
    compared = history.compare_with
    return replace(
        history,
        months=tuple(months.values()),
        compare_with=months[compared.month] if compared else None,
    )


def _renamed(
    past: PastMonth, people: Mapping[str, Respondent], aliases: Aliases, *, named: bool
) -> PastMonth:
    here = [people[id_] for id_ in past.respondents]
    digests = {answer.sha256 for answer in past.answers.values()} - {""}
    public = {sha256: aliases.digest("sha256", sha256) for sha256 in digests}
    answers = (
        (
            (people[respondent].id, item),
            PastAnswer(
                status=answer.status,
                due=answer.due,
                due_inferred=answer.due_inferred,
                sha256=public.get(answer.sha256, ""),
            ),
        )
        for (respondent, item), answer in past.answers.items()
    )
    return PastMonth(
        month=past.month,
        product_version=past.product_version,
        checklist=past.checklist,
        checklist_version=past.checklist_version,
        answers=dict(answers),
        respondents={
            person.id: PastRespondent(
                id=person.id,
                name=person.name,
                role=person.role if named else "",
                project=person.project,
            )
            for person in (here if named else sorted(here, key=lambda person: person.id))
        },
        items=past.items,
        moved=past.moved,
        asked=past.asked,
        missing=past.missing,
        checked=past.checked,
    )


def settle_years(batch: Batch, history: History) -> Batch:
    """Keep the year that a month without year was first given.

    「②10月」 said in September and still there in November is overdue, not next year's October:
    as long as the same month number stands there, month after month, the year stays.
    """
    if not history.months:
        return batch
    frame = answers_of(batch.submissions)
    ids = [counted.respondent.id for counted in batch.submissions]
    rows = np.flatnonzero(frame["due_inferred"].where(bool) & frame["due"].where(bool))
    asked = (frame[name].take(rows) for name in ("number", "item_id", "status", "due"))
    older = {
        number
        for number, item, status, due in zip(*asked, strict=True)
        if _first_given((ids[number], item), status, due, history)
    }
    return replace(
        batch,
        submissions=tuple(
            _settled(counted, history) if number in older else counted
            for number, counted in enumerate(batch.submissions)
        ),
    )


def _first_given(key: tuple[str, str], status: Status, due: str, history: History) -> str:
    """Give the month that was understood before where the same is written now, else nothing."""
    # The latest month that has this answer: a month of silence takes nothing back.
    earlier = next((p.answers[key] for p in reversed(history.months) if key in p.answers), None)
    if earlier is None or earlier.status is not status or earlier.due[5:] != due[5:]:
        return ""
    return earlier.due if earlier.due < due else ""


def _settled(counted: CountedSubmission, history: History) -> CountedSubmission:
    answers = tuple(
        _with_first_year(answer, counted.respondent.id, history)
        for answer in counted.submission.answers
    )
    return replace(counted, submission=replace(counted.submission, answers=answers))


def _with_first_year(answer: Answer, respondent: str, history: History) -> Answer:
    due, key = answer.due, (respondent, answer.item_id)
    first = due.inferred and due.month and _first_given(key, answer.mark.status, due.month, history)
    if not first:
        return answer
    mark_due = answer.mark.due
    if mark_due.month == due.month:
        mark_due = replace(mark_due, month=first)
    return replace(
        answer,
        due=replace(due, month=first),
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
    before = month_after(month, -1)
    if months[-1].month != before:
        notices.append(f"前の月（{before}）の集計がないため、{months[-1].month} と比べています。")
    return months[-1]


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


def _read_month(
    folder: Path, checklist: str, shared: _Shared, problems: list[PastProblem]
) -> PastMonth | str:
    """Give a month, or the notice that says why it is not compared, empty where a problem does."""
    if not (folder / RUN).exists() and not (folder / "data").exists():
        return f"{folder.name} は集計の結果（data フォルダ）がないため、比較に使っていません。"
    try:
        record = read_record(folder)
        with open_table(record, "files") as table:
            problems += _copied(folder, "files", table.doubt)
            files = [
                (table.written(path), digest, state)
                for path, digest, state in table.columns("file", "sha256", "state")
            ]
        with open_table(record, "answers") as table:
            problems += _copied(folder, "answers", table.doubt)
            first = next(table.lines, None)
            if first is not None and not table.places.keys() >= _NEEDED:
                raise DamagedError("data/answers.csv", "列が足りません")
            rows = chain([first] if first else [], table.lines)
            hashes = {path: digest for path, digest, _ in files}
            said = _said(replace(table, lines=rows), checklist, hashes, shared)
        with open_table(record, "findings") as table:  # read later, by `past_findings`
            problems += _copied(folder, "findings", table.doubt)
    except DamagedError as error:
        place = f"{folder.name}/{error.name}"
        problems.append(PastProblem(month=folder.name, file=place, problem=error.problem))
        return ""
    if first and not said.respondents:
        return f"{folder.name} は別の様式の集計のため、比較に使っていません。"
    versions, counts = record.part("versions"), record.part("counts")
    return replace(
        said,
        month=folder.name,
        product_version=str(versions.get("torimatome", "")),
        asked=_count(counts.get("asked")),
        missing=_count(counts.get("missing")),
        checked=bool(record.stated),
        counted={
            digest: path for path, digest, state in files if digest and state == FileState.COUNTED
        },
    )


def _copied(folder: Path, name: str, doubt: str) -> Iterator[PastProblem]:
    """Tell that the copy of a table was read."""
    if doubt:
        place = f"{folder.name}/data/{name}.csv"
        yield PastProblem(month=folder.name, file=place, problem=doubt, copied=True)


_PICKED = ("checklist", "checklist_version", "respondent_id", "respondent", "role", "item_id",
           "file", "project", "status", "due", "due_inferred", "mark", "note", "item", "category",
           "section")  # fmt: skip


def _said(table: Table, checklist: str, hashes: Mapping[str, str], shared: _Shared) -> PastMonth:
    """Give what the lines of answers.csv say of a checklist, one after the other."""
    places, written = table.places, table.written
    version = ""
    answers: dict[tuple[str, str], PastAnswer] = {}
    people: dict[str, tuple[str, str, str]] = {}
    items: dict[str, ItemAsked] = {}
    nowhere = -1  # every line ends with an empty text
    pick = itemgetter(*(places.get(name, nowhere) for name in _PICKED))
    for row in table.lines:
        of, its_version, respondent, name, role, item, file, project, *said = pick(row)
        status, due, due_inferred, mark, note, *text = said
        if of != checklist:
            continue
        if item not in items:
            items[item] = ItemAsked(id=item, title=written(text[0]), category=text[1],
                                    section=text[2])  # fmt: skip
        version = version if people else its_version
        key = shared.key(written(respondent), item)
        people[key[0]] = (written(name), role, written(project))
        answers[key] = shared.answer(
            hashes.get(written(file), ""), status, due, due_inferred, written(mark), written(note)
        )
    return PastMonth(
        month="",
        product_version="",
        checklist=checklist,
        checklist_version=version,
        answers=answers,
        items=tuple(items.values()),
        respondents={
            id_: PastRespondent(id=id_, name=name, role=role, project=project)
            for id_, (name, role, project) in people.items()
        },
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_STATUSES = {status.value: status for status in Status}


def _answer(
    sha256: str, status: str, due: str, due_inferred: str, mark: str, note: str
) -> PastAnswer:
    return PastAnswer(
        # of a version that knew more: nothing is assumed of a status unknown here
        status=_STATUSES.get(status, Status.UNCLEAR),
        due=due if MONTH.fullmatch(due) else "",
        due_inferred=due_inferred.lower() == "true",
        mark=mark,
        sha256=sha256,
        note=note,
    )
