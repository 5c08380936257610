"""The commands of torimatome. Heavy modules are imported where a command needs them."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.japanese import JapaneseGroup
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.texts.calendar import JAPAN
from pipeline.texts.calendar import present_month as this_month

if TYPE_CHECKING:
    from pipeline.cli.documents import Document
    from pipeline.model import Checklist
    from pipeline.month.guard import MonthSource
    from pipeline.settings import Settings

MONTH_FORM = "%Y-%m"
DEMO_MONTH = "2026-11"
MONTH_VARIABLE = "TORIMATOME_MONTH"  # how `make aggregate MONTH=…` hands the month over


def _month(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Accept 2026-11, also 2026-1; refuse everything else."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, MONTH_FORM).replace(tzinfo=JAPAN).strftime(MONTH_FORM)
    except ValueError as error:
        raise click.BadParameter("2026-11 のように「年-月」で指定してください。") from error


def _url(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """Accept an empty text and URLs."""
    if value and "://" not in value:
        raise click.BadParameter(
            "s3://（置き場所の名前）/… のような URL で指定してください。"
            "手元のフォルダには、いつも outbox/YYYY-MM/data/ に書き出します。"
        )
    return value


def _month_source() -> MonthSource:
    """Tell what told the month of the present command; TODAY where the command line did not."""
    from click.core import ParameterSource

    from pipeline.month.guard import MonthSource

    told = click.get_current_context().get_parameter_source("month")
    if told is ParameterSource.ENVIRONMENT:
        return MonthSource.MAKE
    return MonthSource.OPTION if told is ParameterSource.COMMANDLINE else MonthSource.TODAY


def _now() -> str:
    """Give the local time, for what depends on a deadline being over."""
    return datetime.now(JAPAN).replace(tzinfo=None).isoformat(timespec="seconds")


month_option = click.option(
    "--month",
    callback=_month,
    metavar="YYYY-MM",
    default=None,
    envvar=MONTH_VARIABLE,
    help="集計する月（例 2026-11）。省略すると今月（日本時間）です。",
)
yes_option = click.option(
    "--yes", is_flag=True, help="前回の月でも次の月でもないとき、確かめずに進みます。"
)
open_option = click.option(
    "--open", "opened", is_flag=True, help="終わったら、できたものを開きます。"
)
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="結果を JSON で標準出力に出します（ほかの言葉は標準エラーに出します）。",
)
inbox_option = click.option(
    "--inbox",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("inbox"),
    help="届いた回答を置いたフォルダ（省略時 inbox）。",
)


outbox_option = click.option(
    "--outbox",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("outbox"),
    help="結果を書き出すフォルダ（省略時 outbox）。",
)


checklist_option = click.option(
    "--checklist",
    metavar="NAME",
    default="smartcity-security",
    help="様式の名前（templates/ の下のフォルダ名）。",
)


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
    callback=_month,
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
    callback=_url,
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
    settings = _begun(_with_settings_file(settings, settings_file), yes=yes)
    if dry_run:
        rehearsal, difference = rehearse_and_tell(settings, quiet=quiet)
        if as_json:
            from pipeline.cli.documents import rehearsed

            return rehearsed(settings.month, rehearsal.exit_code, difference)
        return rehearsal.exit_code
    result = run_and_tell(settings, quiet=quiet, fail_on=fail_on, opened=opened)
    if as_json:
        from pipeline.cli.documents import aggregated

        return aggregated(result, public=edition == "public")
    return result.exit_code


def _with_settings_file(settings: Settings, path: Path | None) -> Settings:
    from pipeline.settings import apply_settings_file

    if path is None:
        path = Path("torimatome.toml")
        if not path.exists():
            return settings
    return apply_settings_file(settings, path)


def _begun(settings: Settings, *, yes: bool | None = None) -> Settings:
    """Settle the month and say which it is; finish what an earlier command left half done.

    ``yes`` is None for commands to which any month may be named.
    """

    from pipeline.cli.plan import plan_line
    from pipeline.cli.report import announce_month, finish_moves
    from pipeline.month.guard import Chosen, MonthSource

    today, source = this_month(), _month_source()
    if not settings.month:
        settings = replace(settings, month=today)
    elif source is MonthSource.TODAY:
        source = MonthSource.FILE
    context = click.get_current_context()
    click.echo(plan_line(context.info_name or "", context.params, settings))
    finish_moves(settings)
    announce_month(Chosen(month=settings.month, source=source), settings, today=today, yes=yes)
    return settings


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
    from pipeline.forms.checklists import load_checklist, templates_folder
    from pipeline.sample import write_demo

    click.echo(f"見本の回答を {into / 'inbox'} に作り、{into / 'outbox'} に集計します。")
    empty_demo_folder(into)
    write_demo(into, load_checklist(templates_folder() / "smartcity-security"))
    return _demo_month(into / "inbox", into / "outbox", DEMO_MONTH, quiet=quiet, opened=opened)


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

    form, month = _checklist(checklist), month or this_month()
    looked = ((path, look_into(path, checklist=form, month=month)) for path in files)
    if as_json:
        from pipeline.cli.documents import inspected

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

    legend, month = _checklist(checklist).legend, month or this_month()
    if as_json:
        from pipeline.cli.documents import explained

        return explained(text, month=month, legend=legend)
    click.echo(explain_text(text, month=month, legend=legend))
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
        from pipeline.cli.documents import rules_told

        return rules_told(told)
    for each in told:
        click.echo(rule_text(each.code) if code else f"{each.code}  {each.severity}  {each.title}")
    return None


@torimatome.command(options_metavar="[オプション]")
@month_option
@inbox_option
@outbox_option
@checklist_option
@click.option("--undo", is_flag=True, help="締めた月のファイルを inbox/ に戻します。")
@click.option("--dry-run", is_flag=True, help="移動せず、移動する予定だけを表示します。")
def close(
    month: str | None, inbox: Path, outbox: Path, checklist: str, undo: bool, dry_run: bool
) -> None:
    """集計の済んだファイルを inbox/YYYY-MM/ に移し、その月を締めます。

    移すのは、その月の集計が読んだファイルだけです。集計のあとに届いたファイルは移しません。
    """
    from pipeline.cli.report import close_month

    close_month(_settings(month, inbox, outbox, checklist), dry_run=dry_run, undo=undo)


@torimatome.command(options_metavar="[オプション]")
@month_option
@inbox_option
@outbox_option
@checklist_option
@click.option(
    "--remind/--no-remind",
    default=None,
    help="未提出の団体への督促文を、提出期限の前でも作ります／作りません（省略時は期限を過ぎたら）。",
)
@click.option("--thanks", is_flag=True, help="受け付けが済んだ団体へのお礼の文面も作ります。")
@yes_option
@open_option
def sendback(
    month: str | None,
    inbox: Path,
    outbox: Path,
    checklist: str,
    remind: bool | None,
    thanks: bool,
    yes: bool,
    opened: bool,
) -> None:
    """直してもらう項目だけの差戻し票と、依頼文・督促文・お礼の下書きを団体ごとに作ります。

    文面は templates/手紙/ で変えられ、連絡先と期限は torimatome.toml に書きます。

    差戻し票に記入して返してもらい、inbox に置いて集計し直すと、その項目だけが差し替わります。
    """
    from pipeline.cli.report import open_result, sendback_lines
    from pipeline.loop.sendback import Ask, send_back

    settings = _settings(month, inbox, outbox, checklist, yes=yes)
    result = send_back(settings, ask=Ask(remind=remind, thanks=thanks, now=_now()))
    for line in sendback_lines(result):
        click.echo(line)
    if opened and (result.packages or result.reminded):
        open_result(result.folder if result.packages else result.folder.parent)


@torimatome.command(options_metavar="[オプション]")
@month_option
@inbox_option
@outbox_option
@checklist_option
def feedback(month: str | None, inbox: Path, outbox: Path, checklist: str) -> None:
    """回答した団体ごとに、1枚のお返し（還元カード）を作ります。

    その団体の回答と全体の割合、3か月以内の予定、確認をお願いしている項目を載せます。
    ほかの団体の名前や回答は入りません。
    """
    from pipeline.loop.feedback import feed_back

    result = feed_back(_settings(month, inbox, outbox, checklist))
    click.echo(f"還元カードを {result.cards} 団体分作りました: {result.folder}")
    click.echo("  Excel（.xlsx）とブラウザで開くもの（.html）は同じ内容です。1枚に印刷できます。")


@torimatome.command(options_metavar="[オプション]")
@month_option
@inbox_option
@outbox_option
@checklist_option
@click.option("--office", metavar="NAME", default="", help="提出する機関の名前（例: 青海県）。")
def seal(month: str | None, inbox: Path, outbox: Path, checklist: str, office: str) -> None:
    """集計した月の回答と判断を、上位の機関へ提出する1つのファイル（提出用_YYYY-MM.zip）にします。

    受け取った機関は、開かずにそのまま inbox に置いて集計します。
    """
    from datetime import UTC, datetime

    from pipeline.cli.report import seal_lines
    from pipeline.loop.seal import seal as seal_month

    settings = _settings(month, inbox, outbox, checklist)
    settings = replace(settings, office=office)
    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    for line in seal_lines(seal_month(settings, sealed_at=now)):
        click.echo(line)


@torimatome.command(options_metavar="[オプション]")
@month_option
@inbox_option
@outbox_option
@checklist_option
@click.option("--prefill", is_flag=True, help="前の月の回答を、前月分と分かる形で入れておきます。")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=None,
    help="書き出すフォルダ（省略時は outbox/配布_YYYY-MM）。",
)
@open_option
def distribute(
    month: str | None,
    inbox: Path,
    outbox: Path,
    checklist: str,
    prefill: bool,
    into: Path | None,
    opened: bool,
) -> None:
    """名簿の団体ごとに、選択肢の付いた配布用のチェックシートと、送付の手紙の下書きを作ります。"""
    from pipeline.cli.report import distribute_lines, open_result
    from pipeline.loop.distribute import distribute as write_forms

    settings = _settings(month, inbox, outbox, checklist)
    result = write_forms(settings, prefill=prefill, into=into, now=_now())
    for line in distribute_lines(result):
        click.echo(line)
    if opened:
        open_result(result.folder)


def _settings(
    month: str | None, inbox: Path, outbox: Path, checklist: str, *, yes: bool | None = None
) -> Settings:
    """Give the settings of a command that has no switches of its own; see `_begun` for ``yes``."""
    settings = replace(plain_settings(month or "", inbox, outbox), checklist=checklist)
    return _begun(_with_settings_file(settings, None), yes=yes)


def _checklist(name: str) -> Checklist:
    """Load the checklist of a command that reads no inbox; torimatome.toml has its say."""
    from pipeline.forms.checklists import load_checklist

    settings = replace(plain_settings("", Path("inbox"), Path("outbox")), checklist=name)
    settings = _with_settings_file(settings, None)
    return load_checklist(settings.templates / settings.checklist)


def plain_settings(month: str, inbox: Path, outbox: Path) -> Settings:
    """Give settings that no torimatome.toml has a say in: the demo is the same for everybody."""
    from pipeline.forms.checklists import templates_folder
    from pipeline.settings import Settings

    return Settings(
        month=month, made_at="", inbox=inbox, outbox=outbox, templates=templates_folder()
    )


@torimatome.group(cls=JapaneseGroup, subcommand_metavar="コマンド", options_metavar="")
def template() -> None:
    """様式（templates/）の白紙ファイルを作り直します。"""


@template.command(name="build", options_metavar="[オプション]")
@click.option("--into", type=click.Path(path_type=Path), default=None, help="書き出すフォルダ。")
def template_build(into: Path | None) -> None:
    """様式のデータから blank.xlsx と 名簿.xlsx を作ります（何度作っても同じ内容です）。

    手紙の文面（手紙/）は、ないものだけを作ります。書き換えたものはそのまま残ります。
    """
    from pipeline.cli.generated import build_templates
    from pipeline.forms.checklists import templates_folder

    for path in build_templates(templates_folder(), into):
        click.echo(f"作成しました: {path}")


@torimatome.command(hidden=True)
@click.option("--check", is_flag=True)
def docs(check: bool) -> None:
    """Write the generated pages again, or tell (--check) which of them are stale."""
    from pipeline.cli.api_page import render_api_page
    from pipeline.cli.generated import stale_pages, write_pages
    from pipeline.cli.json_page import render_json_page
    from pipeline.cli.reference import render_cli_page

    pages = {"docs/cli.md": render_cli_page(torimatome), "docs/api.md": render_api_page()}
    pages["docs/json.md"] = render_json_page()
    root = Path(__file__).resolve().parents[2]
    if not check:
        for page in write_pages(root, pages):
            click.echo(f"written: {page}")
        return
    stale = stale_pages(root, pages)
    if stale:
        raise TorimatomeError(f"stale, run `make docs`: {', '.join(stale)}", ExitCode.USAGE)
