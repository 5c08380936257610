"""Run the rules over a month: findings, without repetition, in the order they are read."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.frame.answers import StoredAnswers, answers_of, changed_items, found_alone
from pipeline.frame.findings import findings_of, keys_of_files
from pipeline.model import (
    Batch,
    Checklist,
    CountedSubmission,
    Finding,
    PreviousMonth,
    Respondent,
    Severity,
    Submission,
)
from pipeline.rules import DEFAULT_THRESHOLDS, RULES, Context, Decided, Thresholds
from pipeline.rules.asked import NOTHING_ASKED, sort_answers
from pipeline.settings import RuleSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipeline.frame.columns import Coded, Frame
    from pipeline.frame.findings import Findings

_AS_DECLARED = RuleSettings()
SEVERITIES = (Severity.FIX, Severity.CHECK, Severity.INFO)


def check(
    batch: Batch,
    settings: RuleSettings = _AS_DECLARED,
    *,
    previous: PreviousMonth | None = None,
    frame: Frame | None = None,
    compares: bool = True,
) -> Findings:
    """Give the findings of a month, sorted by severity, respondent and form order.

    What another finding already says is left out (`Rule.covers`), whether or not that other
    one is switched off: switching a rule off never brings up more findings.
    Rules that ask for one return alone ran where it was read (`own_findings`); they run here for
    the returns whose answers are others now. ``frame`` are the answers, where they are known.
    Without ``compares`` only those rules run.
    `TorimatomeError` (usage) for settings that name a rule or threshold that does not exist.
    """
    refuse_unknown(settings)
    changed = tuple(one for one in batch.submissions if not _is_judged(one))
    month = Context(
        batch=batch,
        asked=NOTHING_ASKED,
        thresholds=_thresholds(settings),
        previous=previous,
        frame=answers_of(batch.submissions) if frame is None else frame,
    )
    # Of the files rules look at every record, whichever returns are left to be judged.
    left = replace(month, batch=replace(batch, submissions=changed), asked=sort_answers(changed))
    here = [*_found(left, settings, compares=False)]
    here += _found(month, settings, compares=True) if compares else ()
    told = _found_before(batch.submissions).before(findings_of(here))
    told = told.take(np.flatnonzero(_uncovered(told) & ~told.where("code", settings.off)))
    return told.take(_order(told, batch))


def own_findings(
    submission: Submission, checklist: Checklist, month: str, settings: RuleSettings
) -> list[Finding]:
    """Give what the rules that ask for one return alone find in it.

    Nobody is named yet, and nothing left out.
    """
    counted = CountedSubmission(respondent=Respondent(id="", name=""), submission=submission)
    context = Context(
        batch=Batch(month=month, checklist=checklist, files=(), submissions=(counted,)),
        asked=sort_answers((counted,)),
        thresholds=_thresholds(settings),
    )
    return [*_found(context, settings, compares=False)]


def _found(context: Context, settings: RuleSettings, *, compares: bool) -> Iterator[Finding]:
    """Give what the rules find that do or do not compare a return with others.

    Where another office replaced an answer, what only its decision brings up is no finding.
    """
    replaced = {
        (counted.respondent.id, item)
        for counted in context.batch.submissions
        if counted.submission.sealed
        for item in changed_items(counted.submission.answers)
    }
    for rule in RULES.values():
        if rule.compares is compares:
            for hit in rule.find(context):
                finding = rule.finding(hit, settings.severity.get(rule.code))
                silent = replaced and rule.decided is Decided.SILENT
                if not (silent and (finding.respondent_id, finding.item_id) in replaced):
                    yield finding


def _is_judged(counted: CountedSubmission) -> bool:
    answers = counted.submission.answers
    return isinstance(answers, StoredAnswers) and answers.judged


def _found_before(submissions: Sequence[CountedSubmission]) -> Findings:
    """Give what was found where returns were read, with the names of those who sent them."""
    found, numbers = found_alone(submissions)
    people = [one.respondent for one in submissions]
    return found.with_columns(
        respondent_id=numbers.of(lambda number: people[number].id),
        respondent=numbers.of(lambda number: people[number].name),
        project=numbers.of(lambda number: people[number].project),
    )


def _thresholds(settings: RuleSettings) -> Thresholds:
    return Thresholds(values={**DEFAULT_THRESHOLDS, **settings.thresholds})


def refuse_unknown(settings: RuleSettings, file: str = "torimatome.toml") -> None:
    """Raise `TorimatomeError` (usage) for a code or threshold that no rule has."""
    for section, codes in (("off", settings.off), ("severity", settings.severity)):
        for code in sorted(codes):
            if code not in RULES:
                raise TorimatomeError(
                    f"{file} {settings.lines.get(code, '')}の [rules] {section} にある「{code}」と"
                    f"いう指摘コードはありません。{_near(code, RULES)}"
                    "「torimatome rules」で一覧を確かめてください。",
                    ExitCode.USAGE,
                )
    limits = {t.name: t for rule in RULES.values() for t in rule.thresholds}
    for name, value in settings.thresholds.items():
        line = settings.lines.get(name, "")
        if name not in limits:
            raise TorimatomeError(
                f"{file} {line}の [rules.thresholds] にある「{name}」というしきい値はありません。"
                f"{_near(name, limits)}"
                f"使えるのは {'、'.join(sorted(limits))} です。",
                ExitCode.USAGE,
            )
        low, high = limits[name].minimum, limits[name].maximum
        if not low <= value <= high:
            allowed = f"{low:g} 以上" + ("" if high == float("inf") else f" {high:g} 以下")
            raise TorimatomeError(
                f"{file} {line}の [rules.thresholds] {name} は {allowed}の数にしてください"
                f"（今の値: {value:g}）。",
                ExitCode.USAGE,
            )


def _near(word: str, known: Iterable[str]) -> str:
    found = get_close_matches(word.replace("-", "_"), known, n=1)
    return f"「{found[0]}」のことではありませんか。" if found else ""


def _uncovered(findings: Findings) -> NDArray[np.bool_]:
    """Tell what no other finding at the same item, or over the whole file, says already."""
    frame, files = findings.frame, keys_of_files(findings)
    shown = np.ones(len(findings), bool)
    for code in frame["code"].values:
        covers = RULES[code].covers
        covering = np.flatnonzero(findings.where("code", (code,))).tolist()
        if not covers:
            continue
        told = {(files.at(row), frame["item_id"].at(row)) for row in covering}
        for row in np.flatnonzero(findings.where("code", covers)).tolist():
            file, item = files.at(row), frame["item_id"].at(row)
            if (file, "") in told or (file, item) in told:
                shown[row] = False
    return shown


def _order(findings: Findings, batch: Batch) -> NDArray[np.int64]:
    """Give the order in which findings are read."""
    frame, people = findings.frame, _respondent_order(batch)
    items = {item.id: index for index, item in enumerate(batch.checklist.items)}
    known = findings.where("respondent_id", people)
    unknown = np.where(known, 0, _ranks(frame["file"]))  # the files of nobody known come last
    keys = (
        _ranks(frame["severity"], SEVERITIES.index),
        _ranks(frame["respondent_id"], lambda id_: people.get(id_, len(people))),
        unknown,
        _ranks(frame["item_id"], lambda item: items.get(item, -1)),
        *(_ranks(frame[name]) for name in ("code", "file", "sheet", "cell")),
    )
    return np.lexsort(keys[::-1])


def _ranks(column: Coded, key: Callable[[Any], Any] = str) -> NDArray[np.int64]:
    """Give the place of each row's value among the values, sorted by a key."""
    asked = [*map(key, column.values)]
    places = {each: place for place, each in enumerate(sorted(set(asked)), start=1)}
    ranks = np.array([places[each] for each in asked], np.int64)
    return ranks[column.codes] if asked else np.zeros(0, np.int64)


def _respondent_order(batch: Batch) -> dict[str, int]:
    """Give each respondent's place: the roster's order, then the order of the submissions."""
    order: dict[str, int] = {}
    known = [*(counted.respondent for counted in batch.submissions), *batch.missing]
    ids = {respondent.name: respondent.id for respondent in known}
    for entry in batch.roster.entries if batch.roster else ():
        order.setdefault(ids.get(entry.shown, entry.code), len(order))
    for respondent in known:
        order.setdefault(respondent.id, len(order))
    return order
