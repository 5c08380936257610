"""The month in a few sentences, for 概況, 要約.txt and the report: made of the figures alone.

Five questions, a sentence or two each: how many returned, how far they are, who is behind, what
changed, what to do next.
"""

from collections.abc import Iterable

from pipeline.model.counts import FIRM, Range
from pipeline.model.plan import NEXT, Sentence, called
from pipeline.model.report import Report
from pipeline.rules.words import listed
from pipeline.summarise.contacts import names_of
from pipeline.summarise.returns import MISSING, UNREADABLE, WAITING
from pipeline.texts.calendar import month_words

NAMED = 3  # names in a sentence
FEASIBLE = 30  # bodies that can be asked by hand; the sentence says how many it would take
RETURNED, PROGRESS, BEHIND, CHANGED = "回収", "進み具合", "遅れ", "先月からの変化"


def sentences(report: Report) -> tuple[Sentence, ...]:
    """Give the sentences of a month; a question that has no answer is left out."""
    told = (
        (RETURNED, _returned(report)),
        (PROGRESS, _progress(report)),
        (BEHIND, _behind(report)),
        (CHANGED, _changed(report)),
        (NEXT, _next(report)),
    )
    return tuple(Sentence(topic=topic, text=text) for topic, text in told if text)


def _returned(report: Report) -> str:
    turnout = report.turnout
    if turnout.asked is None:
        return (
            f"{turnout.returned:,}団体から回答がありました。"
            "名簿がないため、まだ届いていない団体は分かりません。"
        )
    share = report.figures.return_share
    rate = f"（回収率 {share:.1%}）" if share is not None else ""
    text = f"対象 {turnout.asked:,}団体のうち {turnout.returned:,}団体から回答がありました{rate}。"
    for state, words in (
        (UNREADABLE, "送り直してもらうのは"),
        (WAITING, "どの団体の回答か確かめているのは"),
        (MISSING, "まだ届いていないのは"),
    ):
        names = [called(row.respondent.name) for row in report.returns if row.state == state]
        if names:
            text += f"{words} {listed(names, '団体', NAMED)}です。"
    if turnout.beside_roster:
        text += f"ほかに名簿にない {turnout.beside_roster:,}団体の回答を集計に入れています。"
    return text


def _progress(report: Report) -> str:
    whole = report.ranges[0]
    if whole.done_rate is None:
        return "読み取れた回答がまだないため、対応済み率は出せません。"
    text = f"対応済みは {whole.done_rate:.1%}です{_before(report, whole.done_rate)}。"
    text += f"{_range(whole)}{_target(report, whole)}"
    return text


def _range(whole: Range) -> str:
    if not whole.open:
        return "未確定の回答はありません。"
    least, most = whole.least or 0.0, whole.most or 0.0
    if whole.firm:
        return (
            f"残り {whole.open:,}件がどう決まっても動くのは {whole.width:.1f}ポイントまでで、"
            "集計は固まっています。"
        )
    return (
        f"未提出や読み取れない回答など {whole.open:,}件がどう決まっても、"
        f"{least:.1%}から {most:.1%}のあいだです。"
    )


def _target(report: Report, whole: Range) -> str:
    target = report.target
    if target is None or whole.done_rate is None:
        return ""
    if (whole.least or 0.0) >= target:
        return f"目標の {target:.0%}に達しています。"
    if whole.done_rate >= target:
        return f"目標の {target:.0%}を上回っていますが、未確定の回答によっては下回ります。"
    return f"目標の {target:.0%}まで {100 * (target - whole.done_rate):.1f}ポイントです。"


def _before(report: Report, share: float) -> str:
    before = report.months.before
    known = before.counts.done_share if before else None
    if before is None or known is None:
        return ""
    step = round(100 * share, 1) - round(100 * known, 1)
    moved = f"{step:+.1f}ポイント" if abs(step) >= 0.05 else "同じ"
    return f"（{month_words(before.month)}の {known:.1%}から {moved}）".replace(
        "から 同じ", "と同じ"
    )


def _behind(report: Report) -> str:
    """Name those with most left to do; what could not be read is held against nobody."""
    left = [
        (total.counts.planned + total.counts.not_planned, total) for total in report.respondents
    ]
    most = sorted((one for one in left if one[0]), key=lambda one: (-one[0], one[1].number))
    if not most:
        return ""
    names = [f"{called(total.respondent.name)}（{count:,}項目）" for count, total in most[:NAMED]]
    text = f"まだ対応していない項目が多いのは、{'、'.join(names)}です。"
    if report.figures.overdue:
        late = sorted(
            (total for total in report.respondents if total.overdue),
            key=lambda total: (-total.overdue, total.number),
        )
        names = [f"{called(total.respondent.name)} {total.overdue:,}件" for total in late[:NAMED]]
        more = "など" if len(late) > NAMED else ""
        text += (
            f"予定月を過ぎた②が {report.figures.overdue:,}件あります（{'、'.join(names)}{more}）。"
        )
    return text


def _changed(report: Report) -> str:
    months = report.months
    if months.before is None:
        return "比べられる前の月の集計がないため、変化はまだ出せません。"
    best, worst = months.standouts.improved_respondents, months.standouts.concerning_respondents
    text = ""
    if best:
        names = _counted((one.name, one.moves.improved) for one in best)
        text += f"{month_words(months.compared_with)}から進んだ回答が多いのは、{names}です。"
    back = [one for one in worst if one.moves.regressed]
    if back:
        names = _counted((one.name, one.moves.regressed) for one in back)
        text += f"後戻りした回答があるのは、{names}です。"
    return text or f"{month_words(months.compared_with)}から変わった回答はありません。"


def _counted(lines: Iterable[tuple[str, int]]) -> str:
    return "、".join(f"{called(name)}（{count:,}件）" for name, count in [*lines][:NAMED])


def _next(report: Report) -> str:
    asked = [one for one in report.contacts if one.settles]
    whole = report.ranges[0]
    if not asked:
        return ""
    if whole.firm:
        return "残る確認は率をほとんど動かしません。急ぐ連絡はありません。"
    enough = next((n for n, one in enumerate(asked, 1) if one.width < FIRM), len(asked))
    first = asked[: min(enough, FEASIBLE)]
    text = (
        f"まず {len(first):,}団体に連絡してください（{names_of(first, NAMED)}）。"
        f"返事がそろうと、率の幅は {whole.width:.1f}ポイントから"
        f" {first[-1].width:.1f}ポイントに縮まります。"
    )
    if enough > len(first):
        text += f"1ポイントを切るまでには {enough:,}団体の返事が要ります。"
    return text
