"""The command for those who keep the product's forms."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.commands import torimatome
from pipeline.cli.japanese import JapaneseGroup


@torimatome.group(cls=JapaneseGroup, subcommand_metavar="コマンド", options_metavar="")
def template() -> None:
    """様式（templates/）の白紙ファイルを作り直します。"""


@template.command(name="build", options_metavar="[オプション]")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=None,
    help="書き出すフォルダ（省略時 templates/）。",
)
def template_build(into: Path | None) -> None:
    """様式のデータから blank.xlsx と 名簿.xlsx を作ります（何度作っても同じ内容です）。

    手紙の文面（手紙/）は、ないものだけを作ります。書き換えたものはそのまま残ります。
    今いるフォルダにできた templates/ は、次からここで使われます。
    """
    from pipeline.cli.templates import build_templates
    from pipeline.forms.checklists import own_templates, templates_folder

    for path in build_templates(templates_folder(), into or own_templates()):
        click.echo(f"作成しました: {path}")
