"""The rule pages in words: one rule for the terminal, all of them for docs/rules.md."""

from collections.abc import Mapping

from pipeline.model.report_rows import RuleRow
from pipeline.rules.registry import FAMILIES, Effect, Example, Rule


def row_of(rule: Rule) -> RuleRow:
    """Give a rule as a row of the legend."""
    return RuleRow(
        code=rule.code,
        severity=rule.severity.value,
        title=rule.title,
        why=rule.why,
        fix=rule.general_fix,
    )


def page_of(rule: Rule) -> str:
    """Give one rule for the terminal, in plain Japanese."""
    lines = [
        f"{rule.code}  {rule.severity}  {rule.title}",
        "",
        f"理由: {rule.why}",
        f"この重要度の理由: {rule.because}",
        f"次にすること: {rule.general_fix}",
    ]
    lines += [f"回答者への伝え方: {rule.ask}"] if rule.ask else []
    lines += [f"設定: {setting}" for setting in _settings(rule)]
    if rule.covers:
        lines.append(f"まとめる指摘: {'、'.join(rule.covers)}（同じ場所では重ねて出しません）")
    for example in rule.examples:
        lines += ["", f"{_heading(example)}:"]
        lines += [f"    {line}" for line in example.text.splitlines()]
    return "\n".join(lines)


def _settings(rule: Rule) -> list[str]:
    return [f"{t.name} = {t.default:g}（{t.meaning}）" for t in rule.thresholds]


def _heading(example: Example) -> str:
    return "指摘が出る例" if example.fires else "指摘が出ない例"


_TITLES = (
    "ファイル",
    "様式の形",
    "チェック欄",
    "補足説明欄",
    "団体・月をまたぐ確認",
    "確認票の記入",
    "前の月の記録",
    "名簿と除外.txt",
)

_INTRODUCTION = """\
# 指摘（要確認事項）の一覧

<!-- generated from pipeline/rules; do not edit -->

集計のたびに、返送されたファイルを次の規則で確かめます。コードは変わることも、使い回されることもありません。

- **要修正**: 回答者に答え直してもらう必要があります。
- **要確認**: 担当者が見て判断します。
- **参考**: お知らせです。何もしなくてかまいません。

同じことを何度も言わないよう、1つの指摘がほかの指摘を含むときはまとめて出します。
たとえば未記入のまま返送されたシートは、項目ごとの A301 ではなく F107 が1件です。
数えないファイル（再提出前の旧ファイル、同一内容、除外）には、
そのことを知らせる B503・B504 のほかは指摘を出しません。

指摘を止める、区分を変える、しきい値を変えるには `torimatome.toml` に書きます。
templates/torimatome.toml が見本です。止めた指摘は処理記録に残ります。

例の表は「項目 | チェック欄 | 補足説明欄」の順で、基準月は2026年11月です。
書いていない項目には、指摘の出ない回答が入っているものとします。例はすべてテストとして実行しています。

- `ファイル: 若葉市.xlsx（…）` の（ ）は、そのファイルについて分かっていることです。
  読めない理由、中身の種類、回答者を何から知ったか、どのファイルに置き換えられたか、などです。
- `ほかの項目: 空`、`ほかの項目: 行なし` は、書いていない項目が空のとき、行がないときです。
- `並ぶ欄: 支所（③）` は、横に並んだもう1つのチェック欄の名と、その全部の行にある回答です。
- `名簿:`、`前月:` は、名簿にある団体と、前月の回答です。
- `期限:` は、提出期限です。
- `確認票:` は、確認票の「団体名 | 項目 | コード | 判断 | 修正後の回答 | 修正後の予定月」です。
- `前の月のデータ:` は、前の月の data フォルダにあるファイルが、集計したときと違うときです。
- `除外.txt:` は、除外.txt の1行です。
- 〈凡例〉は、様式に印刷された選択肢の一覧がそのまま残ったセルです。
  〈凡例 楕円 2〉は、その2行目に楕円を重ねたセルです。
- 〈表示形式 12 "②（"0"月）"〉は、値が12で、その表示形式のセルです。
  〈コメント …〉は、セルに付けたコメント（メモ、スレッド）です。
- 〈日付 2026-02-10〉は、日付に変わったセルです。ほかの〈 〉も、文字で書けない内容を表します。
"""


def whole_page(rules: tuple[Rule, ...], retired: Mapping[str, str]) -> str:
    """Give the page of all rules as Markdown, with a table of contents by family."""
    parts = [_INTRODUCTION]
    for family, title in zip(FAMILIES, _TITLES, strict=True):
        members = [rule for rule in rules if rule.family == family]
        parts.append(f"## {title}（{family}）\n")
        parts.append("| コード | 区分 | 内容 | この区分の理由 |\n|---|---|---|---|")
        parts += [
            f"| [{rule.code}](#{rule.code.lower()}) | {rule.severity} | {rule.title}"
            f" | {rule.because} |"
            for rule in members
        ]
        parts.append("")
        parts += [_section(rule) for rule in members]
    parts += ["## 今月まず対応することの選び方\n", _ATTENTION_TEXT, *_attention_lines(rules), ""]
    parts.append("## 使わないコード\n")
    parts.append("次のコードは欠番です。今後も使いません。\n")
    parts.append("、".join(retired))
    return "\n".join(parts) + "\n"


_ATTENTION_TEXT = """\
「連絡の順」には、団体ごとに1行で、返事で決まる回答の多い順に載せます（参考を除きます）。決まる回答とは、
未提出・未記入・判読不能の回答と、食い違いなどで区分が決まらない回答です。「はじめに」と画面には、要修正の団体を
先に、要確認の団体を後に、初めの8団体・3団体を載せます。団体の中では、決まる回答の多い指摘、要修正、
影響の大きい指摘（次の順）から書きます。
"""


def _attention_lines(rules: tuple[Rule, ...]) -> list[str]:
    return [
        f"{rank}. {effect}: {'、'.join(rule.code for rule in rules if rule.effect is effect)}"
        for rank, effect in enumerate(Effect, start=1)
    ]


def _section(rule: Rule) -> str:
    lines = [
        f'### <a id="{rule.code.lower()}"></a>{rule.code} {rule.title}（{rule.severity}）',
        "",
        rule.why,
        "",
        f"**{rule.severity}とする理由**: {rule.because}",
        "",
        f"**次にすること**: {rule.general_fix}",
        "",
    ]
    lines += [f"**回答者への伝え方**: {rule.ask}", ""] if rule.ask else []
    if rule.thresholds:
        lines += [f"- `{t.name} = {t.default:g}`: {t.meaning}" for t in rule.thresholds] + [""]
    if rule.covers:
        lines += [f"この指摘が出る所では {'、'.join(rule.covers)} を重ねて出しません。", ""]
    for example in rule.examples:
        lines += [f"{_heading(example)}:", "", *_code_block(example), ""]
    return "\n".join(lines)


def _code_block(example: Example) -> list[str]:
    return [f"    {line}" for line in example.text.splitlines()]
