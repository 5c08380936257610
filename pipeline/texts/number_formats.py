"""Number formats (ECMA-376 part 1, 18.8.31): what a cell shows for a value.

Pure and total: a value and a format code give what the cell shows, or None where that cannot be
told. Dates are told apart before (`read/numbers`): a section with their letters gives None.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

# Built-in formats that show a number otherwise than as it is (18.8.30); 5 to 8 as in Japan.
BUILT_IN: Mapping[int, str] = {
    2: "0.00",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"\\-#,##0',
    6: '"¥"#,##0;[Red]"¥"\\-#,##0',
    7: '"¥"#,##0.00;"¥"\\-#,##0.00',
    8: '"¥"#,##0.00;[Red]"¥"\\-#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    42: '_ "¥"* #,##0_ ;_ "¥"* \\-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    48: "##0.0E+0",
}
_AS_IT_IS = frozenset({"", "general", "g/標準", "標準", "standard", "@", "0", "#,##0"})
_LARGEST = 320  # digits of a double, before or behind the point
_LONGEST = 255  # characters of a format code in Excel
_PRECISION = Context(prec=700, rounding=ROUND_HALF_UP)  # more than the longest double has

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)(?:"|$)|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[(?P<bracket>[^\]]*)\]|(?P<general>general|g/標準|標準|standard)"
    r"|(?P<digit>[0#?])|(?P<sign>[.,%@;])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_PRINTED = frozenset(" $-+/():!^&'~{}<>=")  # ASCII that Excel prints without quotation marks
_COLOUR = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|(?:colou?r|色) ?\d{1,2}|[黒青水緑紫赤白黄]",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>) ?(-?\d{1,15}(?:\.\d{1,15})?)")
_CURRENCY = re.compile(r"\$([^-\]]*)(?:-([^\]]*))?")
_KANJI = re.compile(r"dbnum([123])", re.IGNORECASE)
_COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
_NUMERALS = {1: "〇一二三四五六七八九", 2: "零壱弐参四伍六七八九", 3: "０１２３４５６７８９"}
_TENS = {1: ("", "十", "百", "千"), 2: ("", "拾", "百", "阡")}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cell shows. ``exact`` is False where the digits shown are not those of the value."""

    text: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format: (kind, text) of each token, and what its brackets say."""

    tokens: tuple[tuple[str, str], ...] = ()
    condition: tuple[str, Decimal] | None = None
    numerals: int = 0  # 1 to 3 for [DBNum1] to [DBNum3]
    known: bool = True

    def holds(self, value: Decimal) -> bool:
        """Tell whether the value meets the condition."""
        return self.condition is not None and _COMPARED[self.condition[0]](value, self.condition[1])

    def has(self, kind: str) -> bool:
        """Tell whether there is a token of a kind."""
        return any(each == kind for each, _ in self.tokens)


def is_plain(code: str) -> bool:
    """Tell at once that a format shows text and whole numbers as they are: nearly all do."""
    return code.strip().casefold() in _AS_IT_IS


@lru_cache(maxsize=4096)
def show_number(written: str, code: str) -> Shown | None:
    """Give what a number (as a decimal) is shown as; None where that cannot be told."""
    sections, value = _sections(code), _number(written)
    chosen = _choose(sections, value) if sections and value is not None else None
    if value is None or chosen is None or not chosen[0].known or chosen[0].has("@"):
        return None
    section, minus = chosen
    if section.has("general"):
        return _general(section, value, minus)
    if section.has("digit"):
        return _placed(section, value, minus)
    return Shown(minus + "".join(text for _, text in section.tokens))


def _number(written: str) -> Decimal | None:
    try:
        value = Decimal(written)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) <= _LARGEST else None


@lru_cache(maxsize=4096)
def show_text(written: str, code: str) -> Shown | None:
    """Give what a text is shown as; None where that cannot be told."""
    sections = _sections(code)
    if sections is None:
        return None
    last = sections[-1]
    if len(sections) < 4 and not last.has("@"):
        return Shown(written)
    if not last.known or last.has("digit"):
        return None
    whole = (written if kind in {"@", "general"} else text for kind, text in last.tokens)
    return Shown("".join(whole))


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...] | None:
    """Give the sections of a format; None where it has more than Excel allows."""
    if len(code) > _LONGEST:
        return None
    parts: list[list[tuple[str, str]]] = [[]]
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "plain"
        if match[0] == ";":
            parts.append([])
        else:
            parts[-1].append((kind, match[kind]))
    return tuple(map(_section, parts)) if len(parts) <= 4 else None


def _section(parts: list[tuple[str, str]]) -> _Section:
    tokens: list[tuple[str, str]] = []
    brackets: list[str] = []
    known = not (("plain", "/") in parts and any(kind == "digit" for kind, _ in parts))  # fraction
    for kind, text in parts:
        if kind == "bracket":
            brackets.append(text.strip())
            if found := _CURRENCY.fullmatch(text):
                tokens.append(("literal", found[1]))
        elif kind == "sign":
            tokens.append((text, text))
        elif kind in {"digit", "general"}:
            tokens.append((kind, text))
        else:
            tokens.append(("literal", " " if kind == "space" else text))
            known = known and _prints(kind, text)
    return _with_brackets(_Section(tuple(tokens), known=known), brackets)


def _prints(kind: str, text: str) -> bool:
    """Tell whether Excel prints a character as it is, and how often."""
    if kind == "fill":  # repeated over the width of the column, which nobody knows here
        return not text.isalnum()
    return kind != "plain" or not text.isascii() or text in _PRINTED


def _with_brackets(section: _Section, brackets: list[str]) -> _Section:
    """Give a section with what its brackets say: conditions, kanji numerals, currency, colour."""
    condition, numerals, japanese, known = None, 0, True, section.known
    for text in brackets:
        if found := _CONDITION.fullmatch(text):
            condition = (found[1], Decimal(found[2]))
        elif found := _KANJI.fullmatch(text):
            numerals = int(found[1])
        elif found := _CURRENCY.fullmatch(text):
            japanese = japanese and _is_japanese(found[2] or "")
        elif not _COLOUR.fullmatch(text):
            known = False  # elapsed time, and what a later Excel may know
    known = known and (japanese or not numerals)
    return replace(section, condition=condition, numerals=numerals, known=known)


def _is_japanese(locale: str) -> bool:
    return not locale or locale.casefold().lstrip("0").startswith(("411", "ja"))


def _choose(sections: tuple[_Section, ...], value: Decimal) -> tuple[_Section, str] | None:
    """Give the section that a number falls to, and the sign to print in front of it."""
    numbers = sections[:3]
    if 1 < len(sections) < 4 and sections[-1].has("@"):
        numbers = sections[:-1]
    if any(section.condition for section in numbers):
        found = _conditional(numbers, value)
        if found is None:
            return None
        return found, "-" if value < 0 and not _below_zero(found, numbers) else ""
    if len(numbers) == 1:
        return numbers[0], "-" if value < 0 else ""
    if value < 0:
        return numbers[1], ""
    return numbers[2 if len(numbers) == 3 and value == 0 else 0], ""


def _conditional(numbers: tuple[_Section, ...], value: Decimal) -> _Section | None:
    """Give the first section whose condition holds, else the one for the rest.

    None where Excel prints ####, and where a section without a condition leaves open what is its.
    """
    first, second = numbers[0], numbers[1] if len(numbers) > 1 else None
    rest = numbers[2] if len(numbers) == 3 else None
    if first.condition is None and value > 0:
        return None if second is not None and second.holds(value) else first
    if first.holds(value):
        return first
    if second is None:
        return None
    if second.condition is None:
        return second if rest is None or value < 0 else None
    if second.holds(value):
        return second
    return first if first.condition is None and rest is None else rest


def _below_zero(section: _Section, numbers: tuple[_Section, ...]) -> bool:
    """Tell whether a section is for negative numbers alone: it prints no sign of its own."""
    if section.condition is None:
        return any(each.holds(Decimal(0)) for each in numbers)
    sign, bound = section.condition
    return bound < 0 if sign in {"=", "<="} else sign == "<" and bound <= 0


def _general(section: _Section, value: Decimal, minus: str) -> Shown | None:
    number = format(abs(value).normalize(_PRECISION), "f")
    if section.has("digit") or section.has("%"):
        return None
    if section.numerals:
        kanji = _counted(number, section.numerals)
        if kanji is None:
            return None
        number = kanji
    texts = (number if kind == "general" else text for kind, text in section.tokens)
    return Shown(minus + "".join(texts))


def _counted(number: str, numerals: int) -> str | None:
    """Write a whole number below 10,000 with 十百千: 12 is 十二."""
    if not number.isdigit() or len(number) > 4 or (numerals == 3 and len(number) > 1):
        return None
    if len(number) == 1:
        return _NUMERALS[numerals][int(number)]
    parts = []
    for place, digit in zip(range(len(number) - 1, -1, -1), number, strict=True):
        one = numerals == 1 and digit == "1" and place
        if digit != "0":
            parts.append(("" if one else _NUMERALS[numerals][int(digit)]) + _TENS[numerals][place])
    return "".join(parts)


def _placed(section: _Section, value: Decimal, minus: str) -> Shown | None:
    """Put the digits of a number into the places for them (``0 # ?``)."""
    kinds = [kind for kind, _ in section.tokens]
    point = kinds.index(".") if "." in kinds else len(kinds)
    before = [place for place, kind in enumerate(kinds[:point]) if kind == "digit"]
    behind = [place for place, kind in enumerate(kinds) if kind == "digit" and place > point]
    last = max(before + behind)
    ends = {before[-1], last} if before else {last}
    commas = [place for place, kind in enumerate(kinds) if kind == ","]
    grouped = any(before and before[0] < place < before[-1] for place in commas)
    scaled = sum(
        any(end < place and set(kinds[end + 1 : place]) <= {","} for end in ends)
        for place in commas
    )
    if kinds.count(".") > 1 or (section.numerals and (scaled or grouped or behind)):
        return None
    shift = 2 * kinds.count("%") - 3 * scaled
    moved = abs(value).scaleb(shift, _PRECISION)
    rounded = moved.quantize(Decimal(1).scaleb(-len(behind)), context=_PRECISION)
    whole, _, part = format(rounded, "f").partition(".")
    shown = {
        **_whole_digits(section, before, whole.lstrip("0"), grouped=grouped),
        **_part_digits(section, behind, part),
    }
    numerals = _NUMERALS[section.numerals] if section.numerals else ""
    texts = []
    for place, (kind, text) in enumerate(section.tokens):
        digits = shown.get(place, text)
        if kind == "digit" and numerals:
            digits = "".join(numerals[int(each)] if each.isdigit() else each for each in digits)
        texts.append("" if kind == "," else digits)
    return Shown(minus + "".join(texts), exact=not scaled and rounded == moved)


def _whole_digits(
    section: _Section, places: list[int], digits: str, *, grouped: bool
) -> dict[int, str]:
    """Give the digits before the point by place, from the right; the first place takes the rest."""
    shown: dict[int, str] = {}
    written = 0
    for place in reversed(places):
        count = len(digits) if place == places[0] else 1
        taken, digits = (digits[-count:], digits[:-count]) if digits else ("", "")
        text = ""
        for digit in reversed(taken or _EMPTY[section.tokens[place][1]]):
            comma = "," if grouped and written and written % 3 == 0 and digit != " " else ""
            text = digit + comma + text
            written += 1
        shown[place] = text
    return shown


def _part_digits(section: _Section, places: list[int], digits: str) -> dict[int, str]:
    """Give the digits behind the point by place; zeros at the end as the places ask."""
    kept = len(digits.rstrip("0"))
    return {
        place: digit if count < kept else _EMPTY[section.tokens[place][1]]
        for count, (place, digit) in enumerate(zip(places, digits, strict=False))
    }


_EMPTY = {"0": "0", "#": "", "?": " "}
