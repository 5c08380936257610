"""The form's own legend inside the check cell, and how one of its lines was chosen.

The official form prints the options into the first check cell of each table. Respondents leave
them untouched, delete some, put a sign in front of one, strike, embolden or colour them, fill in
the month, or write their answer before or after them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.model import Decoration, Doubt, Due, Mark, ReadBy, Run, Status
from pipeline.texts.marks.options import (
    CIRCLE,
    CROSS,
    SIGNS,
    STRONG,
    Segment,
    Squeezed,
    form_of,
    instruction_mask,
    option_lines,
    squeeze,
)
from pipeline.texts.marks.words import RETRACTED, STATUS_OF, Reading, read_text, unclear
from pipeline.texts.months import split_due

LONGEST = 2000  # characters of a cell that is searched for the legend
SHORTEST = 6  # below this no option line fits; nearly all answers stop here

# Beside a legend in other words only a number, with or without its month, is an answer.
_PLAIN_ANSWER = re.compile(
    r"^[^①-③1-3]{0,8}[①-③1-3](?:番|です|[.。、)])*"
    r"(?:[( ]*(?:[\d.年月令和r/]|来|今|末|頃|予定)+\)?)?$"
    r"|^\(?(?:対象外|該当なし|非該当)\)?$"
)
_BY_FORMAT = (ReadBy.FORMAT, ReadBy.EMPHASIS)
_FORMAT_WORDS = {"struck": "取り消し線", "bold": "太字", "underlined": "下線", "color": "文字の色"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendFound:
    """The legend in a cell and what the cell says; drawings may still choose a line."""

    mark: Mark
    segments: tuple[Segment, ...]
    struck: frozenset[int] = frozenset()  # numbers of the options struck through by format

    @property
    def foreign(self) -> bool:
        """Tell whether its words are not those of ①②③: nobody knows then what a number means."""
        return any(segment.foreign for segment in self.segments)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(segment.number for segment in self.segments)

    def on_lines(self, lines: Iterable[int]) -> tuple[Segment, ...]:
        """Give the option lines that an object over these lines of the cell covers."""
        covered = frozenset(lines)
        return tuple(segment for segment in self.segments if segment.lines & covered)


def read_legend(
    raw: str, legend: tuple[str, ...], month: str, decoration: Decoration | None
) -> LegendFound | None:
    """Read a cell that holds the legend or a part of it; None where it holds none."""
    if not SHORTEST <= len(raw) <= LONGEST:
        return None
    form = form_of(legend)
    squeezed = squeeze(raw)
    instruction = instruction_mask(squeezed, form)
    segments = option_lines(squeezed, form, instruction, month)
    if not segments and not any(instruction):
        return None
    runs = _formats(raw, decoration)
    struck_at = [runs[at].struck if runs else False for at in squeezed.raw_at]
    segments = [_without_struck(segment, squeezed, struck_at) for segment in segments]
    segments, outside = _surroundings(squeezed, segments, instruction, struck_at)
    if len(segments) <= 1:
        cell = _Cell(raw=raw, squeezed=squeezed, instruction=instruction, outside=outside)
        return _few(cell, segments, month, decoration)
    formats = _Formats(squeezed, segments, runs, whole=bool(decoration and decoration.struck))
    mark = _decide(segments, outside, formats, month)
    struck = frozenset(formats.struck)
    return LegendFound(mark=mark, segments=tuple(segments), struck=struck)


def _without_struck(segment: Segment, squeezed: Squeezed, struck: list[bool]) -> Segment:
    """Leave out what was struck from the month of an option: （12月→1月） with 12月 struck."""
    start = squeezed.text[: segment.end].rindex(segment.due_text)
    kept = "".join(sign for at, sign in enumerate(segment.due_text, start) if not struck[at])
    return replace(segment, due_text=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    raw: str
    squeezed: Squeezed
    instruction: list[bool]
    outside: str


def _few(
    cell: _Cell, segments: list[Segment], month: str, decoration: Decoration | None
) -> LegendFound | None:
    """Read a cell with one option line left, or with the instruction line alone."""
    if not segments and not cell.outside:
        return LegendFound(mark=Mark(status=Status.BLANK, legend_untouched=True), segments=())
    if decoration and (decoration.struck or any(run.struck for run in decoration.runs)):
        return None  # the plain reading knows what was struck through
    if segments and not cell.outside and _weight(segments[0].signs) in (2, 3):
        reading = read_text(cell.squeezed.text[segments[0].start : segments[0].end], month)
        return LegendFound(mark=reading.mark(ReadBy.LEGEND_MARK), segments=tuple(segments))
    if not any(cell.instruction):
        return None
    kept = {cell.squeezed.raw_at[at] for at, masked in enumerate(cell.instruction) if masked}
    text = "".join(sign for at, sign in enumerate(cell.raw) if at not in kept)
    return LegendFound(mark=read_text(text, month).mark(), segments=tuple(segments))


_END_OF_LINE = re.compile("[、,;/]")  # ①〇、②: the circle is that of ①
_HALF = frozenset("△▽")


def _surroundings(
    squeezed: Squeezed, segments: list[Segment], instruction: list[bool], struck: list[bool]
) -> tuple[list[Segment], str]:
    """Share out what stands between the option lines: signs to a line, the rest outside."""
    owner = [-1] * len(squeezed.text)
    for index, segment in enumerate(segments):
        owner[segment.start : segment.end] = [index] * (segment.end - segment.start)
    signs = [""] * len(segments)
    outside: list[str] = []
    free = [not any(of) for of in zip((n >= 0 for n in owner), instruction, struck, strict=True)]
    at = 0
    while at < len(owner):
        if not free[at]:
            at += 1
            continue
        end = at
        while end < len(owner) and free[end] and squeezed.line_at[end] == squeezed.line_at[at]:
            end += 1
        gap = squeezed.text[at:end]
        line = squeezed.line_at[at]
        after = owner[end] if end < len(owner) and squeezed.line_at[end] == line else -1
        before = owner[at - 1] if at and squeezed.line_at[at - 1] == line else -1
        touches = (
            before >= 0 and not squeezed.apart(at) and end < len(owner) and squeezed.apart(end)
        )
        cut = _END_OF_LINE.search(gap) if before >= 0 and after >= 0 else None
        if max(before, after) < 0 or not SIGNS.issuperset(gap):
            outside.append(gap)
        elif cut:
            signs[before] += "|" + gap[: cut.start()]
            signs[after] += gap[cut.end() :]
        elif touches or after < 0:
            signs[before] += "|" + gap
        else:
            signs[after] += gap
        at = end
    told = [replace(segment, signs=signs[at]) for at, segment in enumerate(segments)]
    return told, " ".join(outside)


def _weight(signs: str) -> int:
    """0 nothing or an empty box, 1 crossed, 2 circled, 3 a strong sign."""
    found = set(signs)
    if found & STRONG:
        return 3
    if found & CIRCLE:
        return 2
    return 1 if found & CROSS else 0


def _signed(segments: list[Segment]) -> tuple[int | None, bool]:
    """Give the option chosen by a sign, and whether the signs contradict each other."""
    weights = [_weight(segment.signs) for segment in segments]
    halves = {
        not _HALF.isdisjoint(segment.signs)
        for segment, weight in zip(segments, weights, strict=True)
        if weight < 2
    }
    if 2 in weights and len(halves) > 1:  # ○ △ ×: what signs mean, or ① in part
        return None, True
    for told in ([s.filled for s in segments], [s.signs == "(|)" for s in segments]):
        if sum(told) == 1:  # ❶ among ② ③, or 【①既に対応済み】
            weights[told.index(True)] = 3
    for weight in (3, 2):
        chosen = [segments[at].number for at, found in enumerate(weights) if found == weight]
        if not chosen:
            continue
        circles = weights.count(2)
        alone = len(chosen) == 1 and (weight == 2 or circles in (0, len(segments) - 1))
        return (chosen[0], False) if alone else (None, True)
    return None, any(weights)


class _Formats:
    """What formatting says about the option lines: which are struck, which one stands out."""

    def __init__(
        self, squeezed: Squeezed, segments: list[Segment], runs: list[Run] | None, *, whole: bool
    ) -> None:
        self.struck: set[int] = {s.number for s in segments} if whole and not runs else set()
        self.chosen: set[int] = set()
        self.words: list[str] = []
        self.doubtful = False
        if not runs:
            return
        looks = [
            (s.number, [runs[at] for at in squeezed.raw_at[s.start : s.end]]) for s in segments
        ]
        for number, look in looks:
            struck = sum(run.struck for run in look)
            if struck * 2 >= len(look) or (struck and look[0].struck):
                self.struck.add(number)
        if self.struck:
            self.words.append(_FORMAT_WORDS["struck"])
        kept = [pair for pair in looks if pair[0] not in self.struck]
        if len(kept) > 1:
            self._emphasis(kept)

    def _emphasis(self, kept: list[tuple[int, list[Run]]]) -> None:
        for name in ("bold", "underlined"):
            marked = [number for number, look in kept if any(getattr(run, name) for run in look)]
            self._stands_out(name, marked, len(kept))
        colors = {number: _main_color(look) for number, look in kept}
        if any(map(_faded, colors.values())):  # grey or white: set back, not chosen
            self.doubtful |= len(set(colors.values())) > 1
            return
        default = [number for number, color in colors.items() if not color]
        if default:
            self._stands_out("color", [n for n, color in colors.items() if color], len(kept))
            return
        values = list(colors.values())
        odd = [number for number, color in colors.items() if values.count(color) == 1]
        self._stands_out("color", odd, len(kept))

    def _stands_out(self, name: str, marked: list[int], total: int) -> None:
        if len(marked) == 1:
            self.chosen.add(marked[0])
            self.words.append(_FORMAT_WORDS[name])
        elif 1 < len(marked) < total:
            self.doubtful = True


def _main_color(look: list[Run]) -> str:
    colors = [run.color for run in look if run.color]
    return max(sorted(set(colors)), key=colors.count, default="")


def _faded(color: str) -> bool:
    """Tell whether a colour is a grey or white; the readers give none for black."""
    if color.startswith(_FADED_TOKENS):
        return True
    found = re.fullmatch(r"(?:rgb:|FF)?([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})", color)
    if found is None:
        return False
    channels = [int(channel, 16) for channel in found.groups()]
    return max(channels) - min(channels) < 0x18


# Theme colours 0 (paper) and 1 (text) in a tint, and the greys of the old palette.
_FADED_TOKENS = (
    "theme:0", "theme:1:", "theme:2", "indexed:1", "indexed:9", "indexed:22", "indexed:23",
    "indexed:55", "indexed:63",
)  # fmt: skip


def _formats(raw: str, decoration: Decoration | None) -> list[Run] | None:
    """Give the run of each sign of the raw text, None where there are none or they differ."""
    if decoration is None or not decoration.runs:
        return None
    signs = [run for run in decoration.runs for _ in run.text]
    if len(signs) == len(raw):
        return signs
    texts = "".join(run.text for run in decoration.runs)
    kept = [run for run in decoration.runs for sign in run.text if sign != "\r"]
    return kept if texts.replace("\r", "") == raw else None


def _decide(segments: list[Segment], outside: str, formats: _Formats, month: str) -> Mark:
    """Weigh everything that may choose an option; what disagrees is 複数."""
    evidence: list[tuple[int, ReadBy]] = []
    reading: Reading | None = None
    if outside:
        reading = _read_outside(outside, segments, month)
        if reading.status.code is None:
            return reading.mark()
        evidence.append((reading.status.code, reading.read_by))
    signed, torn = _signed(segments)
    if signed is not None:
        evidence.append((signed, ReadBy.LEGEND_MARK))
    kept = [s.number for s in segments if s.number not in formats.struck]
    if not kept and not evidence:
        return RETRACTED
    if formats.struck and len(kept) == 1:
        evidence.append((kept[0], ReadBy.FORMAT))
    evidence += [(number, ReadBy.EMPHASIS) for number in sorted(formats.chosen)]
    evidence += _filled_month(segments, formats, month)
    numbers = {number for number, _ in evidence} | _alone(segments)
    foreign = bool(evidence) and any(segment.foreign for segment in segments)
    repeated = len({s.number for s in segments}) < len(segments)
    struck = numbers & formats.struck and not reading
    if torn or len(numbers) > 1 or struck or foreign or (formats.doubtful and not numbers):
        return unclear(Doubt.SEVERAL, "legend-several").mark()
    if not evidence:
        return _unchosen(segments, touched=bool(formats.struck or repeated))
    number, read_by = evidence[0]
    status = STATUS_OF[number]
    return Mark(
        status=status,
        notation=reading.notation if reading else "legend-choice",
        read_by=read_by,
        due=_planned_due(status, segments, reading, month),
        object_text="・".join(formats.words) if read_by in _BY_FORMAT else "",
    )


def _read_outside(outside: str, segments: list[Segment], month: str) -> Reading:
    """Read what stands beside the legend; beside one in other words only a number answers."""
    reading = read_text(outside, month)
    official = all(segment.official for segment in segments)
    if official or reading.status.code is None or _PLAIN_ANSWER.search(outside):
        return reading
    return unclear(Doubt.SEVERAL, "legend-several")


def _alone(segments: list[Segment]) -> set[int]:
    """Give the numbers without their words, among lines that still have theirs."""
    alone = {segment.number for segment in segments if segment.wordless}
    return alone if len(alone) < len(segments) else set()


def _unchosen(segments: list[Segment], *, touched: bool) -> Mark:
    """Give the mark of option lines of which none was chosen: blank only where all stand whole."""
    touched |= any(segment.altered or segment.wordless for segment in segments)
    if touched or len(segments) < len(STATUS_OF):
        return unclear(Doubt.SEVERAL, "legend-part").mark()
    return Mark(status=Status.BLANK, notation="legend", legend_untouched=True)


def _filled_month(
    segments: list[Segment], formats: _Formats, month: str
) -> list[tuple[int, ReadBy]]:
    """A month filled into one line of the whole legend points to that line.

    It is never more than ②, so it cannot close a gap; A316 asks a person to look.
    """
    return [
        (segment.number, ReadBy.FILLED_MONTH)
        for segment in segments
        if segment.number not in formats.struck and split_due(segment.due_text, month)[0].month
    ]


def _planned_due(
    status: Status, segments: list[Segment], reading: Reading | None, month: str
) -> Due:
    if status is not Status.PLANNED:
        return Due()
    if reading and reading.due.month:
        return reading.due
    return due_of_second(segments, month)


def due_of_second(segments: Iterable[Segment], month: str) -> Due:
    """Give the month filled into the line of ②."""
    texts = (segment.due_text for segment in segments if segment.number == 2)
    return split_due(next(texts, ""), month)[0]
