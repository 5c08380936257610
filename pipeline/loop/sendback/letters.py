"""The words and the workbooks of what goes back: slips, letters, lists for the coordinator."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.forms.slips import CHECKLIST, RESPONDENT, slip_properties
from pipeline.loop.forms import Forms, form_names, project_head
from pipeline.loop.letters import Kind, Wordings, common_values
from pipeline.loop.mails import Attachment
from pipeline.loop.outgoing import Sending, told_of
from pipeline.loop.sendback.collect import Line, Package, base_name, sent_name
from pipeline.model import Batch, Respondent, RosterEntry, Slip, came_unread
from pipeline.rules.words import listed
from pipeline.settings import Settings
from pipeline.texts.addresses import addresses
from pipeline.texts.calendar import day_words, month_words
from pipeline.texts.respondents import entry_id
from pipeline.write.choices import choices_of
from pipeline.write.slip import SlipLine, SlipSheet, write_slip

_SHOWN_LINES = 20  # that are written out in the letter; the slip has every item


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What all letters of a month have in common: its batch, wordings, and each body's folder."""

    batch: Batch
    settings: Settings
    wordings: Wordings
    places: Mapping[str, Path]
    forms: Forms

    @property
    def common(self) -> Mapping[str, str]:
        """Give the words that stand in each of them."""
        return common_values(self.batch.checklist.title, self.settings)

    def sending(
        self,
        kind: Kind,
        one: Respondent,
        words: Mapping[str, str],
        *attachments: Attachment,
        **told: str,
    ) -> Sending:
        """Give the letter of a kind to one respondent."""
        values = {**self.common, "団体名": one.name, **words}
        letter = self.wordings.of[kind].letter(values, one.mail)
        return Sending(
            respondent_id=one.id,
            letter=replace(letter, attachments=attachments),
            told={**told_of(self.batch.roster, one.id, one.name), **told},
        )


def package_sendings(packages: Sequence[Package], post: Post) -> Iterator[Sending]:
    """Give letter and slip of each package."""
    titles = {item.id: item.title for item in post.batch.checklist.items}
    for package in packages:
        one, attachments, words = package.respondent, [], {}
        if package.lines:
            name = f"{Kind.SEND_BACK}_{post.places[one.id].name}.xlsx"
            attachments.append(_slip_file(name, _slip(package, post.batch, post.settings), post))
            words = {
                "項目数": str(len(package.lines)),
                "項目": _spelled(package.lines, titles),
                "差戻し票": name,
            }
        if package.files:
            form = _form(one, post)
            attachments.append(form)
            words |= {
                "ファイル数": str(len(package.files)),
                "ファイル": "\n".join(f"・{each}" for each in package.files),
                "様式": form.name,
            }
        yield post.sending(
            Kind.SEND_BACK,
            one,
            words,
            *attachments,
            項目数=str(len(package.lines)),
            項目="\n".join(_named(line.item_id, titles) for line in package.lines),
        )


def reminder_sendings(
    reminded: Sequence[Respondent], unknown: Sequence[str], post: Post
) -> Iterator[Sending]:
    """Give the letter to each who has not answered, with a form to fill in.

    ``unknown`` are files that may be anybody's: whose own has not come is asked about it.
    """
    came = came_unread(post.batch)
    asking = (
        f"なお、どの団体からのものか分からないファイルを{len(unknown)}件お預かりしており、その中に"
        "貴団体のものが含まれている可能性があります。すでにお送りいただいている場合は、お手数ですが、"
        "お送りいただいた日とファイル名をお知らせください。"
    )
    for one in reminded:
        files = [sent_name(record.source) for record in came.get(one.id, ())]
        form = _form(one, post)
        doubt = bool(unknown) and not files
        words = {
            "状況": f"{listed(files)}をお送りいただきましたが、チェックシートの回答を"
            "読み取れませんでした。"
            if files
            else "まだお受け取りできておりません。",
            "行き違い": asking
            if doubt
            else "行き違いですでにお送りいただいておりましたら、ご容赦ください。",
            "様式": form.name,
        }
        remark = f"団体の分からないファイル{len(unknown)}件のどれかがこの団体のものかもしれません"
        yield post.sending(Kind.REMINDER, one, words, form, 備考=remark if doubt else "")


def thanks_sendings(thanked: Sequence[Respondent], post: Post) -> Iterator[Sending]:
    """Give the letter to each whose return is settled."""
    counted = {one.respondent.id: one.submission for one in post.batch.submissions}
    for one in thanked:
        submission = counted[one.id]
        answered = str(sum(answer.in_scope for answer in submission.answers))
        words = {"受領ファイル": base_name(submission.source.path), "項目数": answered}
        yield post.sending(Kind.THANKS, one, words)


def _named(item_id: str, titles: Mapping[str, str]) -> str:
    return f"{item_id}「{titles[item_id]}」"


def _spelled(lines: Sequence[Line], titles: Mapping[str, str]) -> str:
    """Write items out by what is wrong and what was written; each by its words and its place."""
    slips: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for line in lines:
        same = slips.setdefault((*line.problems, *line.asks), {})
        file, *inside = line.place.split("\n")
        place = " ".join(inside) or file
        told = f"　・{_named(line.item_id, titles)}（{place}）"
        same.setdefault("　".join(line.written.split("\n")), []).append(told)
    parts: list[str] = []
    left = _SHOWN_LINES
    for number, (slip, same) in enumerate(slips.items(), start=1):
        for first, (written, items) in enumerate(same.items()):
            shown, left = items[:left], left - len(items[:left])
            if shown and not first:
                parts.append(f"（{number}）{''.join(slip)}")
            parts += [f"　ご記入: {written}", *shown] if shown else []
    more = len(lines) - _SHOWN_LINES
    parts += [f"　ほか{more}項目は、添付の差戻し票をご覧ください。"] if more > 0 else []
    return "\n".join(parts)


def _slip_file(name: str, slip: SlipSheet, post: Post) -> Attachment:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "slip.xlsx"
        write_slip(slip, post.batch.checklist, path)
        return Attachment(name=name, content=path.read_bytes())


def _slip(package: Package, batch: Batch, settings: Settings) -> SlipSheet:
    # Long: the words of one sheet, top down.
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
            *([f"【返信期限】{day_words(settings.reply_by)}"] if settings.reply_by else ()),
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


def _form(respondent: Respondent, post: Post) -> Attachment:
    """Give the form to fill in afresh, made for this respondent."""
    batch = post.batch
    entries = batch.roster.entries if batch.roster else ()
    entry = next((each for each in entries if entry_id(each) == respondent.id), None)
    entry = entry or RosterEntry(
        code=respondent.of_body,
        name=respondent.body_name or respondent.name,
        project=respondent.project if respondent.body else "",
    )
    name = form_names(batch.checklist, (entry,))[entry_id(entry)]
    return post.forms.of(entry, name)


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


def listed_reminders(
    reminded: Sequence[Respondent], unknown: Sequence[str], settings: Settings
) -> str:
    """List who is reminded, for the coordinator, and first what may make it needless."""
    lines = [f"未提出の団体（{month_words(settings.month)}分）: {len(reminded)} 団体"]
    if settings.deadline:
        lines.append(f"提出期限: {day_words(settings.deadline)}")
    lines.append("")
    if reminded and unknown:
        lines += [
            f"▲ どの団体のものか分からないファイルが {len(unknown)} 件あります。督促を送る前に"
            "開いて確かめ、団体名をファイル名に入れて集計し直してください。送る場合のために、督促の文面では、"
            "すでに送っていただいていないかをお尋ねしています。",
            *(f"・{path}" for path in unknown),
            "",
        ]
    lines += [f"・{one.name}{_address(one)}" for one in reminded]
    lines += ["", _HOW_TO_SEND]
    return "\n".join(lines) + "\n"


def listed_thanks(
    thanked: Sequence[Respondent], waiting: Sequence[Respondent], settings: Settings
) -> str:
    """List who is thanked, and whose return is still looked at here."""
    lines = [f"受け付けが済んだ団体（{month_words(settings.month)}分）: {len(thanked)} 団体", ""]
    lines += [f"・{one.name}{_address(one)}" for one in thanked]
    if waiting:
        lines += [
            "",
            "要確認が残っている、または名簿で確かめられないため、お礼を作っていない団体"
            f"（{len(waiting)}）:",
            *(f"・{one.name}" for one in waiting),
        ]
    lines += ["", _HOW_TO_SEND]
    return "\n".join(lines) + "\n"


_HOW_TO_SEND = (
    ".eml を開くと、宛先・件名・本文・添付の入った下書きになります（まだ送信されていません）。\n"
    "メールソフトで開けないときは、.txt の文面を貼り付け、「添付」に書かれた同じフォルダの"
    "ファイルを添付してください。\n"
    "宛先一覧.xlsx は、Word の差し込み印刷や一斉送信の宛先に使えます（1行が1団体です）。"
)


def _address(respondent: Respondent) -> str:
    return "" if addresses(respondent.mail) else "（名簿にメールアドレスがありません）"
