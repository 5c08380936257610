"""Options that commands share, and the settings that come of them."""

# ruff: noqa: PLC0415 - `torimatome --help` must answer at once; each command imports its own

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.texts.calendar import JAPAN
from pipeline.texts.calendar import present_month as this_month

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Checklist
    from pipeline.month.guard import MonthSource
    from pipeline.settings import Settings


MONTH_FORM = "%Y-%m"
MONTH_VARIABLE = "TORIMATOME_MONTH"  # how `make aggregate MONTH=…` hands the month over


def month_given(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Accept 2026-11, also 2026-1; refuse everything else."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, MONTH_FORM).replace(tzinfo=JAPAN).strftime(MONTH_FORM)
    except ValueError as error:
        raise click.BadParameter("2026-11 のように「年-月」で指定してください。") from error


def url_given(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
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


def local_now() -> str:
    """Give the local time, for what depends on a deadline being over."""
    return datetime.now(JAPAN).replace(tzinfo=None).isoformat(timespec="seconds")


month_option = click.option(
    "--month",
    callback=month_given,
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


def with_settings_file(settings: Settings, path: Path | None) -> Settings:
    """Give the settings as torimatome.toml, or the file named, completes them."""
    from pipeline.settings.file import apply_settings_file

    if path is None:
        path = Path("torimatome.toml")
        if not path.exists():
            return settings
    return apply_settings_file(settings, path)


def begun(settings: Settings, *, yes: bool | None = None) -> Settings:
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


def month_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that tell its month, and in their place the settings of them.

    A command with ``--yes`` (`yes_option`) asks whether the month is meant, see `begun`.
    """

    @wraps(function)
    def called(month: str | None, inbox: Path, outbox: Path, checklist: str, **own: Any) -> Any:
        settings = replace(plain_settings(month or "", inbox, outbox), checklist=checklist)
        settings = begun(with_settings_file(settings, None), yes=own.pop("yes", None))
        return function(settings, **own)

    command: Callable[..., Any] = called
    for option in (checklist_option, outbox_option, inbox_option, month_option):
        command = option(command)
    return command


def checklist_of(name: str) -> Checklist:
    """Load the checklist of a command that reads no inbox; torimatome.toml has its say."""
    from pipeline.forms.checklists import load_checklist

    settings = replace(plain_settings("", Path("inbox"), Path("outbox")), checklist=name)
    settings = with_settings_file(settings, None)
    return load_checklist(settings.templates / settings.checklist)


def plain_settings(month: str, inbox: Path, outbox: Path) -> Settings:
    """Give settings that no torimatome.toml has a say in: the demo is the same for everybody."""
    from pipeline.forms.checklists import templates_folder
    from pipeline.settings import Settings

    return Settings(
        month=month, made_at="", inbox=inbox, outbox=outbox, templates=templates_folder()
    )
