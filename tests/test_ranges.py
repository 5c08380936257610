"""The range of a figure holds the truth: simulated months whose truth is known.

Each world has bodies with a true status for every item. What reaches the frame is that truth
hidden (blank), blurred (unclear), contradicted (another status with an open finding beside it),
withheld (nothing sent, a disputed or unreadable file), and decided in part.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batches import make_batch, make_checklist, make_findings, make_settings
from rows import every_row

from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    FileKind,
    FileRecord,
    FileState,
    Finding,
    Location,
    Mark,
    Respondent,
    Roster,
    RosterEntry,
    Severity,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
)
from pipeline.model.counts import Range, StatusCounts
from pipeline.rules import RULES
from pipeline.summarise import summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.model import Checklist, Item

CHECKLIST = make_checklist(
    (("統治", 3, ("①方針",)), ("基盤", 2, ("①守る", "②備える")), ("機器", 1, ("",)))
)
TRUE = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE)
ROLES = ("推進主体", "提供者", "")
LEAVING_OPEN = sorted(code for code, rule in RULES.items() if rule.leaves_open)


@dataclass(frozen=True)
class World:
    """A month as it is seen, and what is true of each (respondent, item) that is asked."""

    batch: Batch
    findings: tuple[Finding, ...]
    truth: dict[tuple[Respondent, Item], Status]


def make_world(seed: int) -> World:
    """Make a month: few or many bodies, and each kind of damage seldom, often or never."""
    rng = random.Random(seed)  # noqa: S311 - worlds, not secrets
    rates = {
        kind: rng.choice((0.0, 0.1, 0.5, 1.0) if kind != "absent" else (0.0, 0.2, 0.7, 1.0))
        for kind in ("hide", "blur", "contradict", "absent", "decide")
    }
    with_roster = rng.random() < 0.8
    leaning = rng.choice(([1, 1, 1, 1], [9, 1, 1, 0], [1, 1, 9, 1], [0, 0, 0, 1], [1, 0, 0, 0]))
    truth: dict[tuple[Respondent, Item], Status] = {}
    submissions: list[CountedSubmission] = []
    missing: list[Respondent] = []
    files: list[FileRecord] = []
    findings: list[Finding] = []
    entries: list[RosterEntry] = []
    for number in range(rng.randint(0, 7)):
        scope = rng.choice(((), (), (CHECKLIST.categories[0],))) if with_roster else ()
        body = Respondent(id=f"B{number}", name=f"団体{number}", role=rng.choice(ROLES))
        entries.append(RosterEntry(code=body.id, name=body.name, role=body.role, scope=scope))
        asked = [item for item in CHECKLIST.items if not scope or item.category in scope]
        own = {item: rng.choices(TRUE, leaning)[0] for item in asked}
        truth |= {(body, item): status for item, status in own.items()}
        source = _source(f"{body.name}.xlsx")
        if rng.random() < rates["absent"]:
            # Without a roster nobody knows of a body but by what it sent.
            files += _unusable(rng, source, body, with_roster)
            if with_roster:
                missing.append(body)
            continue
        seen, told = _seen(rng, rates, own, source)
        submissions.append(_counted(body, source, seen))
        files.append(_record_of(submissions[-1]))
        findings += told
    rng.shuffle(findings)
    batch = Batch(
        month="2026-11",
        checklist=CHECKLIST,
        files=tuple(files),
        submissions=tuple(submissions),
        roster=Roster(entries=tuple(entries), file="名簿.xlsx") if with_roster else None,
        missing=tuple(missing),
    )
    return World(batch=batch, findings=tuple(findings), truth=truth)


def _seen(
    rng: random.Random,
    rates: dict[str, float],
    own: dict[Item, Status],
    source: SourceFile,
) -> tuple[dict[Item, Status], list[Finding]]:
    """Give what stands in a return whose truth is ``own``, and what is found of it."""
    seen, told = dict(own), []
    for item in own:
        if rng.random() < rates["decide"]:
            continue  # a coordinator asked and wrote the answer into 確認票
        if rng.random() < rates["hide"]:
            seen[item] = Status.BLANK
        elif rng.random() < rates["blur"]:
            seen[item] = Status.UNCLEAR
        elif rng.random() < rates["contradict"]:
            seen[item] = rng.choice(TRUE)
            told.append(_finding(rng.choice(LEAVING_OPEN), item, source))
        elif rng.random() < 0.2:  # what questions nothing moves nothing
            told.append(_finding("N401", item, source, Severity.INFO))
    return seen, told


def _unusable(
    rng: random.Random, source: SourceFile, body: Respondent, with_roster: bool
) -> Iterator[FileRecord]:
    kind = rng.choice(("nothing", "disputed", "unreadable")) if with_roster else "unreadable"
    if kind == "nothing":
        return
    known = body if with_roster or rng.random() < 0.5 else None
    if kind == "disputed":
        state, known = FileState.DISPUTED, None
    else:
        state = FileState.UNREADABLE
    yield FileRecord(
        source=source,
        state=state,
        reason="",
        kind=FileKind.XLSX,
        content=Unreadable(source=source, reason=UnreadableReason.BROKEN),
        respondent=known,
    )


def _source(path: str) -> SourceFile:
    return SourceFile(path=path, location=Path(path), sha256="0" * 64)


def _counted(body: Respondent, source: SourceFile, seen: dict[Item, Status]) -> CountedSubmission:
    answers = tuple(
        Answer(
            item_id=item.id,
            mark=Mark(status=seen.get(item, Status.NOT_APPLICABLE)),
            place=Location(file=source.path, sheet="回答"),
            mark_cell="D5",
            in_scope=item in seen,
        )
        for item in CHECKLIST.items
    )
    submission = Submission(
        source=source, kind=FileKind.XLSX, checklist_id=CHECKLIST.id, answers=answers
    )
    return CountedSubmission(respondent=body, submission=submission)


def _record_of(counted: CountedSubmission) -> FileRecord:
    return FileRecord(
        source=counted.submission.source,
        state=FileState.COUNTED,
        reason="",
        kind=FileKind.XLSX,
        content=counted.submission,
        respondent=counted.respondent,
    )


def _finding(
    code: str, item: Item, source: SourceFile, severity: Severity = Severity.CHECK
) -> Finding:
    return Finding(
        code=code, severity=severity, title=RULES[code].title,
        location=Location(file=source.path, sheet="回答", cell="D5"), written="", fix="",
        item_id=item.id,
    )  # fmt: skip


def true_share(statuses: Iterable[Status]) -> Fraction | None:
    """Count the truth, without the product."""
    applies = [status for status in statuses if status is not Status.NOT_APPLICABLE]
    if not applies:
        return None
    return Fraction(sum(status is Status.DONE for status in applies), len(applies))


def true_shares(world: World) -> dict[tuple[str, str], Fraction | None]:
    """Give the true share of every scope and key that is known about."""
    groups: defaultdict[tuple[str, str], list[Status]] = defaultdict(list)
    for (body, item), status in world.truth.items():
        for scope, key in (
            ("all", ""), ("category", item.category), ("role", body.role),
            ("respondent", body.id), ("item", item.id),
        ):  # fmt: skip
            groups[scope, key].append(status)
    return {key: true_share(statuses) for key, statuses in groups.items()}


@pytest.mark.parametrize("chunk", range(10))
def test_the_truth_lies_in_every_range_of_a_thousand_months(chunk: int) -> None:
    checked = 0
    for seed in range(chunk * 100, chunk * 100 + 100):
        world = make_world(seed)
        report = summarise(world.batch, world.findings, make_settings())
        ranges = {(one.scope, one.key): one for one in report.ranges}
        for key, share in true_shares(world).items():
            if world.batch.roster is None and (key[0] == "role" or key not in ranges):
                continue  # who sent what nobody can read, and in which role, nobody can know
            if share is None:
                continue
            least, most = ranges[key].least, ranges[key].most
            assert least is not None, (seed, key)
            assert most is not None, (seed, key)
            assert least - 1e-12 <= share <= most + 1e-12, (seed, key, least, float(share), most)
            checked += 1
    assert checked > 500


@every_row("seed", range(0, 1000, 7))
def test_the_value_shown_lies_in_its_own_range(seed: int) -> None:
    world = make_world(seed)
    for one in summarise(world.batch, world.findings, make_settings()).ranges:
        if one.done_rate is not None:
            assert one.least is not None
            assert one.most is not None
            assert one.least - 1e-12 <= one.done_rate <= one.most + 1e-12, (seed, one)


def test_a_range_is_as_tight_as_the_open_answers_allow() -> None:
    """Try every truth of a small month: the range is reached, at both ends, and never passed."""
    seen = StatusCounts(done=2, planned=1, not_planned=1, blank=1, unclear=1)
    one = Range(scope="all", key="", counts=seen, in_question=StatusCounts(done=1), absent=1)
    certain = [Status.DONE, Status.PLANNED, Status.NOT_PLANNED]
    shares = {true_share([*certain, *rest]) for rest in product(TRUE, repeat=one.open)}
    known = [share for share in shares if share is not None]
    assert (min(known), max(known)) == (
        Fraction(one.least or 0).limit_denominator(100),
        Fraction(one.most or 0).limit_denominator(100),
    )


def test_where_nothing_is_open_least_value_and_most_are_one() -> None:
    counts = StatusCounts(done=3, planned=1, not_applicable=2)
    one = Range(scope="all", key="", counts=counts)
    assert one.least == one.done_rate == one.most == 0.75
    assert one.firm


def test_where_nobody_answered_all_is_open_and_where_nobody_is_asked_nothing_is() -> None:
    nobody = Range(scope="all", key="", absent=55)
    assert (nobody.done_rate, nobody.least, nobody.most) == (None, 0, 1)
    none = Range(scope="all", key="")
    assert (none.done_rate, none.least, none.most, none.width) == (None, None, None, 0)


def test_ranges_add_up_over_categories_items_roles_and_respondents() -> None:
    for seed in range(60):
        world = make_world(seed)
        ranges = summarise(world.batch, world.findings, make_settings()).ranges
        for scope in ("category", "item", "role", "respondent"):
            parts = [one for one in ranges if one.scope == scope]
            whole = ranges[0]
            for count in (_open, _asked, _done):
                assert sum(map(count, parts)) == count(whole), (seed, scope)


_open: Callable[[Range], int] = lambda one: one.open  # noqa: E731
_asked: Callable[[Range], int] = lambda one: one.asked  # noqa: E731
_done: Callable[[Range], int] = lambda one: one.done  # noqa: E731


def test_a_settled_finding_no_longer_holds_an_answer_open() -> None:
    batch = make_batch(3)
    counted = batch.submissions[0]
    answer = next(a for a in counted.submission.answers if a.mark.status is Status.DONE)
    item = next(item for item in batch.checklist.items if item.id == answer.item_id)
    told = _finding("N402", item, counted.submission.source)
    before = summarise(batch, (told,), make_settings()).ranges[0]
    after = summarise(batch, (), make_settings()).ranges[0]
    info = summarise(batch, (replace(told, severity=Severity.INFO),), make_settings()).ranges[0]
    assert before.open == after.open + 1
    assert before.done == after.done - 1
    assert info == after


def test_a_month_of_many_findings_keeps_its_counts_in_the_ranges() -> None:
    batch = make_batch(12)
    report = summarise(batch, make_findings(batch), make_settings())
    assert report.ranges[0].counts == report.figures.counts
    assert _checklist_of(batch) == [one.key for one in report.ranges if one.scope == "item"]


def _checklist_of(batch: Batch) -> list[str]:
    checklist: Checklist = batch.checklist
    return [item.id for item in checklist.items]
