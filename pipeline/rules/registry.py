"""What a rule is, and the checks by which a set of rules becomes the registry.

A rule is one declaration: its words, its examples and the function that finds its hits stand
together. Legend sheet, ``torimatome rules`` and docs/rules.md are generated from it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from sys import intern
from types import MappingProxyType

from pipeline.frame.columns import Frame
from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    FileRecord,
    Finding,
    Location,
    PreviousMonth,
    Respondent,
    Severity,
    place_in,
)
from pipeline.rules.asked import AskedAnswers, Remark
from pipeline.rules.words import quote, shown_words
from pipeline.texts.folding import is_blank

FAMILIES = "FLANBRMC"  # the letters of codes, in the order in which they are shown
_CODE = re.compile(rf"[{FAMILIES}]\d{{3}}")


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

    ``asked`` are the answers of the batch, sorted; where a rule compares returns there is
    ``frame`` instead, the answers as `frame.answers_of` gives them.
    """

    batch: Batch
    asked: AskedAnswers
    thresholds: Thresholds
    previous: PreviousMonth | None = None
    frame: Frame = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place where a rule applies. ``fields`` fill the named fields of message and fix.

    A field ``step`` is the next step of this hit in place of the rule's ``fix``. Values of
    ``fields`` may be respondents' text: they are put in, never interpreted.
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
    cause: str = ""  # what makes it one line with others of its file, where not the writing


Find = Callable[[Context], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case of a rule as a text table; it runs as a test and is printed on the rule page.

    Lines ``項目 | チェック欄 | 補足説明欄`` belong to the file named last. The notation is
    described on the rule page.
    """

    fires: bool
    text: str


class About(StrEnum):
    """What a rule is about; gone findings about a month or about 確認票 are not mended by that."""

    FILE = "ファイル"
    BODY = "団体"
    ITEM = "項目"
    MONTH = "月"  # the step from one month to the next
    FORM = "確認票"  # an entry of it, which is no row to decide on


class Effect(StrEnum):
    """What a finding does to the figures, gravest first; it orders 今月まず対応すること."""

    LOST = "数えられていない回答がある"
    CONTRADICTED = "食い違いがあり、数が実際と違うおそれがある"
    LATE = "予定が遅れている"
    OPEN = "答えが決まらず、未記入・判読不能・月なしと数えている"
    DOUBTED = "数えているが、確かめたいことがある"
    NONE = "数は変わらない"


class Decided(StrEnum):
    """What becomes of a finding once 確認票 changed the answer it is about."""

    SETTLES = "settles"
    SILENT = "silent"  # the decision itself brings it up, with cell and note before one's eyes
    STAYS = "stays"  # about the month of a plan: it is about the answer as decided, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a rule says, without the function that finds its hits, which it decorates.

    ``message`` says what is wrong and ``fix`` the next step; both are templates. ``because``
    argues the severity in one line. ``covers`` names the codes that say nothing new at the same
    place: a hit with an item covers them for that item of that file, one without for the file.
    ``compares``: it asks for more than one return alone: for whose it is, for the records of files,
    for what others say, or what was said last month. ``questions_status``: what was read may not be
    the answer, although nothing contradicts it.
    """

    code: str
    severity: Severity
    title: str
    because: str
    about: About
    effect: Effect
    message: str
    why: str
    fix: str
    examples: tuple[Example, ...]
    since: str = "0.1.0"  # the version whose run first knew the rule
    alert: bool = False  # it puts the month as a whole in doubt
    decided: Decided = Decided.SETTLES
    covers: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    general_fix: str = ""  # for the legend, where ``fix`` has named fields
    ask: str = ""  # to the respondent, empty where there is nothing to ask
    compares: bool = False
    questions_status: bool = False

    @property
    def leaves_open(self) -> bool:
        """Tell whether a hit with an item leaves open what the answer is."""
        return self.questions_status or self.effect is Effect.CONTRADICTED

    def __call__(self, find: Find) -> "Rule":
        """Make the rule whose hits ``find`` finds, and enter it among those declared."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        made = Rule(**said | {"general_fix": self.general_fix or self.fix}, find=find)
        DECLARED.append(made)
        return made


rule = Declaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Declaration):
    """One rule, whole."""

    find: Find

    @property
    def family(self) -> str:
        """Give the letter of its code."""
        return self.code[:1]

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
            fix=hit.fields.get("step") or _filled(self.fix, hit.fields),
            respondent_id=hit.respondent.id if hit.respondent else "",
            respondent=hit.respondent.name if hit.respondent else "",
            item_id=hit.item_id,
            subject=hit.subject,
            problem=_filled(self.message, hit.fields) + hit.shown_by,
            quoted=quote(hit.written) if quoted else "",
            ask=hit.ask or self.ask,
            bound=hit.bound,
            project=hit.respondent.project if hit.respondent else "",
            cause=hit.cause,
        )


def _filled(template: str, fields: Mapping[str, str]) -> str:
    """Fill the named fields; equal texts are one in memory, since most are said very often."""
    return intern(template.format_map(fields)) if "{" in template else template


DECLARED: list[Rule] = []  # in the order in which the modules are imported


def fires(text: str) -> Example:
    """An example in which the rule has something to say."""
    return Example(fires=True, text=text.strip("\n"))


def silent(text: str) -> Example:
    """An example in which the rule says nothing."""
    return Example(fires=False, text=text.strip("\n"))


def register(rules: Iterable[Rule], retired: Mapping[str, str]) -> Mapping[str, Rule]:
    """Make the registry, family by family, by code. ValueError for a rule that may not exist.

    A code is for ever: it is refused when malformed, used twice or retired. A rule needs one
    example that fires and one that is silent, and a reason for its severity.
    """
    registry: dict[str, Rule] = {}
    for entry in sorted(rules, key=_by_family):
        if not _CODE.fullmatch(entry.code):
            raise ValueError(f"malformed rule code {entry.code!r}")
        if entry.code in registry:
            raise ValueError(f"rule code {entry.code} is used twice")
        if entry.code in retired:
            raise ValueError(f"rule code {entry.code} is retired: {retired[entry.code]}")
        if {example.fires for example in entry.examples} != {True, False}:
            raise ValueError(f"rule {entry.code} needs an example that fires and one that does not")
        if not entry.because.endswith("。"):
            raise ValueError(f"rule {entry.code} needs a because: why this severity")
        if "{step}" in entry.fix:
            raise ValueError(f"rule {entry.code}: a step stands in place of its fix, not in it")
        if "{" in entry.general_fix:
            raise ValueError(f"rule {entry.code} needs a general_fix without named fields")
        if entry.severity is Severity.FIX and not entry.ask:
            raise ValueError(f"rule {entry.code} needs an ask: the respondent must act")
        registry[entry.code] = entry
    _refuse_broken_references(registry)
    return MappingProxyType(registry)


def _by_family(entry: Rule) -> tuple[int, str]:
    return FAMILIES.find(entry.family), entry.code


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


def on_file(record: FileRecord, /, **fields: str) -> Hit:
    """Make the hit of a rule about a file of the inbox, counted or not."""
    return Hit(location=place_in(record.source), respondent=record.respondent, fields=fields)


def on_place(
    counted: CountedSubmission, location: Location, written: str = "", /, **fields: str
) -> Hit:
    """Make the hit of a rule about a place of a submission."""
    return Hit(location=location, respondent=counted.respondent, written=written, fields=fields)


def on_row(counted: CountedSubmission, answer: Answer, written: str, /, **fields: str) -> Hit:
    """Make the hit of a rule about the row of an item: its id and text."""
    place = answer.row_location or answer.location or whole_file(counted)
    return replace(on_place(counted, place, written, **fields), item_id=answer.item_id)


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
