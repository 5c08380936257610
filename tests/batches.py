"""Plausible months made by code: batches and findings for the tests of summarise and write.

Deterministic: the same arguments give the same values. Nothing here reads a workbook.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import (
    Answer,
    Batch,
    Checklist,
    CountedSubmission,
    Doubt,
    Due,
    DueSource,
    EvidenceKind,
    FileKind,
    FileRecord,
    FileState,
    Finding,
    Item,
    Location,
    Mark,
    Note,
    Option,
    Precision,
    Respondent,
    Roster,
    RosterEntry,
    Severity,
    Skipped,
    SkipReason,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
)
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.data import Written

MONTH = "2026-11"
# What a criterion of COUNTIFS would read as a comparison or a pattern.
HOSTILE_ROLES = ("<>x", "=", ">0", "*", "a?~*", '"')
ROLES = ("推進主体", "サービス提供者", "都市OS提供者", "アセット提供者")
CATEGORIES = (
    ("統治", 13, ("①方針を定める", "②方針を広める", "③続ける取組")),
    ("提供サービス", 11, ("①個別のリスク評価", "②攻撃を防ぐ対策")),
    ("基盤となるデータ連携の仕組み", 13, ("①侵入を防ぐ対策", "②未然に防ぐ対策")),
    ("機器", 5, ("①機器を守る",)),
    ("委託先の管理", 3, ("",)),
    ("事故への備え", 4, ("",)),
    ("情報の受け渡し", 6, ("①守って渡す",)),
)
STATUSES = (
    Status.DONE, Status.DONE, Status.DONE, Status.PLANNED, Status.PLANNED,
    Status.NOT_PLANNED, Status.NOT_APPLICABLE, Status.BLANK, Status.UNCLEAR,
)  # fmt: skip
DUES = ("", "2026-09", "2026-12", "2027-01", "2027-03", "2027-03", "2028-03")
NOTES = (
    ("", True, ()),
    ("", True, ()),
    ("特になし", True, ()),
    ("令和9年度の予算で対応する予定です。", False, ("予算",)),
    ("委託先と調整しています。\n担当者が決まり次第、回答します。", False, ("委託先対応", "検討中")),
    ("詳しくは別紙を参照してください。", False, ("別紙参照",)),
)
HOSTILE = (
    '=HYPERLINK("http://example.com","押してください")',
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1)",
    "\tタブで始まる",
    "＝全角の式",
    "制御\x00文字\x0bと\x1f孤立\ud800サロゲート\ufffe",
    "_x000D_ と書いた文字",
    "改行\r\n二行目\r三行目",
    "長い" * 20_000,
    "😀" * 17_000,
    "<b>&amp;</b>]]>",
    "<r><t>太字</t></r>",
    "<r></worksheet></r>",
    "{=1+1}",
    "http://example.com/",
    "   =1+1",
    "'たちの悪い引用符",
    "001",
)


def make_checklist(
    categories: tuple[tuple[str, int, tuple[str, ...]], ...] = CATEGORIES,
) -> Checklist:
    """A checklist of 55 items by default, with titles of differing length."""
    items = []
    for category, count, sections in categories:
        for n in range(count):
            section = sections[n * len(sections) // count]
            items.append(
                Item(
                    id=f"{category[:4]}{section[:1]}-{n + 1}",
                    title=f"{category}の項目{n + 1}を{'きちんと' * (n % 4)}定めて続ける",
                    description="説明",
                    category=category,
                    section=section,
                    table=0,
                )
            )
    return Checklist(
        id="test-checklist",
        version="2.0",
        title="別紙 導入チェックシート",
        source="試験",
        licence="試験",
        categories=tuple(name for name, _, _ in categories),
        items=tuple(items),
        options=(
            Option(number=1, status=Status.DONE, label="既に対応済み"),
            Option(number=2, status=Status.PLANNED, label="これから対応予定（○月）"),
            Option(number=3, status=Status.NOT_PLANNED, label="対応の予定なし"),
        ),
        legend=("①既に対応済み",),
        mark_headers=("チェック欄",),
        note_headers=("補足説明欄",),
        respondent_labels=("団体名",),
        date_labels=("記入日",),
    )


def make_settings(**changes: object) -> Settings:
    """Settings with a fixed clock."""
    settings = Settings(
        month=MONTH,
        made_at="2026-11-24T09:30:00+09:00",
        inbox=Path("inbox"),
        outbox=Path("outbox"),
        templates=Path("templates"),
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # field names are the caller's


def make_source(path: str, size: int = 20_480) -> SourceFile:
    """A file of the inbox."""
    return SourceFile(
        path=path,
        location=Path("inbox") / path,
        size=size,
        modified="2026-11-05T09:30:00+09:00",
        sha256=f"{sum(path.encode()):064x}",
    )


def make_answer(item: Item, path: str, cell: str, chance: random.Random) -> Answer:
    """A plausible answer."""
    status = chance.choice(STATUSES)
    month = chance.choice(DUES) if status is Status.PLANNED else ""
    raw, empty, tags = chance.choice(NOTES)
    marks = {
        Status.DONE: "①", Status.PLANNED: "②（○月）", Status.NOT_PLANNED: "3",
        Status.NOT_APPLICABLE: "対象外", Status.BLANK: "",
        Status.UNCLEAR: chance.choice(["○", "要相談"]),
    }  # fmt: skip
    return Answer(
        item_id=item.id,
        mark=Mark(
            status=status,
            raw=marks[status],
            doubt=Doubt.SYMBOL if status is Status.UNCLEAR else Doubt.NONE,
        ),
        note=Note(raw=raw, empty=empty, tags=tags),
        due=Due(
            month=month,
            precision=Precision.MONTH if month else Precision.NONE,
            inferred=month == "2026-12",
            source=DueSource.MARK if month else DueSource.NONE,
        ),
        place=Location(file=path, sheet="チェックシート"),
        mark_cell=cell,
    )


def make_batch(
    respondents: int = 30, *, seed: int = 1, roster: bool = True, hostile: bool = False
) -> Batch:
    """A month of ``respondents`` submissions, three missing, and some odd files.

    ``hostile`` puts dangerous texts into names, marks, notes, file and sheet names.
    """
    chance = random.Random(seed)  # noqa: S311 - plausible values, no secret
    checklist = make_checklist()
    roles = HOSTILE_ROLES if hostile else ROLES
    people = tuple(
        Respondent(
            id=f"{131000 + n:06d}",
            name=_name(n, hostile=hostile),
            role=roles[n % len(roles)] if n % 7 else "",
            on_roster=True if roster else None,
            identified_by=EvidenceKind.CELL if n % 3 else EvidenceKind.FILE_NAME,
        )
        for n in range(respondents + 3)
    )
    submissions, files = [], []
    for n, person in enumerate(people[:respondents]):
        path = f"第{n % 2 + 1}回/{n:04d}_回答_{'修正版' * (n % 2)}.xlsx"
        answers = tuple(
            make_answer(item, path, f"C{row}", chance)
            for row, item in enumerate(checklist.items, start=5)
        )
        if hostile:
            answers = tuple(_spoil(answer, n + k) for k, answer in enumerate(answers))
        if n == 4:
            answers = tuple(
                replace(answer, mark=Mark(status=Status.BLANK), due=Due(), note=Note())
                for answer in answers
            )
        submission = Submission(
            source=make_source(path),
            kind=FileKind.XLSX,
            checklist_id=checklist.id,
            answers=answers,
            sheets=("表紙", "チェックシート"),
            filled_on="2026-11-04" if n % 3 else "",
        )
        submissions.append(CountedSubmission(respondent=person, submission=submission))
        files.append(
            FileRecord(
                source=submission.source,
                state=FileState.COUNTED,
                reason="回答として集計しました。",
                kind=FileKind.XLSX,
                content=submission,
                respondent=person,
            )
        )
    files += _odd_files(people[respondents])
    entries = tuple(
        RosterEntry(
            code=p.id, name=p.name, role=p.role, contact="担当 太郎", mail="a@example.lg.jp"
        )
        for p in people
    )
    return Batch(
        month=MONTH,
        checklist=checklist,
        files=tuple(sorted(files, key=lambda record: record.source.path)),
        submissions=tuple(submissions),
        roster=Roster(entries=entries, file="名簿.xlsx") if roster else None,
        missing=people[respondents:] if roster else (),
    )


def make_findings(batch: Batch) -> tuple[Finding, ...]:
    """Findings as the rules would give them: cells, whole files, and those who are missing."""
    found = [
        Finding(
            code="B501", severity=Severity.FIX, title="未提出", location=Location(file=""),
            written="", told=f"{person.name}：回答がまだ届いていません。",
            fix="提出を依頼してください。", respondent_id=person.id, respondent=person.name,
        )
        for person in batch.missing
    ]  # fmt: skip
    words = {
        Status.BLANK: ("A301", Severity.FIX, "未記入"),
        Status.UNCLEAR: ("A305", Severity.FIX, "記号だけで番号がない"),
        Status.NOT_APPLICABLE: ("A306", Severity.CHECK, "対象外・該当なし"),
        Status.NOT_PLANNED: ("N401", Severity.INFO, "③なのに補足説明がない"),
    }
    found += [
        Finding(
            code="F102", severity=Severity.FIX, title="壊れていて読めない",
            location=Location(file=record.source.path), written="",
            told=f"{record.source.path}：壊れていて開けません。",
            fix="送り直してもらってください。",
        )
        for record in batch.files
        if isinstance(record.content, Unreadable)
    ]  # fmt: skip
    for counted in batch.submissions:
        for answer in counted.submission.answers:
            if answer.mark.status not in words or answer.location is None:
                continue
            code, severity, title = words[answer.mark.status]
            place = answer.location
            found.append(
                Finding(
                    code=code, severity=severity, title=title, location=place,
                    written=answer.mark.raw,
                    told=f"{place.file}［{place.sheet}!{place.cell}］{answer.item_id}"
                    f"「{answer.mark.raw[:40]}」：{title}です。",
                    fix="①・②（月）・③のどれかを記入してもらってください。",
                    respondent_id=counted.respondent.id, respondent=counted.respondent.name,
                    item_id=answer.item_id,
                )
            )  # fmt: skip
    return tuple(found)


def _name(n: int, *, hostile: bool) -> str:
    if hostile and n < len(HOSTILE):
        return HOSTILE[n]
    kinds = ("市", "町", "村", "スマートシティ推進協議会", "データサービス株式会社")
    return f"{'白黒赤青若緑紅藍'[n % 8]}{'雲葉山川浜野原'[n % 7]}{n}{kinds[n % 5]}"


def _spoil(answer: Answer, k: int) -> Answer:
    text = HOSTILE[k % len(HOSTILE)]
    return replace(
        answer,
        mark=replace(answer.mark, raw=text),
        note=replace(answer.note, raw=text, empty=False),
        place=Location(file=answer.place.file if answer.place else "", sheet=text),
        mark_cell="C5",
    )


def _odd_files(person: Respondent) -> list[FileRecord]:
    broken = make_source("壊れたファイル.xlsx", 12)
    other = make_source("説明資料.pdf")
    return [
        FileRecord(
            source=broken, state=FileState.UNREADABLE, kind=FileKind.OTHER, respondent=person,
            reason="壊れていて読めません。送り直してもらってください。",
            content=Unreadable(source=broken, reason=UnreadableReason.BROKEN),
        ),
        FileRecord(
            source=other, state=FileState.IGNORED, kind=FileKind.PDF,
            reason="Excelではないため集計していません。",
            content=Skipped(source=other, reason=SkipReason.OTHER_KIND, kind=FileKind.PDF),
        ),
    ]  # fmt: skip


def save_data(report: Report, folder: Path) -> Written:
    """Write the data files of a report as a run does, and give what run.json keeps of them."""
    from pipeline.write.data import data_tables, write_data  # noqa: PLC0415 - slow to import
    from pipeline.write.frame import frames_of  # noqa: PLC0415 - the same

    return write_data(data_tables(report, frames_of(report)), folder)
