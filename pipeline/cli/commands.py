"""The commands of torimatome. Heavy modules are imported where a command needs them."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.japanese import JapaneseGroup
from pipeline.cli.options import (
    begun,
    checklist_option,
    json_option,
    month_command,
    month_given,
    month_option,
    open_option,
    outbox_option,
    plain_settings,
    url_given,
    with_settings_file,
    yes_option,
)
from pipeline.errors import ExitCode, TorimatomeError

if TYPE_CHECKING:
    from pipeline.cli.documents import Document
    from pipeline.settings import Settings


@click.group(
    cls=JapaneseGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="コマンド [オプション]…",
    options_metavar="",
)
@click.version_option(
    package_name="torimatome",
    prog_name="torimatome",
    message="%(prog)s %(version)s",
    help="版を表示します。",
)
def torimatome() -> None:
    """返送されたチェックシートを読み取り、1 冊の集計表にまとめます。

    毎月の作業: 届いたファイルを inbox/ に置き、torimatome aggregate を実行し、
    outbox/ にできた集計表を開きます。
    """


@torimatome.command(options_metavar="[オプション]")
@month_option
@click.option(
    "--inbox",
    metavar="DIR|URL",
    default="inbox",
    help="届いた回答を置いたフォルダ（省略時 inbox）。s3:// などの URL も指定できます。",
)
@click.option(
    "--previous",
    callback=month_given,
    metavar="YYYY-MM",
    default=None,
    help="比べる月。省略すると outbox/ にあるいちばん新しい前の月です。",
)
@outbox_option
@checklist_option
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    default=None,
    help="設定ファイル（省略時は torimatome.toml があれば使います）。",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    metavar="N",
    default=0,
    help="同時に読むファイルの数（0 は自動）。",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    default="",
    help="読み取りを Dask のクラスタで行います（例 tcp://10.0.0.5:8786。local はこの機械の中）。",
)
@click.option(
    "--by-parts",
    is_flag=True,
    help="回答を1か所に集めず、データと合計だけを作ります（数万団体以上のとき。--scheduler と）。",
)
@click.option(
    "--data-url",
    callback=url_given,
    metavar="URL",
    default="",
    help="データ（Parquet）を月ごとに分けて置く場所（s3:// などの URL）。",
)
@click.option("--no-pivot", is_flag=True, help="ピボットのシートを付けません。")
@click.option(
    "--edition",
    type=click.Choice(["internal", "public"]),
    metavar="NAME",
    default="internal",
    help="internal（すべて）または public（回答団体に配れる版。名前や原文を含みません）。",
)
@click.option(
    "--named",
    is_flag=True,
    help="public の版に、名簿で確かめられた団体名を残します（別のフォルダにできます）。",
)
@yes_option
@click.option(
    "--allow-fewer",
    is_flag=True,
    help="同じ月の前回の集計より団体が大きく減っていても書き出します。",
)
@click.option(
    "--fail-on",
    type=click.Choice(["要修正", "要確認", "参考"]),
    metavar="LEVEL",
    default=None,
    help="この重要度（要修正・要確認・参考）以上の指摘があれば終了コード 4 で終わります。",
)
@click.option(
    "--dry-run", is_flag=True, help="書き出さず、前回の集計から変わるところだけを表示します。"
)
@open_option
@click.option("--quiet", is_flag=True, help="途中の経過を表示しません。")
@json_option
def aggregate(
    month: str | None,
    inbox: str,
    previous: str | None,
    outbox: Path,
    checklist: str,
    settings_file: Path | None,
    jobs: int,
    scheduler: str,
    by_parts: bool,
    data_url: str,
    no_pivot: bool,
    edition: str,
    named: bool,
    yes: bool,
    allow_fewer: bool,
    fail_on: str | None,
    dry_run: bool,
    opened: bool,
    quiet: bool,
    as_json: bool,
) -> int | Document:
    """inbox/ の回答を読み取り、outbox/YYYY-MM/ に集計表を書き出します。

    終了コード: 0 すべて読めた / 1 書き出したが読めないファイルがあった / 2 指定の誤り /
    3 何も書き出していない / 4 --fail-on に当たる指摘がある / 130 中断
    """
    # Long: a line for each option; click hands them over one by one.
    from pipeline.cli.report import rehearse_and_tell, run_and_tell
    from pipeline.forms.checklists import templates_folder
    from pipeline.settings import Settings

    if data_url and edition == "public":
        raise TorimatomeError(
            "--data-url は internal の版だけで使えます。--edition public を外してください。",
            ExitCode.USAGE,
        )
    if by_parts and (not scheduler or edition == "public"):
        raise TorimatomeError(
            "--by-parts は --scheduler とともに、internal の版だけで使えます"
            "（この機械だけなら --scheduler local）。",
            ExitCode.USAGE,
        )
    if dry_run and (by_parts or edition == "public"):
        raise TorimatomeError(
            "--dry-run は internal の版で、--by-parts を付けないときだけ使えます。", ExitCode.USAGE
        )
    remote = "://" in inbox
    settings = Settings(
        month=month or "",
        made_at="",
        previous=previous or "",
        inbox=Path("inbox") if remote else Path(inbox),
        inbox_url=inbox if remote else "",
        data_url=data_url,
        scheduler=scheduler,
        by_parts=by_parts,
        outbox=outbox,
        templates=templates_folder(),
        checklist=checklist,
        jobs=jobs,
        pivot=not no_pivot,
        edition=edition,
        named=named,
        allow_fewer=allow_fewer,
    )
    settings = begun(with_settings_file(settings, settings_file), yes=yes)
    if dry_run:
        rehearsal, difference = rehearse_and_tell(settings, quiet=quiet)
        if as_json:
            from pipeline.cli.told import rehearsed

            return rehearsed(settings.month, rehearsal.exit_code, difference)
        return rehearsal.exit_code
    result = run_and_tell(settings, quiet=quiet, fail_on=fail_on, opened=opened)
    if as_json:
        from pipeline.cli.told import aggregated

        return aggregated(result, public=edition == "public")
    return result.exit_code


@torimatome.command(options_metavar="[オプション]")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("build/demo"),
    help="見本を作るフォルダ（省略時 build/demo）。",
)
@open_option
@click.option("--quiet", is_flag=True, help="途中の経過を表示しません。")
def demo(into: Path, opened: bool, quiet: bool) -> int:
    """見本の回答（約 30 団体）を作り、集計までを試します。"""
    from pipeline.sample import MONTH, write_demo

    click.echo(f"見本の回答を {into / 'inbox'} に作り、{into / 'outbox'} に集計します。")
    empty_demo_folder(into)
    write_demo(into)
    return _demo_month(into / "inbox", into / "outbox", MONTH, quiet=quiet, opened=opened)


def empty_demo_folder(into: Path) -> None:
    """Make the folder anew where an earlier demo made it; refuse one that holds anything else."""
    import shutil

    marker = into / ".torimatome-demo"
    if into.exists() and any(into.iterdir()) and not marker.exists():
        raise TorimatomeError(
            f"{into} には見本以外のファイルがあります。--into で空のフォルダを指定してください。",
            ExitCode.USAGE,
        )
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    marker.touch()


def _demo_month(inbox: Path, outbox: Path, month: str, *, quiet: bool, opened: bool) -> int:
    from pipeline.cli.report import run_and_tell

    settings = plain_settings(month, inbox, outbox)
    code = run_and_tell(settings, quiet=quiet, fail_on=None, opened=opened).exit_code
    # The demo holds broken files on purpose: reading them all is not what it shows.
    return ExitCode.OK if code == ExitCode.SOME_UNREADABLE else code


@torimatome.command(options_metavar="[オプション]")
@month_command
@click.option("--undo", is_flag=True, help="締めた月のファイルを inbox/ に戻します。")
@click.option("--dry-run", is_flag=True, help="移動せず、移動する予定だけを表示します。")
def close(settings: Settings, undo: bool, dry_run: bool) -> None:
    """集計の済んだファイルを inbox/YYYY-MM/ に移し、その月を締めます。

    移すのは、その月の集計が読んだファイルだけです。集計のあとに届いたファイルは移しません。
    """
    from pipeline.cli.report import close_month

    close_month(settings, dry_run=dry_run, undo=undo)
