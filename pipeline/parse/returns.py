"""The returns in one workbook: one nearly always, several where it names several bodies.

A county may send the forms of three towns as three sheets of one book, or with their answers side
by side on one sheet. Each is a return of its own: read from its own sheets or columns alone, known
by file and sheet or column, and judged like a file of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from pipeline.forms.slips import MARK, hidden_properties
from pipeline.locate import locate
from pipeline.locate.bodies import BodyOnSheet, bodies_on
from pipeline.locate.index import index_of
from pipeline.model import (
    Checklist,
    Evidence,
    EvidenceKind,
    RawSheet,
    RawWorkbook,
    Status,
    Submission,
    address,
    place_in,
)
from pipeline.model.layout import Layout
from pipeline.parse import parse
from pipeline.parse.evidence import named_in_head
from pipeline.texts.file_names import FileNames, file_names_of
from pipeline.texts.respondents import fold_name, is_organisation, names_nobody, without_prefecture


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A sheet with item rows. ``cell`` and ``tab`` are the bodies that its head and its name say.

    Both are folded names, or the ids of the roster; empty where they name no body.
    """

    place: int
    name: str
    items: frozenset[str]
    touched: bool
    cell: str
    tab: str

    @property
    def body(self) -> tuple[str, str]:
        """Give what pages of one body have in common; empty where the page names nobody."""
        return (self.cell or self.tab, self.tab or self.cell)


def returns_in(
    workbook: RawWorkbook,
    layout: Layout,
    checklist: Checklist,
    *,
    month: str,
    known: Mapping[str, str],
) -> tuple[Submission, ...]:
    """Give the returns of a workbook with the checklist in it, in the order of their sheets.

    ``known`` gives the id of the respondent on the roster by folded name.
    """
    whole = parse(workbook, layout, checklist, month=month)
    live = [
        place
        for place, sheet in enumerate(workbook.sheets)
        if sheet.visible and (place in layout.sheets or sheet.name in layout.copies)
    ]
    if len(live) < 2 or whole.overrides is not None:
        return (whole,)
    names = file_names_of(checklist)
    heads = {_body(text, known) for place in live
             if (text := named_in_head(workbook.sheets[place], checklist))}  # fmt: skip
    tabs = {_named_by_tab(workbook.sheets[place].name, names, known) for place in live}
    if len(heads - {""}) < 2 and len(tabs - {""}) < 2:
        return (whole,)
    pages = [
        page
        for place in live
        if (page := _page(workbook, place, checklist, names, month, known)) is not None
    ]
    if not _several_bodies(pages):
        return (whole,)
    groups = _groups(pages)
    used = {page.place for page in pages}
    found = [_return(workbook, group, used, checklist, month) for group in groups]
    returns = tuple(each for each in found if each is not None)
    return returns if len(returns) == len(groups) else (whole,)


def returns_side_by_side(
    workbook: RawWorkbook, checklist: Checklist, *, month: str, known: Mapping[str, str]
) -> tuple[Submission, ...]:
    """Give the returns of several bodies with columns of their own; nothing where there are none.

    Every sheet with items must have them: no answer may be left to nobody.
    """
    index = index_of(checklist, month)
    found = [
        (place, each)
        for place, sheet in enumerate(workbook.sheets)
        for each in bodies_on(sheet, place, index, partial(_body, known=known))
    ]
    if not found:
        return ()
    parted = {place for place, _ in found}
    returns = []
    for body in dict.fromkeys(each.body for _, each in found):
        own = {place: each for place, each in found if each.body == body}
        sheets = tuple(
            own[place].sheet if place in own else sheet
            for place, sheet in enumerate(workbook.sheets)
            if place in own or (place not in parted and not _carries_marks(workbook, place))
        )
        first = next(iter(own.values()))
        part = _part_of(workbook, sheets, f"{first.name}の列")
        layout = locate(part, checklist, month=month)
        places = {sheet.name for sheet in (each.sheet for each in own.values())}
        if layout is None or {part.sheets[place].name for place in layout.sheets} - places:
            return ()
        returns.append(_named(parse(part, layout, checklist, month=month), part, first))
    return tuple(returns)


def _named(read: Submission, part: RawWorkbook, body: BodyOnSheet) -> Submission:
    """Give a return with the name over its columns; what names the whole sheet is another's too."""
    place = place_in(part.source, body.sheet.name, address(*body.head))
    over = Evidence(kind=EvidenceKind.CELL, text=body.name, location=place)
    inside = {EvidenceKind.CELL, EvidenceKind.HIDDEN_ID}
    return replace(read, evidence=(over, *(e for e in read.evidence if e.kind not in inside)))


def _part_of(workbook: RawWorkbook, sheets: tuple[RawSheet, ...], part: str) -> RawWorkbook:
    """Give a part of a workbook; the hidden id is the whole one's and tells nothing of a part."""
    properties = {
        key: text for key, text in workbook.properties.items() if not key.startswith(MARK)
    }
    source = replace(workbook.source, part=part)
    return replace(workbook, source=source, sheets=sheets, properties=properties)


def _page(
    workbook: RawWorkbook,
    place: int,
    checklist: Checklist,
    names: FileNames,
    month: str,
    known: Mapping[str, str],
) -> _Page | None:
    """Read one sheet as if it were alone; None where it holds no item row."""
    sheet = workbook.sheets[place]
    alone = replace(workbook, sheets=(sheet,), properties={})
    layout = locate(alone, checklist, month=month)
    if layout is None:
        return None
    read = parse(alone, layout, checklist, month=month)
    written = [each.text for each in read.evidence if each.kind is EvidenceKind.CELL]
    return _Page(
        place=place,
        name=sheet.name,
        items=frozenset(row.item_id for row in layout.rows),
        touched=any(
            answer.mark.status is not Status.BLANK or not answer.note.empty
            for answer in read.answers
        ),
        cell=next((body for text in written if (body := _body(text, known))), ""),
        tab=_named_by_tab(sheet.name, names, known),
    )


def _body(text: str, known: Mapping[str, str]) -> str:
    """Give what stands for the body that a text names; empty for a department, a person, ○○市."""
    if names_nobody(text):
        return ""
    key = without_prefecture(fold_name(text))
    found = known.get(fold_name(text)) or known.get(key)
    return found or (key if is_organisation(text) else "")


def _named_by_tab(name: str, names: FileNames, known: Mapping[str, str]) -> str:
    whole = _body(name, known)
    if whole in known.values():
        return whole
    return next((body for word in names.clean(name) if (body := _body(word, known))), "")


def _several_bodies(pages: Iterable[_Page]) -> bool:
    """Tell whether pages are returns of different bodies.

    Names in cells tell by themselves. The names of sheets alone tell only where the sheets ask
    the same: parts of one checklist may be named after whom they are about.
    """
    pages = tuple(pages)
    if len({page.cell for page in pages if page.cell}) > 1:
        return True
    return any(
        one.tab and other.tab and one.tab != other.tab and _same_questions(one, other)
        for one in pages
        for other in pages
    )


def _same_questions(one: _Page, other: _Page) -> bool:
    return len(one.items & other.items) * 2 >= min(len(one.items), len(other.items))


def _groups(pages: Iterable[_Page]) -> list[list[_Page]]:
    """Join the pages of each body. One that names nobody continues the page before it.

    Where it asks the same as those, it is a return of its own, if anything is filled in.
    """
    groups: dict[tuple[str, str], list[_Page]] = {}
    before: list[_Page] = []
    for page in pages:
        if any(page.body):
            before = groups.setdefault(page.body, [])
            before.append(page)
        elif before and not any(page.items & each.items for each in before):
            before.append(page)
        elif page.touched:
            groups["", page.name] = [page]
    return list(groups.values())


def _return(
    workbook: RawWorkbook,
    group: list[_Page],
    pages: set[int],
    checklist: Checklist,
    month: str,
) -> Submission | None:
    """Read the return of one body: from its pages, with the sheets that hold no checklist."""
    own = {page.place for page in group}
    sheets = tuple(
        sheet
        for place, sheet in enumerate(workbook.sheets)
        if place in own or (place not in pages and not _carries_marks(workbook, place))
    )
    part = _part_of(workbook, sheets, group[0].name)
    layout = locate(part, checklist, month=month)
    if layout is None:
        return None
    found = parse(part, layout, checklist, month=month)
    tab = next((page for page in group if page.tab), None)
    evidence = found.evidence
    if tab is not None:
        place = place_in(part.source, tab.name)
        evidence = (*evidence, Evidence(kind=EvidenceKind.TAB, text=tab.name, location=place))
    return replace(found, evidence=evidence, sheets=tuple(page.name for page in group))


def _carries_marks(workbook: RawWorkbook, place: int) -> bool:
    """Tell the hidden sheet that repeats the product's own properties."""
    alone = replace(workbook, sheets=(workbook.sheets[place],), properties={})
    return bool(hidden_properties(alone))
