"""The ministry's own form (様式.xlsx beside checklist.toml), filled in for each respondent.

Nothing of it is drawn anew. Who it is for is written beside the labels of its head, last month's
answers into the cells where this product would read them, the marks by which a return is known into
its hidden properties; all else is handed out as the ministry made it. A form that would not come
back whole is refused before anything is written.
"""

from __future__ import annotations

import re
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.formats import read_workbook
from pipeline.formats.filling import Fillable
from pipeline.forms.slips import RESPONDENT, hidden_properties, prefill_properties
from pipeline.locate import locate
from pipeline.model import (
    CellKey,
    CellKind,
    EvidenceKind,
    FileKind,
    Mark,
    RawCell,
    RawSheet,
    RawWorkbook,
    SourceFile,
    Status,
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
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.formats.kept import Opened
    from pipeline.model import Answer, Checklist, RosterEntry
    from pipeline.model.layout import ItemRow
    from pipeline.settings import Settings

NAME = "様式.xlsx"
_OTHER_KINDS = (".xls", ".xlsm", ".xlsb", ".xltx", ".xlt", ".ods")
_DEADLINE = ("提出期限", "回答期限", "提出期日", "回答期日", "提出締切", "締切日", "締切")
_MONTH = ("調査月", "調査対象月", "対象月", "基準月", "調査基準月", "報告月", "回答月")
_CODE = ("団体コード",)
_PERSON = re.compile(
    r"(?:回答|提出|記入|作成|担当)者|^所属名?$"
)  # labels that ask for somebody there
_TICK = "○"

Cells = dict[tuple[str, CellKey], str]  # (name of the sheet, cell) -> text


def open_issued(folder: Path, checklist: Checklist, settings: Settings) -> IssuedForm | None:
    """Open the form kept in a checklist's folder; None where there is none.

    `TorimatomeError` (usage) says why it cannot be handed out, and what to do.
    """
    path = folder / NAME
    if path.exists():
        return IssuedForm(path, checklist, settings)
    for other in sorted(folder.glob("様式.*")):
        if other.suffix.casefold() in _OTHER_KINDS:
            raise _refusal(other, f"この形式には記入できません（{NAME} が要ります）。{_SAVED}")
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
        self._named = tuple(n for n in checklist.respondent_labels if not _PERSON.search(n))
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
        properties. What does not read back as the answer it was is left to be answered.
        """
        cells = {
            item: self._answer(self._rows[item], mark, note)
            for item, (mark, note) in answers.items()
        }
        head = self._head(entry)
        read = self._read_back(head, cells, marks)
        left = tuple(
            each.item_id
            for each in read
            if each.item_id in cells and not self._same(each, *answers[each.item_id])
        )
        if left:
            cells = {item: own for item, own in cells.items() if item not in left}
            read = self._read_back(head, cells, marks)
        given = [(each.mark.raw, each.note.raw) if each.item_id in cells else None for each in read]
        more = prefill_properties(before, given) if cells else {}
        return self._content(head, cells, {**marks, **more}), left

    def _content(
        self, head: Cells, cells: Mapping[str, Cells], properties: Mapping[str, str]
    ) -> bytes:
        """Give the file; the first is compared with the form before any goes out."""
        written = {place: text for own in (head, *cells.values()) for place, text in own.items()}
        content = self._fillable.filled(written, properties)
        if not self._proved and self._opened is not None:
            lost = self._opened.lost(type(self._opened)(content), written)
            if lost:
                raise _refusal(
                    self.path,
                    f"記入すると変わってしまうところがあります（{'、'.join(lost)}）。Excel で開き、"
                    "別のブックとして保存し直したものを置いてください",
                )
        self._proved = True
        return content

    def _read_back(
        self, head: Cells, cells: Mapping[str, Cells], marks: Mapping[str, str]
    ) -> Sequence[Answer]:
        """Give the answers of a form as they would be read if it came back as it is."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / NAME
            path.write_bytes(self._content(head, cells, marks))
            workbook = _read(path, self._settings)
        layout = locate(workbook, self._checklist, month=self._settings.month)
        if layout is None or RESPONDENT not in hidden_properties(workbook):
            raise _refusal(self.path, f"記入すると読み取れなくなります。{_SAVED}")
        return parse(workbook, layout, self._checklist, month=self._settings.month).answers

    def _same(self, answer: Answer, text: str, note: str) -> bool:
        """Tell whether an answer reads back as it was to be filled in."""
        mark, wanted = answer.mark, self._said(text)
        return (mark.status, mark.due.month, answer.note.raw.strip()) == (
            wanted.status,
            wanted.due.month,
            cell_text(note).strip(),
        )

    def _said(self, mark: str) -> Mark:
        return read_mark(
            RawCell(kind=CellKind.TEXT, text=mark) if mark else None,
            month=self._settings.month,
            legend=self._checklist.legend,
        )

    def _answer(self, row: ItemRow, text: str, note: str) -> Cells:
        """Give the cells in which an answer is written as this form asks for it."""
        mark = self._said(text)
        sheet, due = self._workbook.sheets[row.sheet], mark.due.month
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
            found[row.mark_cells[0]] = self._as_listed(sheet.name, row, text, mark)
        if note and row.note_cells:
            found[row.note_cells[0]] = note
        written = {key: self._beside_print(sheet, key, text) for key, text in found.items()}
        return {(sheet.name, key): cell_text(text) for key, text in written.items() if text}

    def _beside_print(self, sheet: RawSheet, key: CellKey, text: str) -> str:
        """Give an answer with what its cell of the form says already (the legend).

        It stands at the end that stays in sight where the row is too low for both. Empty where the
        letters there differ in colour or weight, which a new text would not keep.
        """
        cell, look = sheet.cells.get(key), sheet.decorations.get(key)
        if cell is None:
            return text
        if cell.formula or (look and look.runs):
            return ""
        low = self._opened is not None and self._opened.stands_low(sheet.name, key)
        return f"{cell.text}\n{text}" if low else f"{text}\n{cell.text}"

    def _as_listed(self, sheet: str, row: ItemRow, text: str, mark: Mark) -> str:
        """Give an answer in the words of the cell's own drop-down, where one says just that."""
        choices = self._opened.choices(sheet, row.mark_cells[0]) if self._opened else ()
        said = ((each, self._said(each)) for each in choices)
        same = (t for t, m in said if (m.status, m.due.month) == (mark.status, mark.due.month))
        return next(same, text)

    def _head(self, entry: RosterEntry) -> Cells:
        """Give what is written beside the labels of the head."""
        settings = self._settings
        values = {
            self._named: entry.name,
            self._checklist.project_labels: entry.project,
            _CODE: entry.code,
            _DEADLINE: day_words(settings.deadline) if settings.deadline else "",
            _MONTH: month_words(settings.month),
        }
        return {
            (self._workbook.sheets[sheet].name, key): cell_text(text)
            for labels, text in values.items()
            for sheet, key in (self._places.get(labels, ()) if text else ())
        }

    @cached_property
    def _places(self) -> Mapping[tuple[str, ...], tuple[tuple[int, CellKey], ...]]:
        """The blank cells beside labels of the head, by the labels that ask for the same."""
        checklist = self._checklist
        asked = (self._named, checklist.project_labels, _CODE, _DEADLINE, _MONTH)
        return blanks_beside(self._workbook, self._layout, checklist, asked)

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
        if not self._places[self._named]:
            yield (
                f"{self.path}: 「団体名」などの記入欄（見出しの右の空欄）が見つからないため、"
                "団体名は表示されません。返ってきたファイルは、中の隠し情報で団体が分かります。"
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


def _place(answer: Answer) -> str:
    place = answer.location or answer.row_location
    return f"［{place.sheet}!{place.cell}］" if place is not None else answer.item_id


def _refusal(path: Path, what: str) -> TorimatomeError:
    return TorimatomeError(f"{path}: {what}（何も書き出していません）。", ExitCode.USAGE)
