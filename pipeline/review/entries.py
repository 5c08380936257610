"""Read 確認票 as people leave it: sorted, filtered, with rows and columns added, sheets renamed."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import (
    CellKind,
    Location,
    RawCell,
    RawSheet,
    RawWorkbook,
    Skipped,
    SourceFile,
    Unreadable,
    UnreadableReason,
    address,
)
from pipeline.model.review import (
    CARRIED,
    ENTRIES,
    FACTS,
    FORM_NAME,
    GROUP_HEADS,
    KEY,
    NOTICE,
    Entry,
    Reach,
    Review,
    ReviewKey,
    group_mark,
    item_words,
    item_words_in_full,
)
from pipeline.texts.calendar import MONTH
from pipeline.texts.folding import fold, is_blank, tidy

_NO_TIME = re.compile(r"[T ]00:00(?::00)?$")
_KNOWN = {fold(head): head for head in (*FACTS, *ENTRIES, NOTICE, KEY)}
_HEADS = frozenset(_KNOWN.values())
_OF_THE_TOOL = _HEADS - {*ENTRIES}  # columns in which nobody is asked to write
_UNNAMED = "見出しなし"
_OTHER_FORMATS = (".ods", ".xls", ".xlsm", ".xlsb")  # what programs offer when the form is saved
_OPEN_MARKS = ("~${}", ".~lock.{}#")  # of Excel and LibreOffice, beside the file while it is open


def find_form(outbox: Path, month: str, *, earlier: bool = False) -> Path | None:
    """Give the 確認票 to read: this month's, else that of the latest earlier month having one.

    ``earlier`` passes this month's over. A form that stands there in another format only (.ods)
    is the one to read, too: `form_source` then says what to do.
    """
    if not outbox.is_dir():
        return None
    months = sorted(
        (
            f.name
            for f in outbox.iterdir()
            if MONTH.fullmatch(f.name) and (f.name < month or (f.name == month and not earlier))
        ),
        reverse=True,
    )
    forms = (outbox / name / f"{FORM_NAME}_{name}.xlsx" for name in months)
    return next((form for form in forms if form.exists() or _in_other_formats(form)), None)


def form_source(form: Path, outbox: Path) -> SourceFile:
    """Give the form as a file to read.

    Raises TorimatomeError where it cannot be opened at all, where somebody has it open (what is
    not saved yet would be missed), and where it was also saved in another format: nobody knows
    then in which of the two the entries are.
    """
    source = SourceFile(path=form.relative_to(outbox).as_posix(), location=form)
    for other in _in_other_formats(form):
        raise TorimatomeError(
            f"{other.relative_to(outbox).as_posix()} があります。"
            f"判断を読むのは {form.name} だけです。集計は中止し、ファイルには手を付けていません。"
            f"{other.name} に書き込んだときは、開いて「名前を付けて保存」で"
            f" Excel ブック（.xlsx）を選び、{form.name} として保存してください。"
            f"そのあと {other.name} を別の場所へ移し、もう一度実行してください。",
            ExitCode.NOTHING_WRITTEN,
        )
    for mark in (mark.format(form.name) for mark in _OPEN_MARKS):
        if not (form.parent / mark).exists():
            continue
        raise TorimatomeError(
            f"{source.path} が開かれたままのようです。保存していない判断を見落とさないよう、"
            "集計は中止し、ファイルには手を付けていません。保存して閉じてから、もう一度実行してください。"
            f"誰も開いていないときは、一度開いて閉じるか、同じフォルダの {mark} を消してください。",
            ExitCode.NOTHING_WRITTEN,
        )
    try:
        content = form.read_bytes()
    except OSError as error:
        locked = Unreadable(source=source, reason=UnreadableReason.NO_ACCESS)
        raise TorimatomeError(_cannot_read(locked), ExitCode.NOTHING_WRITTEN) from error
    return replace(source, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _in_other_formats(form: Path) -> list[Path]:
    return [path for kind in _OTHER_FORMATS if (path := form.with_suffix(kind)).exists()]


def insist_unchanged(source: SourceFile) -> None:
    """Refuse to write over a form that somebody saved while the run was reading and counting."""
    try:
        now = hashlib.sha256(source.location.read_bytes()).hexdigest()
    except FileNotFoundError:
        return  # moved away: nothing is written over
    if now != source.sha256:
        raise TorimatomeError(
            f"集計している間に {source.path} が保存されました。書き込まれた内容を失わないよう、"
            "集計を中止しました（前回の結果はそのままです）。もう一度実行してください。",
            ExitCode.NOTHING_WRITTEN,
        )


def read_review(workbook: RawWorkbook | Unreadable | Skipped) -> Review:
    """Give every row in which somebody wrote something, on any sheet with the form's header.

    Raises TorimatomeError (nothing written) where the workbook cannot be read or no sheet has
    that header: writing a new form would lose what was written in this one.
    """
    file = workbook.source.path
    if isinstance(workbook, Unreadable | Skipped):
        raise TorimatomeError(_cannot_read(workbook), ExitCode.NOTHING_WRITTEN)
    entries: list[Entry] = []
    order: list[str] = []  # of the added columns, as they stand on the sheets
    headers = 0
    for sheet in workbook.sheets:
        found = _header(sheet)
        if found is not None:
            headers += 1
            header, heads = found
            heads = _with_unnamed(sheet, header, heads)
            order += [head for _, head in sorted(heads.items())]
            entries += _entries(sheet, file, header, heads)
    if not headers:
        raise TorimatomeError(
            f"{file} に「判断」などの見出しの行が見つからないため、書き込まれた判断を読めません。"
            "集計は中止し、ファイルには手を付けていません。見出しの行を元に戻してください。"
            "戻せないときは、ファイルを別の場所へ移してから、もう一度実行してください"
            "（新しい確認票を作ります）。",
            ExitCode.NOTHING_WRITTEN,
        )
    extra = dict.fromkeys(head for entry in entries for head, _ in entry.extra)
    return Review(
        file=file,
        entries=tuple(entries),
        extra=tuple(sorted(extra, key=order.index)),
        carried=workbook.properties.get(CARRIED, ""),
    )


def at_present_ids(review: Review, moved: Mapping[str, str], renamed: Mapping[str, str]) -> Review:
    """Bind entries of an earlier month's form to the present ids of their items and respondents.

    ``moved`` as in `PastMonth`. An entry about an item that is not asked any more is bound to
    no item of this edition, and stands in the next form as it was written. ``renamed`` as in
    `PastMonth`.
    """
    if not moved and not renamed:
        return review

    def rebound(key: ReviewKey) -> ReviewKey:
        now = moved.get(key.item_id, key.item_id)
        item_id = now if now or not key.item_id else f"{key.item_id}（前の版）"
        return key._replace(subject=renamed.get(key.subject, key.subject), item_id=item_id)

    return replace(
        review,
        entries=tuple(
            replace(entry, key=rebound(entry.key)) if entry.key else entry
            for entry in review.entries
        ),
    )


def _cannot_read(found: Unreadable | Skipped) -> str:
    reason = found.reason if isinstance(found, Unreadable) else None
    step = {
        UnreadableReason.PASSWORD: "パスワードを外して保存し直してください。",
        UnreadableReason.NO_ACCESS: "Excel などで開いている場合は閉じてください。",
    }.get(
        reason or UnreadableReason.BROKEN,
        "Excel で開けるか確かめ、開けるときは保存し直してください。開けないときは、"
        "ファイルを別の場所へ移してください（新しい確認票を作ります）。",
    )
    return (
        f"{found.source.path} を読めないため、書き込まれた判断を反映できません。"
        f"集計は中止し、ファイルには手を付けていません。{step}"
        "そのあとで、もう一度実行してください。"
    )


def _header(sheet: RawSheet) -> tuple[int, Mapping[int, str]] | None:
    """Give the header row and the head of each column: known ones once, others as written."""
    for row, cells in groupby(sorted(sheet.cells), key=itemgetter(0)):
        texts = {place[1]: sheet.cells[place].text for place in cells}
        known = {_KNOWN[fold(text)] for text in texts.values() if fold(text) in _KNOWN}
        if len(known & {*ENTRIES, KEY}) >= 2 and known & {"判断", KEY}:
            return row, dict(_heads(texts))
    return None


def _heads(texts: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for column, text in sorted(texts.items()):
        head = _KNOWN.get(fold(text), tidy(text))
        number, name = 1, head
        while name in seen:  # a head copied: what stands below is kept as a column of its own
            number += 1
            name = f"{head}({number})"
        seen.add(name)
        yield column, name


def _with_unnamed(sheet: RawSheet, header: int, heads: Mapping[int, str]) -> dict[int, str]:
    """Name the columns that people wrote in without giving them a head."""
    unnamed = sorted({
        column
        for (row, column), cell in sheet.cells.items()
        if column not in heads and row > header and not is_blank(cell.text)
    })  # fmt: skip
    return {**heads, **{c: f"{_UNNAMED}{n}" for n, c in enumerate(unnamed, start=1)}}


def _entries(sheet: RawSheet, file: str, header: int, heads: Mapping[int, str]) -> Iterator[Entry]:
    columns = {head: column for column, head in heads.items()}
    own = {column: head for column, head in heads.items() if head not in _OF_THE_TOOL}
    verdict = columns.get("判断", columns.get(KEY, 0))
    for row in _rows_with(sheet, header, own):
        found = {column: sheet.cells.get((row, column)) for column in heads}
        cells = {c: cell for c, cell in found.items() if cell and not is_blank(cell.text)}
        texts = {heads[column]: _text(cell) for column, cell in cells.items()}
        if _KNOWN.get(fold(texts.get("判断", ""))) == "判断":
            continue  # the header once more, pasted further down
        written = tuple(texts.get(head, "") for head in ENTRIES)
        extra = tuple((heads[c], texts[heads[c]]) for c in sorted(cells) if heads[c] not in _HEADS)
        place = Location(file=file, sheet=sheet.name, cell=address(row, verdict))
        yield from _bound_to_its_row(
            texts.get(KEY, "").split(),
            Entry(
                key=None,
                facts=tuple(texts.get(head, "") for head in FACTS),
                written=written,
                location=place,
                places=tuple(
                    replace(place, cell=address(row, columns.get(head, verdict)))
                    for head in ENTRIES
                ),
                extra=extra,
            ),
        )


def _rows_with(sheet: RawSheet, header: int, columns: Collection[int]) -> list[int]:
    """Give the rows below the header in which something stands in one of these columns."""
    return sorted({
        row
        for (row, column), cell in sheet.cells.items()
        if column in columns and row > header and not is_blank(cell.text)
    })  # fmt: skip


def _bound_to_its_row(keys: Sequence[str], entry: Entry) -> Iterator[Entry]:
    """Give the entry for each finding that its row is about.

    A key that is not that of its row is distrusted: sorting may have left its column behind.
    """
    group = [text for text in keys[:1] if ":" in text and "|" not in text]
    found = [ReviewKey.read(text) for text in keys[len(group) :]]
    known = [key for key in found if key is not None]
    if not known or len(known) < len(found):
        yield entry
        return
    reach = _reach_of(group[0], entry) if group else _reach_of_line(known, entry)
    if reach is None:
        yield entry
        return
    facts = dict(zip(FACTS, entry.facts, strict=True))
    for key in known:
        alone = facts | {"項目": key.item_id, "セル": ""} if reach > Reach.ONE else facts
        if reach > Reach.LINE:
            alone["ファイル"] = "" if key.item_id else facts["ファイル"]
        yield replace(entry, key=key, facts=tuple(alone.values()), reach=reach)


def _reach_of(mark: str, entry: Entry) -> Reach | None:
    """Give what a line of one writing is about; None where the mark is not that of the line."""
    seen = [entry.fact(head) for head in GROUP_HEADS]
    return next((reach for reach in Reach if group_mark(reach, *seen) == mark), None)


def _reach_of_line(known: Sequence[ReviewKey], entry: Entry) -> Reach | None:
    """Tell a row of its own from a line for a cause; None where the keys are not those of it."""
    shared = len(known) > 1
    items = [key.item_id for key in known]
    meant = item_words(items) if shared else "".join(items)
    if shared and fold(entry.fact("項目")) == fold(item_words_in_full(items)):
        meant = item_words_in_full(items)
    shown = entry.fact("項目") if shared else entry.fact("項目").split("\n", maxsplit=1)[0]
    pairs = ((entry.fact("コード"), "".join({key.code for key in known})), (shown, meant))
    if any(a and fold(a) != fold(b) for a, b in pairs):
        return None
    return Reach.LINE if shared else Reach.ONE


def _text(cell: RawCell) -> str:
    text = tidy(cell.text)
    return _NO_TIME.sub("", text) if cell.kind is CellKind.DATE else text
