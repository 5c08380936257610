"""Findings of one cause as one line: the same slip in ten cells is said, shown and decided once.

The findings themselves stay: data/findings has a line for each of them, and what a letter asks or
a decision settles is each answer of its own.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from pipeline.frame.findings import Findings, findings_of, keys_of_files
from pipeline.model import Finding, FindingGroup, Severity
from pipeline.rules import RULES
from pipeline.rules.words import listed, quote
from pipeline.texts.folding import fold

_CELL = re.compile(r"([A-Z]+)(\d+)")
_SAID = 3  # different texts that a line repeats before ほか…


def group_findings(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Join findings of one cause into one line each, in the order of the first."""
    found = findings_of(findings)
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row, cause in enumerate(_causes(found)):
        groups[cause].append(row)
    members = iter(found.take([*chain.from_iterable(groups.values())]))
    return tuple(
        FindingGroup(line=grouped([*islice(members, len(rows))]), rows=tuple(rows))
        for rows in groups.values()
    )


def _causes(findings: Findings) -> Iterator[Hashable]:
    frame = findings.frame
    columns = (frame[name] for name in ("code", "severity", "respondent_id"))
    said = (frame["cause"], frame["problem"], frame["written"].of(fold))
    return map(_cause, *columns, keys_of_files(findings), *said)


def cause_of(finding: Finding) -> Hashable:
    """Give what makes findings one line.

    What needs no action is told once a respondent. What does is told once for the same writing
    in a file, or for the cause that the rule names: whoever decides on one decides on all.
    """
    return _cause(
        finding.code, finding.severity, finding.respondent_id, finding.location.key,
        finding.cause, finding.problem, fold(finding.written),
    )  # fmt: skip


def _cause(  # noqa: PLR0913, PLR0917 - what findings share, column by column
    code: str, severity: Severity, whose: str, file: str, cause: str, problem: str, written: str
) -> Hashable:
    if severity is Severity.INFO:
        return (code, severity, whose or file)
    return (code, severity, whose, file, cause or (problem, written))


def grouped(members: Sequence[Finding]) -> Finding:
    """Put findings of one code into one line, which names every cell."""
    first = members[0]
    if len(members) == 1:
        return first
    files = tuple(dict.fromkeys(member.location.file for member in members))
    place = replace(
        first.location,
        file=listed(files, "ファイル", limit=_SAID),
        sheet=listed(_distinct(member.location.sheet for member in members), "シート"),
        cell=cells_of(members),
    )
    items = listed([member.item_id for member in members if member.item_id], "項目", limit=3)
    title = f"{first.title}（{len(members)}件）。" if first.title else ""
    problem = _told((member.problem for member in members), title)
    inside = "、".join(_by_sheet(members))
    return replace(
        first,
        location=place,
        item_id=items,
        written=_written([member.written for member in members]),
        quoted="",
        problem=problem,
        fix=_told((member.fix for member in members), _general_fix(first)),
        told=f"{place.file}{f'［{inside}］' if inside else ''}{items}: {problem}"
        if problem
        else f"{first.message}（ほか{len(members) - 1}件）",
    )


def _general_fix(finding: Finding) -> str:
    rule = RULES.get(finding.code)  # of an earlier month's finding it may be retired
    return rule.general_fix if rule else finding.fix


def _told(texts: Iterable[str], instead: str) -> str:
    """Give the sentence that all share, a few that differ, else the words for many."""
    said = _distinct(texts)
    return "".join(said) if len(said) <= _SAID else instead


def _written(texts: Iterable[str]) -> str:
    """Give what was written where all wrote the same, else the beginnings of a few."""
    said = _distinct(texts)
    return said[0] if len(said) == 1 else listed([*map(quote, said)], "種類", limit=_SAID)


def _distinct(texts: Iterable[str]) -> list[str]:
    """Give different texts once each; of two that are the same folded, the first."""
    said: dict[str, str] = {}
    for text in texts:
        said.setdefault(fold(text), text)
    return [*said.values()]


def cells_of(members: Iterable[Finding]) -> str:
    """Name the cells, neighbours joined: ``C6～C13、C15``; with the file where it is not one."""
    places: dict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.location.cell and member.location.cell not in places[member.location.file]:
            places[member.location.file].append(member.location.cell)
    told = {file: "、".join(_runs(cells)) for file, cells in places.items() if cells}
    if len(told) == 1:
        return next(iter(told.values()))
    return " ／ ".join(f"{file}: {cells}" for file, cells in told.items())


def _by_sheet(members: Iterable[Finding]) -> Iterator[str]:
    """Name the cells sheet by sheet: ``チェックシート!C12、C15``."""
    sheets: dict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.location.cell and member.location.cell not in sheets[member.location.sheet]:
            sheets[member.location.sheet].append(member.location.cell)
    for sheet, cells in sheets.items():
        yield f"{quote(sheet)}!{listed(_runs(cells), 'か所', limit=10)}"


def _runs(cells: Iterable[str]) -> list[str]:
    """Join neighbours below each other: C6, C7, C8, C10 are C6～C8 and C10."""
    runs: list[tuple[str, str]] = []
    for cell in cells:
        if runs and _below(runs[-1][1]) == cell:
            runs[-1] = (runs[-1][0], cell)
        else:
            runs.append((cell, cell))
    return [first if first == last else f"{first}～{last}" for first, last in runs]


def _below(cell: str) -> str:
    found = _CELL.fullmatch(cell)
    return f"{found[1]}{int(found[2]) + 1}" if found else ""
