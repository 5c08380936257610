"""Finding the expressions of time in a normalised text.

A month is an ordinal here, ``year * 12 + month - 1``, so that spans are plain arithmetic.
"""

import re
from dataclasses import dataclass, replace

from pipeline.model import DueProblem, Precision
from pipeline.texts.calendar import ERA, REIWA
from pipeline.texts.months import patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One expression of time in a normalised text, first and last month as ordinals."""

    start: int
    end: int
    first: int = 0
    last: int = 0
    precision: Precision = Precision.MONTH
    inferred: bool = False
    floating: bool = False  # a month whose year was told by the window alone
    following: bool = False  # 翌: the year after the term before it
    problem: DueProblem = DueProblem.NONE


def _quarter_end(fiscal: int, quarter: int) -> int:
    """Give the ordinal of the last month of a quarter of a fiscal year."""
    return fiscal * 12 + 2 + 3 * quarter


def _fiscal_year(month: int) -> int:
    """Give the fiscal year that holds a month."""
    return (month - 3) // 12


def _in_window(number: int, reference: int) -> int:
    """Place a month without a year in the twelve months from three before the reference."""
    start = reference - 3
    return start + (number - 1 - start) % 12


@dataclass(frozen=True, slots=True)
class _Year:
    """A year as written before a month, quarter, season or alone."""

    number: int
    fiscal: bool
    inferred: bool
    following: bool = False
    end: int = 0
    unit: bool = True  # 年 or 年度 was written


class Reader:
    """Reads the terms of one normalised text from left to right.

    ``loose`` is for the text beside ②, where a bare number, 12/15 or 春 can only mean a time.
    """

    def __init__(self, text: str, reference: int, *, loose: bool) -> None:
        self.text = text
        self.reference = reference
        self.loose = loose

    def terms(self) -> list[Term]:
        found: list[Term] = []
        pattern = patterns.LOOSE_START if self.loose else patterns.START
        at = 0
        while start := pattern.search(self.text, at):
            place = start.start()
            run = patterns.DIGITS.match(self.text, place)
            inside = run and place > at and self.text[place - 1].isdecimal()
            term = self._term(place) if not inside else None  # none begins inside a number
            if term is None or term.end == place:
                at = run.end() if run else place + 1
                continue
            found.append(term)
            at = term.end
        return found

    def _term(self, at: int) -> Term | None:
        placeholder = patterns.PLACEHOLDER.match(self.text, at) if self.loose else None
        if placeholder:
            return Term(start=at, end=placeholder.end(), problem=DueProblem.MISSING)
        return self._duration(at) or self._turn(at) or self._dated(at) or self._bare_month(at)

    def _duration(self, at: int) -> Term | None:
        found = patterns.DURATION.match(self.text, at)
        if not found or (found["unit"] == "年" and not re.search("後|以内|程度|ほど|間", found[0])):
            return None
        if self.text[at - 1 : at].isdigit() or self.text[at - 1 : at] in (".", "和", "成"):
            return None
        number = 6 if found["half"] else int(found["upto"] or found["count"])
        months = {"年": number * 12, "か月": number}.get(found["unit"] or "か月", 1)
        if found["and_half"]:
            months += 6 if found["unit"] == "年" else 1
        last = self.reference + months
        if not self.loose:
            return Term(start=at, end=found.end(), problem=DueProblem.UNDECIDED)
        return Term(
            start=at, end=found.end(), first=self.reference, last=last,
            precision=Precision.SPAN, inferred=True,
        )  # fmt: skip

    def _turn(self, at: int) -> Term | None:
        found = patterns.TURN.match(self.text, at)
        before = self.text[at - 1 : at]  # empty at the start of the text
        if not found or before.isdigit() or (before and before in "一今来翌去昨前本当同明次毎近例"):
            return None
        year = self.reference // 12
        if found["year"] is not None:
            january = self.reference + (-self.reference) % 12
            return Term(
                start=at, end=found.end(), first=january, last=january,
                precision=Precision.SPAN, inferred=True,
            )  # fmt: skip
        return self._whole_year(at, found.end(), year, inferred=True)

    def _whole_year(self, start: int, end: int, year: int, *, inferred: bool) -> Term:
        return Term(
            start=start, end=end, first=year * 12, last=year * 12 + 11,
            precision=Precision.YEAR, inferred=inferred,
        )  # fmt: skip

    def _year(self, at: int) -> _Year | None:  # noqa: PLR0911 - a return for each way
        found = patterns.YEAR.match(self.text, at)
        if not found:
            return None
        end = found.end()
        year_now = self.reference // 12
        if found["fy"]:
            number = int(found["fy"])
            return _Year(number if number > 99 else 2000 + number, True, False, end=end)
        if found["era"]:
            unit = found["era_unit"]
            if not unit and found["era"] == "平":
                return None
            number = ERA[found["era"]] + int(found["era_year"])
            return _Year(number, unit in ("年度", "fy"), False, end=end, unit=bool(unit))
        if found["west"]:
            unit = found["west_unit"]
            return _Year(
                int(found["west"]), unit in ("年度", "fy"), False, end=end, unit=bool(unit)
            )
        if found["short"]:
            # 9年 is 令和9年 and 27年 is 2027, whichever lies nearer to the collection month.
            number = int(found["short"])
            near = min((2000 + number, REIWA + number), key=lambda year: abs(year - year_now))
            return _Year(near, found["short_unit"] == "年度", False, end=end)
        if found["fiscal"]:
            number = _fiscal_year(self.reference) + patterns.FISCAL_OFFSET.get(found["fiscal"], 0)
            return _Year(number, True, True, end=end)
        number = year_now + patterns.CALENDAR_OFFSET.get(found["calendar"], 0)
        following = found["calendar"] in ("翌", "翌年")
        return _Year(number, False, True, following=following, end=end)

    def _dated(self, at: int) -> Term | None:
        compact = patterns.COMPACT.match(self.text, at)
        if compact:
            month = int(compact["year"]) * 12 + int(compact["month"]) - 1
            return Term(start=at, end=compact.end(), first=month, last=month)
        year = self._year(at)
        if year is None:
            return None
        if not year.unit or self.text[year.end : year.end + 1] in ("/", "-", ".", "・"):
            numeric = patterns.NUMERIC_MONTH.match(self.text, year.end)
            if numeric:
                return self._month_of(at, numeric, year)
        if (
            not self.loose
            and not year.unit
            and not re.match(r"[の]?(?:\d{1,2}月|第|q|上|下)", self.text[year.end :])
        ):
            return None
        part = self._part_of(at, _glue_end(self.text, year.end), year)
        return part or self._alone(at, year)

    def _part_of(self, start: int, at: int, year: _Year) -> Term | None:
        """Read a month, quarter, half or season after its year."""
        month = patterns.MONTH.match(self.text, at)
        if month:
            return self._month_of(start, month, year)
        quarter = patterns.QUARTER.match(self.text, at)
        if quarter:
            return self._quarter_of(start, quarter, year)
        half = patterns.HALF.match(self.text, at)
        if half:
            return self._half_of(start, half, year)
        season = patterns.SEASON.match(self.text, at)
        if season and not season["when"]:
            end_month = patterns.SEASON_END[season["season"]]
            number = year.number
            if end_month == 2 or (year.fiscal and end_month < 4):
                number += 1  # the winter of a year ends in the next one
            last = number * 12 + end_month - 1
            return Term(
                start=start, end=season.end(), first=last - 2, last=last,
                precision=Precision.SEASON, inferred=year.inferred,
            )  # fmt: skip
        return None

    def _alone(self, start: int, year: _Year) -> Term | None:  # noqa: PLR0911 - a return for each way
        """Read 来年度, 令和9年度中, 年度当初, 2027年末."""
        if year.fiscal:
            over = patterns.FISCAL_END.match(self.text, year.end)
            if over:
                april = (year.number + 1) * 12 + 3
                return self._opening(start, over.end(), april, year)
            early = patterns.EARLY_EDGE.match(self.text, year.end)
            if early:
                april = year.number * 12 + 3
                if self.text[start : start + 2] == "年度" and april < self.reference:
                    april += 12  # 年度当初 looks ahead
                if self.text.startswith("新年度", start) or "当初予算" not in self.text[start:]:
                    return self._opening(start, early.end(), april, year)
            end = _tail_end(self.text, year.end)
            if not self.loose and end == year.end and self.text[start : start + 2] == "年度":
                return None
            first = year.number * 12 + 3
            return Term(
                start=start, end=end, first=first, last=first + 11,
                precision=Precision.FISCAL_YEAR, inferred=year.inferred,
            )  # fmt: skip
        if not year.unit and not self.loose:
            return None
        early = patterns.EARLY_EDGE.match(self.text, year.end)
        if early:
            number = year.number + (1 if "明け" in early[0] else 0)
            return self._opening(start, early.end(), number * 12, year)
        end = _tail_end(self.text, year.end)
        return self._whole_year(start, end, year.number, inferred=year.inferred)

    def _opening(self, start: int, end: int, month: int, year: _Year) -> Term:
        return Term(
            start=start, end=end, first=month, last=month,
            precision=Precision.SPAN, inferred=year.inferred,
        )  # fmt: skip

    def _month_of(self, start: int, found: re.Match[str], year: _Year) -> Term:
        number = int(found["month"])
        if not 1 <= number <= 12 or int(found["day"] or 1) > 31:
            return Term(start=start, end=found.end(), problem=DueProblem.IMPOSSIBLE)
        later = 1 if year.fiscal and number < 4 else 0
        month = (year.number + later) * 12 + number - 1
        until = found.groupdict().get("until")
        if until:  # R9.1~3
            first = Term(start=start, end=found.end(), first=month, last=month)
            return joined(first, self.floating(start, found.end(), int(until)), Precision.SPAN)
        return Term(
            start=start, end=found.end(), first=month, last=month,
            inferred=year.inferred, following=year.following,
        )  # fmt: skip

    def _quarter_of(self, start: int, found: re.Match[str], year: _Year) -> Term:
        numbers = [int(found[name]) for name in "abcde" if found[name]]
        if not all(1 <= number <= 4 for number in numbers):
            return Term(start=start, end=found.end(), problem=DueProblem.IMPOSSIBLE)
        return Term(
            start=start, end=found.end(),
            first=_quarter_end(year.number, numbers[0]) - 2,
            last=_quarter_end(year.number, numbers[-1]),
            precision=Precision.QUARTER if len(numbers) == 1 else Precision.SPAN,
            inferred=year.inferred,
        )  # fmt: skip

    def _half_of(self, start: int, found: re.Match[str], year: _Year) -> Term:
        half = 1 if found["early"] else 2
        calendar = not year.fiscal and "半" in found[0] and "期" not in found[0]  # not 上半期
        last = year.number * 12 + 6 * half - 1 if calendar else _quarter_end(year.number, 2 * half)
        return Term(
            start=start, end=found.end(), first=last - 5, last=last,
            precision=Precision.HALF, inferred=year.inferred,
        )  # fmt: skip

    def _bare_month(self, at: int) -> Term | None:
        """Read what carries no year."""
        this_year = _Year(_fiscal_year(self.reference), True, True)
        quarter = patterns.QUARTER.match(self.text, at)
        if quarter:
            return self._quarter_of(at, quarter, this_year)
        half = (patterns.HALF if self.loose else patterns.SURE_HALF).match(self.text, at)
        if half:
            return self._half_of(at, half, this_year)
        relative = patterns.RELATIVE_MONTH.match(self.text, at)
        if relative is None and self.loose:
            relative = patterns.NEAR_DAY.match(self.text, at)
        if relative:
            month = self.reference + patterns.MONTH_OFFSET.get(relative["name"], 0)
            return Term(start=at, end=relative.end(), first=month, last=month, inferred=True)
        season = (patterns.SEASON if self.loose else patterns.SURE_SEASON).match(self.text, at)
        if season:
            return self._season(at, season)
        for pattern in (patterns.MONTH, patterns.LISTED_MONTH):
            found = pattern.match(self.text, at)
            if found:
                groups = found.groupdict()
                return self.floating(at, found.end(), int(found["month"]), groups.get("day"))
        return self._short_date(at)

    def floating(self, start: int, end: int, number: int, day: str | None = None) -> Term:
        if not 1 <= number <= 12 or int(day or 1) > 31:
            return Term(start=start, end=end, problem=DueProblem.IMPOSSIBLE)
        month = _in_window(number, self.reference)
        return Term(start=start, end=end, first=month, last=month, inferred=True, floating=True)

    def _season(self, at: int, found: re.Match[str]) -> Term:
        name = found.groupdict().get("season") or found.groupdict().get("alone") or ""
        number = patterns.SEASON_END[name]
        when = found["when"] or ""
        last = self.reference + (number - 1 - self.reference) % 12
        year = self.reference // 12
        if when in ("来", "再来", "今") and name != "冬":
            last = (year + {"来": 1, "再来": 2}.get(when, 0)) * 12 + number - 1
        elif when in ("来", "再来"):
            last += 12 * {"来": 1, "再来": 2}[when]
        return Term(
            start=at, end=found.end(), first=last - 2, last=last,
            precision=Precision.SEASON, inferred=True,
        )  # fmt: skip

    def _short_date(self, at: int) -> Term | None:  # noqa: PLR0911 - a return for each way
        """Read 12/15, 12-15, 12末, 12~2 and 26/12."""
        if self.loose:
            span = patterns.BARE_SPAN.match(self.text, at)
            if span:
                ends = [self.floating(at, span.end(), int(span[name])) for name in "ab"]
                return joined(ends[0], ends[1], Precision.SPAN)
            edge = patterns.MONTH_EDGE.match(self.text, at)
            if edge:
                return self.floating(at, edge.end(), int(edge["month"]))
        found = patterns.MONTH_DAY.match(self.text, at)
        if not found:
            return None
        if not self.loose and (
            found["sep"] != "/"
            or not re.match(r"まで|頃|に|予定|~|\(|締", self.text[found.end() :])
        ):
            return None
        first, second = int(found["a"]), int(found["b"])
        if first > 12 and 1 <= second <= 12:
            month = (2000 + first) * 12 + second - 1
            return Term(start=at, end=found.end(), first=month, last=month)
        if found["sep"] == "." and second <= 12 and abs(REIWA + first - self.reference // 12) <= 2:
            # 9.3 is 令和9年3月 to one hand and 3 September to another.
            return Term(start=at, end=found.end(), problem=DueProblem.CONFLICTING)
        return self.floating(at, found.end(), first, found["b"])


def _glue_end(text: str, at: int) -> int:
    found = patterns.GLUE.match(text, at)
    return found.end() if found else at


def _tail_end(text: str, at: int) -> int:
    found = patterns.EDGE.match(text, at)
    if not found or found[0] == "の":
        return at
    return found.end()


def joined(first: Term, second: Term, precision: Precision) -> Term:
    """Give the span from one term to another; a month without a year follows the first."""
    problem = first.problem or second.problem
    if problem:
        return replace(first, end=second.end, problem=problem)
    last = second.last
    if second.floating:
        last = first.last + (second.last - first.last) % 12
    elif second.following:
        last = (first.last // 12 + 1) * 12 + second.last % 12
    if first.last == last and first.precision is second.precision:
        precision = first.precision
    return Term(
        start=first.start, end=second.end, first=first.first, last=max(first.last, last),
        precision=precision, inferred=first.inferred or second.inferred,
    )  # fmt: skip
