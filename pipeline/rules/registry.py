"""What a rule is, and the checks by which a set of rules becomes the registry.

A rule is one declaration: its words, its examples and the function that finds its hits stand
together. Legend sheet, ``torimatome rules`` and docs/rules.md are generated from it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from sys import intern
from types import MappingProxyType

from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    Finding,
    Location,
    MatchedBy,
    PreviousMonth,
    Respondent,
    Severity,
    place_in,
)
from pipeline.rules.asked import AskedAnswers, Remark
from pipeline.rules.words import quote, shown_words
from pipeline.text import is_blank

_CODE = re.compile(r"[FLANBRMC]\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number a rule depends on. ``name`` is its key in torimatome.toml, for ever."""

    name: str
    default: float
    meaning: str  # Japanese, one sentence, for the rule page
    minimum: float = 0.0
    maximum: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The thresholds of a run: a rule asks by name and always gets a number."""

    values: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        """Give the value of a threshold; KeyError for a name no rule declares."""
        return self.values[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a rule may look at. ``previous`` is None where there is no last month.

    ``asked`` are the answers of the batch, sorted.
    """

    batch: Batch
    asked: AskedAnswers
    thresholds: Thresholds
    previous: PreviousMonth | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place where a rule applies. ``fields`` fill the named fields of message and fix.

    Values of ``fields`` may be respondents' text: they are put in, never interpreted.
    ``severity`` and ``ask`` replace the rule's for this hit alone (a ditto mark with nothing above
    it; a file that is not damaged but protected).
    """

    location: Location
    respondent: Respondent | None = None
    item_id: str = ""
    subject: str = ""  # what the message names after the place where there is no item
    written: str = ""
    quoted: bool = True  # False where the message itself quotes what was written
    fields: Mapping[str, str] = field(default_factory=dict)
    shown_by: str = ""  # how a number format comes to show what was written, after the message
    severity: Severity | None = None
    bound: str = ""  # what a decision in 確認票 is bound to, where that is not what was written
    ask: str = ""


Find = Callable[[Context], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case of a rule as a text table; it runs as a test and is printed on the rule page.

    Lines ``項目 | チェック欄 | 補足説明欄`` belong to the file named last. The notation is
    described on the rule page.
    """

    fires: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``covers`` names the codes that say nothing new at the same place.

    A hit with an item covers them for that item of that file, a hit without one for the whole
    file. ``message`` says what is wrong and ``fix`` the next step; both are templates.
    """

    code: str
    severity: Severity
    title: str
    message: str
    why: str
    fix: str
    since: str
    examples: tuple[Example, ...]
    find: Find
    covers: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    general_fix: str = ""  # for the legend, where ``fix`` has named fields
    ask: str = ""  # to the respondent, empty where there is nothing to ask

    def finding(self, hit: Hit, severity: Severity | None = None) -> Finding:
        """Put a hit into words. ``severity`` is the one set by the user, if any.

        ``message`` and ``fix`` read on as one text: place, item, what was written, what is
        wrong; then the next step.
        """
        quoted = hit.quoted and hit.written and not is_blank(hit.written)
        return Finding(
            code=self.code,
            severity=severity or hit.severity or self.severity,
            title=self.title,
            location=hit.location,
            written=hit.written,
            fix=_filled(self.fix, hit.fields),
            respondent_id=hit.respondent.id if hit.respondent else "",
            respondent=hit.respondent.name if hit.respondent else "",
            item_id=hit.item_id,
            subject=hit.subject,
            problem=_filled(self.message, hit.fields) + hit.shown_by,
            quoted=quote(hit.written) if quoted else "",
            ask=hit.ask or self.ask,
            bound=hit.bound,
            project=hit.respondent.project if hit.respondent else "",
        )


def _filled(template: str, fields: Mapping[str, str]) -> str:
    """Fill the named fields; equal texts are one in memory, since most are said very often."""
    return intern(template.format_map(fields)) if "{" in template else template


def rule(  # noqa: PLR0913 - one keyword for each part of the declaration
    *,
    code: str,
    severity: Severity,
    title: str,
    message: str,
    why: str,
    fix: str,
    examples: tuple[Example, ...],
    since: str = "0.1.0",  # the version whose run first knew the rule
    covers: tuple[str, ...] = (),
    thresholds: tuple[Threshold, ...] = (),
    general_fix: str = "",
    ask: str = "",
) -> Callable[[Find], Rule]:
    """Declare the rule whose hits the decorated function finds."""

    def declare(find: Find) -> Rule:
        return Rule(
            code=code,
            severity=severity,
            title=title,
            message=message,
            why=why,
            fix=fix,
            since=since,
            examples=examples,
            find=find,
            covers=covers,
            thresholds=thresholds,
            general_fix=general_fix or fix,
            ask=ask,
        )

    return declare


def fires(text: str) -> Example:
    """An example in which the rule has something to say."""
    return Example(fires=True, text=text.strip("\n"))


def silent(text: str) -> Example:
    """An example in which the rule says nothing."""
    return Example(fires=False, text=text.strip("\n"))


def register(rules: Iterable[Rule], retired: Mapping[str, str]) -> Mapping[str, Rule]:
    """Make the registry, in the order given. ValueError for a rule that may not exist.

    A code is for ever: it is refused when malformed, used twice or retired. A rule needs one
    example that fires and one that is silent.
    """
    registry: dict[str, Rule] = {}
    for entry in rules:
        if not _CODE.fullmatch(entry.code):
            raise ValueError(f"malformed rule code {entry.code!r}")
        if entry.code in registry:
            raise ValueError(f"rule code {entry.code} is used twice")
        if entry.code in retired:
            raise ValueError(f"rule code {entry.code} is retired: {retired[entry.code]}")
        if {example.fires for example in entry.examples} != {True, False}:
            raise ValueError(f"rule {entry.code} needs an example that fires and one that does not")
        if "{" in entry.general_fix:
            raise ValueError(f"rule {entry.code} needs a general_fix without named fields")
        if entry.severity is Severity.FIX and not entry.ask:
            raise ValueError(f"rule {entry.code} needs an ask: the respondent must act")
        registry[entry.code] = entry
    _refuse_broken_references(registry)
    return MappingProxyType(registry)


def _refuse_broken_references(registry: Mapping[str, Rule]) -> None:
    names: set[str] = set()
    for entry in registry.values():
        unknown = set(entry.covers) - set(registry)
        if unknown:
            raise ValueError(f"rule {entry.code} covers unknown codes {sorted(unknown)}")
        for threshold in entry.thresholds:
            if threshold.name in names:
                raise ValueError(f"threshold {threshold.name} is declared twice")
            names.add(threshold.name)


def has_row(answer: Answer) -> bool:
    """Tell whether the item stands in the file at all."""
    return answer.matched_by is not MatchedBy.NONE or answer.location is not None


def on_answer(counted: CountedSubmission, answer: Answer, /, **fields: str) -> Hit:
    """Make the hit of a rule about a check cell."""
    return Hit(
        location=answer.location or answer.row_location or whole_file(counted),
        respondent=counted.respondent,
        item_id=answer.item_id,
        written=answer.mark.raw,
        fields=fields,
        shown_by=shown_words(answer) if answer.aside else "",
    )


def on_remark(counted: CountedSubmission, answer: Answer, remark: Remark, /, **fields: str) -> Hit:
    """Make the hit of a rule about something written beside a check cell."""
    fields["where"] = remark.where
    if remark.said is answer.note:
        return on_note(counted, answer, **fields)
    return replace(on_answer(counted, answer, **fields), written=remark.said.raw, shown_by="")


def on_note(counted: CountedSubmission, answer: Answer, /, **fields: str) -> Hit:
    """Make the hit of a rule about a note cell."""
    return Hit(
        location=answer.note_location or answer.location or whole_file(counted),
        respondent=counted.respondent,
        item_id=answer.item_id,
        written=answer.note.raw,
        fields=fields,
    )


def on_submission(counted: CountedSubmission, written: str = "", /, **fields: str) -> Hit:
    """Make the hit of a rule about a whole submission."""
    return Hit(
        location=whole_file(counted),
        respondent=counted.respondent,
        written=written,
        fields=fields,
    )


def whole_file(counted: CountedSubmission) -> Location:
    """Give the place of a finding that concerns the file, with the sheet where there is one."""
    sheets = {table.sheet for table in counted.submission.tables}
    return place_in(counted.submission.source, sheets.pop() if len(sheets) == 1 else "")
