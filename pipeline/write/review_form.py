"""Write 確認票_YYYY-MM.xlsx, in which a coordinator decides on findings.

The sheets are not protected: Excel then refuses to sort and to filter, which is how people work
through a list. Instead every row carries a hidden key, and the reader trusts it only where it
fits what the row shows.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.frame.columns import Coded, Frame, columns_of
from pipeline.model import Severity
from pipeline.model.review import (
    ALWAYS,
    BULK_SHEET,
    CARRIED,
    COLUMNS,
    DECIDED_SHEET,
    ENTRIES,
    FACTS,
    HEADER_ROW,
    KEY,
    MEMBERS_SHEET,
    NOTICE,
    OPEN_SHEET,
    RESOLVED_SHEET,
    ROWS,
    FormRow,
    ReviewForm,
)
from pipeline.texts.tables import table_of
from pipeline.write.book import LINE_POINTS, Book, Sheet
from pipeline.write.columns import part_name
from pipeline.write.listing import Column, Styled
from pipeline.write.safe import line_count

_EXTRA_WIDTH = 20
_MADE = (*FACTS, *ENTRIES, NOTICE, KEY)  # the order a row is made in
_ORDER = tuple(_MADE.index(head) for head in COLUMNS)
_FROZEN = 5  # 状態 to 項目 stay in sight
_LAST_OF_LEAD = 8
_LEAST, _MOST = 34.0, 150.0  # points: a row is easily read, and a screen holds several
_ENTRY_FILL = "#FFFBE6"
_SEVERITY = FACTS.index("重要度")

_WORDS = table_of(__file__)
_WIDTHS, _LEADS, _TITLES, _HELP = (_WORDS[table] for table in ("widths", "leads", "titles", "help"))


def write_review_form(form: ReviewForm, folder: Path) -> Path:
    """Write the form into ``folder`` and give its path; the same form gives the same bytes."""
    path = folder / form.file
    book = Book(path, rows=ROWS)
    book.properties(
        title=f"確認票 {form.month}",
        subject=form.title,
        comments=f"基準月 {form.month}　作成 {form.made_at}",
        made_at=form.made_at,
    )
    if form.carried:
        book.custom_property(CARRIED, form.carried)
    _write_sheet(book, form, OPEN_SHEET, form.open)
    if form.bulk:
        _write_sheet(book, form, BULK_SHEET, form.bulk)
    _write_sheet(book, form, DECIDED_SHEET, form.decided)
    _write_sheet(book, form, RESOLVED_SHEET, form.resolved)
    _write_sheet(book, form, MEMBERS_SHEET, form.members)
    book.close()
    return path


def _write_sheet(book: Book, form: ReviewForm, name: str, rows: Sequence[FormRow]) -> None:
    entering = name != RESOLVED_SHEET
    heads = (*COLUMNS, *form.extra) if entering else FACTS
    for part, start in enumerate(range(0, max(len(rows), 1), book.rows)):
        some = rows[start : start + book.rows]
        sheet = book.sheet(part_name(name, part))
        columns = _columns(book, heads)
        sheet.columns(*(column.width for column in columns))
        count = sum(len(row.members) or 1 for row in rows)
        title = _TITLES[name].format(month=form.month, count=count, lines=len(rows))
        _write_head(sheet, title, _LEADS[name])
        styles = ["head"] * len(heads)
        for head in ENTRIES if entering else ():
            styles[heads.index(head)] = _entry_head(book)
        table = f"tbl_review_{list(_TITLES).index(name)}_{part}"
        sheet.table(HEADER_ROW, 0, len(some), heads, table, styles)
        sheet.listing(HEADER_ROW + 1, columns, _frame(some, heads), least=_LEAST, most=_MOST)
        if entering:
            _offer(sheet, form, some)
            key = COLUMNS.index(KEY)
            sheet.raw.set_column(key, key, _WIDTHS[KEY], None, {"hidden": True})
        sheet.raw.freeze_panes(HEADER_ROW + 1, _FROZEN)
        sheet.page(paper="A3", repeat=(HEADER_ROW, HEADER_ROW))


def _frame(rows: Sequence[FormRow], heads: Sequence[str]) -> Frame:
    """Give the texts of rows by the heads they stand under; a head may stand there twice."""
    made = [(*row.facts, *row.entries, row.notice, row.key, *row.extra) for row in rows]
    if len(heads) == len(FACTS):  # nothing is entered: the facts alone
        made = [row.facts for row in rows]
        columns = columns_of(made, len(heads))
    else:
        found = columns_of(made, len(heads))
        columns = (*(found[place] for place in _ORDER), *found[len(_ORDER) :])
    return {str(place): column for place, column in enumerate(columns)}


def _write_head(sheet: Sheet, title: str, lead: str) -> None:
    sheet.height(0, 30)
    sheet.text(0, 0, title, "title")
    sheet.merge(1, 0, 1, _LAST_OF_LEAD, lead, "lead")
    width = sum(sheet.widths[column] for column in range(_LAST_OF_LEAD + 1))
    sheet.height(1, line_count(lead, width) * LINE_POINTS + 6)
    sheet.height(2, 6)


def _columns(book: Book, heads: Sequence[str]) -> list[Column]:
    """Give the columns under these heads; 重要度 is coloured by its text."""
    fact = book.variant("text", valign="top", align="left")
    middle = book.variant("center", valign="top")
    entry = book.variant("text", valign="top", align="left", bg_color=_ENTRY_FILL, num_format="@")
    styles = {**dict.fromkeys(("状態", "コード"), middle), **dict.fromkeys(ENTRIES, entry)}
    severities = {s.value: book.variant(f"severity_{s.value}", valign="top") for s in Severity}

    def coloured(rows: Frame) -> Coded:
        texts = rows[str(_SEVERITY)]
        return texts.of(lambda text: Styled(text, severities.get(text, fact)))

    return [
        Column(
            head,
            _WIDTHS.get(head, _EXTRA_WIDTH) if place < len(COLUMNS) else _EXTRA_WIDTH,
            styles.get(head, fact),
            coloured if place == _SEVERITY else str(place),
            wraps=place != COLUMNS.index(KEY),  # hidden: it takes no room
        )
        for place, head in enumerate(heads)
    ]


def _entry_head(book: Book) -> str:
    return book.variant("head", bg_color="#8A6100")


def _offer(sheet: Sheet, form: ReviewForm, rows: Sequence[FormRow]) -> None:
    """Put drop-downs and a word of help on the columns to fill in."""
    first, last = HEADER_ROW + 1, HEADER_ROW + max(len(rows), 1)
    for head in ENTRIES:
        column = COLUMNS.index(head)
        if head == "判断":
            usual = tuple(verdict.value for verdict in ALWAYS)
            offered = list(_offered([(*row.verdicts, *usual) for row in rows], usual, first))
        elif head == "修正後の回答":
            offered = list(
                _offered([row.offered or form.answers for row in rows], form.answers, first)
            )
        else:
            offered = [(first, last, [])]
        for top, bottom, words in offered:
            rule: dict[str, object] = {"validate": "any"}
            if words:
                rule = {
                    "validate": "list",
                    "source": words,
                    "error_title": head,
                    "error_message": "リストから選んでください。",
                    # Sorted, a line of files to choose from may stand where answers are offered.
                    "error_type": "stop" if len(offered) == 1 else "warning",
                }
            rule |= {"input_title": head, "input_message": _HELP[head]}
            sheet.raw.data_validation(top, column, bottom, column, rule)


def _offered(
    words: Sequence[tuple[str, ...]], usual: tuple[str, ...], first: int
) -> Iterator[tuple[int, int, list[str]]]:
    """Give what is offered in a column with the rows, first and last, it is for."""
    row = first
    for offered, same in groupby(words or [usual]):
        last = row + sum(1 for _ in same) - 1
        yield row, last, list(offered)
        row = last + 1
