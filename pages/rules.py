"""docs/rules.md, generated from the declarations of the rules."""

from pages import head_of
from pipeline.rules import RETIRED, RULES, Effect, Example, Rule
from pipeline.rules.page import heading
from pipeline.rules.registry import FAMILIES

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


def render_rules_page() -> str:
    """Give the page of all rules as Markdown, with a table of contents by family."""
    rules = tuple(RULES.values())
    parts = [head_of("rules")]
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
    parts += [
        "## 今月まず対応することの選び方\n",
        head_of("rules_attention"),
        *_attention_lines(rules),
        "",
    ]
    parts.append("## 使わないコード\n")
    parts.append("次のコードは欠番です。今後も使いません。\n")
    parts.append("、".join(RETIRED))
    return "\n".join(parts) + "\n"


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
        lines += [f"{heading(example)}:", "", *_code_block(example), ""]
    return "\n".join(lines)


def _code_block(example: Example) -> list[str]:
    return [f"    {line}" for line in example.text.splitlines()]
