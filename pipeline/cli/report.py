"""What a run says on the terminal: progress while it reads, then where to look and what to do."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipeline.cli.asking import can_ask, confirm
from pipeline.cli.words import STATES
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.frame.findings import findings_of
from pipeline.model import FileState, Severity
from pipeline.rules.alerts import alerts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rich.progress import Progress

    from pipeline.cli.rehearsal import Difference
    from pipeline.inbox.close import ClosePlan
    from pipeline.loop.distribute import DistributeResult
    from pipeline.loop.seal import SealResult
    from pipeline.loop.sendback import SendBackResult
    from pipeline.month.guard import Chosen
    from pipeline.run import RunResult
    from pipeline.settings import Settings


def run_and_tell(
    settings: Settings, *, quiet: bool, fail_on: str | None, opened: bool = False
) -> RunResult:
    """Aggregate a month and print what came of it; its exit code is that of the command.

    At a terminal, a month with far fewer bodies than last time is asked about, not refused.
    """
    from pipeline.month.guard import ALLOWING, FewerBodiesError  # noqa: PLC0415 - `--help` is fast

    try:
        result = _result(settings, quiet=quiet)
    except FewerBodiesError as error:
        if not can_ask():
            raise
        click.echo(error.message.removesuffix(ALLOWING))
        if not confirm("減ってよいので、このまま書き出しますか？"):
            raise TorimatomeError("何も書き出していません。") from error
        result = _result(replace(settings, allow_fewer=True), quiet=quiet)
    for line in summary_lines(result):
        click.echo(line)
    if opened:
        open_result(result.workbook)
    if fail_on and _any_at_least(result, Severity(fail_on)):
        return replace(result, exit_code=ExitCode.FINDINGS)
    return result


def _result(settings: Settings, *, quiet: bool) -> RunResult:
    with _progress(quiet) as progress:
        return _aggregate(settings)(settings, progress=progress)


def rehearse_and_tell(settings: Settings, *, quiet: bool) -> tuple[RunResult, Difference]:
    """Aggregate a month without writing it; tell what would change."""
    from pipeline.cli.rehearsal import rehearse  # noqa: PLC0415 - the same
    from pipeline.cli.rehearsing import difference_lines  # noqa: PLC0415 - keeps `--help` fast
    from pipeline.forms.checklists import load_checklist  # noqa: PLC0415 - the same

    with _progress(quiet) as progress:
        result, difference = rehearse(settings, progress=progress)
    checklist = load_checklist(settings.templates / settings.checklist)
    for line in difference_lines(difference, checklist, month=settings.month):
        click.echo(line)
    click.echo("試しの集計が終わりました。何も書き出していません。")
    return result, difference


def open_result(place: Path) -> None:
    """Open a workbook or a folder with what this computer opens it with."""
    if click.launch(str(place.resolve())):
        click.echo(f"自動で開けませんでした。次の場所を開いてください: {place}")


def _aggregate(settings: Settings) -> Callable[..., RunResult]:
    if settings.by_parts:
        from pipeline.by_parts import aggregate_by_parts  # noqa: PLC0415 - an extra

        return aggregate_by_parts
    from pipeline.run import aggregate  # noqa: PLC0415 - keeps `--help` fast

    return aggregate


def summary_lines(result: RunResult) -> list[str]:
    """Give the last lines of a run: files, findings, and the path to open."""
    states = result.files
    severities = Counter(findings_of(result.findings).frame["severity"]) + result.beyond
    others = [
        f"{words} {states[state]}"
        for state, words in STATES.items()
        if states[state] and state is not FileState.COUNTED
    ]
    findings = " / ".join(f"{severity} {severities[severity]}" for severity in Severity)
    lines = [
        f"{result.month} の集計が終わりました。",
        f"  ファイル: {states.total()} 件（集計 {states[FileState.COUNTED]}"
        + "".join(f"、{other}" for other in others)
        + "）",
        f"  指摘:     {findings}",
        f"  団体:     {result.turnout.equation}",
    ]
    if result.missing is None:
        lines.append("  inbox/名簿.xlsx を置くと、未提出の団体が分かります。")
    elif result.missing_unread:
        lines.append(
            f"  回答のない団体のうち {result.missing_unread} 団体からは、回答として数えられない"
            "ファイルが届いています。"
        )
    if result.progress:
        lines.append(f"  率:       {result.progress}")
    return [*lines, *_noted_lines(result, unreadable=states[FileState.UNREADABLE])]


def _noted_lines(result: RunResult, *, unreadable: int) -> list[str]:
    """Tell what is to be looked at, and where."""
    lines: list[str] = []
    if unreadable:
        lines.append(
            "  読めなかったファイルがあります。「要確認」シートの上から順にご確認ください。"
        )
    late = findings_of(result.findings).where("code", ("R607",)).sum()
    if late:
        lines.append(
            f"  前の月の確認票に後から書かれた判断が {late} 件あり、使っていません"
            "（「要確認」シートの R607 をご覧ください）。"
        )
    lines += _entry_lines(result)
    if result.since:
        lines.append(f"  前回の集計から: {'、'.join(result.since)}")
    if result.kept_as:
        lines.append(
            f"  前回のファイルが手で直されていたため、{'、'.join(result.kept_as)} として残しました"
            "（集計には使っていません。回答の訂正は確認票に書いてください）。"
        )
    lines += [f"  まず連絡 {n}: {told}" for n, told in enumerate(result.attention, start=1)]
    lines += [f"  ▲ {notice}" for notice in (*result.notices, *alerts(result.findings))]
    form = result.folder / f"確認票_{result.month}.xlsx"
    if form.exists():
        lines.append(f"確認票: {form}")
    lines += _extract_lines(result)
    lines.append(f"集計表: {result.workbook}")
    return lines


def _extract_lines(result: RunResult) -> list[str]:
    """Name the small workbook and the page, where they were written."""
    places = {
        "概要版（メール用）": result.names.digest,
        "報告（A4で1枚）": result.names.page,
    }
    found = {words: result.workbook.with_name(name) for words, name in places.items()}
    return [f"{words}: {place}" for words, place in found.items() if place.exists()]


def _entry_lines(result: RunResult) -> list[str]:
    """Tell how much of 確認票 was used, and which of its rows were not."""
    used, unusable = result.entries
    if not used and not unusable:
        return []
    if not unusable:
        return [f"  判断:     {used} 件を反映"]
    sheets: dict[str, list[str]] = {}
    for sheet, row in unusable:
        sheets.setdefault(sheet, []).append(str(row))
    rows = "、".join(f"{sheet}の行 {'、'.join(rows)}" for sheet, rows in sheets.items())
    return [f"  判断 {used} 件を反映、{len(unusable)} 件は使えません（{rows}）。"]


def close_month(settings: Settings, *, dry_run: bool, undo: bool) -> None:
    """Move a month's files into its folder, or back, or tell what would be moved."""
    from pipeline.inbox.close import (  # noqa: PLC0415 - keeps `--help` fast
        carry_out,
        check_moves,
        plan_close,
        plan_undo,
    )
    from pipeline.machine.lock import at_work  # noqa: PLC0415 - the same

    inbox, month = settings.inbox, settings.month
    with at_work(settings.outbox):
        plan = plan_undo(inbox, month) if undo else plan_close(inbox, settings.outbox, month)
        if dry_run:
            check_moves(plan.moves)
        else:
            carry_out(plan.moves, inbox)
    for line in close_lines(plan, settings, dry_run=dry_run, undo=undo):
        click.echo(line)


def close_lines(
    plan: ClosePlan, settings: Settings, *, dry_run: bool = False, undo: bool = False
) -> list[str]:
    """Tell what was moved and what was not, what the month leaves open, and how to go back."""
    inbox, month = settings.inbox, settings.month
    done = "移動する予定のファイル" if dry_run else "移動したファイル"
    if plan.moves or not (inbox / month).is_dir():
        lines = [f"{done}: {len(plan.moves)} 件"]
    else:
        lines = [f"{month} は既に締めてあります。移動するファイルはありません。"]
    lines += [f"  {move.source} → {move.target}" for move in plan.moves]
    if undo:
        if plan.later:
            lines.append(
                f"{inbox} には、ほかに {len(plan.later)} 件のファイルがあります。"
                "次に集計するときは、これらも一緒に読みます。"
            )
        return lines
    if plan.later:
        lines.append(
            f"移動しなかったファイル: {len(plan.later)} 件（{month} の集計のあとに届いたか、"
            "中身が変わったもの）"
        )
        lines += [f"  {path}" for path in plan.later]
        lines.append(
            f"  {month} の回答であれば、{inbox / month} に移して、もう一度 {month} を"
            "集計してください。"
        )
    if plan.gone:
        lines.append(f"集計したときにあり、今は見つからないファイル: {len(plan.gone)} 件")
        lines += [f"  {path}" for path in plan.gone]
    if plan.still_open:
        lines.append(f"まだ終わっていないこと: {'、'.join(plan.still_open)}")
    if plan.moves and not dry_run:
        lines.append(f"元に戻すには: torimatome close --month {month} --undo")
    return lines


def announce_month(
    chosen: Chosen, settings: Settings, *, today: str, yes: bool | None = None
) -> None:
    """Say which month it is before anything is read, and ask where it is hardly meant.

    ``yes``: the answer is given already; None: nothing is asked.
    """
    from pipeline.history.record import aggregated_months  # noqa: PLC0415 - see above
    from pipeline.month.guard import announcement, doubt_about_month  # noqa: PLC0415 - see above

    months = aggregated_months(settings.outbox)
    click.echo(announcement(chosen, months))
    doubt = doubt_about_month(chosen.month, months, today) if yes is False else ""
    if not doubt:
        return
    if can_ask():
        if confirm(f"{doubt}この月でよろしいですか？"):
            return
        raise TorimatomeError("何も書き出していません。", ExitCode.USAGE)
    raise TorimatomeError(
        f"{doubt}この月でよければ、--yes を付けて（make では ARGS=--yes）もう一度"
        "実行してください。何も書き出していません。",
        ExitCode.USAGE,
    )


def finish_moves(settings: Settings) -> None:
    """Finish what a killed `close` left half done, before anything reads the inbox."""
    from pipeline.inbox.close import finish_interrupted  # noqa: PLC0415 - keeps `--help` fast
    from pipeline.inbox.listing import JOURNAL  # noqa: PLC0415 - the same
    from pipeline.machine.lock import at_work  # noqa: PLC0415 - the same

    if not any((settings.inbox / name).is_file() for name in (JOURNAL, f"{JOURNAL}.new")):
        return
    with at_work(settings.outbox):  # the journal may be that of a close at work
        told = finish_interrupted(settings.inbox)
    if told:
        click.echo(told)


def seal_lines(result: SealResult) -> Iterator[str]:
    """Tell what was sealed, and what to do with it."""
    yield f"提出用のファイルを作りました: {result.path}"
    left = f"（未提出 {result.missing} 件は含みません）" if result.missing else ""
    yield f"  回答 {result.returns} 件と、確認票の判断を入れました{left}。"
    yield "  このまま上位の機関へ送ってください。開いて直すと、受け取った側では使えません。"


def sendback_lines(result: SendBackResult) -> list[str]:
    """Tell what was written for whom, and whom no letter can reach."""
    thanked = f"　お礼: {len(result.thanked)} 団体" if result.thanked or result.waiting else ""
    lines = [
        f"差戻し: {len(result.packages)} 団体　督促: {len(result.reminded)} 団体{thanked}",
        *(f"  {package.respondent.name}" for package in result.packages),
    ]
    if result.offices:
        lines.append(
            f"  取りまとめた機関を通すもの: {'、'.join(result.offices)}"
            "（差戻し_機関名.zip をその機関へ送ってください）"
        )
    if result.nobody:
        lines.append(f"  差出人が分からないファイル: {'、'.join(result.nobody)}")
    if result.reminded and result.unknown:
        lines.append(
            f"  ▲ 督促する団体のものかもしれない、団体の分からないファイルが "
            f"{len(result.unknown)} 件あります。送る前に確かめてください: "
            + "、".join(result.unknown)
        )
    if result.early:
        lines.append(
            f"  未提出の {len(result.early)} 団体への督促は、提出期限の前なので作っていません"
            "（作るときは --remind を付けます）。"
        )
    if result.waiting:
        lines.append(
            f"  要確認が残っているなどのため、お礼を作っていない団体: {len(result.waiting)} 団体"
            "（お礼/一覧.txt にあります）"
        )
    if result.without_mail:
        names = "、".join(result.without_mail)
        lines.append(f"  名簿にメールアドレスがない団体（下書きの宛先は空です）: {names}")
    lines += [f"  ▲ {notice}" for notice in result.notices]
    places = (
        (result.packages, "差戻し票と依頼文", result.folder),
        (result.reminded, "督促文", result.folder.parent / "督促"),
        (result.thanked, "お礼", result.folder.parent / "お礼"),
    )
    return [*lines, *(f"{words}: {place}" for written, words, place in places if written)]


def distribute_lines(result: DistributeResult) -> list[str]:
    """Tell how many forms were written, what they were filled in with, and where they lie."""
    lines = [f"配布用のチェックシートと手紙: {len(result.forms)} 団体分"]
    if result.issued:
        lines.append(f"  {result.issued} に団体ごとの内容を入れました（ほかは元のままです）。")
    if result.prefilled_from:
        lines.append(f"  {result.prefilled_from} の回答を入れました。")
    if result.without_answers:
        lines.append(f"  前の月の回答がない団体: {'、'.join(result.without_answers)}")
    lines += [f"  ▲ {notice}" for notice in result.notices]
    return [*lines, f"書き出した場所: {result.folder}", f"まとめたファイル: {result.archive}"]


def _any_at_least(result: RunResult, severity: Severity) -> bool:
    order = list(Severity)
    told = {*result.beyond, *findings_of(result.findings).frame["severity"].values}
    return any(order.index(each) <= order.index(severity) for each in told)


class _Progress:
    """A bar on the terminal; it has a thread of its own, so it begins with the first file done."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            from rich.progress import Progress  # noqa: PLC0415 - only where a person watches

            self._bar = Progress(transient=True)
            self._bar.add_task("読み取り中", total=None)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)


def _progress(quiet: bool) -> AbstractContextManager[_Progress | None]:
    return nullcontext() if quiet or not sys.stderr.isatty() else _Progress()
