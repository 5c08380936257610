"""What is asked before a month is read, and before what it wrote last time is written over.

Pure but for the record of the last run and the list of an inbox, which are only read. Today is an
argument.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.assemble import conservation
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.history.record import DamagedError, open_table, read_record
from pipeline.machine.refusals import reason
from pipeline.model import Batch, Checklist, Entry, FileState, Inbox, Skipped, SkipReason
from pipeline.rules.words import listed
from pipeline.texts.calendar import month_after, month_number

ALLOWING = (
    "減ってよいときは、--allow-fewer を付けて（make では ARGS=--allow-fewer）もう一度実行して"
    "ください。"
)
FAR_MONTHS = 24  # from today, for the first month of all: a slip of the year is most of the errors
_FEWER = 5  # a fall by more than one in so many is no ordinary month


class MonthSource(StrEnum):
    """What told the month. The value is the word shown."""

    TODAY = "今日の日付から"
    OPTION = "--month で指定"
    MAKE = "MONTH= で指定"
    FILE = "torimatome.toml で指定"


class FewerBodiesError(TorimatomeError):
    """A month would be written over by one with far fewer bodies; ends with `ALLOWING`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The month of a command (YYYY-MM), and what told it."""

    month: str
    source: MonthSource


def announcement(chosen: Chosen, months: Sequence[str]) -> str:
    """Give the first line of a command. ``months`` are the aggregated ones, oldest first."""
    line = f"基準月 {chosen.month}（{chosen.source}）。"
    if not months:
        return f"{line}はじめての集計です。"
    again = chosen.month == months[-1]
    return f"{line}前回{'も' if again else 'は'} {months[-1]} でした。"


def doubt_about_month(month: str, months: Sequence[str], today: str) -> str:
    """Tell why a month is hardly meant, empty where it is one that is to be expected.

    Expected are the newest aggregated month and the next, for the first of all any within two
    years of ``today`` (YYYY-MM).
    """
    if not months:
        if abs(month_number(month) - month_number(today)) <= FAR_MONTHS:
            return ""
        return f"{month} は、今月（{today}）から {FAR_MONTHS} か月より離れています。"
    newest, following = months[-1], month_after(months[-1])
    if month in {newest, following}:
        return ""
    again = "集計済みの月ですが、" if month in months else ""
    return (
        f"{month} は{again}いちばん新しい集計の月（{newest}）でも、その次の月（{following}）でも"
        "ありません。"
    )


def insist_on_one_checklist(folder: Path, checklist: Checklist) -> None:
    """Refuse a run over a month's folder that holds another checklist, or another edition of it.

    TorimatomeError (usage); what stands there stays as it is.
    """
    try:
        there = read_record(folder).part("checklist")
    except DamagedError:
        return
    written, now = (there.get("id"), there.get("version")), (checklist.id, checklist.version)
    if not there or written == now:
        return
    raise TorimatomeError(
        f"{folder} には別の様式の集計があります（{' '.join(map(str, written))}。"
        f"今回の様式は {' '.join(now)}）。1 つの月のフォルダに 2 つの様式は置けません。"
        "様式ごとに --outbox と --inbox を分けるか、今ある集計を別の場所へ移してから、"
        "もう一度実行してください。",
        ExitCode.USAGE,
    )


def insist_on_bodies(folder: Path, batch: Batch) -> None:
    """Refuse a run that would replace a month's last result by one with far fewer bodies.

    ``folder`` is the month's below outbox/. `FewerBodiesError` names who is missing; nothing
    is written then.
    """
    before = _counted_before(folder)
    now = {counted.respondent.id: counted.respondent.name for counted in batch.submissions}
    if not before or (now and (len(before) - len(now)) * _FEWER <= len(before)):
        return
    names = set(now.values())
    lost = [name for id_, name in before.items() if id_ not in now and name not in names]
    raise FewerBodiesError(
        f"今回数えられるのは {len(now)} 団体で、前回の集計の {len(before)} 団体から大きく減るため、"
        "書き出していません（前回の結果はそのまま残っています）。\n"
        f"今回ない団体: {listed(lost, '団体', limit=10)}\n"
        "受信フォルダから移したり消したりしたファイルがないか、月とフォルダの指定が正しいかを"
        f"確かめてください。{ALLOWING}"
    )


def _counted_before(folder: Path) -> Mapping[str, str]:
    """Give the bodies that the last run of a month counted, by id."""
    try:
        with open_table(read_record(folder), "files") as table:
            return {
                table.written(id_): table.written(name)
                for state, id_, name in table.columns("state", "respondent_id", "respondent")
                if state == FileState.COUNTED
            }
    except DamagedError:
        return {}


def insist_on_a_folder(inbox: Path) -> None:
    """Refuse an inbox that is a file, or that this computer does not list."""
    try:
        next(inbox.iterdir(), None)
    except FileNotFoundError:
        return  # an inbox that is not there yet is an empty one
    except NotADirectoryError as error:
        raise TorimatomeError(
            f"受信フォルダとして指定された {inbox} は、フォルダではなくファイルです。"
            "届いた回答を入れたフォルダを指定してください（--inbox フォルダ名）。",
            ExitCode.USAGE,
        ) from error
    except OSError as error:
        raise TorimatomeError(
            f"受信フォルダ {inbox} を開けません（{reason(error)}）。"
            "フォルダの権限と、共有フォルダにつながっているかを確かめて、もう一度実行してください。",
            ExitCode.USAGE,
        ) from error


def insist_on_mail(inbox: Inbox, place: Path | str) -> None:
    """Refuse an inbox that holds nothing but what the product or the system keeps there."""
    if any(_is_mail(entry) for entry in inbox.entries):
        return
    raise TorimatomeError(
        f"{place} に集計するファイルがありません。"
        f"届いた回答（Excel ファイルなど）を {place} に置いてから、もう一度実行してください。\n"
        "動きを試すには「make demo」（pip で入れたときは「torimatome demo」、キットでは"
        "「見本で試す.bat」）を実行してください（見本の回答で集計します）。"
    )


def _is_mail(entry: Entry) -> bool:
    """Tell what somebody put into the inbox from what the product or the system keeps there."""
    ours = {SkipReason.SYSTEM, SkipReason.CONTROL, SkipReason.GUIDE}
    return not (isinstance(entry, Skipped) and entry.reason in ours)


def insist_on_conservation(batch: Batch, inbox: Inbox, *, handed: Collection[str] = ()) -> None:
    """Refuse to write a workbook whose files and answers do not add up.

    ``handed`` are the returns (by key) whose answers stand elsewhere.
    """
    mismatches = [*conservation(batch, handed=handed)]
    recorded = len({record.source.path for record in batch.files})
    if recorded != len(inbox.entries):
        mismatches.append(f"files: {len(inbox.entries)} seen, {recorded} recorded")
    if mismatches:
        raise TorimatomeError(
            "内部の照合が合わないため、集計表を書き出しませんでした（前回の結果はそのままです）。"
            "お手数ですが、次の内容を開発者へお知らせください:\n  " + "\n  ".join(mismatches)
        )
