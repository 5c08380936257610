"""Run the rules over a month: findings, without repetition, in the order they are read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Batch, Finding, FindingGroup, PreviousMonth, Severity
from pipeline.rules import DEFAULT_THRESHOLDS, RULES, Context, Hit, Rule, Thresholds
from pipeline.rules.asked import sort_answers
from pipeline.rules.attention import ATTENTION, LINES_PER_CODE
from pipeline.rules.words import listed
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


def group_findings(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Join equal findings of one submission into one line each, in the order of the first.

    Equal are findings of one code and severity about one file of one respondent.
    """
    return tuple(_group(members) for members in _alike(findings))


def _alike(findings: Iterable[Finding]) -> Iterable[Sequence[Finding]]:
    groups: dict[tuple[str, str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        key = (finding.code, finding.severity, finding.respondent_id, finding.location.key)
        groups[key].append(finding)
    return groups.values()


def _group(members: Sequence[Finding]) -> FindingGroup:
    first = members[0]
    group = FindingGroup(
        code=first.code,
        severity=first.severity,
        title=first.title,
        message=first.message,
        fix=first.fix,
        findings=tuple(members),
        respondent_id=first.respondent_id,
        respondent=first.respondent,
    )
    if len(members) == 1:
        return group
    same_problem = len({member.problem for member in members}) == 1
    same_fix = len({member.fix for member in members}) == 1
    cells = _cells(members)
    inside = f"［{cells}］" if cells else ""
    items = listed([member.item_id for member in members if member.item_id], "項目", limit=3)
    return replace(
        group,
        message=f"{first.location.file}{inside}{items}: "
        f"{first.problem if same_problem else f'{first.title}（{len(members)}件）。'}",
        fix=first.fix if same_fix else RULES[first.code].general_fix,
    )


def _cells(members: Sequence[Finding]) -> str:
    """Name the cells sheet by sheet: ``チェックシート!C12、C15``."""
    sheets: dict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.location.cell and member.location.cell not in sheets[member.location.sheet]:
            sheets[member.location.sheet].append(member.location.cell)
    return "、".join(
        f"{sheet}!{listed(cells, 'か所', limit=10)}" for sheet, cells in sheets.items()
    )


def attention(
    findings: Iterable[Finding], batch: Batch, limit: int = 10
) -> tuple[FindingGroup, ...]:
    """Choose 今月見るべき件: at most ``limit`` lines, gravest class first.

    Lines are groups of one code in one submission; 未提出 of all respondents is one line. Within
    a class of `ATTENTION` the line with more cells comes first, then respondent order. A code
    takes at most three lines as long as other codes have something to say.
    """
    ranks = {code: rank for rank, (_, codes) in enumerate(ATTENTION) for code in codes}
    missing: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        if finding.code in ranks:
            (missing if finding.code == "B501" else others).append(finding)
    ranked = sorted(
        [*_alike(others), *([missing] if missing else [])],
        key=lambda members: (ranks[members[0].code], -len(members)),
    )
    taken: dict[str, int] = defaultdict(int)
    chosen: list[Sequence[Finding]] = []
    spare: list[Sequence[Finding]] = []
    for members in ranked:
        code = members[0].code
        taken[code] += 1
        (chosen if taken[code] <= LINES_PER_CODE else spare).append(members)
    kept = {id(members) for members in (chosen + spare)[:limit]}
    return tuple(
        _missing_line(members, batch) if members is missing else _group(members)
        for members in ranked
        if id(members) in kept
    )


def first_to_see(findings: tuple[Finding, ...], batch: Batch) -> tuple[Finding, ...]:
    """Give 今月見るべき件: one finding a group, with the words that stand for the whole group."""
    return tuple(
        group.findings[0]
        if len(group.findings) == 1
        else replace(
            group.findings[0],
            respondent=group.respondent,
            respondent_id=group.respondent_id,
            written="",
            told=group.message,
            problem=group.message,
            fix=group.fix,
        )
        for group in attention(findings, batch)
    )


def _missing_line(missing: Sequence[Finding], batch: Batch) -> FindingGroup:
    first = missing[0]
    answered = sum(counted.respondent.on_roster is not False for counted in batch.submissions)
    asked = answered + len(missing)
    names = listed([finding.respondent for finding in missing], "団体")
    return FindingGroup(
        code=first.code,
        severity=first.severity,
        title=first.title,
        message=f"{asked}団体のうち{len(missing)}団体が未提出です（{names}）。",
        fix=RULES[first.code].general_fix,
        findings=tuple(missing),
        respondent_id=first.respondent_id if len(missing) == 1 else "",
        respondent=first.respondent if len(missing) == 1 else f"{len(missing)}団体",
        respondents=len(missing),
    )
