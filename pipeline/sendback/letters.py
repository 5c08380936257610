"""The words and the workbooks of what goes back: slips, letters, lists for the coordinator."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.calendar import month_words
from pipeline.distribute import form_names, handout_for, project_head
from pipeline.mails import Attachment, Letter, addresses, day_words, paragraphs, salutation
from pipeline.model import RosterEntry, Slip, came_unread
from pipeline.respondents import entry_id
from pipeline.rules.words import listed
from pipeline.sendback.collect import base_name
from pipeline.slips import CHECKLIST, RESPONDENT, slip_properties
from pipeline.write.blank_form import write_handout
from pipeline.write.choices import choices_of
from pipeline.write.names import unique_names
from pipeline.write.slip import SlipLine, SlipSheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Batch, Respondent
    from pipeline.sendback.collect import Line, Package
    from pipeline.settings import Settings

_SHOWN_LINES = 20  # that are written out in the letter; the slip has every item


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A letter ready to be written. ``name`` is the stem of its files."""

    name: str
    letter: Letter
    slip: SlipSheet | None = None


def package_sendings(
    packages: Sequence[Package], batch: Batch, settings: Settings
) -> list[Sending]:
    """Give letter and slip of each package."""
    stems = unique_names(
        {one.respondent.id: f"差戻し_{one.respondent.name}" for one in packages}, suffix=""
    )
    return [
        Sending(
            name=stems[package.respondent.id],
            letter=_send_back_letter(package, batch, settings),
            slip=_slip(package, batch, settings) if package.lines else None,
        )
        for package in packages
    ]


def reminder_sendings(
    reminded: Sequence[Respondent], batch: Batch, settings: Settings
) -> list[Sending]:
    """Give the letter to each who has not answered, with a form to fill in."""
    stems = unique_names({one.id: f"督促_{one.name}" for one in reminded}, suffix="")
    title, month = batch.checklist.title, month_words(batch.month)
    deadline = f"提出期限は{day_words(settings.deadline)}です。" if settings.deadline else ""
    came = came_unread(batch)
    sendings = []
    for one in reminded:
        files = [f"「{base_name(record.source.path)}」" for record in came.get(one.id, ())]
        so_far = (
            f"{listed(files)}をお送りいただきましたが、チェックシートの回答を読み取れませんでした。"
            if files
            else "まだお受け取りできておりません。"
        )
        body = paragraphs(
            [
                salutation(one.name),
                f"「{title}」（{month}分）のご回答について、{so_far}{deadline}",
                "お忙しいところ恐れ入りますが、ご提出の見込みをお知らせいただくか、"
                "記入済みのチェックシートをご返送くださいますようお願いいたします。"
                "様式がお手元にない場合は、添付のファイルをお使いください。",
                "行き違いですでにお送りいただいておりましたら、ご容赦ください。",
                "どうぞよろしくお願いいたします。",
            ]
        )
        letter = Letter(
            subject=f"【ご提出のお願い】{title}（{month}分）",
            body=body,
            mail=one.mail,
            attachments=(_form(one, batch, settings),),
        )
        sendings.append(Sending(name=stems[one.id], letter=letter))
    return sendings


def _send_back_letter(package: Package, batch: Batch, settings: Settings) -> Letter:
    title, month = batch.checklist.title, month_words(batch.month)
    parts = [
        salutation(package.respondent.name),
        f"「{title}」（{month}分）にご回答いただき、ありがとうございます。"
        "お送りいただいた内容について、次の点をご確認くださいますようお願いいたします。",
    ]
    if package.files:
        parts.append("■ お送りいただいたファイルについて\n" + "\n".join(package.files))
        parts.append(
            "様式がお手元にない場合や、初めから記入し直す場合は、添付のチェックシートをお使いください。"
        )
    if package.lines:
        parts.append(
            f"■ もう一度ご回答いただきたい項目（{len(package.lines)}項目）\n"
            + _spelled(package.lines)
        )
        parts.append(
            "添付の「差戻し票」を開き、右側の色の付いた欄に番号（▼から選べます）か補足説明を記入して"
            "保存し、そのまま返信に添付してください。"
            "ほかの項目を書き直していただく必要はありません。"
        )
    parts.append("お手数をおかけしますが、どうぞよろしくお願いいたします。")
    attachments = (_form(package.respondent, batch, settings),) if package.files else ()
    return Letter(
        subject=f"【ご確認のお願い】{title}（{month}分）",
        body=paragraphs(parts),
        mail=package.respondent.mail,
        attachments=attachments,
    )


def _spelled(lines: Sequence[Line]) -> str:
    """Write items out by what is wrong with them; those that say the same stand in one line."""
    slips: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for line in lines:
        written = " ".join(line.written.split("\n"))
        same = slips.setdefault((*line.problems, *line.asks), {})
        same.setdefault(written, []).append(line.item_id)
    told = [(slip, *each) for slip, same in slips.items() for each in same.items()]
    parts: list[str] = []
    for slip, some in groupby(told[:_SHOWN_LINES], key=itemgetter(0)):
        for _, written, items in some:
            parts.append(f"・{listed(items, '項目', limit=_SHOWN_LINES)}　ご記入: {written}")
        parts.append(f"　　→ {''.join(slip)}")
    more = sum(len(items) for _, _, items in told[_SHOWN_LINES:])
    parts += [f"・ほか{more}項目（差戻し票をご覧ください）"] if more else []
    return "\n".join(parts)


def _slip(package: Package, batch: Batch, settings: Settings) -> SlipSheet:
    checklist, respondent = batch.checklist, package.respondent
    month = month_words(batch.month)
    slip = Slip(
        month=batch.month,
        base=package.base,
        issued=settings.made_at,
        asked=tuple(line.item_id for line in package.lines),
    )
    mark, note = checklist.mark_headers[0], checklist.note_headers[0]
    return SlipSheet(
        title=f"差戻し票（{month}分）　{checklist.title}",
        head={
            checklist.respondent_labels[0]: respondent.body_name or respondent.name,
            **project_head(checklist, respondent.project if respondent.body else ""),
            **dict.fromkeys((*checklist.date_labels[:1], *checklist.other_labels[:1]), ""),
        },
        explanation=(
            f"【お願い】次の項目について、もう一度ご回答ください。{mark}のセルを選ぶと▼が出ます。"
            "②は予定の年月まで選びます（一覧にない月は、②（2030年3月）のように入力してください）。",
            "【番号の意味】" + "　".join(t for t in checklist.legend if not t.startswith("※")),
            f"{note}は、前回の内容を直すときだけ書いてください（空欄のままなら前回の内容を残します）。"
            f"{mark}が空欄の項目は、前回の回答のままとして扱います。",
        ),
        properties={
            RESPONDENT: respondent.id,
            CHECKLIST: checklist.id,
            **slip_properties(slip),
        },
        choices=choices_of(checklist, batch.month),
        lines=tuple(
            SlipLine(
                item_id=line.item_id,
                place=line.place,
                written=line.written,
                problem="\n".join(line.problems),
                ask="\n".join(line.asks) or "番号と補足説明をもう一度ご確認ください。",
            )
            for line in package.lines
        ),
    )


def _form(respondent: Respondent, batch: Batch, settings: Settings) -> Attachment:
    """Give the form to fill in afresh, made for this respondent."""
    entries = batch.roster.entries if batch.roster else ()
    entry = next((each for each in entries if entry_id(each) == respondent.id), None)
    entry = entry or RosterEntry(
        code=respondent.of_body,
        name=respondent.body_name or respondent.name,
        project=respondent.project if respondent.body else "",
    )
    name = form_names(batch.checklist, (entry,))[entry_id(entry)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_handout(batch.checklist, path, handout_for(entry, batch.checklist, settings))
        return Attachment(name=name, content=path.read_bytes())


def listed_packages(packages: Sequence[Package], nobody: Sequence[str], settings: Settings) -> str:
    """List what goes back to whom, for the coordinator; addresses stand in the drafts only."""
    lines = [f"差戻し一覧（{month_words(settings.month)}分）: {len(packages)} 団体", ""]
    for package in packages:
        parts = [f"{len(package.lines)} 項目"] if package.lines else []
        parts += [f"ファイルの再送 {len(package.files)} 件"] if package.files else []
        lines.append(
            f"・{package.respondent.name}: {'、'.join(parts)}{_address(package.respondent)}"
        )
    if nobody:
        lines += ["", "送り主が分からないため、依頼文を作っていないファイル:"]
        lines += [f"・{each}" for each in nobody]
    lines += ["", _HOW_TO_SEND]
    return "\n".join(lines) + "\n"


def listed_reminders(reminded: Sequence[Respondent], settings: Settings) -> str:
    """List who is reminded, for the coordinator."""
    lines = [f"未提出の団体（{month_words(settings.month)}分）: {len(reminded)} 団体"]
    if settings.deadline:
        lines.append(f"提出期限: {day_words(settings.deadline)}")
    lines.append("")
    lines += [f"・{one.name}{_address(one)}" for one in reminded]
    lines += ["", _HOW_TO_SEND]
    return "\n".join(lines) + "\n"


_HOW_TO_SEND = (
    ".eml を開くと、宛先・件名・本文・添付の入った下書きになります（まだ送信されていません）。\n"
    "メールソフトで開けないときは、.txt の文面を貼り付け、「添付」に書かれたファイルを添付して"
    "ください（同じフォルダか、その中の「様式」フォルダにあります）。"
)


def _address(respondent: Respondent) -> str:
    return "" if addresses(respondent.mail) else "（名簿にメールアドレスがありません）"
