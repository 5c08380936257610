"""Rules about where answers stand (L): places that do not count, or count against their name."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import CountedSubmission, Severity, Status, Uncounted
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_place, rule, silent
from pipeline.rules.words import STATUS_WORDS, quote


@rule(
    code="L210",
    severity=Severity.CHECK,
    title="ほかの欄・シートの回答を数えていない",
    because="数えなかった回答が今回のものかは、その場所を見て決めます。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    message="{place}の回答（{held}）は集計に入れていません{blank}。",
    fix="今回の回答がどれか回答者に確かめてください。"
    "こちらが今回の回答なら、今回の欄に書き写して送り直してもらってください。",
    ask="今回の回答は、今回の欄（シート）に書いてください。前回・例・目標などの欄の回答は集計されません。",
    why="前回・昨年度・例・目標・県の記入欄・下書き・控えなどの名前がついた場所と、"
    "非表示の場所の回答は、今回の欄が空でも今回の回答とはみなしません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\nほかの項目: 空\n運用①-1 | |\nシートの写し: 前回（①）"),
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ③ |\nシートの写し: 下書き（①）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |\nシートの写し: 記入例（①）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def uncounted(context: Context) -> Iterator[Hit]:
    """Find places whose answers do not count, one hit a place."""
    for counted in context.batch.submissions:
        blank = {
            answer.item_id
            for answer in counted.submission.answers
            if answer.in_scope and answer.mark.status is Status.BLANK
        }
        scope = {answer.item_id for answer in counted.submission.answers if answer.in_scope}
        for place in counted.submission.uncounted:
            hit = _uncounted(counted, place, scope, blank)
            if hit is not None:
                yield hit


def _uncounted(
    counted: CountedSubmission, place: Uncounted, scope: set[str], blank: set[str]
) -> Hit | None:
    """Tell of a place; one that any form may have (例, 前回の回答) only where it is missed."""
    held = [
        answer for answer in place.answers if answer[0] in scope and answer[1] is not Status.BLANK
    ]
    missed = {item_id for item_id, _, _ in held} & blank
    if not missed and (place.beside or not (held or place.notes)):
        return None
    counts = Counter(status for _, status, _ in held)
    words = [f"{STATUS_WORDS[status]}{counts[status]}件" for status in Status if counts[status]]
    if place.notes:
        words.append(f"補足説明{len(place.notes)}件")
    hit = on_place(
        counted,
        place.location,
        " ／ ".join([written for _, _, written in held][:10] or place.notes[:3]),
        place=_named(place),
        held="、".join(words),
        blank=f"（このうち{len(missed)}項目は、数えた欄が空です）" if missed else "",
    )
    return replace(hit, quoted=False)


def _named(place: Uncounted) -> str:
    """Name a place as its sender knows it."""
    called = f"「{quote(place.called, 30)}」" if place.called else ""
    if not place.location.cell:
        name = place.location.sheet
        hidden = "非表示の" if place.hidden else ""
        return f"{hidden}シート「{quote(name, 30)}」"
    if place.hidden:
        return f"非表示の行・列{called}"
    return f"{called}の欄"


@rule(
    code="L213",
    severity=Severity.CHECK,
    title="前回・案などの名の場所にだけ回答がある",
    because="前の回答や案が混じったかは、見て決めます。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    message="{called}という名の場所にだけ回答があります。ほかに欄がないため、集計に入れています。",
    fix="今回の回答として数えてよいか、回答者に確かめてください。",
    ask="今回の回答かどうかを確かめ、前回の分や案であれば、今回の回答をお送りください。",
    why="前回の分や下書きをそのまま送っていることがあります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\nシート: 令和7年度\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\nシート: 令和8年度\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def doubted(context: Context) -> Iterator[Hit]:
    """Find places that count for want of another, although they are called 前回 or the like."""
    for counted in context.batch.submissions:
        for place in counted.submission.doubted:
            yield on_place(counted, place.location, called=f"「{quote(place.called, 30)}」")
