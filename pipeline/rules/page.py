"""A rule in words: for the terminal, and for コード表."""

from pipeline.model.report_rows import RuleRow
from pipeline.rules.registry import Example, Rule


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
        lines += ["", f"{heading(example)}:"]
        lines += [f"    {line}" for line in example.text.splitlines()]
    return "\n".join(lines)


def _settings(rule: Rule) -> list[str]:
    return [f"{t.name} = {t.default:g}（{t.meaning}）" for t in rule.thresholds]


def heading(example: Example) -> str:
    """Tell an example in which the rule has something to say from one where it has not."""
    return "指摘が出る例" if example.fires else "指摘が出ない例"
