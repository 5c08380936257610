"""Commands that make what goes out: sendback, feedback, seal, distribute."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.commands import torimatome
from pipeline.cli.options import local_now, month_command, open_option, yes_option

if TYPE_CHECKING:
    from pipeline.settings import Settings


@torimatome.command(options_metavar="[オプション]")
@month_command
@click.option(
    "--remind/--no-remind",
    default=None,
    help="未提出の団体への督促文を、提出期限の前でも作ります／作りません（省略時は期限を過ぎたら）。",
)
@click.option("--thanks", is_flag=True, help="受け付けが済んだ団体へのお礼の文面も作ります。")
@yes_option
@open_option
def sendback(settings: Settings, remind: bool | None, thanks: bool, opened: bool) -> None:
    """直してもらう項目だけの差戻し票と、依頼文・督促文・お礼の下書きを団体ごとに作ります。

    文面は templates/手紙/ で変えられ、連絡先と期限は torimatome.toml に書きます。

    差戻し票に記入して返してもらい、inbox に置いて集計し直すと、その項目だけが差し替わります。
    """
    from pipeline.cli.report import open_result, sendback_lines
    from pipeline.loop.sendback import Ask, send_back

    result = send_back(settings, ask=Ask(remind=remind, thanks=thanks, now=local_now()))
    for line in sendback_lines(result):
        click.echo(line)
    if opened and (result.packages or result.reminded):
        open_result(result.folder if result.packages else result.folder.parent)


@torimatome.command(options_metavar="[オプション]")
@month_command
def feedback(settings: Settings) -> None:
    """回答した団体ごとに、1枚のお返し（還元カード）を作ります。

    その団体の回答と全体の割合、3か月以内の予定、確認をお願いしている項目を載せます。
    ほかの団体の名前や回答は入りません。
    """
    from pipeline.loop.feedback import feed_back

    result = feed_back(settings)
    click.echo(f"還元カードを {result.cards} 団体分作りました: {result.folder}")
    click.echo("  Excel（.xlsx）とブラウザで開くもの（.html）は同じ内容です。1枚に印刷できます。")


@torimatome.command(options_metavar="[オプション]")
@month_command
@click.option("--office", metavar="NAME", default="", help="提出する機関の名前（例: 青海県）。")
def seal(settings: Settings, office: str) -> None:
    """集計した月の回答と判断を、上位の機関へ提出する1つのファイル（提出用_YYYY-MM.zip）にします。

    受け取った機関は、開かずにそのまま inbox に置いて集計します。
    """
    from datetime import UTC, datetime

    from pipeline.cli.report import seal_lines
    from pipeline.loop.seal import seal as seal_month

    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    for line in seal_lines(seal_month(replace(settings, office=office), sealed_at=now)):
        click.echo(line)


@torimatome.command(options_metavar="[オプション]")
@month_command
@click.option("--prefill", is_flag=True, help="前の月の回答を、前月分と分かる形で入れておきます。")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=None,
    help="書き出すフォルダ（省略時は outbox/配布_YYYY-MM）。",
)
@open_option
def distribute(settings: Settings, prefill: bool, into: Path | None, opened: bool) -> None:
    """名簿の団体ごとに、選択肢の付いた配布用のチェックシートと、送付の手紙の下書きを作ります。"""
    from pipeline.cli.report import distribute_lines, open_result
    from pipeline.loop.distribute import distribute as write_forms

    result = write_forms(settings, prefill=prefill, into=into, now=local_now())
    for line in distribute_lines(result):
        click.echo(line)
    if opened:
        open_result(result.folder)
