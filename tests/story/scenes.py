"""Three months of a coordinator, played with the functions behind the product's own commands.

Distribution, returns, aggregation, decisions, slips and closing, month after month; every scene
tells what was done and where to look. Same checklist, same files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.cli.report import distribute_lines, sendback_lines, summary_lines
from pipeline.inbox.close import carry_out, plan_close
from pipeline.loop.distribute import distribute
from pipeline.loop.sendback import SEND_BACK, send_back
from pipeline.run import aggregate
from pipeline.texts.calendar import month_after, month_words
from story.meant import meant
from story.people import coming, decide, send_forms, send_slips, write_roster
from story.tables import DEADLINES, MONTHS, By, Stage, member_of, senders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.loop.distribute import DistributeResult
    from pipeline.loop.sendback import SendBackResult
    from pipeline.model import Checklist
    from pipeline.settings import Settings
    from story.tables import Decision

_WAYS = {
    By.FORM: "配布した様式に記入",
    By.UNPROTECTED: "配布した様式の写し（保護を外したもの）に記入",
    By.OWN: "手元の古い様式に記入",
    By.CSV: "手元の古い様式を CSV で保存",
    By.AGAIN: "前の月と同じファイルをもう一度送付",
}
_HEADINGS = {
    Stage.RETURNED: "集計（届いた回答）",
    Stage.DECIDED: "集計し直し（判断の反映）",
    Stage.MENDED: "集計し直し（差戻し票の反映）",
}
_HINTS = {
    Stage.RETURNED: "確かめることは「要確認」シートと確認票に並びます。",
    Stage.DECIDED: "判断で直した回答は、「明細」の右端の列と「処理記録」に、"
    "もとの記載・理由・担当と一緒に残ります。",
    Stage.MENDED: "差戻し票に記入された項目だけが差し替わりました。どの票のどの項目かは"
    "「処理記録」のファイルの一覧にあります。",
}
_COMPARED = (
    "「前月比」シートに前の月との違いが、"
    "「対応予定の履行状況」シートに②が予定どおり対応されたかどうかがあります。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One step of the story, just done. ``lines`` tell it; ``look`` says where to look.

    ``stage`` is set where the month was aggregated.
    """

    month: str
    heading: str
    command: str
    lines: tuple[str, ...]
    look: tuple[Path, ...]
    stage: Stage | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """Give the scene as it is shown."""
        command = (f"  コマンド: {self.command}",) if self.command else ()
        return (
            f"■ {month_words(self.month)} {self.heading}",
            *command,
            *(f"  {line}" for line in self.lines),
            *(f"  見るところ: {path}" for path in self.look),
        )


def play(settings: Settings, checklist: Checklist) -> Iterator[Scene]:
    """Play the three months in the inbox and outbox of ``settings`` and give each scene.

    The folders are to be empty. ``month`` and ``deadline`` of the settings are the story's own.
    """
    told = meant(checklist)
    settings.inbox.mkdir(parents=True, exist_ok=True)
    roster = write_roster(settings.inbox)
    yield Scene(
        month=MONTHS[0],
        heading="準備",
        command="",
        lines=(
            "名簿.xlsx に、回答をお願いする団体を書いて inbox に置きました。",
            "これから 3 か月分の作業を順に行います。同じ月は何度か集計し直すため、"
            "集計表と確認票には各月の最後の結果が残ります。",
        ),
        look=(roster,),
    )
    issued: dict[str, Path] = {}
    for month in MONTHS:
        now = replace(settings, month=month, deadline=DEADLINES[month])
        handed = distribute(now, prefill=month != MONTHS[0])
        yield _handed_out(now, handed)
        came = send_forms(now.inbox, month, handed.forms, told, checklist)
        late = send_slips(now.inbox, month, issued, told, checklist)
        yield _returned(now, came, late, issued)
        yield _aggregated(now, Stage.RETURNED)
        form = now.outbox / month / f"確認票_{month}.xlsx"
        yield _decided(now, form, decide(form, month, checklist))
        yield _aggregated(now, Stage.DECIDED)
        sent = send_back(now)
        yield _sent_back(now, sent)
        slips = send_slips(now.inbox, month, {month: sent.folder}, told, checklist)
        yield _slips_came(now, slips)
        yield _aggregated(now, Stage.MENDED)
        issued[month] = sent.folder
        yield _closed(now)
    following = replace(settings, month=month_after(MONTHS[-1]))
    yield _handed_out(following, distribute(following, prefill=True))


def _handed_out(now: Settings, result: DistributeResult) -> Scene:
    prefill = " --prefill" if result.prefilled_from else ""
    return Scene(
        month=now.month,
        heading="様式の配布",
        command=f"torimatome distribute --month {now.month}{prefill}",
        lines=tuple(line.strip() for line in distribute_lines(result)[:-2]),
        look=(result.folder,),
    )


def _returned(
    now: Settings, came: Sequence[Path], late: Sequence[Path], issued: Mapping[str, Path]
) -> Scene:
    ways = (_WAYS[member.in_month(now.month).by] for member in senders(now.month))
    lines = [f"回答が {len(came)} 団体から届き、inbox に置きました。"]
    lines += [
        f"・{path.relative_to(now.inbox)}（{way}）" for path, way in zip(came, ways, strict=True)
    ]
    if late:
        lines.append(f"前の月の差戻し票も、遅れて {len(late)} 団体から届きました。")
        lines += _slip_lines(late, now.month, issued)
    return Scene(
        month=now.month, heading="回答の受け取り", command="", lines=tuple(lines),
        look=(now.inbox,),
    )  # fmt: skip


def _aggregated(now: Settings, stage: Stage) -> Scene:
    result = aggregate(now)
    _title, *lines = summary_lines(result)
    return Scene(
        month=now.month,
        heading=_HEADINGS[stage],
        command=f"torimatome aggregate --month {now.month}",
        lines=(
            *(
                line.strip()
                for line in lines[:-1]
                if not line.startswith(("確認票: ", "概要版（", "報告（"))
            ),
            _HINTS[stage],
            *((_COMPARED,) if stage is Stage.MENDED and now.month != MONTHS[0] else ()),
        ),
        look=(result.workbook,),
        stage=stage,
    )


def _decided(now: Settings, form: Path, decisions: Sequence[Decision]) -> Scene:
    lines = [f"確認票に {len(decisions)} 件の判断を記入しました（黄色の欄）。"]
    lines += [
        f"・{member_of(each.code).name} {each.finding}: {each.verdict.value}"
        + (f"（{each.answer} {each.due}".rstrip() + "）" if each.answer else "")
        + ("" if each.usable else " ※「修正後の回答」を書き忘れました")
        for each in decisions
    ]
    return Scene(
        month=now.month, heading="確認票への記入", command="", lines=tuple(lines), look=(form,)
    )


def _sent_back(now: Settings, result: SendBackResult) -> Scene:
    lines = [line.strip() for line in sendback_lines(result)]
    return Scene(
        month=now.month,
        heading="差戻しと督促",
        command=f"torimatome sendback --month {now.month}",
        lines=tuple(line for line in lines if str(result.folder.parent) not in line),
        look=(result.folder,),
    )


def _slips_came(now: Settings, slips: Sequence[Path]) -> Scene:
    lines = [f"差戻し票が {len(slips)} 団体から戻り、inbox に置きました。"]
    lines += _slip_lines(slips, now.month, {now.month: now.inbox})
    return Scene(
        month=now.month, heading="差戻し票の受け取り", command="", lines=tuple(lines),
        look=(now.inbox,),
    )  # fmt: skip


def _slip_lines(files: Sequence[Path], month: str, issued: Mapping[str, Path]) -> list[str]:
    slips = coming(month, issued)
    return [
        f"・{path.name}（{member_of(slip.code).name}: {slip.how}）"
        for path, slip in zip(files, slips, strict=True)
    ]


def _closed(now: Settings) -> Scene:
    plan = plan_close(now.inbox, now.outbox, now.month)
    carry_out(plan.moves, now.inbox)
    return Scene(
        month=now.month,
        heading="月の締め",
        command=f"torimatome close --month {now.month}",
        lines=(
            f"集計の済んだ {len(plan.moves)} 件のファイルを移しました。",
            *(
                f"まだ終わっていないこと: {words}"
                for words in ["、".join(plan.still_open)]
                if words
            ),
        ),
        look=(now.inbox / now.month, now.outbox / now.month / SEND_BACK),
    )
