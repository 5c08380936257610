"""Run the rules over a month: findings, without repetition, in the order they are read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.frame.answers import StoredAnswers, answers_of, changed_items
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
from pipeline.model.pickling import Columns
from pipeline.rules import DEFAULT_THRESHOLDS, RULES, Context, Decided, Thresholds
from pipeline.rules.asked import NOTHING_ASKED, sort_answers
from pipeline.settings import RuleSettings

_AS_DECLARED = RuleSettings()
_FINDINGS = Columns(
    Finding, few=("code", "title", "fix", "item_id", "subject", "problem", "written", "ask")
)

SEVERITIES = (Severity.FIX, Severity.CHECK, Severity.INFO)


def check(
    batch: Batch,
    settings: RuleSettings = _AS_DECLARED,
    *,
    previous: PreviousMonth | None = None,
) -> tuple[Finding, ...]:
    """Give the findings of a month, sorted by severity, respondent and form order.

    What another finding already says is left out (`Rule.covers`), whether or not that other
    one is switched off: switching a rule off never brings up more findings.
    Rules that ask for one return alone ran where it was read (`own_findings`); they run here for
    the returns whose answers are others now.
    `TorimatomeError` (usage) for settings that name a rule or threshold that does not exist.
    """
    refuse_unknown(settings)
    known = [_findings_of(one) for one in batch.submissions]
    changed = tuple(
        one for one, found in zip(batch.submissions, known, strict=True) if found is None
    )
    month = Context(
        batch=batch,
        asked=NOTHING_ASKED,
        thresholds=_thresholds(settings),
        previous=previous,
        frame=answers_of(batch.submissions),
    )
    # Of the files rules look at every record, whichever returns are left to be judged.
    left = replace(month, batch=replace(batch, submissions=changed), asked=sort_answers(changed))
    findings = [finding for found in known for finding in found or ()]
    findings += _found(left, settings, compares=False)
    findings += _found(month, settings, compares=True)
    told = (finding for finding in _uncovered(findings) if finding.code not in settings.off)
    return _sorted(told, batch)


def own_findings(
    submission: Submission, checklist: Checklist, month: str, settings: RuleSettings
) -> tuple[Any, ...]:
    """Give what the rules that ask for one return alone find in it, packed for `check`.

    Nobody is named yet, and nothing left out.
    """
    counted = CountedSubmission(respondent=Respondent(id="", name=""), submission=submission)
    context = Context(
        batch=Batch(month=month, checklist=checklist, files=(), submissions=(counted,)),
        asked=sort_answers((counted,)),
        thresholds=_thresholds(settings),
    )
    return _FINDINGS.pack([*_found(context, settings, compares=False)])


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


def _findings_of(counted: CountedSubmission) -> tuple[Finding, ...] | None:
    answers, who = counted.submission.answers, counted.respondent
    if not isinstance(answers, StoredAnswers) or answers.findings is None:
        return None
    return _FINDINGS.unpack(
        answers.findings, respondent_id=who.id, respondent=who.name, project=who.project
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


def _uncovered(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out what another finding at the same item, or over the whole file, already says."""
    covered = {
        (code, finding.location.key, finding.item_id)
        for finding in findings
        for code in RULES[finding.code].covers
    }
    for finding in findings:
        code, file = finding.code, finding.location.key
        if (code, file, "") in covered:
            continue
        if finding.item_id and (code, file, finding.item_id) in covered:
            continue
        yield finding


def _sorted(findings: Iterable[Finding], batch: Batch) -> tuple[Finding, ...]:
    respondents = _respondent_order(batch)
    items = {item.id: index for index, item in enumerate(batch.checklist.items)}
    severities = {severity: index for index, severity in enumerate(SEVERITIES)}
    last = len(respondents)
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                severities[finding.severity],
                respondents.get(finding.respondent_id, last),
                finding.location.file if finding.respondent_id not in respondents else "",
                items.get(finding.item_id, -1),
                finding.code,
                finding.location.file,
                finding.location.sheet,
                finding.location.cell,
            ),
        )
    )


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
