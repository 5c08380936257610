"""Form controls of an OpenDocument sheet (``office:forms``): what they are and how they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.formats.choices import Choice, Chosen, chosen, entry
from pipeline.formats.parts import Cells
from pipeline.formats.xml import attribute, local
from pipeline.model import DrawingKind

# Buttons, group boxes, hidden values: no marks of a respondent.
_SILENT = frozenset({"button", "image", "frame", "hidden", "grid"})
_WRITTEN = frozenset({"text", "textarea", "formatted-text", "number", "date", "time", "fixed-text"})
_STATES = {"checked": True, "unchecked": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormControl:
    """A form control; ``kind`` is None where it says nothing of an answer."""

    kind: DrawingKind | None
    name: str = ""
    text: str = ""  # its label, or what is chosen or written in it
    checked: bool | None = None
    number: int = 0  # of what is chosen in a list


def read_controls(
    table: etree._Element, sheets: Mapping[str, Cells], own: Cells
) -> Mapping[str, FormControl]:
    """Give the controls of a sheet by id; those of forms in forms too."""
    return {
        attribute(element, "id"): _control(element, sheets, own)
        for forms in table.findall("{*}forms")
        for element in forms.iter()
        if attribute(element, "id")
    }


def _control(element: etree._Element, sheets: Mapping[str, Cells], own: Cells) -> FormControl:
    tag, text = local(element), attribute(element, "label")
    written = attribute(element, "current-value") or attribute(element, "value")
    kind: DrawingKind | None = DrawingKind.OTHER
    state: bool | None = None
    number = 0
    match tag:
        case "checkbox":
            kind, state = DrawingKind.CHECK_BOX, _state(element, "current-state", "state")
        case "radio":
            kind, state = DrawingKind.OPTION_BUTTON, _state(element, "current-selected", "selected")
        case "listbox":
            kind = DrawingKind.DROP_DOWN
            text, state, number = _chosen(element, sheets, own)
        case "combobox":
            kind, text, state = DrawingKind.DROP_DOWN, written, bool(written)
        case _ if tag in _WRITTEN:
            kind, text = DrawingKind.TEXT_BOX, text or written
        case _ if tag in _SILENT:
            kind = None
    name = attribute(element, "name")
    return FormControl(kind=kind, name=name, text=text, checked=state, number=number)


def _state(element: etree._Element, now: str, at_first: str) -> bool | None:
    """Give whether a control is ticked.

    Without a state of its own it is not; whether it then has that of an untouched form, programs
    do not agree: None where the two differ.
    """
    written = attribute(element, now)
    if written:
        return _STATES.get(written)
    return False if _STATES.get(attribute(element, at_first) or "false") is False else None


def _chosen(element: etree._Element, sheets: Mapping[str, Cells], own: Cells) -> Chosen:
    """Give the entry that is chosen in a list, where the file says which."""
    options = element.findall("{*}option")
    if options:
        states = [_state(each, "current-selected", "selected") for each in options]
        if None in states or sum(map(bool, states)) > 1:
            return Chosen()
        if True not in states:
            return Chosen(checked=False)
        place = states.index(True)
        return Chosen(attribute(options[place], "label"), True, place + 1)
    linked = attribute(element, "linked-cell")
    stored = entry(linked, 1, sheets, own) if linked else None
    # LibreOffice calls an index that came from Excel a selection, too.
    if stored and not (stored.isascii() and stored.isdigit()):
        return Chosen(stored, True)
    by_number = attribute(element, "list-linkage-type").startswith("selection-ind")
    if stored and not by_number:
        return Chosen()
    entries = attribute(element, "source-cell-range")
    number = 0 if stored == "" else None
    return chosen(Choice(entries=entries, number=number, linked=linked), sheets, own)
