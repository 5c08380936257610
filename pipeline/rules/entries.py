"""Rules about what a coordinator wrote in 確認票 (R). `review` reads it and notes the problems."""

from collections.abc import Iterator
from typing import Any

from pipeline.model import Severity
from pipeline.rules.registry import About, Context, Effect, Hit, fires, rule, silent

_FILE = "ファイル: 若葉市.xlsx\n運用①-1 | ○ |\n運用①-2 | ② |\n"
_NOT_USED = "この行の記入は使わず、確認票にそのまま残しています。"
_AGAIN = "確認票のこのセルを直して保存し、もう一度集計してください。"


def _on_entry(code: str, **said: Any) -> None:
    """Declare the rule about entries with the problem of its code, which `review` has noted."""

    def find(context: Context) -> Iterator[Hit]:
        for problem in context.batch.entry_problems:
            if problem.code == code:
                yield Hit(
                    location=problem.location,
                    respondent=problem.respondent,
                    item_id=problem.item_id,
                    subject=problem.subject,
                    written=problem.written,
                    fields=problem.fields,
                )

    rule(
        code=code,
        compares=True,
        severity=Severity.CHECK,
        about=About.FORM,
        effect=Effect.NONE,
        **said,
    )(find)


_on_entry(
    "R601",
    title="確認票の判断が読み取れない",
    because="書いた担当者が選び直せば足ります。回答者には関わりません。",
    message="判断として読めません。" + _NOT_USED,
    fix="判断の欄をリストから選び直して保存し、もう一度集計してください。",
    why="判断は「そのまま認める」「修正する」「差戻し」「対象外とする」などです。"
    "OK や 3月 のような短い書き方も読みます。"
    "読めない記入を推測で反映することはありません。",
    examples=(
        fires(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | よいと思う | |"),
        silent(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | 差戻し | |"),
    ),
)

_on_entry(
    "R602",
    title="確認票の判断と修正後の回答がそろわない",
    because="書いた担当者が書き足せば足ります。回答者には関わりません。",
    message="{what}" + _NOT_USED,
    fix="判断の欄と修正後の回答の欄を見直し、" + _AGAIN,
    why="「修正する」には修正後の回答が要り、ほかの判断には要りません。"
    "片方だけでは、どうしたいのかを決められません。",
    examples=(
        fires(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | 修正する | |"),
        fires(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | 修正する | 要相談 |"),
        fires(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | | ①既に対応済み |"),
        fires(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | 差戻し | ① |"),
        silent(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | 修正する | ①既に対応済み |"),
    ),
)

_on_entry(
    "R603",
    title="確認票の修正後の予定月が使えない",
    because="書いた担当者が年と月を書けば足ります。回答者には関わりません。",
    message="{what}" + _NOT_USED,
    fix="予定月は②のときだけ、2027-03 のように年と月で書いてください。" + _AGAIN,
    why="予定月は月ごとの件数と期限超過の判定に使います。年のない月は確認票の月から先の月として読み、"
    "過ぎた月とも先の月とも読める月は使いません。",
    examples=(
        fires(_FILE + "確認票: 若葉市 | 運用①-2 | A307 | 修正する | ② | 2027-13"),
        fires(_FILE + "確認票: 若葉市 | 運用①-2 | A307 | 修正する | ② | 9月"),
        silent(_FILE + "確認票: 若葉市 | 運用①-2 | A307 | 修正する | ② | 3月"),
        fires(_FILE + "確認票: 若葉市 | 運用①-2 | A307 | 修正する | ① | 2027-03"),
        silent(_FILE + "確認票: 若葉市 | 運用①-2 | A307 | 修正する | ② | ２０２７年３月"),
    ),
)

_on_entry(
    "R604",
    title="確認票の判断が食い違う",
    because="どちらの判断を使うかは、書いた担当者が決めます。",
    message="同じ回答について、確認票に異なる判断があります。どちらも使わず、そのまま残しています。",
    fix="確認票で使う判断を1つにし、もう一方の黄色の欄を空にして保存し、もう一度集計してください。",
    why="行を写したときや、同じ項目の別の指摘に別の修正をしたときに起こります。",
    examples=(
        fires(
            _FILE + "確認票: 若葉市 | 運用①-1 | A305 | 修正する | ① |\n"
            "確認票: 若葉市 | 運用①-1 | A305 | 対象外とする | |"
        ),
        silent(
            _FILE + "確認票: 若葉市 | 運用①-1 | A305 | 差戻し | |\n"
            "確認票: 若葉市 | 運用①-1 | A305 | 差戻し | |"
        ),
    ),
)

_on_entry(
    "R605",
    title="確認票の記入がどの指摘のものか分からない",
    because="どの行への記入かは、書いた担当者が分かります。",
    message="どの指摘への記入か分からないため、使っていません。確認票の最後に「対象不明」として残しています。",
    fix="確認票の該当する行に書き写し、「対象不明」の行を削除して保存し、もう一度集計してください。",
    why="行に付けた照合用の文字と、見えている団体名・項目・コードのどちらからも、指摘が1つに決まりません。",
    examples=(
        fires(_FILE + "確認票: 白雲町 | 運用①-1 | A305 | 差戻し | |"),
        silent(_FILE + "確認票: 若葉市 | 運用①-1 | A305 | 差戻し | |"),
    ),
)

_on_entry(
    "R606",
    title="確認票の判断がこの指摘には使えない",
    because="別の判断を選ぶのは、書いた担当者です。",
    message="{what}" + _NOT_USED,
    fix="回答を直すときは項目の行で判断してください。団体やファイルを集計から外すときは、"
    "名簿の「除外」の欄か 除外.txt に書いて、もう一度集計してください。",
    why="ファイル全体や団体への指摘には、直す回答がありません。",
    examples=(
        fires(
            "ファイル: 若葉市.xlsx（読めない: password）\n確認票: 若葉市 | | F101 | 修正する | ① |"
        ),
        silent("ファイル: 若葉市.xlsx（読めない: password）\n確認票: 若葉市 | | F101 | 差戻し | |"),
    ),
)

_on_entry(
    "R607",
    title="前の確認票に後から書かれた判断",
    because="使うかどうかは、書いた担当者が決めます。",
    message="{earlier}の確認票に、{now}の確認票を作った後で書かれた判断です。{now}の集計には使っていません。",
    fix="使うときは、{now}の確認票の同じ行に書き写して保存し、もう一度集計してください。"
    "使わないときは、このセルの行の黄色の欄を空にしてください。",
    general_fix="使うときは今月の確認票の同じ行に書き写し、使わないときは前の確認票の記入を空にして、"
    "もう一度集計してください。",
    why="前の月の確認票の記入は、今月の確認票を初めて作るときに引き継ぎます。その後は今月の確認票だけを読むため、"
    "前の月の確認票に書いた判断は反映されません。",
    examples=(
        fires(_FILE + "前の確認票: 若葉市 | 運用①-1 | A305 | 修正する | ① |"),
        silent(
            _FILE + "確認票: 若葉市 | 運用①-1 | A305 | 修正する | ① |\n"
            "前の確認票: 若葉市 | 運用①-1 | A305 | 修正する | ①既に対応済み |"
        ),
    ),
)

_on_entry(
    "R608",
    title="確認票で選ばれたファイルがない",
    because="使うファイルを選び直すのは、書いた担当者です。",
    message="選ばれたファイルが、食い違うファイルの中に見つかりません。" + _NOT_USED,
    fix="修正後の回答の欄のリストから、使うファイルを選び直すか、黄色の欄を空にして保存し、"
    "もう一度集計してください。",
    why="食い違うファイル（B511）のどれを使うかの判断は、そのファイルが受信フォルダにある間だけ使います。",
    examples=(
        fires(
            "ファイル: 若葉市.xlsx（食い違い: 若葉市 (1).xlsx）\n運用①-1 | ① |\n"
            "確認票: 若葉市 | | B511 | 修正する | 若葉市 (2).xlsx |"
        ),
        silent(
            "ファイル: 若葉市.xlsx（食い違い: 若葉市 (1).xlsx）\n運用①-1 | ① |\n"
            "確認票: 若葉市 | | B511 | 修正する | 若葉市 (1).xlsx |"
        ),
    ),
)
