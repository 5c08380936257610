"""Rules about the rows of a form as it came back (L): gone, twice, reworded, added."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import (
    Answer,
    CountedSubmission,
    FileState,
    MatchedBy,
    Repeated,
    Severity,
    Status,
    Submission,
    address,
    place_in,
)
from pipeline.rules.registry import (
    About,
    Context,
    Effect,
    Hit,
    fires,
    on_place,
    on_row,
    rule,
    silent,
    whole_file,
)
from pipeline.rules.words import listed, quote
from pipeline.texts.folding import is_blank, squeezed

_CELL = re.compile(r"([A-Z]+)(\d+)")


@rule(
    code="L201",
    severity=Severity.CHECK,
    title="項目の行がない",
    because="行を消したのか、関係のない項目なのかは、ファイルを見て決めます。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="この項目の行がファイルにありません{after}。",
    fix="行を消していないか確かめ、この項目の回答を送ってもらってください。",
    ask="元の様式からこの項目の行を戻し、①～③の番号を入れてください。",
    why="回答が空なのではなく、行そのものがありません。集計では未記入として数えます。",
    covers=("A301",),
    examples=(
        fires("ファイル: 若葉市.xlsx\nほかの項目: 行なし\n運用①-1 | ① |\n運用①-2 | ② 12月 |"),
        silent("ファイル: 若葉市.xlsx\nほかの項目: 空\n運用①-1 | ① |"),
    ),
)
def missing_row(context: Context) -> Iterator[Hit]:
    """Find items asked for that have no row."""
    for counted in context.batch.submissions:
        above: Answer | None = None
        for answer in counted.submission.answers:
            if answer.has_row:
                above = answer
            elif answer.in_scope:
                yield _gap(counted, answer, above)


def _gap(counted: CountedSubmission, answer: Answer, above: Answer | None) -> Hit:
    """Make the hit for an item without a row; ``above`` is the item before it that has one."""
    beside = above.row_location if above else None
    after = (
        f"（様式では「{above.item_id}」{beside.cell} より下の行です）" if above and beside else ""
    )
    location = whole_file(counted) if beside is None else replace(beside, cell="")
    hit = on_place(counted, location, after=after)
    return replace(hit, item_id=answer.item_id, cause="行がない")


_SIDE_BY_SIDE = 5  # items that differ in the same columns are one finding


@rule(
    code="L214",
    severity=Severity.FIX,
    title="同じ項目の回答欄がいくつも並んでいる",
    because="どの欄が今回の団体の回答かは、回答者にしか分かりません。",
    about=About.FILE,
    effect=Effect.CONTRADICTED,
    message="{lines}に回答が並び、{count}項目で食い違っています（{items}）。どの欄を数えるか決められません。",
    fix="数える欄だけを残すか、団体・部署ごとに別のファイルにして、送り直してもらってください。",
    ask="同じ項目に回答欄がいくつもあり、回答が違います。貴団体としての回答を1つの欄にまとめてください。"
    "ほかの団体の分は、別のファイルにしてください。",
    why="団体や部署の欄が横に並んだ様式では、どれが団体としての回答か機械では決められません。"
    "食い違う項目は判読不能として数えます。",
    covers=("L202", "L212", "A304"),
    examples=(
        fires("ファイル: 若葉市.xlsx\n並ぶ欄: 支所（③）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | ③ |"),
    ),
)
def side_by_side(context: Context) -> Iterator[Hit]:
    """Find files whose items are answered in the same few columns, and differently in many."""
    for counted in context.batch.submissions:
        scope = {answer.item_id for answer in counted.submission.answers if answer.in_scope}
        found: dict[tuple[str, tuple[str, ...]], list[Repeated]] = defaultdict(list)
        for repeated in counted.submission.repeated:
            if repeated.item_id in scope and not repeated.agree:
                found[_lines(repeated)].append(repeated)
        for (sheet, lines), members in found.items():
            if lines and len(members) >= _SIDE_BY_SIDE:
                yield _columns_hit(counted, sheet, lines, members)


def _lines(repeated: Repeated) -> tuple[str, tuple[str, ...]]:
    """Give the sheet and the columns (or, of items side by side, rows) that hold an item's answers.

    Nothing where they do not stand beside each other: a copy of the table below it.
    """
    cells = [_CELL.fullmatch(place.cell) for place in repeated.locations]
    sheets = {place.sheet for place in repeated.locations}
    if len(sheets) > 1 or not all(cells):
        return "", ()
    columns, rows = (
        tuple(dict.fromkeys(cell[group] for cell in cells if cell)) for group in (1, 2)
    )
    if len(rows) == 1 or len(columns) == 1:
        return sheets.pop(), columns if len(rows) == 1 else rows
    return "", ()


def _columns_hit(
    counted: CountedSubmission, sheet: str, lines: tuple[str, ...], members: list[Repeated]
) -> Hit:
    called = {
        address(0, table.mark_column)[:-1]: table.called
        for table in counted.submission.tables
        if table.sheet == sheet and table.mark_column is not None
    }
    words = [
        f"{line}{'行' if line.isdecimal() else '列'}"
        + (f"「{quote(called[line], 20)}」" if called.get(line) else "")
        for line in lines
    ]
    return on_place(
        counted,
        members[0].locations[0],
        " ／ ".join(members[0].written),
        lines=listed(words, "か所"),
        count=str(len(members)),
        items=listed([each.item_id for each in members], "項目", limit=3),
    )


def _repeated(context: Context, agree: bool) -> Iterator[Hit]:
    for counted in context.batch.submissions:
        scope = {answer.item_id for answer in counted.submission.answers if answer.in_scope}
        for repeated in counted.submission.repeated:
            if repeated.agree is not agree or repeated.item_id not in scope:
                continue
            cells = [
                f"{location.sheet}!{location.cell}"
                + (f"「{quote(written, 15)}」" if not is_blank(written) else "（空）")
                for location, written in zip(repeated.locations, repeated.written, strict=False)
            ]
            first = repeated.locations[0] if repeated.locations else whole_file(counted)
            written = " ／ ".join(repeated.written)
            hit = on_place(counted, first, written, cells=listed(cells, "か所"))
            yield replace(hit, item_id=repeated.item_id, quoted=False)


@rule(
    code="L202",
    severity=Severity.FIX,
    title="同じ項目が複数回あり回答が食い違う",
    because="どちらが正しいかは回答者にしか分かりません。",
    about=About.ITEM,
    effect=Effect.CONTRADICTED,
    message="同じ項目が{cells}にあり、回答が食い違っています。",
    fix="どれが正しいか答えてもらい、ほかの行を消してもらってください。",
    ask="同じ項目に違う回答があります。正しい回答だけを残し、ほかの行を消してください。",
    why="どちらが正しいかは回答者にしか分からないため、判読不能として数えます。",
    covers=("A301", "A302", "A304"),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | ③ |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | ① |"),
    ),
)
def repeated_differently(context: Context) -> Iterator[Hit]:
    """Find items that stand more than once with different answers."""
    yield from _repeated(context, agree=False)


_MANY_WITHOUT_ID = 5  # rows from which a lost id column is one finding
MANY_MOVED = 3  # rows from which numbers that are another's are another edition's (L206)


@rule(
    code="L203",
    severity=Severity.CHECK,
    title="項目文が公式様式と違う",
    because="同じ問いへの回答かどうかは、文を見比べれば決められます。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    questions_status=True,
    message="{what}",
    fix="その項目への回答とみてよいか、回答者に確かめてください。",
    ask="項目文を元の様式に戻し、番号が正しいか確かめてください。",
    why="項目文が書き換えられていると、別の問いに答えている可能性があります。"
    "項目番号がないときは、項目文から対応づけます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1：まったく別の設問に書き換えた文 | ① |"),
        fires("ファイル: 若葉市.xlsx\n利用規程を定める | ① |"),
        fires("ファイル: 若葉市.xlsx\n運用①-1：利用規程を定める → 一部の課のみ | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def title_differs(context: Context) -> Iterator[Hit]:
    """Find rows whose id is gone or whose text is not the form's; a lost id column is one hit."""
    titles = {item.id: item.title for item in context.batch.checklist.items}
    for counted in context.batch.submissions:
        without_id: list[Answer] = []
        moved: list[Answer] = []
        yield from _additions(counted)
        for answer in counted.submission.answers:
            if not answer.in_scope or _as_printed(answer):
                continue
            title = titles.get(answer.item_id, "")
            if answer.matched_by is MatchedBy.MOVED:
                moved.append(answer)
                continue
            same = squeezed(answer.title_written).startswith(squeezed(title))
            if answer.matched_by is MatchedBy.TITLE and (same or not answer.title_written):
                without_id.append(answer)
            else:
                what = f"項目文が公式様式（「{quote(title)}」）と違います。"
                yield _row_hit(counted, answer, what, title)
        if len(without_id) >= _MANY_WITHOUT_ID:
            yield _ids_lost(counted, without_id)
        else:
            for answer in without_id:
                what = "項目番号がないため、項目文からこの項目とみなしました。"
                yield _row_hit(counted, answer, what, titles.get(answer.item_id, ""))
        for answer in moved if len(moved) < MANY_MOVED else ():
            what = "項目文の前の番号が様式と違います。項目文から、この項目とみなしました。"
            yield _row_hit(counted, answer, what, titles.get(answer.item_id, ""))


def _additions(counted: CountedSubmission) -> Iterator[Hit]:
    """Find what was typed behind item texts; where many rows have some, one hit tells of them."""
    found = [
        (answer, answer.aside.added.raw)
        for answer in counted.submission.answers
        if answer.aside
        and answer.in_scope
        and answer.aside.added.raw
        and not (answer.mark.status is Status.BLANK and answer.aside.added.mark_like)  # L209
    ]
    if len(found) < _MANY_WITHOUT_ID:
        for answer, added in found:
            yield _addition(counted, answer, added, answer.item_id)
    else:
        items = listed([answer.item_id for answer, _ in found], "項目", limit=3)
        first = quote(found[0][1])
        what = f"項目文の後ろに書き足しが{len(found)}項目あります（{items}。初めは「{first}」）。"
        yield _addition(counted, found[0][0], found[0][1], "", what)


def _addition(
    counted: CountedSubmission, answer: Answer, added: str, item_id: str, what: str = ""
) -> Hit:
    hit = on_row(
        counted,
        answer,
        added,
        what=what or "項目文の後ろに、様式にない文字が書き足されています。",
        step="書き足しが回答や条件でないか確かめてください。回答としては数えていません。",
    )
    return replace(hit, item_id=item_id, quoted=not what)


def _as_printed(answer: Answer) -> bool:
    """Tell a row that has its id and the form's own text, as nearly every one."""
    by_text = {MatchedBy.TITLE, MatchedBy.MOVED}
    return not answer.title_written and answer.matched_by not in by_text


def _row_hit(counted: CountedSubmission, answer: Answer, what: str, title: str) -> Hit:
    step = f"「{quote(title)}」への回答とみてよいか、回答者に確かめてください。"
    return on_row(counted, answer, answer.title_written, what=what, step=step)


def _ids_lost(counted: CountedSubmission, without_id: list[Answer]) -> Hit:
    items = listed([answer.item_id for answer in without_id], "項目", limit=3)
    return on_place(
        counted,
        without_id[0].row_location or whole_file(counted),
        without_id[0].title_written,
        what=f"項目番号が{len(without_id)}項目でありません（{items}）。"
        "項目文から対応づけて読みました。",
        step="項目番号の列を消していないか確かめ、元の様式で送り直してもらうか、"
        "対応づけが合っているか「明細」で確かめてください。",
    )


@rule(
    code="L204",
    severity=Severity.CHECK,
    title="様式にない行に記入がある",
    because="どの項目のことか、数えなくてよいかは、書かれた文を見て決めます。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    message="{where}に記入があります（{what}）。",
    fix="どの項目への回答か、または追記か確かめてください。集計には入れていません。",
    ask="様式にない行は集計されません。該当する項目の補足説明欄に書き写してください。",
    why="行を足して書かれた内容は、どの項目の回答か機械では決められません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n独自に足した取組 | ① | 独自の取組"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def extra_row(context: Context) -> Iterator[Hit]:
    """Find filled rows that belong to no item, and those of a slip for items it does not ask."""
    for counted in context.batch.submissions:
        for row in counted.submission.extra_rows:
            said = _said(row.mark, row.note)
            yield on_place(counted, row.location, row.text, where="様式にない行", what=said)
    for record in context.batch.files:
        content = record.content
        if not record.is_slip or not isinstance(content, Submission):
            continue
        for row in content.extra_rows if record.state is not FileState.EXCLUDED else ():
            yield Hit(
                location=row.location,
                respondent=record.respondent,
                written=row.text,
                fields={"where": "差戻し票にない行", "what": _said(row.mark, row.note)},
            )
        for answer in content.unasked if record.state is not FileState.EXCLUDED else ():
            yield Hit(
                location=answer.location or answer.row_location or place_in(content.source),
                respondent=record.respondent,
                subject=answer.item_id,
                fields={
                    "where": "この差戻し票で聞いていない項目の行",
                    "what": _said(answer.mark.raw, answer.note.raw),
                },
            )


def _said(mark: str, note: str) -> str:
    return "、".join(
        f"{name}「{quote(text, 20)}」"
        for name, text in (("チェック欄", mark), ("補足説明欄", note))
        if not is_blank(text)
    )


@rule(
    code="L212",
    severity=Severity.INFO,
    title="同じ項目が複数回あるが回答は同じ",
    because="回答が同じで、どちらを数えても変わりません。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="同じ項目が{cells}にありますが、食い違いはないため1つに数えました。",
    fix="何もしなくてかまいません。",
    why="行やシートの写しが残っていても、二重には数えません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | ① |"),
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | ③ |"),
    ),
)
def repeated_equally(context: Context) -> Iterator[Hit]:
    """Find items that stand more than once with the same answer."""
    yield from _repeated(context, agree=True)
