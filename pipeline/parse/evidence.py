"""Who answered and when, as the workbook itself says: labelled cells and the hidden id."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.forms.slips import RESPONDENT, hidden_properties
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    Checklist,
    Evidence,
    EvidenceKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    address,
    place_in,
)
from pipeline.model.layout import Layout
from pipeline.parse.dates import read_date, read_date_text
from pipeline.texts.folding import fold, tidy
from pipeline.texts.projects import project_key
from pipeline.texts.respondents import fold_name, is_organisation

_HEAD_ROWS = 40  # rows of a sheet without items (a cover) that may carry the labels
_FOOT_ROWS = 20  # rows below the last item that may
_REACH = 8  # columns right of a label in which its value may stand
_VALUE_LENGTH = 60
_PROJECT_LENGTH = 120
_LONGEST_NAME = 160  # of an organisation; anything else so long is an explanation
_COLON = re.compile(r"\s*[:：|｜→⇒]\s*|\s*=\s*")
_SENTENCE = re.compile(r"[。、]|です|ます|して")
_TRIM = re.compile(r"^[\s■●○◆◇□・*※\d.]*[【\[(「『<《]*|[】\])」』>》]*\s*$")
_BRACKETED = re.compile(r"^[\s■●◆・]*[【\[（(]([^】\]）)]+)[】\]）)]\s*[:：]?\s*(.*)$", re.DOTALL)
_BRACKETS = re.compile(r"\s*[(\[【「][^)\]】」]*[)\]】」]\s*")
_BEHIND = re.compile(r"[(\[【（［]([^)\]】）］]+)[)\]】）］]\s*$")
_GENERIC = re.compile(
    r"(?:[市区町村都道府県・、,/等又は又名称可]|または|自治体|団体|企業|会社|法人|事業者|組織|機関|協議会|"
    r"大学|正式|略称|支社|支店|必須|任意|提出者?|回答者?|記入)+"
)
_PLACEHOLDER = re.compile(
    r"[○◯〇●△□]{2,}|×{2,}|_{2,}|ください|下さい|記入|入力|記載|選択|プルダウン|^\W*$|^例[:：)）]"
)


class _Labels:
    """The labels of a checklist, folded."""

    def __init__(self, checklist: Checklist) -> None:
        self.names = {key: rank for rank, key in enumerate(_keys(checklist.respondent_labels))}
        self.dates = _keys(checklist.date_labels)
        self.projects = _keys(checklist.project_labels)
        self.captions = {*_keys(checklist.headings), *_keys(checklist.categories)}
        self.all = {*self.names, *self.dates, *self.projects, *_keys(checklist.other_labels)}


@lru_cache(maxsize=16)  # of one checklist
def _keys(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_key, texts))


@lru_cache(maxsize=16384)
def _key(text: str) -> str:
    return re.sub(r"\s", "", fold(text))


@lru_cache(maxsize=16384)
def _label_and_value(text: str) -> tuple[str, str]:
    """Split 「団体名：若葉市」 or 「【団体名】若葉市」 into folded label and value."""
    plain = tidy(text)
    bracketed = _BRACKETED.match(plain)
    if bracketed is not None:
        return _key(bracketed[1]), bracketed[2].strip()
    parts = _COLON.split(plain, maxsplit=1)
    label = _BRACKETS.sub("", fold(parts[0]))
    label = _TRIM.sub("", label).removeprefix("ご")
    value = parts[1].strip() if len(parts) > 1 else ""
    behind = _BEHIND.search(plain)
    if not value and behind is not None and _names_somebody(behind[1]):
        value = behind[1].strip()
    return _key(label), value


def _names_somebody(text: str) -> bool:
    """Tell a name in brackets behind a label from words that explain the label."""
    key = _key(text)
    return len(key) > 1 and is_organisation(text) and _GENERIC.fullmatch(key) is None


class Head:
    """What stands in the head of a form and on its covers, beside labels or in one cell with them.

    Rows and columns are 0-based; ``month`` is the collection month (YYYY-MM).
    """

    def __init__(
        self, workbook: RawWorkbook, layout: Layout, checklist: Checklist, *, month: str
    ) -> None:
        self._workbook = workbook
        self._month = month
        self._labels = _Labels(checklist)
        self._labelled = [
            (order, head, *each)
            for order, head in enumerate(_heads(workbook, layout))
            for each in _labelled(head, self._labels)
        ]

    def evidence(self) -> tuple[Evidence, ...]:
        """Give the hidden id and the labelled names, strongest first."""
        found: list[Evidence] = []
        hidden = hidden_properties(self._workbook).get(RESPONDENT, "")
        if hidden:
            found.append(Evidence(kind=EvidenceKind.HIDDEN_ID, text=hidden))
        named: list[tuple[int, int, CellKey, Evidence]] = []
        for order, head, key, label, value in self._labelled:
            # Of several bodies in one workbook a cover names at most one.
            if label not in self._labels.names or (head.cover and self._workbook.source.part):
                continue
            written = _written(head, key, value, self._labels)
            if written is None or (head.foot and not is_organisation(fold_name(written[1]))):
                continue
            place, text = written
            location = place_in(self._workbook.source, head.sheet.name, address(*place))
            evidence = Evidence(kind=EvidenceKind.CELL, text=text, location=location, label=label)
            named.append((self._labels.names[label], order, key, evidence))
        named.sort(key=lambda each: each[:3])
        seen: set[str] = set()
        for *_rank, evidence in named:
            if fold(evidence.text) not in seen:
                seen.add(fold(evidence.text))
                found.append(evidence)
        return tuple(found)

    def project(self) -> str:
        """Give the project that a cell names, empty where none does or they name several."""
        found: dict[str, str] = {}
        for _order, head, key, label, value in self._labelled:
            shared = head.cover and self._workbook.source.part
            if label not in self._labels.projects or head.foot or shared:
                continue
            text = _name(value, _PROJECT_LENGTH)
            if not text:
                last = head.rows.stop
                beside = _beside(head.sheet, key, last, self._labels, _PROJECT_LENGTH)
                text = _name(beside[1].text, _PROJECT_LENGTH) if beside else ""
            if text:
                found.setdefault(project_key(text), text)
        return next(iter(found.values())) if len(found) == 1 else ""

    def filled_on(self) -> str:
        """Give the 記入日 inside as YYYY-MM-DD, empty where there is none."""
        for _order, head, key, label, value in self._labelled:
            if label not in self._labels.dates:
                continue
            written = read_date_text(value, self._month) if value else ""
            written = written or _date_beside(head.sheet, key, self._month)
            if written:
                return written
        return ""


def named_in_head(sheet: RawSheet, checklist: Checklist) -> str:
    """Give the name that the head of one sheet gives for the respondent, empty for none."""
    labels, head = _Labels(checklist), _Part(sheet=sheet, rows=range(_HEAD_ROWS))
    named = [
        (labels.names[label], key, written[1])
        for key, label, value in _labelled(head, labels)
        if label in labels.names and (written := _written(head, key, value, labels)) is not None
    ]
    return min(named)[2] if named else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The rows of a sheet in which labels may stand: a head, a whole cover, a foot."""

    sheet: RawSheet
    rows: range
    cover: bool = False
    foot: bool = False


def blanks_beside(
    workbook: RawWorkbook, layout: Layout, checklist: Checklist, asked: Sequence[tuple[str, ...]]
) -> Mapping[tuple[str, ...], tuple[tuple[int, CellKey], ...]]:
    """Give the empty cells, (sheet, cell), in which the values of labels are to be written.

    ``asked`` are labels that ask for the same: of these the first that stands in the heads and on
    the covers counts, wherever it stands.
    """
    labels = _Labels(checklist)
    labels.all.update(_key(name) for names in asked for name in names)
    blanks: dict[str, list[tuple[int, CellKey]]] = {}
    for part in _heads(workbook, layout):
        sheet = next(n for n, each in enumerate(workbook.sheets) if each is part.sheet)
        for key, label, value in () if part.foot else _labelled(part, labels):
            found = blanks.setdefault(label, [])
            place = None if value else _blank_beside(part, key, labels)
            found += [] if place is None else [(sheet, place)]
    return {
        names: tuple(next((blanks[k] for k in map(_key, names) if k in blanks), ()))
        for names in asked
    }


def _blank_beside(part: _Part, key: CellKey, labels: _Labels) -> CellKey | None:
    """Give the empty cell right of a label or, where another label stands there, below it.

    On a cover labels in a row are rather the heads of a list.
    """
    own = _area_of(part.sheet, key)
    right = _area_of(part.sheet, (own.top, own.right + 1))
    beside = part.sheet.cells.get((right.top, right.left))
    if beside is None:
        return (right.top, right.left)
    below = _area_of(part.sheet, (own.bottom + 1, own.left))
    place = (below.top, below.left)
    free = place not in part.sheet.cells and place[0] < part.rows.stop
    return place if free and not part.cover and _is_label(beside, labels) else None


def _area_of(sheet: RawSheet, key: CellKey) -> Area:
    row, column = key
    alone = Area(top=row, left=column, bottom=row, right=column)
    inside = (
        area
        for area in sheet.merged
        if area.top <= row <= area.bottom and area.left <= column <= area.right
    )
    return next(inside, alone)


def _written(head: _Part, key: CellKey, value: str, labels: _Labels) -> tuple[CellKey, str] | None:
    """Give the name written behind a label in its cell, else beside it, and where it stands."""
    text = _name(value)
    if text:
        return key, text
    beside = _beside(head.sheet, key, head.rows.stop, labels)
    return None if beside is None else (beside[0], _name(beside[1].text))


def _heads(workbook: RawWorkbook, layout: Layout) -> list[_Part]:
    """Give the places that may name the respondent: heads of the form, covers, feet of the form."""
    first: dict[int, int] = {}
    below: dict[int, int] = {}
    for row in layout.rows:
        header = layout.tables[row.table].header_row
        top = row.text_cell[0] if header is None else min(header, row.text_cell[0])
        first[row.sheet] = min(top, first.get(row.sheet, top))
        cells = (row.text_cell, *row.mark_cells, *row.note_cells)
        end = max(cells)[0] + 1
        below[row.sheet] = max(end, below.get(row.sheet, end))
    heads = [_Part(sheet=workbook.sheets[at], rows=range(first[at])) for at in layout.sheets]
    aside = {place.sheet for place in layout.aside}
    covers = [
        _Part(sheet=sheet, rows=range(_HEAD_ROWS), cover=True)
        for place, sheet in enumerate(workbook.sheets)
        if place not in first
        and sheet.visible
        and place not in aside
        and sheet.name not in layout.copies
    ]
    feet = [
        _Part(sheet=workbook.sheets[at], rows=range(below[at], below[at] + _FOOT_ROWS), foot=True)
        for at in layout.sheets
    ]
    return heads + covers + feet


def _labelled(head: _Part, labels: _Labels) -> Iterator[tuple[CellKey, str, str]]:
    """Yield the label cells of a part: (cell, folded label, value in the same cell)."""
    for key in sorted(key for key in head.sheet.cells if key[0] in head.rows):
        cell = head.sheet.cells[key]
        if cell.kind is not CellKind.TEXT or len(cell.text) > _LONGEST_NAME + 20:
            continue
        label, value = _label_and_value(cell.text)
        if label in labels.all:
            yield key, label, value
            continue
        name, _, rest = tidy(cell.text).replace("　", " ").partition(" ")
        if rest.strip() and _key(name) in labels.all:
            yield key, _key(name), rest.strip()


def _name(text: str, longest: int = _VALUE_LENGTH) -> str:
    """Give a value as a name, empty where it is an instruction or a placeholder."""
    value = tidy(text).replace("\n", " ").strip()
    if not value or value.startswith(("※", "＊", "*")):
        return ""
    if len(value) > longest and not _is_long_name(value):
        return ""
    bare = _BRACKETS.sub("", fold(value)).strip()
    if not bare:
        return ""
    return "" if _PLACEHOLDER.search(bare) else value


def _is_long_name(value: str) -> bool:
    """Tell the name of an organisation from a sentence about one."""
    return len(value) <= _LONGEST_NAME and not _SENTENCE.search(value) and is_organisation(value)


def _beside(
    sheet: RawSheet, key: CellKey, last: int, labels: _Labels, longest: int = _VALUE_LENGTH
) -> tuple[CellKey, RawCell] | None:
    """Give the value right of a label or, where there is none, below it (above row ``last``)."""
    row, column = key
    for place in [(row, column + step) for step in range(1, _REACH + 1)]:
        cell = sheet.cells.get(place)
        if cell is None:
            continue
        if _is_label(cell, labels):
            break
        if cell.kind is CellKind.TEXT and _name(cell.text, longest):
            return place, cell
    for place in ((row + 1, column), (row + 2, column)):
        cell = sheet.cells.get(place) if place[0] < last else None
        if cell is not None:
            return (place, cell) if _is_plain_name(cell, labels) else None
    return None


def _is_plain_name(cell: RawCell, labels: _Labels) -> bool:
    """Tell whether a cell below a label holds a name and not the next line of the form."""
    return (
        cell.kind is CellKind.TEXT
        and len(cell.text) <= 30
        and not _is_label(cell, labels)
        and not any(caption in _key(cell.text) for caption in labels.captions)
        and re.search(
            r"[。、：:※]|です|ます|こと$|について|事項|項目|チェック|様式|別紙", cell.text
        )
        is None
        and _name(cell.text) != ""
    )


def _is_label(cell: RawCell, labels: _Labels) -> bool:
    return cell.kind is CellKind.TEXT and _label_and_value(cell.text)[0] in labels.all


def _date_beside(sheet: RawSheet, key: CellKey, month: str) -> str:
    """Read the date right of a label (in one cell or in several), else below it."""
    row, column = key
    right = [
        cell
        for step in range(1, _REACH + 1)
        if (cell := sheet.cells.get((row, column + step))) is not None
    ]
    for cell in right:
        written = read_date(cell, month)
        if written:
            return written
    written = read_date_text("".join(cell.text for cell in right), month)
    below = sheet.cells.get((row + 1, column))
    if not written and below is not None:
        written = read_date(below, month)
    return written
