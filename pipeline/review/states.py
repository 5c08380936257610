"""Follow findings from month to month and run to run: 新規, 継続, 再確認, 認容, 修正済み, 解消."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

from pipeline.history.record import DamagedError, open_table, read_record
from pipeline.model import Finding, Severity
from pipeline.model.review import Decision, FindingState, PastFinding, Reviewed, Settled, Verdict
from pipeline.review.keys import keys_of
from pipeline.rules import RULES, About, Decided
from pipeline.rules.words import STATUS_WORDS
from pipeline.texts.calendar import month_words
from pipeline.texts.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipeline.model.history import PastMonth
    from pipeline.model.review import ReviewKey

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
    after = tuple(findings)
    earlier, before = tuple(earlier), tuple(before)
    known = {_past_identity(past) for past in earlier if past.state != FindingState.RESOLVED}
    same = after is reviewed.findings
    keys = reviewed.keys if same else keys_of(after, reviewed.source)
    judge = _Judge(reviewed, known)
    still_open: list[tuple[ReviewKey, Finding]] = []
    closed: list[tuple[ReviewKey, Finding]] = []
    for key, finding in zip(keys, after, strict=True):
        if not judge.caused(key):
            state, judged = judge.judged(key, finding)
            (still_open if state.is_open else closed).append((key, judged))
    if not same:
        there = frozenset(keys)
        closed += [
            (key, judge.corrected(key, finding))
            for key, finding in zip(reviewed.keys, reviewed.findings, strict=True)
            if key not in there
        ]
    every = after if same else (*after, *reviewed.findings)
    return Settled(
        open=tuple(finding for _, finding in still_open),
        open_keys=tuple(key for key, _ in still_open),
        closed=tuple(finding for _, finding in closed),
        closed_keys=tuple(key for key, _ in closed),
        resolved=tuple(_resolved(earlier, before, every, reviewed, off)),
    )


class _Judge:
    """Gives a finding its state by the decisions in force and the month before."""

    def __init__(self, reviewed: Reviewed, known: set[Identity]) -> None:
        self._reviewed = reviewed
        self._known = known
        self._raw = frozenset(reviewed.keys)
        self._changing = {
            (key.subject, key.item_id): decision
            for key, decision in reviewed.decisions.items()
            if decision.changes
        }

    def caused(self, key: ReviewKey) -> bool:
        """Tell whether only a decision brought the finding up."""
        changed = (key.subject, key.item_id) in self._changing
        silent = RULES[key.code].decided is Decided.SILENT
        return changed and silent and key not in self._raw

    def judged(self, key: ReviewKey, finding: Finding) -> tuple[FindingState, Finding]:
        """Give a finding its state and the decision about it."""
        decision = self._reviewed.decisions.get(key)
        if decision is None:
            state = self._age(finding)
            if key in self._reviewed.reopened:
                state = FindingState.REOPENED
            return state, finding.judged(state.value)
        still = decision.verdict is Verdict.CORRECT and RULES[finding.code].decided is Decided.STAYS
        if decision.verdict is Verdict.SEND_BACK or still:
            state = self._age(finding)
        else:
            state = FindingState.CORRECTED if decision.changes else FindingState.ACCEPTED
        return state, finding.judged(state.value, words_of(decision))

    def corrected(self, key: ReviewKey, finding: Finding) -> Finding:
        """Judge a finding that is no longer made of the answers as decided."""
        decision = self._reviewed.decisions.get(key)
        decision = self._changing.get((key.subject, key.item_id), decision)
        words = words_of(decision) if decision else Verdict.CORRECT.value
        return replace(finding, state=FindingState.CORRECTED.value, decision=words)

    def _age(self, finding: Finding) -> FindingState:
        if self._known and _identity(finding) in self._known:
            return FindingState.CONTINUED
        return FindingState.NEW


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
    present: Iterable[Finding],
    reviewed: Reviewed,
    off: frozenset[str],
) -> Iterator[Finding]:
    """Give what was open and is no longer found, of respondents whose answers are here."""
    if not (earlier or before):
        return
    counted = {one.respondent.id for one in reviewed.source.submissions}
    files = {record.source.path for record in reviewed.source.files}
    seen = {_identity(finding) for finding in present}
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
        yield past.finding.judged(FindingState.RESOLVED.value)


def _can_be_mended(code: str) -> bool:
    """Tell what is about this month's returns; a code of an older version may be retired."""
    rule = RULES.get(code)
    return rule is None or rule.about not in (About.MONTH, About.FORM)


def _identity(finding: Finding) -> Identity:
    """Give what makes two findings of different runs the same one."""
    subject = finding.respondent_id or f"file:{finding.location.file}"
    written = "" if finding.item_id else fold(finding.written)
    return (subject, finding.item_id, finding.code, written)


def _past_identity(past: PastFinding) -> Identity:
    subject = past.respondent_id or f"file:{past.file}"
    return (subject, past.item_id, past.code, "" if past.item_id else fold(past.written))
