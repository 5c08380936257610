"""The command for those who keep the product's forms."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.commands import torimatome
from pipeline.cli.japanese import JapaneseGroup
from pipeline.cli.options import checklist_option, plain_settings
from pipeline.texts.calendar import present_month


@torimatome.group(cls=JapaneseGroup, subcommand_metavar="コマンド", options_metavar="")
def template() -> None:
    """様式（templates/）の白紙ファイルを作り直します。"""


@template.command(name="build", options_metavar="[オプション]")
@click.argument(
    "form",
    metavar="[様式のファイル]",
    required=False,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@checklist_option
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=None,
    help="書き出すフォルダ（省略時 templates/）。",
)
def template_build(form: Path | None, checklist: str, into: Path | None) -> None:
    """様式のデータから blank.xlsx と 名簿.xlsx を作ります（何度作っても同じ内容です）。

    国などから届いた様式（Excel）を指定すると、すべての項目を読み取れるか確かめて、このフォルダに
    置きます。distribute は、それに団体名と前の月の回答だけを入れて配ります。
    手紙の文面（手紙/）は、ないものだけを作ります。書き換えたものはそのまま残ります。
    今いるフォルダにできた templates/ は、次からここで使われます。
    """
    from pipeline.cli.templates import build_templates
    from pipeline.forms.checklists import load_checklist, own_templates, templates_folder
    from pipeline.loop.issued import NAME, IssuedForm
    from pipeline.machine.publish import refused

    kept: IssuedForm | None = None
    if form is not None:
        settings = plain_settings(present_month(), Path("inbox"), Path("outbox"))
        kept = IssuedForm(form, load_checklist(settings.templates / checklist), settings)
    target = into or own_templates()
    for path in build_templates(templates_folder(), target):
        click.echo(f"作成しました: {path}")
    if kept is not None:
        place = target / checklist / NAME
        try:
            place.write_bytes(kept.content)
        except OSError as error:
            raise refused(place.parent, error) from error
        click.echo(f"様式を置きました: {place}")
        for notice in kept.notices:
            click.echo(f"  ▲ {notice}")
