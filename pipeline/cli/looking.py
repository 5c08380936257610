"""Commands that look and change nothing: inspect, explain, rules."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.commands import torimatome
from pipeline.cli.options import checklist_of, checklist_option, json_option, month_option
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.texts.calendar import present_month as this_month

if TYPE_CHECKING:
    from pipeline.cli.documents import Document


@torimatome.command(options_metavar="[オプション]")
@click.argument(
    "files",
    metavar="ファイル…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@month_option
@checklist_option
@json_option
def inspect(
    files: tuple[Path, ...], month: str | None, checklist: str, as_json: bool
) -> Document | None:
    """ファイルの中で何が見つかったか（シート・表・列・団体名・項目・指摘）を表示します。"""
    from pipeline.cli.inspection import describe, look_into

    form, month = checklist_of(checklist), month or this_month()
    looked = ((path, look_into(path, checklist=form, month=month)) for path in files)
    if as_json:
        from pipeline.cli.told import inspected

        return inspected(month, looked)
    for path, seen in looked:
        click.echo(describe(path, seen, checklist=form))
    return None


@torimatome.command(options_metavar="[オプション]")
@click.argument("text", metavar="回答")
@month_option
@checklist_option
@json_option
def explain(text: str, month: str | None, checklist: str, as_json: bool) -> Document | None:
    """チェック欄に書かれた文字がどう読まれるかを表示します。

    例: torimatome explain "②（○月）" --month 2026-11
    """
    from pipeline.cli.explain import explain as explain_text

    form, month = checklist_of(checklist), month or this_month()
    if as_json:
        from pipeline.cli.told import explained

        return explained(text, month=month, checklist=form)
    click.echo(explain_text(text, month=month, checklist=form))
    return None


@torimatome.command(options_metavar="[オプション]")
@click.argument("code", metavar="[コード]", required=False)
@json_option
def rules(code: str | None, as_json: bool) -> Document | None:
    """指摘（要確認事項）の一覧、またはコード（例 A307）の説明を表示します。"""
    from pipeline.rules import RULES, rule_text

    told = (
        RULES.values()
        if code is None
        else [RULES[name] for name in (code.upper(),) if name in RULES]
    )
    if not told:
        raise TorimatomeError(
            f"コード {code} はありません。「torimatome rules」で一覧を表示できます。",
            ExitCode.USAGE,
        )
    if as_json:
        from pipeline.cli.told import rules_told

        return rules_told(told)
    for each in told:
        click.echo(rule_text(each.code) if code else f"{each.code}  {each.severity}  {each.title}")
    return None
