"""Follow findings from month to month and run to run: 新規, 継続, 再確認, 認容, 修正済み, 解消."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from pipeline.frame.columns import constant, encoded, together
from pipeline.frame.findings import findings_of
from pipeline.history.record import DamagedError, open_table, read_record
from pipeline.model import Finding, Severity
from pipeline.model.review import Decision, FindingState, PastFinding, Verdict
from pipeline.review.keys import subject_of
from pipeline.review.settled import Reviewed, Settled
from pipeline.rules import RULES, About, Decided
from pipeline.rules.words import STATUS_WORDS
from pipeline.texts.calendar import month_words
from pipeline.texts.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.frame.findings import Findings
    from pipeline.model.history import PastMonth
    from pipeline.model.review import ReviewKey
    from pipeline.review.keys import Keys

Identity = tuple[str, str, str, str]


def past_findings(folder: Path, past: PastMonth | None = None) -> tuple[PastFinding, ...]:
    """Read data/findings below a month's folder; nothing where it is missing or damaged.

    They get the present ids of items and respondents that ``past`` tells; what was found at an
    item that is not asked any more is left out.
    """
    found = _past_findings(folder)
    if past is None or not (past.moved or past.renamed):
        return found
    return tuple(
        each._replace(
            item_id=now, respondent_id=past.renamed.get(each.respondent_id, each.respondent_id)
        )
        for each in found
        if (now := past.moved.get(each.item_id, each.item_id)) or not each.item_id
    )


def _past_findings(folder: Path) -> tuple[PastFinding, ...]:
    try:
        with open_table(read_record(folder), "findings") as table:
            places = table.places
            if not places.keys() >= _NEEDED:
                return ()
            nowhere = len(places)  # an empty text that ends every line
            pick = itemgetter(*(places.get(name, nowhere) for name in PastFinding._fields))
            return tuple(_past(map(table.written, pick(line))) for line in table.lines)
    except (DamagedError, KeyError):
        return ()


_NEEDED = frozenset(PastFinding._fields) - PastFinding._field_defaults.keys()
_OPEN = frozenset(state.value for state in FindingState if state.is_open)
_SEVERITIES = {severity.value: severity for severity in Severity}


def _past(texts: Iterable[str]) -> PastFinding:
    code, severity, *others = texts
    return PastFinding(code, _SEVERITIES[severity], *others)


def finding_states(
    findings: Iterable[Finding],
    reviewed: Reviewed,
    *,
    earlier: Iterable[PastFinding] = (),
    before: Iterable[PastFinding] = (),
    off: frozenset[str] = frozenset(),
) -> Settled:
    """Give each finding its state, and tell which are closed and which are gone.

    ``findings`` are those of ``reviewed.batch``. ``earlier`` are those of the month before,
    ``before`` those of the last run of this month. ``off`` are rules that are switched off:
    what they no longer say is not mended by that. The same inputs give the same states however
    often a month is run.
    """
    after = findings_of(findings)
    earlier, before = tuple(earlier), tuple(before)
    same = after is reviewed.findings
    keys = reviewed.keys if same else reviewed.binder.keys(after)
    judge = _Judge(reviewed)
    known = {_past_identity(past) for past in earlier if past.state != FindingState.RESOLVED}
    judged, there = judge.judged(after, keys, known)
    is_open = judged.where("state", _OPEN)
    rows, done = np.flatnonzero(there & is_open), np.flatnonzero(there & ~is_open)
    closed, closed_keys = judged.take(done), keys.take(done)
    if not same:
        gone, gone_keys = judge.corrected(frozenset(keys))
        closed, closed_keys = closed.before(gone), closed_keys.before(gone_keys)
    present = (after,) if same else (after, reviewed.findings)
    return Settled(
        open=judged.take(rows),
        open_keys=keys.take(rows),
        closed=closed,
        closed_keys=closed_keys,
        resolved=findings_of(_resolved(earlier, before, present, reviewed, off)),
    )


class _Judge:
    """Gives findings their states by the decisions in force and the month before."""

    def __init__(self, reviewed: Reviewed) -> None:
        self._reviewed = reviewed
        self._changing = {
            (key.subject, key.item_id): decision
            for key, decision in reviewed.decisions.items()
            if decision.changes
        }
        self._subjects = {key.subject for key in (*reviewed.decisions, *reviewed.reopened)}

    def judged(
        self, findings: Findings, keys: Keys, known: set[Identity]
    ) -> tuple[Findings, NDArray[np.bool_]]:
        """Give findings with their states and the decisions about them, and which are there.

        Not there is what only a decision brought up.
        """
        states, words = _ages(findings, known), [""] * len(findings)
        there = np.ones(len(findings), bool)
        touched = keys.frame["subject"].where(self._subjects.__contains__)
        for row in np.flatnonzero(touched).tolist():
            key = keys[row]
            if self._caused(key):
                there[row] = False
            else:
                states[row], words[row] = self._state(key, states[row])
        return findings.with_columns(state=encoded(states), decision=encoded(words)), there

    @cached_property
    def _raw(self) -> frozenset[ReviewKey]:
        return frozenset(self._reviewed.keys)

    def _caused(self, key: ReviewKey) -> bool:
        """Tell whether only a decision brought the finding up."""
        changed = (key.subject, key.item_id) in self._changing
        silent = RULES[key.code].decided is Decided.SILENT
        return changed and silent and key not in self._raw

    def _state(self, key: ReviewKey, age: str) -> tuple[str, str]:
        """Give the state of a finding, and the decision about it in words."""
        decision = self._reviewed.decisions.get(key)
        if decision is None:
            again = key in self._reviewed.reopened
            return FindingState.REOPENED.value if again else age, ""
        still = decision.verdict is Verdict.CORRECT and RULES[key.code].decided is Decided.STAYS
        if decision.verdict is Verdict.SEND_BACK or still:
            return age, words_of(decision)
        state = FindingState.CORRECTED if decision.changes else FindingState.ACCEPTED
        return state.value, words_of(decision)

    def corrected(self, there: frozenset[ReviewKey]) -> tuple[Findings, Keys]:
        """Judge what is no longer found in the answers as decided."""
        reviewed = self._reviewed
        gone = [row for row, key in enumerate(reviewed.keys) if key not in there]
        keys = reviewed.keys.take(gone)
        told = [
            self._changing.get((key.subject, key.item_id), reviewed.decisions.get(key))
            for key in keys
        ]
        findings = reviewed.findings.take(gone).with_columns(
            state=constant(FindingState.CORRECTED.value, len(gone)),
            decision=encoded(words_of(one) if one else Verdict.CORRECT.value for one in told),
        )
        return findings, keys


def _ages(findings: Findings, known: set[Identity]) -> list[str]:
    """Tell what the month before had of findings, and what is new."""
    if not known:
        return [FindingState.NEW.value] * len(findings)
    return [
        (FindingState.CONTINUED if identity in known else FindingState.NEW).value
        for identity in _identities(findings)
    ]


def words_of(decision: Decision) -> str:
    """Give a decision in words, without names: ``修正する（②これから対応予定 2027年3月）``."""
    if decision.file:
        return f"{decision.verdict.value}（「{decision.file}」を使う）"
    if decision.body:
        return f"{decision.verdict.value}（「{decision.body}」の回答とする）"
    if decision.verdict is not Verdict.CORRECT or decision.status is None:
        return decision.verdict.value
    due = f" {month_words(decision.due)}" if decision.due else ""
    return f"{decision.verdict.value}（{STATUS_WORDS[decision.status]}{due}）"


def _resolved(
    earlier: tuple[PastFinding, ...],
    before: tuple[PastFinding, ...],
    present: Iterable[Findings],
    reviewed: Reviewed,
    off: frozenset[str],
) -> Iterator[Finding]:
    """Give what was open and is no longer found, of respondents whose answers are here."""
    if not (earlier or before):
        return
    counted = {one.respondent.id for one in reviewed.source.submissions}
    files = {record.source.path for record in reviewed.source.files}
    seen = {identity for findings in present for identity in _identities(findings)}
    again = {past for past in before if past.state == FindingState.RESOLVED}
    for past in (*earlier, *before):
        if past.severity is Severity.INFO or past.code in off:
            continue
        if past.state == FindingState.RESOLVED:
            was_there = past in again  # mended since the last run of this month
        else:
            was_there = past.state == "" or FindingState(past.state).is_open
        identity = _past_identity(past)
        here = past.respondent_id in counted or (not past.respondent_id and past.file in files)
        if not was_there or identity in seen or not here or not _can_be_mended(past.code):
            continue
        seen.add(identity)
        yield replace(past.finding, state=FindingState.RESOLVED.value)


def _can_be_mended(code: str) -> bool:
    """Tell what is about this month's returns; a code of an older version may be retired."""
    rule = RULES.get(code)
    return rule is None or rule.about not in (About.MONTH, About.FORM)


def _identities(findings: Findings) -> Iterator[Identity]:
    """Give what makes two findings of different runs the same one."""
    frame = findings.frame
    written = together(_identifying, frame["item_id"], frame["written"])
    subjects = together(subject_of, frame["respondent_id"], frame["file"])
    return zip(subjects, frame["item_id"], frame["code"], written, strict=True)


def _identifying(item_id: str, written: str) -> str:
    return "" if item_id else fold(written)


def _past_identity(past: PastFinding) -> Identity:
    subject = subject_of(past.respondent_id, past.file)
    return (subject, past.item_id, past.code, _identifying(past.item_id, past.written))
