"""`torimatome init`: a folder for the work of every month, wherever the product is installed."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.commands import torimatome

_GUIDE = """取りまとめ（torimatome）の作業フォルダ

  inbox/           届いた回答（Excel ファイル、zip の添付など）を、届いたまま置きます
  outbox/          集計の結果が、月ごとのフォルダにできます
  名簿.xlsx        依頼先の一覧です。団体名を書いて inbox/ に入れると、未提出の団体が分かります
                   （なくても集計できます）
  torimatome.toml  設定です。書き換えなくても動きます

毎月の作業
  1. 届いたファイルを inbox/ に置きます
  2. このフォルダで torimatome aggregate を実行します
  3. outbox/（年-月）/集計_（年-月）.xlsx を開きます

見本で試すときは torimatome demo、困ったときは torimatome --help を実行してください。
"""
_INBOX = """届いた回答（Excel ファイル、zip の添付ファイルなど）を、このフォルダに置いてください。
フォルダに分けて置いてもかまいません。ファイル名を直す必要はありません。
ここに置いたファイルが書き換えられることはありません。
"""
_OUTBOX = """集計の結果が、月ごとのフォルダ（例 2026-11/）にできます。
はじめに開くのは「集計_（年-月）.xlsx」です。
"""


@torimatome.command(options_metavar="[オプション]")
@click.argument(
    "folder",
    metavar="[フォルダ]",
    required=False,
    default=Path(),
    type=click.Path(path_type=Path, file_okay=False),
)
def init(folder: Path) -> None:
    """作業フォルダ（inbox・outbox・名簿・設定・説明）を用意します。

    フォルダを省略すると、今いるフォルダに用意します。既にあるファイルは書き換えません。
    """
    from pipeline.forms.checklists import templates_folder
    from pipeline.machine.publish import refused

    templates = templates_folder()
    contents = {
        "README.txt": _text(_GUIDE),
        "inbox/README.txt": _text(_INBOX),
        "outbox/README.txt": _text(_OUTBOX),
        **{name: (templates / name).read_bytes() for name in ("名簿.xlsx", "torimatome.toml")},
    }
    click.echo(f"作業フォルダを {folder.resolve()} に用意します。")
    for name, content in contents.items():
        place = folder / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as opened:
                opened.write(content)
        except FileExistsError as error:
            if not place.is_file():
                raise refused(folder, error) from error
            click.echo(f"  そのまま: {name}")
        except OSError as error:
            raise refused(folder, error) from error
        else:
            click.echo(f"  作成:     {name}")
    click.echo(
        f"届いた回答を {folder / 'inbox'} に置いて、torimatome aggregate を実行してください。"
    )


def _text(words: str) -> bytes:
    """Give a text as Notepad of every Windows shows it."""
    return words.replace("\n", "\r\n").encode("utf-8-sig")
