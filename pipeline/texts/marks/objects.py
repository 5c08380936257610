"""Objects lying over a check cell: circles, lines, text boxes, controls, pictures, ink."""

from dataclasses import dataclass, field, replace

from pipeline.model import Doubt, Drawing, DrawingKind, Due, Mark, ReadBy, Status
from pipeline.model.answers import BY_PLAIN_SIGN
from pipeline.texts.folding import TICKS, fold
from pipeline.texts.marks.legend import LegendFound, due_of_second
from pipeline.texts.marks.words import STATUS_OF, read_text

_ANSWERED = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE)
_TICKS = TICKS | {"v"}
CONTROLS = (DrawingKind.CHECK_BOX, DrawingKind.OPTION_BUTTON)  # with a tick of their own
_OPAQUE = (DrawingKind.ACTIVEX, DrawingKind.PICTURE, DrawingKind.INK, DrawingKind.OTHER)


@dataclass(slots=True)
class _Evidence:
    """What the objects over one cell say, collected one by one."""

    chosen: list[tuple[Status, ReadBy, Due]] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    look: bool = False  # a person must look
    tick: bool = False  # a sign that points at nothing
    several: bool = False
    retracted: bool = False
    remark: Doubt = Doubt.NONE


def overlay(
    mark: Mark, legend: LegendFound | None, drawings: tuple[Drawing, ...], month: str
) -> Mark:
    """Give the mark of a cell with the objects over it taken into account.

    Objects may answer a blank or legend cell; beside a written answer they can only confirm it
    or make it unclear.
    """
    seen = _Evidence()
    for drawing in drawings:
        if drawing.kind in _OPAQUE:
            # Over a written answer only what covers the text can have struck it out; a cover or
            # an arrow has no lines, and nobody knows what it hides or means.
            beside = not drawing.lines and drawing.kind is not DrawingKind.OTHER
            seen.look |= mark.status not in _ANSWERED or not beside
        elif drawing.kind is DrawingKind.LINE:
            _line(seen, legend, drawing)
        elif drawing.kind is DrawingKind.DROP_DOWN and drawing.checked is False:
            seen.look |= mark.status in _ANSWERED  # it hides what stands in its cell
        elif drawing.kind in (*CONTROLS, DrawingKind.DROP_DOWN):
            _control(seen, legend, drawing, month)
        elif drawing.kind is DrawingKind.TEXT_BOX and fold(drawing.text) not in _TICKS:
            _text_box(seen, drawing, month)
        else:
            _circle(seen, legend, drawing)
    if legend and seen.struck:
        _remaining(seen, legend)
    if legend:
        seen.several |= legend.foreign and bool(seen.chosen)
        seen.several |= any(status.code in legend.struck for status, _, _ in seen.chosen)
    return _combined(mark, legend, seen, month)


def beside(mark: Mark, drawings: tuple[Drawing, ...], month: str) -> Mark:
    """Give the mark of an item with the objects that lie in its row, but over no cell of it.

    A ticked control says what is written on it; of anything else beside an empty check cell a
    person must tell what it means. None of them makes a written answer clearer.
    """
    seen = _Evidence()
    for drawing in drawings:
        if drawing.kind in CONTROLS:
            _control(seen, None, drawing, month)
        else:
            # A drop-down may ask for anything; over the check cell alone it is an answer.
            seen.look |= drawing.kind is not DrawingKind.LINE and drawing.checked is not False
    statuses = {status for status, _, _ in seen.chosen}
    text = "\n".join(seen.texts)
    if mark.status in _ANSWERED:
        return _unclear(mark, Doubt.SEVERAL, text) if statuses - {mark.status} else mark
    if mark.status is not Status.BLANK or not (statuses or seen.look or seen.tick):
        return mark
    if len(statuses) > 1:
        return _unclear(mark, Doubt.SEVERAL, text)
    if seen.look or seen.tick:
        return _unclear(mark, Doubt.UNREADABLE_OBJECT, text)
    status, _, due = seen.chosen[0]
    told = replace(mark, status=status, read_by=ReadBy.OBJECT, due=due, notation="object")
    return replace(told, object_text=text, legend_untouched=False)


def elsewhere(mark: Mark, drawings: tuple[Drawing, ...]) -> Mark:
    """Give the mark of an empty cell with the objects on its card or in its column: a doubt."""
    says = any(
        drawing.kind is not DrawingKind.LINE and drawing.checked is not False
        for drawing in drawings
    )
    return _unclear(mark, Doubt.UNREADABLE_OBJECT, "") if says else mark


def _circle(seen: _Evidence, legend: LegendFound | None, drawing: Drawing) -> None:
    if legend is None or not legend.segments:
        seen.tick = True
        return
    options = legend.on_lines(drawing.lines)
    if len(options) == 1:
        seen.chosen.append((STATUS_OF[options[0].number], ReadBy.DRAWING, Due()))
    elif len({line for option in options for line in option.lines}) > 1:
        seen.several = True
    else:
        seen.look = True  # beside the text, or the legend stands in one line


def _line(seen: _Evidence, legend: LegendFound | None, drawing: Drawing) -> None:
    if not drawing.lines:
        return
    if legend is None or not legend.segments:
        seen.retracted = True
        return
    seen.struck |= {option.number for option in legend.on_lines(drawing.lines)}


def _remaining(seen: _Evidence, legend: LegendFound) -> None:
    kept = [number for number in legend.numbers if number not in seen.struck]
    if len(kept) == 1:
        seen.chosen.append((STATUS_OF[kept[0]], ReadBy.DRAWING, Due()))
    elif kept:
        seen.several |= not seen.chosen
    else:
        seen.retracted = True
    seen.several |= any(status.code in seen.struck for status, _, _ in seen.chosen)


def _control(seen: _Evidence, legend: LegendFound | None, drawing: Drawing, month: str) -> None:
    if drawing.checked is None:
        seen.look = True
        return
    if not drawing.checked:
        return
    options = legend.on_lines(drawing.lines) if legend else ()
    if len(options) == 1:
        seen.chosen.append((STATUS_OF[options[0].number], ReadBy.CONTROL, Due()))
        return
    reading = read_text(drawing.text, month)
    if reading.status in _ANSWERED:
        seen.chosen.append((reading.status, ReadBy.CONTROL, reading.due))
        seen.texts.append(drawing.text)
    elif drawing.kind is DrawingKind.DROP_DOWN:
        seen.look = True
    else:
        seen.tick = True


def _text_box(seen: _Evidence, drawing: Drawing, month: str) -> None:
    reading = read_text(drawing.text, month)
    if reading.status is Status.BLANK:
        return
    seen.texts.append(drawing.text)
    if reading.status in _ANSWERED:
        # 済 without a number may be the stamp of whoever checked the form.
        told = ReadBy.DRAWING if reading.read_by is ReadBy.NUMBER else ReadBy.OBJECT
        seen.chosen.append((reading.status, told, reading.due))
    else:
        seen.remark = Doubt.NO_NUMBER if reading.ditto else reading.doubt


def _combined(mark: Mark, legend: LegendFound | None, seen: _Evidence, month: str) -> Mark:
    text = "\n".join(seen.texts) or mark.object_text
    statuses = {status for status, _, _ in seen.chosen}
    if mark.status in _ANSWERED:
        return _beside_answer(mark, seen, statuses, text)
    open_legend = mark.notation in ("legend-part", "legend-several")
    told = seen.chosen or seen.look or seen.retracted or seen.several or seen.remark
    if mark.status is Status.UNCLEAR and not open_legend:
        if mark.notation == "ditto" and told:
            return _unclear(mark, Doubt.UNREADABLE_OBJECT, text)
        return replace(mark, object_text=text)
    against = _against_choice(seen, statuses)
    if against:
        return _unclear(mark, against, text)
    if statuses:
        status, read_by, due = min(seen.chosen, key=_doubtful)
        if status is Status.PLANNED and not due.month:
            due = due_of_second(legend.segments if legend else (), month)
        return replace(
            mark, status=status, read_by=read_by, due=due, doubt=Doubt.NONE,
            notation="object", object_text=text, legend_untouched=False,
        )  # fmt: skip
    doubt = _doubt(mark, legend, seen)
    return _unclear(mark, doubt, text) if doubt else mark


def _doubtful(choice: tuple[Status, ReadBy, Due]) -> bool:
    return choice[1] not in BY_PLAIN_SIGN


def _against_choice(seen: _Evidence, statuses: set[Status]) -> Doubt:
    """Say what stands against the options chosen by objects; NONE where nothing does."""
    if len(statuses) > 1 or seen.several:
        return Doubt.SEVERAL
    if statuses and seen.remark:
        return Doubt.NO_NUMBER
    return Doubt.UNREADABLE_OBJECT if statuses and seen.look else Doubt.NONE


def _doubt(mark: Mark, legend: LegendFound | None, seen: _Evidence) -> Doubt:
    """Say why objects over a blank or legend cell decide nothing; NONE where none is there."""
    if seen.look or (seen.tick and legend and legend.segments):
        return Doubt.UNREADABLE_OBJECT
    if seen.retracted and (mark.status is not Status.BLANK or legend):
        return Doubt.NO_NUMBER
    return seen.remark or (Doubt.SYMBOL if seen.tick else Doubt.NONE)


def _beside_answer(mark: Mark, seen: _Evidence, statuses: set[Status], text: str) -> Mark:
    if statuses - {mark.status} or seen.several:
        return _unclear(mark, Doubt.SEVERAL, text)
    if seen.look:
        return _unclear(mark, Doubt.UNREADABLE_OBJECT, text)
    if seen.retracted:
        return _unclear(mark, Doubt.NO_NUMBER, text or "線で消されています")
    if seen.remark and mark.status is Status.DONE:
        return _unclear(mark, Doubt.NO_NUMBER, text)
    due = mark.due
    if mark.status is Status.PLANNED and not due.month:
        due = next((found for _, _, found in seen.chosen if found.month), due)
    read_by = mark.read_by
    if seen.chosen and read_by in (ReadBy.EMPHASIS, ReadBy.FILLED_MONTH):
        read_by = min(seen.chosen, key=_doubtful)[1]  # a plainer sign for the same option
    return replace(mark, due=due, object_text=text, read_by=read_by)


def _unclear(mark: Mark, doubt: Doubt, text: str) -> Mark:
    return replace(
        mark, status=Status.UNCLEAR, doubt=doubt, read_by=ReadBy.NOTHING, due=Due(),
        notation="object", object_text=text, legend_untouched=False,
    )  # fmt: skip
