"""Read a located checklist: RawWorkbook + Layout -> Submission, one answer per item, facts only."""

from collections import defaultdict
from dataclasses import replace

from pipeline.forms.slips import answered, hidden_properties, read_slip, unchanged
from pipeline.model import (
    Answer,
    CellKey,
    CellKind,
    Checklist,
    Doubt,
    Doubted,
    Drawing,
    ExtraRow,
    Location,
    Mark,
    RawCell,
    RawSheet,
    RawWorkbook,
    Repeated,
    Slip,
    Status,
    Submission,
    TableShape,
    Uncounted,
    address,
    place_in,
)
from pipeline.model.layout import ItemRow, Layout, OtherRow, SetAside
from pipeline.parse.asides import find_aside, gather_comments
from pipeline.parse.drawn import beside_answer, owned_drawings
from pipeline.parse.due import with_due, written_due
from pipeline.parse.evidence import Head
from pipeline.parse.options import read_options, with_ticks_drawn
from pipeline.texts.marks import beside, elsewhere, read_mark
from pipeline.texts.notes import effective_due, read_note, with_comments_of

_ABSENT = Mark(status=Status.BLANK)


def parse(workbook: RawWorkbook, layout: Layout, checklist: Checklist, *, month: str) -> Submission:
    """Read every located item row. ``month`` is the collection month (YYYY-MM).

    Total: whatever the cells hold, each item of the checklist gets exactly one answer.
    """
    # Long: a line for each part of the submission.
    reader = _Reader(workbook, layout, checklist, month)
    by_item: dict[str, list[Answer]] = defaultdict(list)
    above: Mark | None = None
    table = -1
    for row in layout.rows:
        above = above if row.table == table else None
        answer = reader.answer(row, above)
        above, table = answer.mark, row.table
        by_item[row.item_id].append(answer)
    repeated: list[Repeated] = []
    answers: list[Answer] = []
    for item in checklist.items:
        given = by_item.get(item.id, [])
        if len(given) > 1:
            repeated.append(_repeated(item.id, given))
            answers.append(_merged(given, agree=repeated[-1].agree, month=month))
        elif given:
            answers.append(given[0])
        else:
            answers.append(Answer(item_id=item.id, mark=_ABSENT))
    used = {(row.sheet, key) for row in layout.rows for key in row.mark_cells}
    properties = hidden_properties(workbook)
    head = Head(workbook, layout, checklist, month=month)
    slip = read_slip(properties)
    answers, unasked = _asked(slip, answers)
    prefilled_from, as_handed_out = unchanged(properties, answers, edition=checklist.version)
    return Submission(
        source=workbook.source,
        kind=workbook.kind,
        checklist_id=checklist.id,
        answers=tuple(answers),
        tables=layout.tables,
        evidence=head.evidence(),
        sheets=tuple(sheet.name for sheet in workbook.sheets),
        filled_on=head.filled_on(),
        project=head.project(),
        repeated=tuple(repeated),
        extra_rows=tuple(reader.extra_row(row) for row in layout.other_rows),
        copies=layout.copies,
        overrides=answered(slip, answers),
        uncounted=tuple(reader.uncounted(place) for place in layout.aside),
        doubted=tuple(
            Doubted(location=place_in(workbook.source, workbook.sheets[place].name), called=called)
            for place, called in layout.doubted
        ),
        version_written=layout.version_written,
        macros=workbook.macros,
        damaged=not workbook.complete,
        objects=reader.objects(layout, used),
        slip=slip,
        unasked=unasked,
        prefilled_from=prefilled_from,
        as_handed_out=as_handed_out,
    )


def _asked(slip: Slip | None, answers: list[Answer]) -> tuple[list[Answer], tuple[Answer, ...]]:
    """Take out of a slip's answers those to items it does not ask: rows somebody added."""
    if slip is None or slip.asked is None:
        return answers, ()
    filled = answered(slip, answers) or ()
    unasked = [
        each for each in answers if each.item_id in filled and each.item_id not in slip.asked
    ]
    kept = [
        Answer(item_id=each.item_id, mark=_ABSENT) if each in unasked else each for each in answers
    ]
    return kept, tuple(unasked)


class _Reader:
    """The cells of one workbook with what lies over them."""

    def __init__(
        self, workbook: RawWorkbook, layout: Layout, checklist: Checklist, month: str
    ) -> None:
        self.workbook = workbook
        self.layout = layout
        self.checklist = checklist
        self.month = month
        self._places = [place_in(workbook.source, sheet.name) for sheet in workbook.sheets]
        self._comments = [gather_comments(sheet) for sheet in workbook.sheets]
        self._drawings: dict[tuple[int, CellKey], list[Drawing]] = defaultdict(list)
        for place, sheet in enumerate(workbook.sheets):
            for drawing in sheet.drawings:
                self._drawings[place, (drawing.row, drawing.column)].append(drawing)
        self._owned = {
            place: owned_drawings(
                sheet, [row for row in layout.rows if row.sheet == place], layout.tables
            )
            for place, sheet in enumerate(workbook.sheets)
            if sheet.drawings
        }

    def place(self, sheet: int, key: CellKey | None) -> Location | None:
        """Give a cell as a user finds it."""
        if key is None:
            return None
        return replace(self._places[sheet], cell=address(*key))

    def answer(self, row: ItemRow, above: Mark | None) -> Answer:
        """Read one item row; ``above`` is the mark of the row before it in its table."""
        sheet = self.workbook.sheets[row.sheet]
        mark = self._options(row, sheet) if row.option_cells else self._mark(row, sheet, above)
        alone = ""  # a month beside an empty check cell
        if sheet.drawings:
            mark = self._with_drawn_beside(mark, row)
        if row.due_cells and (mark.status is Status.PLANNED or not _is_listed(row)):
            dues = [cell for key in row.due_cells if (cell := sheet.cells.get(key)) is not None]
            mark = with_due(mark, dues, month=self.month, legend=self.checklist.legend)
            alone = written_due(dues) if mark.status is Status.BLANK else ""
        note_text = "\n".join(
            [cell.text for key in row.note_cells if (cell := sheet.cells.get(key)) is not None]
        )
        note = read_note(note_text, month=self.month)
        return Answer(
            item_id=row.item_id,
            mark=mark,
            note=note,
            due=effective_due(mark, note),
            place=self._places[row.sheet],
            mark_cell=row.mark_place and address(*row.mark_place),
            row_cell=row.text_cell and address(*row.text_cell),
            note_place=self._places[row.sheet],
            note_cell=row.note_place and address(*row.note_place),
            matched_by=row.matched_by,
            title_written=row.title_written,
            hidden=row.hidden,
            unsupported=sheet.unsupported,
            aside=find_aside(row, sheet, self._comments[row.sheet], month=self.month, due=alone),
        )

    def _mark(self, row: ItemRow, sheet: RawSheet, above: Mark | None) -> Mark:
        cells = [cell for key in row.mark_cells if (cell := sheet.cells.get(key)) is not None]
        decoration = sheet.decorations.get(row.mark_cells[0]) if row.mark_cells else None
        drawings: list[Drawing] = []
        if sheet.drawings:
            for key in row.mark_cells:
                drawings += self._drawings[row.sheet, key]
        cell = cells[0] if cells else None
        if len(cells) > 1:
            cell = _joined(cells)
            decoration = None
        return read_mark(
            cell,
            month=self.month,
            legend=self.checklist.legend,
            decoration=decoration,
            drawings=tuple(drawings),
            above=above,
        )

    def _options(self, row: ItemRow, sheet: RawSheet) -> Mark:
        cells = tuple((number, sheet.cells.get(key)) for number, key in row.option_cells)
        mark = read_options(cells, month=self.month, checklist=self.checklist)
        drawn = {
            number: tuple(self._drawings[row.sheet, key])
            for number, key in row.option_cells
            if sheet.drawings
        }
        return with_ticks_drawn(mark, drawn)

    def _with_drawn_beside(self, mark: Mark, row: ItemRow) -> Mark:
        """Give a mark with what is drawn in its item's line, on its card or in its column."""
        owned = self._owned[row.sheet].get(row.text_cell, ())
        shape = self.layout.tables[row.table].shape
        near = beside_answer(row, shape, owned)
        mark = beside(mark, tuple(near), self.month)
        if shape is TableShape.ROWS or mark.status is not Status.BLANK:
            return mark
        return elsewhere(mark, tuple(each for each in owned if each not in near))

    def extra_row(self, row: OtherRow) -> ExtraRow:
        """Give a filled row that belongs to no item."""
        cells = self.workbook.sheets[row.sheet].cells
        mark = cells.get(row.mark_cell) if row.mark_cell else None
        note = cells.get(row.note_cell) if row.note_cell else None
        location = self.place(row.sheet, row.text_cell)
        return ExtraRow(
            location=location or place_in(self.workbook.source),
            text=row.text,
            mark=mark.text if mark else "",
            note=note.text if note else "",
        )

    def uncounted(self, place: SetAside) -> Uncounted:
        """Give what a place holds that does not count, as written and as it would be read."""
        sheet = self.workbook.sheets[place.sheet]
        answers = []
        for item_id, key in place.marks:
            cell = sheet.cells.get(key)
            mark = read_mark(cell, month=self.month, legend=self.checklist.legend)
            answers.append((item_id, mark.status, cell.text if cell is not None else ""))
        for item_id, keys in place.options:
            cells = tuple((number, sheet.cells.get(key)) for number, key in keys)
            mark = read_options(cells, month=self.month, checklist=self.checklist)
            answers.append((item_id, mark.status, mark.raw))
        return Uncounted(
            location=self.place(place.sheet, place.head) or self._places[place.sheet],
            called=place.called,
            hidden=place.hidden,
            beside=place.beside,
            answers=tuple(answers),
            notes=tuple(cell.text for key in place.notes if (cell := sheet.cells.get(key))),
        )

    def objects(self, layout: Layout, used: set[tuple[int, CellKey]]) -> tuple[str, ...]:
        """Name the objects on the sheets that count which lie over no check cell."""
        words = []
        for place in layout.sheets:
            sheet = self.workbook.sheets[place]
            for drawing in sheet.drawings:
                key = (drawing.row, drawing.column)
                if (place, key) not in used:
                    words.append(_object(sheet, drawing))
        return tuple(words)


def _is_listed(row: ItemRow) -> bool:
    """Tell an item with a row for each option, where the month stands in the text of ②."""
    return len({key[0] for _, key in row.option_cells}) > 1


def _joined(cells: list[RawCell]) -> RawCell:
    """Give the cells of one answer as one; a part that nobody should read spoils the whole."""
    unread = any(cell.kind is CellKind.UNRENDERED for cell in cells)
    kind = CellKind.UNRENDERED if unread else CellKind.TEXT
    return RawCell(kind=kind, text="\n".join(cell.text for cell in cells))


def _object(sheet: RawSheet, drawing: Drawing) -> str:
    name = drawing.text or drawing.name
    return (
        f"{sheet.name}!{address(drawing.row, drawing.column)} {drawing.kind.value} {name}".rstrip()
    )


def _repeated(item_id: str, given: list[Answer]) -> Repeated:
    rows = [(answer.place, answer.row_cell) for answer in given]
    filled = [answer for answer in given if answer.mark.status is not Status.BLANK]
    # in one row, an empty check cell beside another's answer says that nobody answered there
    beside = [
        answer for answer in given if rows.count((answer.place, answer.row_cell)) > 1 and filled
    ]
    said = {(answer.mark.status, answer.mark.due.month) for answer in (*filled, *beside)}
    unclear = {answer.mark.raw for answer in filled if answer.mark.status is Status.UNCLEAR}
    return Repeated(
        item_id=item_id,
        locations=tuple(
            place for answer in given if (place := answer.location or answer.row_location)
        ),
        written=tuple(answer.mark.raw for answer in given),
        agree=len(said) <= 1 and len(unclear) <= 1,
    )


def _merged(given: list[Answer], *, agree: bool, month: str) -> Answer:
    """Give the one answer of an item that stands several times; unclear where they differ."""
    filled = [answer for answer in given if answer.mark.status is not Status.BLANK]
    first = filled[0] if filled else given[0]
    first = with_comments_of(first, given, month=month)
    noted = next((answer for answer in given if not answer.note.empty), None)
    if first.note.empty and noted is not None:
        due = effective_due(first.mark, noted.note)
        first = replace(
            first,
            note=noted.note,
            note_place=noted.note_place,
            note_cell=noted.note_cell,
            due=due,
        )
    if agree:
        return first
    raw = "\n".join(answer.mark.raw for answer in filled)
    mark = Mark(status=Status.UNCLEAR, raw=raw, doubt=Doubt.SEVERAL)
    return replace(first, mark=mark, due=effective_due(mark, first.note))
