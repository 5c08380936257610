"""The ministry's own form (様式.xlsx beside checklist.toml), filled in for each respondent.

Nothing of it is drawn anew. Who it is for is written beside the labels of its head, last month's
answers into the cells where this product would read them, the marks by which a return is known into
its hidden properties; all else is handed out as the ministry made it. A form that would not come
back whole is refused before anything is written.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.formats import read_workbook
from pipeline.formats.filling import Fillable
from pipeline.forms.slips import hidden_properties, prefill_properties
from pipeline.locate import locate
from pipeline.model import (
    CellKey,
    CellKind,
    EvidenceKind,
    FileKind,
    Mark,
    RawCell,
    RawWorkbook,
    SourceFile,
    Status,
    Submission,
    Unreadable,
)
from pipeline.parse import parse
from pipeline.parse.evidence import blanks_beside
from pipeline.rules.unreadable import words_of
from pipeline.rules.words import listed
from pipeline.texts.calendar import day_words, month_words
from pipeline.texts.folding import circled
from pipeline.texts.marks import read_mark
from pipeline.write.safe import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.formats.kept import Opened
    from pipeline.model import Answer, Checklist, RosterEntry
    from pipeline.model.layout import ItemRow
    from pipeline.settings import Settings

NAME = "様式.xlsx"
_DEADLINE = ("提出期限", "回答期限", "提出期日", "回答期日", "提出締切", "締切日", "締切")
_MONTH = ("調査月", "調査対象月", "対象月", "基準月", "調査基準月", "報告月", "回答月")
_CODE = ("団体コード",)
_TICK = "○"

Cells = dict[tuple[int, CellKey], str]  # (sheet, cell) -> text


def open_issued(folder: Path, checklist: Checklist, settings: Settings) -> IssuedForm | None:
    """Open the form kept in a checklist's folder; None where there is none.

    `TorimatomeError` (usage) says why it cannot be handed out, and what to do.
    """
    path = folder / NAME
    if path.exists():
        return IssuedForm(path, checklist, settings)
    for other in sorted(folder.glob("様式.*")):
        raise _refusal(
            other,
            f"この形式の様式には記入できません。{_SAVED}（名前は {NAME} です）",
        )
    return None


class IssuedForm:
    """The ministry's form, read once.

    ``content`` is the file as it is, ``notices`` tell what a coordinator should look at in it.
    """

    def __init__(self, path: Path, checklist: Checklist, settings: Settings) -> None:
        """Read the form; `TorimatomeError` where it would not come back whole."""
        self.path = path
        self._checklist = checklist
        self._settings = settings
        self._workbook = _read(path, settings)
        layout = locate(self._workbook, checklist, month=settings.month)
        if layout is None:
            raise _refusal(path, f"「{checklist.title}」の項目が見つかりません。{_AGAIN}")
        self._layout = layout
        self._rows = {row.item_id: row for row in reversed(layout.rows)}
        self._blank = parse(self._workbook, layout, checklist, month=settings.month)
        self._insist_on_a_whole_form()
        self.content = path.read_bytes()
        self._fillable = Fillable(self.content, settings.limits)
        if self._fillable.strict:
            raise _refusal(path, f"「Strict Open XML」の形式です。{_SAVED}")
        self.notices = tuple(self._doubts())
        self._proved = False

    def filled(
        self,
        entry: RosterEntry,
        answers: Mapping[str, tuple[str, str]],
        marks: Mapping[str, str],
        before: str,
    ) -> tuple[bytes, tuple[str, ...]]:
        """Give the form of one respondent, and the items whose answers could not be filled in.

        ``answers`` are mark and note of items from the month ``before``, ``marks`` the hidden
        properties. What would not be read back as the answer it was is left to be answered.
        """
        head = self._head(entry)
        wanted = {item: self._said(mark) for item, (mark, _) in answers.items()}
        cells: Cells = {}
        for item, (_, note) in answers.items():
            cells |= self._answer(self._rows[item], answers[item][0], wanted[item], note)
        read = self._as_read({**head, **cells})
        left = tuple(
            answer.item_id
            for answer in read.answers
            if answer.item_id in answers
            and not _same(answer, wanted[answer.item_id], answers[answer.item_id][1])
        )
        for item in left:
            row = self._rows[item]
            for key in (*row.answer_cells, *row.due_cells, *row.note_cells):
                cells.pop((row.sheet, key), None)
        if left:
            read = self._as_read({**head, **cells})
        given = [
            (each.mark.raw, each.note.raw)
            if each.item_id in answers and each.item_id not in left
            else None
            for each in read.answers
        ]
        properties = dict(marks)
        if any(given):
            properties |= prefill_properties(before, given)
        return self._written({**head, **cells}, properties), left

    def _said(self, mark: str) -> Mark:
        return read_mark(
            RawCell(kind=CellKind.TEXT, text=mark) if mark else None,
            month=self._settings.month,
            legend=self._checklist.legend,
        )

    def _answer(self, row: ItemRow, text: str, mark: Mark, note: str) -> Cells:
        """Give the cells in which an answer is written as this form asks for it."""
        due = mark.due.month
        month = row.due_cells[0] if due and row.due_cells else None
        found: dict[CellKey, str] = {}
        if month is not None:
            text = circled(mark.status.code or 0)
            found[month] = month_words(due)
        options = dict(row.option_cells)
        if text and mark.status.code in options:
            later = f"（{month_words(due)}）" if due and month is None else ""
            found[options[mark.status.code]] = f"{_TICK}{later}"
        elif text and row.mark_cells:
            found[row.mark_cells[0]] = self._as_listed(row, text, mark)
        if note and row.note_cells:
            found[row.note_cells[0]] = note
        return {
            (row.sheet, key): cell_text(text + printed)
            for key, text in found.items()
            if (printed := self._printed(row.sheet, key)) is not None
        }

    def _printed(self, sheet: int, key: CellKey) -> str | None:
        """Give what a cell of the form says already (the legend): an answer is written above it.

        None where its letters differ in colour or weight, which a new text would not keep.
        """
        page = self._workbook.sheets[sheet]
        cell, look = page.cells.get(key), page.decorations.get(key)
        if cell is None:
            return ""
        return None if cell.formula or (look and look.runs) else f"\n{cell.text}"

    def _as_listed(self, row: ItemRow, text: str, mark: Mark) -> str:
        """Give an answer in the words of the cell's own drop-down, where one says just that."""
        sheet = self._workbook.sheets[row.sheet].name
        listed = self._opened.choices(sheet, row.mark_cells[0]) if self._opened else ()
        said = ((each, self._said(each)) for each in listed)
        same = (t for t, m in said if (m.status, m.due.month) == (mark.status, mark.due.month))
        return next(same, text)

    def _head(self, entry: RosterEntry) -> Cells:
        """Give what is written beside the labels of the head."""
        settings = self._settings
        values = {
            self._checklist.respondent_labels: entry.name,
            self._checklist.project_labels: entry.project,
            _CODE: entry.code,
            _DEADLINE: day_words(settings.deadline) if settings.deadline else "",
            _MONTH: month_words(settings.month),
        }
        return {
            place: cell_text(text)
            for labels, text in values.items()
            if text
            for place in self._places.get(labels, ())
        }

    @cached_property
    def _places(self) -> Mapping[tuple[str, ...], tuple[tuple[int, CellKey], ...]]:
        """The blank cells beside labels of the head, by the labels that ask for the same."""
        checklist = self._checklist
        asked = (checklist.respondent_labels, checklist.project_labels, _CODE, _DEADLINE, _MONTH)
        return blanks_beside(self._workbook, self._layout, checklist, asked)

    def _with(self, cells: Cells) -> RawWorkbook:
        """Give the form as it will be read with these cells filled in."""
        sheets = list(self._workbook.sheets)
        for place, sheet in enumerate(sheets):
            own = {
                key: RawCell(kind=CellKind.TEXT, text=text)
                for (at, key), text in cells.items()
                if at == place
            }
            looks = {
                key: replace(look, runs=()) if key in own else look
                for key, look in sheet.decorations.items()
            }
            if own:
                sheets[place] = replace(sheet, cells={**sheet.cells, **own}, decorations=looks)
        return replace(self._workbook, sheets=tuple(sheets))

    def _as_read(self, cells: Cells) -> Submission:
        workbook, month = self._with(cells), self._settings.month
        layout = locate(workbook, self._checklist, month=month)
        return parse(workbook, layout or self._layout, self._checklist, month=month)

    def _written(self, cells: Cells, properties: Mapping[str, str]) -> bytes:
        """Give the file; the first is read back before any goes out."""
        names = [sheet.name for sheet in self._workbook.sheets]
        named = {(names[sheet], key): text for (sheet, key), text in cells.items()}
        content = self._fillable.filled(named, properties)
        if not self._proved:
            self._prove(content, cells, properties)
            self._proved = True
        return content

    def _prove(self, content: bytes, cells: Cells, properties: Mapping[str, str]) -> None:
        """Insist that a filled form reads back as meant, and that nothing else of it changed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / NAME
            path.write_bytes(content)
            read = _read(path, self._settings)
        meant = self._with(cells)
        lost = [
            sheet.name
            for sheet, now in zip(meant.sheets, read.sheets, strict=True)
            if {key: cell.text for key, cell in sheet.cells.items()}
            != {key: cell.text for key, cell in now.cells.items()}
        ]
        if hidden_properties(read) != properties:
            lost.append("隠し情報")
        if self._opened is not None:
            from pipeline.formats.kept import Opened  # noqa: PLC0415 - openpyxl is slow

            written = {
                sheet.name: frozenset(key for at, key in cells if at == place)
                for place, sheet in enumerate(self._workbook.sheets)
            }
            lost += self._opened.lost(Opened(content), written)
        if lost:
            raise _refusal(
                self.path,
                f"記入すると変わってしまうところがあります（{'、'.join(lost)}）。Excel で開き、"
                "別のブックとして保存し直したものを置いてください",
            )

    @cached_property
    def _opened(self) -> Opened | None:
        """The form as openpyxl reads it; None where it cannot, which is no fault of the form."""
        from pipeline.formats.kept import Opened  # noqa: PLC0415 - openpyxl is slow

        try:
            return Opened(self.content)
        except Exception:  # noqa: BLE001 - it gives up in any way on what it does not know
            return None

    def _insist_on_a_whole_form(self) -> None:
        """Refuse a form in which an item is missing, or that somebody filled in."""
        path, read = self.path, self._blank
        if hidden_properties(self._workbook):
            raise _refusal(
                path, f"torimatome が団体ごとに作ったファイルです。国などの元の様式を{_PUT}"
            )
        if read.version_written:
            raise _refusal(path, f"別の版の様式です（「{read.version_written}」）。{_AGAIN}")
        missing = [
            item.id
            for item in self._checklist.items
            if (row := self._rows.get(item.id)) is None or not row.answer_cells
        ]
        if missing:
            raise _refusal(
                path,
                f"回答欄の見つからない項目が {len(missing)} あります（{listed(missing, '項目')}）。"
                f"様式の項目番号と{self._checklist.mark_headers[0]}を確かめ、"
                f"項目のそろった様式を{_PUT}",
            )
        for answer in read.answers:
            if answer.mark.status is not Status.BLANK:
                raise _refusal(
                    path,
                    f"{_place(answer)}に回答（「{answer.mark.raw}」）が入っています。"
                    f"記入されていない元の様式を{_PUT}",
                )

    def _doubts(self) -> Iterator[str]:
        """Tell what stands in the form that every respondent gets."""
        noted = [_place(each) for each in self._blank.answers if not each.note.empty]
        if noted:
            yield (
                f"{self.path}: 補足説明の欄に文字が入っています（{listed(noted, 'か所')}）。"
                "様式のとおり配ります。消すときは、様式を直してもう一度実行してください。"
            )
        for each in self._blank.evidence:
            if each.kind is EvidenceKind.CELL and each.location is not None:
                yield (
                    f"{self.path}［{each.location.sheet}!{each.location.cell}］: 「{each.label}」に"
                    f"「{each.text}」と入っているため、団体名を入れていません。空欄にしてもう一度"
                    "実行すると入ります。"
                )
        if not self._places[self._checklist.respondent_labels]:
            yield (
                f"{self.path}: 「団体名」などの記入欄（見出しの右の空欄）が見つからないため、"
                "団体名は表示されません。返ってきたファイルは、中の隠し情報で団体が分かります。"
            )
        if self._fillable.signed:
            yield (
                f"{self.path}: 電子署名が付いています。団体ごとの内容を入れるため、"
                "配布するファイルの署名は無効と表示されます。"
            )


_PUT = f"{NAME} として置いてください"
_SAVED = (
    "Excel などで開いているときは閉じてください。それでも使えないときは、開くときのパスワードを外し"
    "（シートの保護はそのままでかまいません）、「Excel ブック（*.xlsx）」として保存し直してください"
)
_AGAIN = f"このチェックシートの様式を{_PUT}"


def _read(path: Path, settings: Settings) -> RawWorkbook:
    """Read a form; `TorimatomeError` where it cannot be opened or is no plain workbook."""
    source = SourceFile(path=path.name, location=path)
    read = read_workbook(source, limits=settings.limits)
    if isinstance(read, Unreadable):
        raise _refusal(path, f"{words_of(read).what}{_SAVED}")
    if not isinstance(read, RawWorkbook) or read.kind is not FileKind.XLSX:
        raise _refusal(path, f"Excel ブック（*.xlsx）ではありません。{_SAVED}")
    if read.encrypted or not read.complete:
        raise _refusal(path, f"暗号化されているか、壊れています。{_SAVED}")
    return read


def _same(answer: Answer, wanted: Mark, note: str) -> bool:
    """Tell whether an answer reads back as it was to be filled in."""
    mark = answer.mark
    return (mark.status, mark.due.month, answer.note.raw.strip()) == (
        wanted.status,
        wanted.due.month,
        cell_text(note).strip(),
    )


def _place(answer: Answer) -> str:
    place = answer.location or answer.row_location
    return f"［{place.sheet}!{place.cell}］" if place is not None else answer.item_id


def _refusal(path: Path, what: str) -> TorimatomeError:
    return TorimatomeError(f"{path}: {what}（何も書き出していません）。", ExitCode.USAGE)
