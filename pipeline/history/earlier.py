"""Earlier months, read from their data/ and never changed; the promises they carry over.

The data files of a month are its record. Whatever cannot be read becomes a notice: a damaged
old month must not stop the present one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline import __version__
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.frame.answers import answers_of
from pipeline.history.aliases import Aliases
from pipeline.history.month import Shared, read_month
from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    FileRecord,
    FileState,
    PreviousMonth,
    Respondent,
    Status,
)
from pipeline.model.history import History, PastAnswer, PastMonth, PastProblem, PastRespondent
from pipeline.texts.calendar import MONTH, month_after


def load_history(
    outbox: Path, month: str, *, checklist: str, previous: str | None = None
) -> History:
    """Read every month before ``month`` below ``outbox`` that answers the same checklist.

    ``previous`` names the month to compare with; TorimatomeError (usage) where it has no data.
    """
    months: list[PastMonth] = []
    notices: list[str] = []
    problems: list[PastProblem] = []
    shared = Shared()
    for folder in sorted(outbox.iterdir()) if outbox.is_dir() else ():
        if not MONTH.fullmatch(folder.name) or folder.name >= month or not folder.is_dir():
            continue
        past = read_month(folder, checklist, shared, problems)
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
