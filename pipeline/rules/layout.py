"""Rules about the form as it came back (L): columns and sheets that are not as sent out."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import (
    Answer,
    CountedSubmission,
    MatchedBy,
    Severity,
    Status,
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
    on_answer,
    on_place,
    on_remark,
    on_submission,
    rule,
    silent,
    whole_file,
)
from pipeline.rules.rows import MANY_MOVED
from pipeline.rules.words import STATUS_WORDS, listed, quote


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
                cell = address(row, table.mark_column) if table.header_row is not None else ""
                place = place_in(counted.submission.source, table.sheet, cell)
                yield on_place(counted, place, column=address(0, table.mark_column)[:-1])


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
        elif len(moved) >= MANY_MOVED:
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
    fix="再表示して、どれが正しい回答か回答者に確かめてください。",
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
    return on_place(
        counted,
        answers[0].location or whole_file(counted),
        " ／ ".join(written[:10]),
        what=f"{_UNSEEN[unseen]}{len(answers)}項目の回答があります（{items}）。{treated}",
        step=f"{show}、回答として数えてよいか回答者に確かめてください。",
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
