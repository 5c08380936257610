"""The official blank form filled in as it came, which is what most respondents do."""

import io
import re
import tempfile
import zipfile
from pathlib import Path

from pipeline.model import Checklist
from pipeline.write.blank_form import write_blank_form
from sample.forms import ReturnedForm
from sample.hands import Way

_MARK, _NOTE = 3, 4  # openpyxl counts columns from 1
_EARLY = (1980, 1, 1, 0, 0, 0)


def filled(form: ReturnedForm, checklist: Checklist) -> bytes:
    """Give the blank form with marks, notes and the labelled lines of the form's look filled in.

    Only plainly written entries: ValueError for one that needs a drawing or rich text.
    """
    import openpyxl  # noqa: PLC0415 - heavy, and only the demo needs it

    head = {form.look.label: form.respondent, form.look.date_label: form.filled_on}
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "blank.xlsx"
        write_blank_form(checklist, blank, head={key: head[key] for key in head if key})
        book = openpyxl.load_workbook(blank, rich_text=True)
    sheet = book.worksheets[0]
    rows = {
        str(value).partition("：")[0]: number
        for number, (_, value, *_rest) in enumerate(sheet.iter_rows(values_only=True), start=1)
    }
    for item, entry in zip(checklist.items, form.entries, strict=True):
        if entry.written.way is Way.TEXT:
            sheet.cell(rows[item.id], _MARK).value = entry.written.text
        elif entry.written.way is not Way.UNTOUCHED:
            raise ValueError(f"{form.respondent}: {item.id} cannot be written plainly")
        if entry.note:
            sheet.cell(rows[item.id], _NOTE).value = entry.note
    memory = io.BytesIO()
    book.save(memory)
    return without_clock(memory.getvalue())


def without_clock(content: bytes) -> bytes:
    """Give the package with the times of its making taken out."""
    memory = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-11-02T09:00:00Z", body
                )
            entry = zipfile.ZipInfo(name, date_time=_EARLY)
            target.writestr(entry, body, zipfile.ZIP_DEFLATED)
    return memory.getvalue()
