"""Rules about whose a return is: on the roster or not, by what told, and what contradicts it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.model import (
    EvidenceKind,
    FileState,
    Location,
    Respondent,
    Severity,
    Submission,
    place_in,
)
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_submission, rule, silent

_PLACES = {
    EvidenceKind.SEALED: "取りまとめた機関",
    EvidenceKind.HIDDEN_ID: "様式の識別番号（配布先）",
    EvidenceKind.CELL: "シートの団体名の欄",
    EvidenceKind.TAB: "シート名",
    EvidenceKind.FILE_NAME: "ファイル名",
    EvidenceKind.FOLDER: "フォルダ名",
    EvidenceKind.SENDER: "メールの差出人",
}
_WEAK = (
    EvidenceKind.TAB, EvidenceKind.FILE_NAME, EvidenceKind.FOLDER, EvidenceKind.SENDER
)  # fmt: skip


@rule(
    code="L211",
    compares=True,
    severity=Severity.INFO,
    title="1つのブックに複数の団体の回答がある",
    because="シートや列の団体名のとおりに分けていて、することがありません。",
    about=About.FILE,
    effect=Effect.NONE,
    message="{count}つの回答（{names}）が1つのブックにあります。それぞれ別の提出として数えました。",
    fix="シートや列と団体の組み合わせが合っていれば、何もしなくてかまいません。",
    why="シートや列ごとに違う団体名が書かれているときは、ほかの団体の回答と混ぜずに、別々に確かめて数えます。",
    examples=(
        fires(
            "ファイル: 郡内.xlsx（シート: 若葉市）\n運用①-1 | ① |\n"
            "ファイル: 郡内.xlsx（シート: 白雲町）\n運用①-1 | ③ | 予算がない"
        ),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def several_bodies(context: Context) -> Iterator[Hit]:
    """Find workbooks that hold the returns of several bodies, one hit a workbook."""
    books: dict[str, list[str]] = {}
    for record in context.batch.files:
        if record.source.part:
            names = [each.own_name for each in record.claims] or ["不明"]
            who = record.respondent.name if record.respondent else "か".join(names)
            books.setdefault(record.source.path, []).append(f"{record.source.part}＝{who}")
    for path, names in books.items():
        yield Hit(
            location=Location(file=path),
            fields={"count": str(len(names)), "names": "、".join(names)},
        )


@rule(
    code="B502",
    compares=True,
    severity=Severity.CHECK,
    title="名簿にない回答者",
    because="名簿の書き方の違いか、頼んでいない団体かは、担当者が決めます。",
    about=About.BODY,
    effect=Effect.DOUBTED,
    message="回答者「{name}」は名簿にありません。{near}集計には入れています。",
    fix="{mend}依頼していない団体であれば、除外.txt にファイル名を書いてください。",
    general_fix="名簿の団体の別の書き方であれば、名簿の「別名」に書き足してください。依頼していない団体であれば、"
    "除外.txt にファイル名を書いてください。",
    why="名前の書き方が違うだけのときは、同じ団体が未提出（B501）にも出ます。"
    "1字違いの団体が名簿にあればその名前を挙げますが、同じ団体とは決めません。",
    examples=(
        fires("名簿: 白雲町\nファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        silent("名簿: 若葉市\nファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def not_on_roster(context: Context) -> Iterator[Hit]:
    """Find counted submissions of respondents whom nobody asked."""
    for counted in context.batch.submissions:
        respondent = counted.respondent
        if respondent.on_roster is False and respondent.identified_by is not EvidenceKind.NONE:
            near = f"名簿の「{respondent.near}」ではありませんか。" if respondent.near else ""
            mend = (
                "名簿の団体の別の書き方であれば、名簿の「別名」に"
                f"「{respondent.name}」を書き足してください。"
            )
            if respondent.body:
                mend = (
                    f"「{respondent.body_name}」の事業の別の書き方であれば、名簿の「事業名」とシートの事業名を"
                    "そろえてください。別の事業であれば、名簿に行を足してください。"
                )
            yield on_submission(counted, name=respondent.name, near=near, mend=mend)


@rule(
    code="B509",
    compares=True,
    severity=Severity.CHECK,
    title="回答者を特定できない・ファイル名から推定",
    because="ファイル名からの見当は、見れば合っているか分かります。名簿の団体名そのままなら参考、"
    "手がかりが食い違えば要修正です。",
    about=About.BODY,
    effect=Effect.DOUBTED,
    message="{what}",
    fix="シートの団体名の欄とファイル名に、正しい団体名を入れて集計し直してください。",
    why="シートの団体名の欄が空だと、ファイル名やフォルダ名、どれにもなければメールの差出人から推定します。"
    "取り違えると、別の団体の回答として数えてしまいます。"
    "様式の識別番号・団体名の欄・ファイル名が食い違って決められないファイルは要修正とし、決まるまでどの団体の回答としても"
    "数えません。ファイル名が名簿の団体名そのままのときは参考です。",
    examples=(
        fires("ファイル: 若葉市.xlsx（回答者: file_name）\n運用①-1 | ① |"),
        fires("ファイル: 001.xlsx（回答者: sender）\n運用①-1 | ① |"),
        fires("ファイル: 001.xlsx（回答者: none）\n運用①-1 | ① |"),
        fires("名簿: 若葉市、白雲町\nファイル: 001.xlsx（団体: 若葉市、白雲町）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx（回答者: cell）\n運用①-1 | ① |"),
    ),
)
def identified_weakly(context: Context) -> Iterator[Hit]:
    """Find files whose respondent is disputed, contradicted, or not told by their content."""
    yield from _disputed(context)
    for counted in context.batch.submissions:
        respondent = counted.respondent
        if respondent.outvoted:
            yield on_submission(
                counted,
                what=f"{_who_says_what((respondent, *respondent.outvoted))}。"
                f"「{respondent.name}」の回答として数えました。",
                step=f"「{respondent.name}」の回答で合っているか、送信元を確かめてください。"
                "違うときは、シートの団体名の欄とファイル名に正しい団体名を書いて集計し直してください。",
            )
        elif respondent.body and respondent.identified_by in _WEAK:
            yield on_submission(
                counted,
                what=f"シートに事業名がないため、{_PLACES[respondent.identified_by]}から"
                f"「{respondent.name}」の回答とみなしました。",
                step="合っていれば何もしなくてかまいません。違うときは、シートの事業名の欄に正しい事業名を"
                "書いて集計し直してください。毎月同じ事業として数えるには、名簿の「事業名」に書いておくと確実です。",
            )
        elif respondent.identified_by in _WEAK:
            hit = on_submission(
                counted,
                what=f"{_unnamed(counted.submission)}、{_PLACES[respondent.identified_by]}から"
                f"「{respondent.name}」の回答とみなしました。",
                step="合っていれば何もしなくてかまいません。違うときは、シートの団体名の欄に"
                "正しい団体名を書いて集計し直してください。",
            )
            yield replace(hit, severity=Severity.INFO) if respondent.exact else hit
        elif respondent.identified_by is EvidenceKind.NONE:
            yield on_submission(
                counted,
                what="どの団体の回答か分かりません。",
                step="送信元を確かめ、確認票の「まとめて判断」でどの団体の回答かを選ぶか、"
                "シートの団体名の欄かファイル名に団体名を入れて、集計し直してください。",
            )


def _disputed(context: Context) -> Iterator[Hit]:
    for record in context.batch.files:
        if record.state is FileState.DISPUTED:
            yield Hit(
                location=place_in(record.source),
                severity=Severity.FIX,
                fields={
                    "what": f"{_who_says_what(record.claims)}。どの団体の回答か決まらないため、"
                    "どの団体の回答としても数えていません。",
                    "step": _how_to_settle(record.claims, slip=record.is_slip),
                },
            )


def _unnamed(submission: Submission) -> str:
    """Say why the sheet itself does not tell."""
    cells = (each.text for each in submission.evidence if each.kind is EvidenceKind.CELL)
    written = next(cells, "")
    if written:
        return f"シートの団体名の欄の「{written}」からは団体が分からないため"
    return "シートに団体名がないため"


def _who_says_what(claims: Iterable[Respondent]) -> str:
    """Name everybody whom the evidence names, by where it stands."""
    named: dict[EvidenceKind, list[str]] = {}
    for each in claims:
        shown = f"「{each.own_name}」"
        if each.evidence and each.identified_by in {EvidenceKind.CELL, EvidenceKind.FILE_NAME}:
            shown += "" if each.own_name in each.evidence else f"（{each.evidence}）"
        named.setdefault(each.identified_by, []).append(shown)
    return "、".join(
        f"{_PLACES.get(kind, '手がかり')}は{'と'.join(names)}" for kind, names in named.items()
    )


def _how_to_settle(claims: Iterable[Respondent], *, slip: bool) -> str:
    kinds = {each.identified_by for each in claims}
    if slip:
        return (
            "どの団体に送った差戻し票か、送信元を確かめてください。配布先の団体の回答であれば、ファイル名の団体名を"
            "直して集計し直してください。別の団体の回答であれば、その団体の差戻し票に書き直してもらってください。"
        )
    if EvidenceKind.HIDDEN_ID in kinds:
        return (
            "送信元を確かめ、シートの団体名の欄とファイル名の両方に正しい団体名を書いて"
            "集計し直してください。書き方が違うだけの同じ団体であれば、名簿の「別名」に書き足してください。"
        )
    if EvidenceKind.TAB in kinds:
        return "送信元を確かめ、シート名と団体名の欄を正しい団体名にそろえて集計し直してください。"
    return "送信元を確かめ、シートの団体名の欄に正しい団体名を1つだけ書いて集計し直してください。"
