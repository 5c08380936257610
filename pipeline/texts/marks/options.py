"""The option lines in a cell: those of the form, and three numbered lines of any other words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.model import Precision
from pipeline.texts.folding import CIRCLED, TICKS, number_of
from pipeline.texts.marks.table import matching_key
from pipeline.texts.marks.words import STATUS_OF, read_text
from pipeline.texts.months import split_due

# Signs that choose an option; a circle is weaker, for ○ beside ● is an empty radio button.
_FILLED = frozenset("❶❷❸➊➋➌⓵⓶⓷")
CIRCLE = frozenset("○〇◯o")
STRONG = (TICKS - CIRCLE) | set("☒v→⇒➡▶►*>←⇐<〆⭕♦◆▼")
EMPTY = frozenset("/□☐・-:|()◇△▽ー.、,;")
CROSS = frozenset("×✕✖x")
SIGNS = STRONG | CIRCLE | EMPTY | CROSS
_INSTRUCTION = re.compile(
    r"※[^※①②③]{0,40}(?:記載|記入|選択|回答)[^※①②③]{0,20}(?:ください|下さい|する|こと)。?"
)
# What a form prints before or after its options; it asks, and names no option.
_ASKING = re.compile(
    r"[※*(]*(?:(?=[^①-⑳\d]*(?:番号|いずれ|どれ|該当|当てはまる|あてはまる|選択|選ん|○|チェック))"
    r"[^①-⑳\d]{0,40}(?:ください|下さい|すること|つける|付ける|選択|記入|記載)|選択肢|凡例"
    r"|(?:選択|回答|記入|番号)欄?(?=[:)])|(?:選択|回答|記入)欄|回答)[:)。]*"
)
_IDEOGRAPH = re.compile("[一-鿿]")  # 三月, 別紙参照: 三 and 参 are numbers where they stand alone
_NUMBER = r"(?:{circled}|\({digit}\)|{digit}[.:、,)]?)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One option line found in a cell; positions count in the squeezed text."""

    number: int
    start: int
    end: int
    lines: frozenset[int]  # 0-based lines of the cell as written
    due_text: str = ""
    signs: str = ""
    filled: bool = False  # its number is written ❶
    official: bool = True  # in the words of the form
    wordless: bool = False  # the number alone is left of the line
    altered: bool = False  # something was added to the line, or nobody can tell
    foreign: bool = False  # in words of its own that do not say what the number says


@dataclass(frozen=True, slots=True, kw_only=True)
class Squeezed:
    """A cell's text folded sign by sign, without spaces, with the way back to the raw text."""

    text: str
    raw_at: tuple[int, ...]
    line_at: tuple[int, ...]
    raw: str

    def filled(self, at: int) -> bool:
        """Tell whether the sign there was written as a filled or double circle."""
        return self.raw[self.raw_at[at]] in _FILLED

    def apart(self, at: int) -> bool:
        """Tell whether the sign there begins the cell, a line or a word after white space."""
        if at == 0 or self.line_at[at] != self.line_at[at - 1]:
            return True
        between = self.raw[self.raw_at[at - 1] + 1 : self.raw_at[at]]
        return any(sign.isspace() for sign in between)


@lru_cache(maxsize=4096)
def _fold_sign(sign: str) -> str:
    return sign if _IDEOGRAPH.match(sign) else matching_key(sign)


def squeeze(raw: str) -> Squeezed:
    """Fold a cell's text sign by sign and take its spaces away."""
    text: list[str] = []
    raw_at: list[int] = []
    line_at: list[int] = []
    line, at = 0, 0
    while at < len(raw):
        end = at + 1
        while end < len(raw) and (unicodedata.combining(raw[end]) or raw[end] in "ﾞﾟ"):
            end += 1
        sign = raw[at:end]
        if sign in "\n\r\v\f\x85\u2028\u2029":
            line += not (sign == "\n" and raw[at - 1 : at] == "\r")
        folded = _fold_sign(sign)
        text.append(folded)
        raw_at.extend([at] * len(folded))
        line_at.extend([line] * len(folded))
        at = end
    return Squeezed(text="".join(text), raw_at=tuple(raw_at), line_at=tuple(line_at), raw=raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The legend of the official form, ready for matching."""

    options: tuple[tuple[int, re.Pattern[str]], ...]
    instructions: tuple[str, ...]


@lru_cache(maxsize=32)
def form_of(legend: tuple[str, ...]) -> Form:
    """Make the patterns of the lines that a form prints in its check cells."""
    options: list[tuple[int, re.Pattern[str]]] = []
    instructions: list[str] = []
    for line in legend:
        key = squeeze(line).text
        lead = re.match(r"[①-⑳]", key)
        if lead is None:
            instructions.append(key)
            continue
        number = CIRCLED[lead[0]]
        label, bracket, _ = key[1:].partition("(")
        pattern = "(?P<number>" + _NUMBER.format(circled=lead[0], digit=number) + ")"
        pattern += re.escape(label)
        if bracket:
            pattern += r"(?:\((?P<due>[^()①②③]{0,30})\)?)?"
        options.append((number, re.compile(pattern)))
    return Form(options=tuple(options), instructions=tuple(instructions))


def instruction_mask(squeezed: Squeezed, form: Form) -> list[bool]:
    """Tell for each sign whether it belongs to a line that only asks for an answer."""
    mask = [False] * len(squeezed.text)
    spans = [match.span() for match in _INSTRUCTION.finditer(squeezed.text)]
    for line in form.instructions:
        at = squeezed.text.find(line)
        if at >= 0:
            spans.append((at, at + len(line)))
    if len(set(re.findall("[①-③1-3]", squeezed.text))) > 1:  # there is something to choose from
        spans += [span for span in _words(squeezed) if _ASKING.fullmatch(squeezed.text, *span)]
    for start, end in spans:
        mask[start:end] = [True] * (end - start)
    return mask


def _words(squeezed: Squeezed) -> Iterator[tuple[int, int]]:
    """Give what stands between line breaks and white space."""
    start = 0
    for at in range(1, len(squeezed.text) + 1):
        if at == len(squeezed.text) or squeezed.apart(at):
            yield start, at
            start = at


def option_lines(
    squeezed: Squeezed, form: Form, instruction: list[bool], month: str
) -> list[Segment]:
    """Find the option lines of a cell, the form's own or, failing these, those of any words."""
    official = _official_lines(squeezed, form)
    if len({segment.number for segment in official}) >= len(STATUS_OF):
        return official
    return _numbered_lines(squeezed, instruction, month) or official


def _official_lines(squeezed: Squeezed, form: Form) -> list[Segment]:
    found = [
        Segment(
            number=number,
            start=match.start(),
            end=match.end(),
            lines=frozenset(squeezed.line_at[match.start() : match.end()]),
            due_text=match.groupdict().get("due") or "",
            filled=squeezed.filled(match.start()),
        )
        for number, pattern in form.options
        for match in pattern.finditer(squeezed.text)
    ]
    return sorted(found, key=lambda segment: segment.start)


# ---- three numbered lines, whatever their words --------------------------------------------

_LEAD = re.compile(
    r"\((?P<paren>[1-3①-③])\)|(?P<circled>[①-③])|(?P<digit>[1-3])(?P<sep>[.:、,)=_\-]?)"
)
_NO_LEAD = re.compile(r"[\d月年日末期q件つ個か~/%]")
_BEFORE_DIGIT = EMPTY | STRONG | CIRCLE | CROSS | set("[]。…※#&")
_BRACKETED = re.compile(r"\([^()]*\)?")
_LETTER = re.compile(r"[^\W\d_]")
_PARTICLE = re.compile(r"[はがもでを](?!い)")
_LABEL_SIGNS = re.compile(r"^[.:、,)=\-…・]+")
_PLACE_OF_MONTH = re.compile(r"\((?P<due>[^()]{0,30})\)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    number: int
    start: int
    end: int
    digit: bool


def _leads(squeezed: Squeezed, instruction: list[bool]) -> list[_Lead]:
    """Find every ①, (1) and, where a line or word begins, every 1 of a cell."""
    leads = []
    text = squeezed.text
    for found in _LEAD.finditer(text):
        at, end = found.span()
        if instruction[at]:
            continue
        if found["digit"]:
            begins = squeezed.apart(at) or text[at - 1] in _BEFORE_DIGIT
            joined = _NO_LEAD.match(text, end) and not found["sep"]
            if not begins or (joined and not squeezed.apart(end)):
                continue
        written = found["paren"] or found["circled"] or found["digit"]
        number = number_of(written)
        leads.append(_Lead(number=number, start=at, end=end, digit=bool(found["digit"])))
    return leads


def _numbered_lines(squeezed: Squeezed, instruction: list[bool], month: str) -> list[Segment]:
    """Find three lines led by 1, 2, 3 in this or the reverse order, or two led by digits.

    A single digit before words may be a count; two or three of them in order are options.
    """
    leads = _leads(squeezed, instruction)
    for first in range(len(leads)):
        numbers = [lead.number for lead in leads[first : first + 3]]
        if numbers in ([1, 2, 3], [3, 2, 1]):
            return _lines_of(squeezed, instruction, leads, range(first, first + 3), month)
    pair = len(leads) == 2 and all(lead.digit for lead in leads) and leads[0].start == 0
    if pair and leads[0].number != leads[1].number:
        found = _lines_of(squeezed, instruction, leads, range(2), month)
        return [] if any(segment.wordless for segment in found) else found
    return []


def _lines_of(
    squeezed: Squeezed, instruction: list[bool], leads: list[_Lead], chosen: range, month: str
) -> list[Segment]:
    """Cut the cell at its leads; a line ends where the next begins, or at the line break."""
    segments = []
    for index in chosen:
        lead = leads[index]
        limit = leads[index + 1].start if index + 1 < len(leads) else len(squeezed.text)
        end = lead.end
        while end < limit and not instruction[end] and squeezed.text[end] != "※":
            wraps = squeezed.line_at[end] == squeezed.line_at[lead.start] or (
                squeezed.text[end] == "(" or squeezed.line_at[end] == squeezed.line_at[end - 1]
            )
            if not wraps:
                break
            end += 1
        end = _without_signs(squeezed, lead, end)
        segments.append(_line(squeezed, lead, end, month, last=index == chosen[-1]))
    return segments


def _without_signs(squeezed: Squeezed, lead: _Lead, end: int) -> int:
    """Leave signs behind a line to whatever they choose; ② keeps its place for the month."""
    text = squeezed.text
    while end > lead.end:
        sign = text[end - 1]
        opening = text.rfind("(", lead.end, end)
        if sign == ")" and opening >= 0:
            inner = text[opening + 1 : end - 1]
            if lead.number == 2 or not (squeezed.apart(opening) and SIGNS.issuperset(inner)):
                break
            end = opening
        elif sign in SIGNS and not (sign.isascii() and sign.isalpha()):
            end -= 1
        else:
            break
    return end


def _line(squeezed: Squeezed, lead: _Lead, end: int, month: str, *, last: bool) -> Segment:
    label = _LABEL_SIGNS.sub("", squeezed.text[lead.end : end])
    bracket = _PLACE_OF_MONTH.search(label) if lead.number == 2 else None
    due_text = bracket["due"] if bracket else ""
    due, beside = split_due(due_text, month)
    filled_in = due.precision is Precision.MONTH and not _LETTER.search(beside)
    words = label.removesuffix(bracket[0]) if bracket and filled_in else label
    wordless = not _LETTER.search(_BRACKETED.sub("", label)) and not bracket
    added = last and any(
        squeezed.apart(end - len(label) + at) and sign != "(" and label[at - 1] not in "()"
        for at, sign in enumerate(label)
        if at and label[:at].count("(") == label[:at].count(")")
    )
    foreign = read_text(squeezed.text[lead.start : end], month).status is not STATUS_OF[lead.number]
    return Segment(
        number=lead.number,
        start=lead.start,
        end=end,
        lines=frozenset(squeezed.line_at[lead.start : end]),
        due_text=due_text if filled_in else "",
        filled=squeezed.filled(lead.start),
        official=False,
        wordless=wordless,
        altered=bool(re.search(r"\d", words) or _PARTICLE.match(label) or added)
        or (foreign and "(" in label),
        foreign=foreign,
    )
