"""Rules for cells, formulas and what lies over them on a sheet."""

import re
from collections.abc import Iterator

from gates.book import LAST_COLUMN, LAST_ROW, MAIN, Area, Book, Sheet, area, overlap

_TEXT_LIMIT = 32_767
_FORMULA_LIMIT = 8_192
_LINK_LIMIT = 65_530  # hyperlinks on one sheet
_HEADER_LIMIT = 255
_QUOTED = re.compile(r'"[^"]*"')
_SHEET_NAME = re.compile(r"'((?:[^']|'')+)'!|([^\W\d][\w.]*)!")
_COLUMN = re.compile(r"([^\W\d]\w*)\[(?:\[#[^\]]+\],)?\[?([^\[\]#]+?)\]?\]")
_AFTER_2016 = re.compile(
    r"\b(XLOOKUP|XMATCH|LET|LAMBDA|FILTER|UNIQUE|SORT|SORTBY|SEQUENCE|RANDARRAY|TEXTJOIN|CONCAT|"
    r"IFS|SWITCH|MAXIFS|MINIFS|TEXTSPLIT|TEXTBEFORE|TEXTAFTER|VSTACK|HSTACK|TOCOL|TOROW)\("
)
_NEEDS_PREFIX = re.compile(
    r"(?<![.\w])(AGGREGATE|IFNA|XOR|DAYS|NUMBERVALUE|ISOWEEKNUM|SHEETS?|FORMULATEXT|STDEV\.[SP]|"
    r"PERCENTILE\.(?:INC|EXC)|RANK\.(?:EQ|AVG)|MODE\.SNGL|UNICHAR|UNICODE)\("
)


def problems(book: Book) -> Iterator[str]:
    """Give what breaks a rule on any sheet."""
    styles = book.trees.get("xl/styles.xml")
    formats = styles.find(f"{MAIN}cellXfs") if styles is not None else None
    differences = styles.find(f"{MAIN}dxfs") if styles is not None else None
    for number, text in enumerate(book.shared_texts):
        if len(text.encode("utf-16-le")) > 2 * _TEXT_LIMIT:
            yield f"shared string {number}: longer than {_TEXT_LIMIT}"
    names = {sheet.name.casefold() for sheet in book.sheets}
    tables = _table_columns(book)
    for sheet in book.sheets:
        yield from _cells(book, sheet, 0 if formats is None else len(formats))
        for cell in sheet.tree.iter(f"{MAIN}c"):
            formula = cell.findtext(f"{MAIN}f") or ""
            for problem in formula_problems(formula, names, tables):
                yield f"{sheet.name}!{cell.get('r')}: {problem}"
        yield from _ranges(sheet)
        yield from _links(sheet, names)
        yield from _layout(sheet)
        for rule in sheet.tree.iter(f"{MAIN}cfRule"):
            index = int(rule.get("dxfId", "0"))
            if rule.get("dxfId") and (differences is None or index >= len(differences)):
                yield f"{sheet.name}: conditional format uses style {index}, which is missing"
            for condition in rule.iterfind(f"{MAIN}formula"):
                for problem in formula_problems(condition.text or "", names, tables):
                    yield f"{sheet.name}: conditional format: {problem}"


def _table_columns(book: Book) -> dict[str, set[str]]:
    return {
        tree.get("displayName", "").casefold(): {
            column.get("name", "") for column in tree.iter(f"{MAIN}tableColumn")
        }
        for _, tree in book.rooted(f"{MAIN}table")
    }


def _cells(book: Book, sheet: Sheet, formats: int) -> Iterator[str]:
    """Rows and cells in order, within the sheet, with styles and texts that exist."""
    last_row = 0
    for row in sheet.tree.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number = int(row.get("r", last_row + 1))
        if not last_row < number <= LAST_ROW:
            yield f"{sheet.name}: row {number} comes after row {last_row}"
        last_row, last_column = number, 0
        for cell in row:
            name = cell.get("r", "")
            place = area(name)
            if place is None or place[0] != number or not last_column < place[1] <= LAST_COLUMN:
                yield f"{sheet.name}!{name}: out of its place in row {number}"
                continue
            last_column = place[1]
            if int(cell.get("s", "0")) >= formats:
                yield f"{sheet.name}!{name}: style {cell.get('s')} is missing"
            value = cell.findtext(f"{MAIN}v")
            if cell.get("t") == "s" and int(value or "0") >= len(book.shared_texts):
                yield f"{sheet.name}!{name}: shared string {value} is missing"
            if cell.get("t") == "e":
                yield f"{sheet.name}!{name}: shows the error {value}"


def formula_problems(formula: str, sheets: set[str], tables: dict[str, set[str]]) -> Iterator[str]:
    """Give what Excel 2016 would not take in a formula. Names are case-folded."""
    if len(formula) > _FORMULA_LIMIT:
        yield f"formula of {len(formula)} characters"
    bare = _QUOTED.sub('""', formula)
    unquoted = re.sub("'[^']*'", "", bare)
    if unquoted.count("(") != unquoted.count(")"):
        yield f"brackets do not match: {formula[:60]}"
    if "#REF!" in bare or "#NAME?" in bare:
        yield f"refers to nothing: {formula[:60]}"
    for found in _SHEET_NAME.finditer(bare):
        name = (found[1] or found[2]).replace("''", "'")
        if name.casefold() not in sheets:
            yield f"there is no sheet {name!r}"
    for found in _COLUMN.finditer(bare):
        if found[2] not in tables.get(found[1].casefold(), set()):
            yield f"there is no column {found[2]!r} in a table {found[1]!r}"
    for found in _AFTER_2016.finditer(bare):
        yield f"{found[1]} is not in Excel 2016"
    for found in _NEEDS_PREFIX.finditer(bare):
        yield f"{found[1]} is stored with the prefix _xlfn."


def _ranges(sheet: Sheet) -> Iterator[str]:
    """Merged cells, validations and conditional formats lie on the sheet; merges are apart."""
    merged: list[Area] = []
    for entry in sheet.tree.iter(f"{MAIN}mergeCell"):
        place = area(entry.get("ref", ""))
        if place is None or place[:2] == place[2:]:
            yield f"{sheet.name}: merged range {entry.get('ref')} is none"
            continue
        if any(overlap(place, other) for other in merged):
            yield f"{sheet.name}: merged range {entry.get('ref')} overlaps another"
        merged.append(place)
    for tag in ("dataValidation", "conditionalFormatting"):
        for entry in sheet.tree.iter(f"{MAIN}{tag}"):
            for reference in entry.get("sqref", "").split() or [""]:
                if area(reference) is None:
                    yield f"{sheet.name}: {tag} range {reference!r} is none"
    for entry in sheet.tree.iter(f"{MAIN}dataValidation"):
        listed = entry.findtext(f"{MAIN}formula1") or ""
        if listed.startswith('"') and len(listed) - 2 > 255:
            yield f"{sheet.name}: a list of choices longer than 255 characters"


def _links(sheet: Sheet, names: set[str]) -> Iterator[str]:
    """Links within the workbook lead to a place that exists; there are not too many."""
    links = list(sheet.tree.iter(f"{MAIN}hyperlink"))
    if len(links) > _LINK_LIMIT:
        yield f"{sheet.name}: {len(links)} links, Excel keeps {_LINK_LIMIT}"
    for link in links:
        location = link.get("location")
        if location is None:
            continue
        target, _, cells = location.rpartition("!")
        name = target.strip("'").replace("''", "'")
        if target and (name.casefold() not in names or area(cells) is None):
            yield f"{sheet.name}!{link.get('ref')}: link to {location!r}, which is nowhere"


def _layout(sheet: Sheet) -> Iterator[str]:
    """Columns apart and within width, rows within height, header and footer within length."""
    last = 0
    for column in sheet.tree.iter(f"{MAIN}col"):
        if not last < int(column.get("min", "0")) <= int(column.get("max", "0")) <= LAST_COLUMN:
            yield f"{sheet.name}: column widths overlap at {column.get('min')}"
        last = int(column.get("max", "0"))
        if float(column.get("width", "0")) > 255:
            yield f"{sheet.name}: column {column.get('min')} is wider than 255"
    for row in sheet.tree.iter(f"{MAIN}row"):
        if float(row.get("ht", "0")) > 409.5:
            yield f"{sheet.name}: row {row.get('r')} is higher than 409.5"
    for part in sheet.tree.iterfind(f"{MAIN}headerFooter/*"):
        if len(part.text or "") > _HEADER_LIMIT:
            yield f"{sheet.name}: header or footer longer than {_HEADER_LIMIT}"
