"""`torimatome menu`: the month's work by questions, for those who use no terminal.

The .bat files of the kit call it with their task and with the files that were dropped on them.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.asking import ask, confirm
from pipeline.cli.commands import torimatome
from pipeline.cli.options import inbox_option, outbox_option
from pipeline.texts.calendar import (
    ERA,
    MONTH,
    month_after,
    month_number,
    month_words,
    numbered_month,
    present_month,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TASKS = {
    "集計": "届いた回答を集計する",
    "差戻し": "差戻し票・依頼文・督促文を作る",
    "配布": "配布用のチェックシートを作る",
    "締め": "月を締める（集計の済んだファイルを片付ける）",
    "見本": "見本の回答で試す",
}
_YEAR_MONTH = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D*")
_ERA_MONTH = re.compile(r"(令和|平成|[rRhH])\s*(\d{1,2}|元)\D{1,2}(\d{1,2})\D*")
_MONTH_ALONE = re.compile(r"(\d{1,2})\s*月?")


@torimatome.command(options_metavar="[オプション]")
@click.argument("files", metavar="[ファイル]…", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--task",
    type=click.Choice([*TASKS]),
    metavar="NAME",
    default=None,
    help=f"行う作業（{'・'.join(TASKS)}）。省略すると尋ねます。",
)
@inbox_option
@outbox_option
@click.option("--wait", is_flag=True, help="終わったあと、Enter キーが押されるまで待ちます。")
def menu(files: tuple[Path, ...], task: str | None, inbox: Path, outbox: Path, wait: bool) -> int:
    """月を尋ねながら、集計・差戻し・配布・締めを行い、できたものを開きます。

    ファイルを指定すると、はじめに受信フォルダへ写します（同じ名前のファイルは上書きしません）。
    配布のときは、国などの様式（Excel）を、配布に使う様式として置きます（名簿は受信フォルダへ）。
    """
    from pipeline.cli import main  # noqa: PLC0415 - it registers this command

    office = Office(inbox=inbox, outbox=outbox)
    forms = [
        each for each in files if task == "配布" and each.is_file() and "名簿" not in each.name
    ]
    for line in take_in([each for each in files if each not in forms], inbox):
        click.echo(line)
    codes = (main(["template", "build", str(form)]) for form in forms)
    code = next(filter(None, codes), 0) or _carry_out(task or _chosen_task(), office)
    if wait:
        ask("\nEnter キーを押すと、この画面を閉じます。")
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The two folders that the work goes from and to."""

    inbox: Path
    outbox: Path

    def arguments(self, command: str, month: str, *more: str) -> list[str]:
        """Give the command line of a month's command."""
        places = ["--inbox", str(self.inbox), "--outbox", str(self.outbox)]
        return [command, "--month", month, *places, *more]


def _chosen_task() -> str:
    names = [*TASKS]
    for number, words in enumerate(TASKS.values(), start=1):
        click.echo(f"  {number}. {words}")
    while True:
        answer = ask(f"番号を入力して、Enter キーを押してください（1～{len(names)}）: ")
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            return names[int(answer) - 1]
        if answer in TASKS:
            return answer


def _carry_out(task: str, office: Office) -> int:
    """Do a task through its command, so that its words and exit code are the same."""
    from pipeline.cli import main  # noqa: PLC0415 - it registers this command

    click.echo(f"{TASKS[task]}作業を始めます。")
    if task == "見本":
        return main(["demo", "--into", "見本", "--open"])
    month = _asked_month(_proposed(task, office.outbox))
    match task:
        case "差戻し":
            return main(office.arguments("sendback", month, "--open"))
        case "配布":
            prefill = confirm("前の月の回答を、前月分と分かる形で入れておきますか？")
            more = ["--prefill"] if prefill else []
            return main(office.arguments("distribute", month, "--open", *more))
        case "締め":
            code = main(office.arguments("close", month, "--dry-run"))
            if code or not confirm(f"{month_words(month)}を締めてよろしいですか？"):
                return code
            return main(office.arguments("close", month))
        case _:
            return main(office.arguments("aggregate", month, "--open"))


def _proposed(task: str, outbox: Path) -> str:
    from pipeline.history.record import aggregated_months  # noqa: PLC0415 - keeps `--help` fast

    return proposed_month(task, aggregated_months(outbox), present_month())


def proposed_month(task: str, months: Sequence[str], today: str) -> str:
    """Give the month that a task is most likely meant for. ``months`` are the aggregated ones."""
    if not months:
        return today
    newest, following = months[-1], month_after(months[-1])
    if task in {"差戻し", "締め"}:
        return newest
    if task == "配布":
        return max(today, following)
    if today in {newest, following}:
        return today
    return following if today > following else newest


def _asked_month(proposed: str) -> str:
    while True:
        answer = ask(
            f"何月分ですか？（例 2026-11。そのまま Enter なら {month_words(proposed)}分）: "
        )
        month = read_month(answer, proposed)
        if month:
            return month
        click.echo("2026-11 や 2026年11月 のように、年と月を入力してください。")


def read_month(text: str, proposed: str) -> str:
    """Give the month that a folded text says, empty where it says none.

    Nothing means ``proposed``; a month without a year is the one nearest to it.
    """
    text = text.strip()
    if not text:
        return proposed
    if era := _ERA_MONTH.fullmatch(text):
        year = ERA[era[1].casefold()] + (1 if era[2] == "元" else int(era[2]))
        month = f"{year}-{int(era[3]):02d}"
    elif written := _YEAR_MONTH.fullmatch(text):
        month = f"{written[1]}-{int(written[2]):02d}"
    elif (alone := _MONTH_ALONE.fullmatch(text)) and 1 <= int(alone[1]) <= 12:
        around = month_number(proposed)
        near = (numbered_month(number) for number in range(around - 5, around + 7))
        month = next(each for each in near if int(each[5:]) == int(alone[1]))
    else:
        return ""
    return month if MONTH.fullmatch(month) else ""


def take_in(files: Sequence[Path], inbox: Path) -> Iterator[str]:
    """Copy files and folders into the inbox, write over nothing, and tell of each.

    The same content under the same name is there already; other content gets a number.
    """
    from pipeline.machine.refusals import reason  # noqa: PLC0415 - keeps `--help` fast

    for place in files:
        if inbox.resolve() in (place.resolve(), *place.resolve().parents):
            yield f"{place.name} は、もう {inbox} にあります。"
            continue
        if not place.exists():
            yield f"{place} が見つからないため、写していません。"
            continue
        folder = place.is_dir()
        inside = (
            sorted(found for found in place.rglob("*") if found.is_file()) if folder else [place]
        )
        for found in inside:
            try:
                yield _take(found, inbox / found.relative_to(place.parent), inbox)
            except OSError as error:
                yield f"{found} を写せませんでした（{reason(error)}）。"


def _take(source: Path, target: Path, inbox: Path) -> str:
    from pipeline.machine.disk import file_hash, free_name  # noqa: PLC0415 - keeps `--help` fast

    place = free_name(target, file_hash(source))
    if place is None:
        return f"{target.relative_to(inbox)} は、もう {inbox} にあります。"
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as read, place.open("xb") as written:
            shutil.copyfileobj(read, written)
        shutil.copystat(source, place)
    except OSError:
        place.unlink(missing_ok=True)
        raise
    return f"{place.relative_to(inbox)} を {inbox} に写しました。"
