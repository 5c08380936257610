"""Run the rules over a month: findings, without repetition, in the order they are read."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Batch, Finding, PreviousMonth, Severity
from pipeline.rules import DEFAULT_THRESHOLDS, RULES, Context, Hit, Rule, Thresholds
from pipeline.rules.asked import sort_answers
from pipeline.settings import RuleSettings

_AS_DECLARED = RuleSettings()

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
    `TorimatomeError` (usage) for settings that name a rule or threshold that does not exist.
    """
    refuse_unknown(settings)
    thresholds = Thresholds(values={**DEFAULT_THRESHOLDS, **settings.thresholds})
    context = Context(
        batch=batch, asked=sort_answers(batch), thresholds=thresholds, previous=previous
    )
    hits = [(rule, hit) for rule in RULES.values() for hit in rule.find(context)]
    findings = [
        rule.finding(hit, settings.severity.get(rule.code))
        for rule, hit in _uncovered(hits)
        if rule.code not in settings.off
    ]
    return _sorted(findings, batch)


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


def _uncovered(hits: Sequence[tuple[Rule, Hit]]) -> Iterable[tuple[Rule, Hit]]:
    """Leave out hits that another at the same item, or over the whole file, already says."""
    covered = {(code, hit.location.key, hit.item_id) for rule, hit in hits for code in rule.covers}
    for rule, hit in hits:
        file = hit.location.key
        if (rule.code, file, "") in covered:
            continue
        if hit.item_id and (rule.code, file, hit.item_id) in covered:
            continue
        yield rule, hit


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
