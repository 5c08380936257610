"""Rules about the form as it came back (L): rows, columns and sheets that are not as sent out."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import (
    Answer,
    CountedSubmission,
    FileState,
    MatchedBy,
    Severity,
    Status,
    Submission,
    Unseen,
    address,
    place_in,
)
from pipeline.rules.asked import remarks_of
from pipeline.rules.registry import (
    About,
    Context,
    Effect,
    Hit,
    fires,
    has_row,
    on_answer,
    on_remark,
    on_submission,
    rule,
    silent,
    whole_file,
)
from pipeline.rules.words import STATUS_WORDS, listed, quote
from pipeline.text import fold, is_blank


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
            if has_row(answer):
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
    return Hit(
        location=location,
        respondent=counted.respondent,
        item_id=answer.item_id,
        fields={"after": after},
        cause="行がない",
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
            yield Hit(
                location=first,
                respondent=counted.respondent,
                item_id=repeated.item_id,
                written=" ／ ".join(repeated.written),
                quoted=False,
                fields={"cells": listed(cells, "か所")},
            )


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
_MANY_MOVED = 3  # rows from which numbers that are another's are another edition's (L206)


@rule(
    code="L203",
    severity=Severity.CHECK,
    title="項目文が公式様式と違う",
    because="同じ問いへの回答かどうかは、文を見比べれば決められます。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    message="{what}",
    fix="{step}",
    general_fix="その項目への回答とみてよいか、回答者に確かめてください。",
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
            same = _squeezed(answer.title_written).startswith(_squeezed(title))
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
        for answer in moved if len(moved) < _MANY_MOVED else ():
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
    return Hit(
        location=answer.row_location or answer.location or whole_file(counted),
        respondent=counted.respondent,
        item_id=item_id,
        written=added,
        quoted=not what,
        fields={
            "what": what or "項目文の後ろに、様式にない文字が書き足されています。",
            "step": "書き足しが回答や条件でないか確かめてください。回答としては数えていません。",
        },
    )


def _as_printed(answer: Answer) -> bool:
    """Tell a row that has its id and the form's own text, as nearly every one."""
    by_text = {MatchedBy.TITLE, MatchedBy.MOVED}
    return not answer.title_written and answer.matched_by not in by_text


def _squeezed(text: str) -> str:
    return fold(text).replace(" ", "")


def _row_hit(counted: CountedSubmission, answer: Answer, what: str, title: str) -> Hit:
    return Hit(
        location=answer.row_location or answer.location or whole_file(counted),
        respondent=counted.respondent,
        item_id=answer.item_id,
        written=answer.title_written,
        fields={
            "what": what,
            "step": f"「{quote(title)}」への回答とみてよいか、回答者に確かめてください。",
        },
    )


def _ids_lost(counted: CountedSubmission, without_id: list[Answer]) -> Hit:
    items = listed([answer.item_id for answer in without_id], "項目", limit=3)
    return Hit(
        location=without_id[0].row_location or whole_file(counted),
        respondent=counted.respondent,
        written=without_id[0].title_written,
        fields={
            "what": f"項目番号が{len(without_id)}項目でありません（{items}）。"
            "項目文から対応づけて読みました。",
            "step": "項目番号の列を消していないか確かめ、元の様式で送り直してもらうか、"
            "対応づけが合っているか「明細」で確かめてください。",
        },
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
            yield Hit(
                location=row.location,
                respondent=counted.respondent,
                written=row.text,
                fields={"where": "様式にない行", "what": _said(row.mark, row.note)},
            )
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
    code="L205",
    severity=Severity.INFO,
    title="チェック欄を列の位置から推定",
    because="列は位置と内容の両方から1つに決まっていて、違うときだけ直せば足ります。",
    about=About.FILE,
    effect=Effect.NONE,
    message="「チェック欄」の見出しがないため、{column}列をチェック欄とみて読みました。",
    fix="この列でよければ何もしなくてかまいません。違うときは見出しを直して集計し直してください。",
    why="見出しが消されたり書き換えられたりすると、列の位置と内容から推定します。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n見出し: なし\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def guessed_columns(context: Context) -> Iterator[Hit]:
    """Find tables whose mark column was told without a header."""
    for counted in context.batch.submissions:
        for table in counted.submission.tables:
            if table.guessed and table.mark_column is not None:
                row = table.header_row or 0
                yield Hit(
                    location=place_in(
                        counted.submission.source,
                        table.sheet,
                        address(row, table.mark_column) if table.header_row is not None else "",
                    ),
                    respondent=counted.respondent,
                    fields={"column": address(0, table.mark_column)[:-1]},
                )


@rule(
    code="L206",
    severity=Severity.CHECK,
    title="様式の版が違う",
    because="このまま数えてよいかは、版の違いを知る担当者が決めます。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    message="別の版の様式で回答しています{how}。",
    fix="今の様式で答え直してもらうか、このまま集計してよいか決めてください。",
    ask="今の様式で、もう一度ご回答ください。",
    why="版によって項目の文や数が違うことがあり、同じ問いへの回答とは限りません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n版: 令和五年版\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def other_version(context: Context) -> Iterator[Hit]:
    """Find submissions that carry the title of another edition."""
    for counted in context.batch.submissions:
        written = counted.submission.version_written
        moved = [a for a in counted.submission.answers if a.matched_by is MatchedBy.MOVED]
        if written:
            yield on_submission(counted, written, how="")
        elif len(moved) >= _MANY_MOVED:
            items = listed([answer.item_id for answer in moved], "項目", limit=3)
            how = (
                f"（{len(moved)}項目の番号が今の様式と違います。項目文から {items}とみなしました）"
            )
            yield on_submission(counted, moved[0].title_written, how=how)


@rule(
    code="L207",
    severity=Severity.CHECK,
    title="見えないところに回答がある",
    because="隠れた回答が今回のものかは、再表示して見れば決められます。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    message="{what}",
    fix="{step}",
    general_fix="再表示して、どれが正しい回答か回答者に確かめてください。",
    ask="非表示の行・列・シートを再表示し、正しい回答だけを残してください。",
    why="古い回答や下書きを隠したまま送っていることがあります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n（非表示）運用①-1 | ① |"),
        fires("ファイル: 若葉市.xlsx\n運用①-1 | 〈表示形式 1 ;;;〉 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def hidden(context: Context) -> Iterator[Hit]:
    """Find answers that nobody sees, one hit a sheet and reason."""
    for counted in context.batch.submissions:
        found: dict[tuple[str, Unseen | None], list[Answer]] = defaultdict(list)
        for answer in counted.submission.answers:
            unseen = answer.aside.unseen if answer.aside else None
            filled = answer.mark.status is not Status.BLANK or unseen is Unseen.FORMAT
            if answer.in_scope and filled and answer.place and (answer.hidden or unseen):
                found[answer.place.sheet, unseen].append(answer)
        for (_, unseen), answers in found.items():
            yield _unseen_hit(counted, unseen, answers)


_UNSEEN = {
    None: "非表示の行・列・シートに",
    Unseen.HEIGHT: "高さがほとんどない行に",
    Unseen.WIDTH: "幅がほとんどない列に",
    Unseen.COLOUR: "文字の色がセルの色と同じで見えないセルに",
    Unseen.SIZE: "文字が小さすぎて見えないセルに",
    Unseen.FORMAT: "表示形式のために何も表示されないセルに",
}


def _unseen_hit(counted: CountedSubmission, unseen: Unseen | None, answers: list[Answer]) -> Hit:
    counts = unseen is not Unseen.FORMAT
    written = [
        answer.mark.raw if counts or not answer.aside else answer.aside.stored for answer in answers
    ]
    items = listed([answer.item_id for answer in answers], "項目")
    treated = "集計には入れています。" if counts else "表示のとおり、空欄として数えました。"
    show = "見えるように直して" if unseen else "再表示して"
    return Hit(
        location=answers[0].location or whole_file(counted),
        respondent=counted.respondent,
        written=" ／ ".join(written[:10]),
        fields={
            "what": f"{_UNSEEN[unseen]}{len(answers)}項目の回答があります（{items}）。{treated}",
            "step": f"{show}、回答として数えてよいか回答者に確かめてください。",
        },
    )


@rule(
    code="L208",
    severity=Severity.CHECK,
    title="チェックシートが複数シートにある",
    because="どのシートを数えるかは、2つを見比べて決めます。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    message="同じチェックシートが別のシート{sheets}にもあります。",
    fix="どのシートが正しい回答か確かめてください。",
    ask="正しい回答のシートだけを残してください。",
    why="シートの写しが同じブックに残っていると、正しい回答と取り違えることがあります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\nシートの写し: チェックシート (2)"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def copies(context: Context) -> Iterator[Hit]:
    """Find workbooks that hold the checklist more than once."""
    for counted in context.batch.submissions:
        if counted.submission.copies:
            names = [f"「{name}」" for name in counted.submission.copies]
            yield on_submission(counted, sheets=listed(names, "シート"))


@rule(
    code="L209",
    severity=Severity.CHECK,
    title="補足説明欄やコメントに回答らしい記載",
    because="回答として数えてよいかは、書かれた文を見れば決められます。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="チェック欄は空ですが、{where}に{status}と読める記載があります。",
    fix="この内容が回答か確かめ、チェック欄に番号を入れてもらってください。"
    "確かめるまでは未記入として数えます。",
    ask="チェック欄に①～③の番号を入れてください。",
    why="番号を書く欄を間違えた可能性があります。推測では数えません。",
    covers=("A301",),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | | ①"),
        fires("ファイル: 若葉市.xlsx\n運用①-1 | 〈コメント ③ 予定なし〉 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-1：利用規程を定める → ③ | |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① | ①"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | | 予算要求中"),
    ),
)
def answer_in_note(context: Context) -> Iterator[Hit]:
    """Find blank check cells beside a note that reads as an answer."""
    for counted, answer in context.asked.of(Status.BLANK):
        for remark in remarks_of(answer):
            if remark.said.mark_like is not None:
                status = STATUS_WORDS[remark.said.mark_like]
                yield on_remark(counted, answer, remark, status=status)
        if answer.aside and answer.aside.due:
            due = answer.aside.due
            hit = on_answer(counted, answer, where="予定月の欄", status=f"「{quote(due, 20)}」")
            yield replace(hit, written=due, shown_by="")


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
