"""Run the examples of the rules: a text table becomes workbooks, read by the real stages.

The notation is the one the rule page explains. The checklist is an invented one of twelve items.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.assemble.exclusions import Exclusions
from pipeline.formats.numbers import as_shown
from pipeline.locate import locate
from pipeline.model import (
    Batch,
    Bundle,
    BundleProblem,
    CellKind,
    Checklist,
    ControlLine,
    ControlProblem,
    CountedSubmission,
    Drawing,
    DrawingKind,
    EvidenceKind,
    FileKind,
    FileRecord,
    FileState,
    Item,
    Location,
    NotChecklist,
    Option,
    PreviousMonth,
    RawCell,
    RawSheet,
    RawWorkbook,
    Respondent,
    Roster,
    RosterEntry,
    Skipped,
    SkipReason,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
    Wanted,
)
from pipeline.model.history import PastAnswer, PastProblem
from pipeline.model.review import ENTRIES, FACTS, KEY, NOTICE, Review, ReviewForm
from pipeline.parse import parse
from pipeline.review import (
    apply_review,
    finding_states,
    lay_out,
    overlooked,
    read_review,
    with_overlooked,
)
from pipeline.rules.check import check

MONTH = "2026-11"
LEGEND = (
    "①既に対応済み",
    "②これから対応予定（○月）",
    "③対応の予定なし",
    "※当てはまる番号を記載ください。",
)
_TITLES = (
    "利用規程を定める",
    "責任者を決めて任命する",
    "連絡体制の表を作る",
    "持ち出しの手続を定める",
    "鍵の管理簿を備える",
    "年に一度の研修を開く",
    "設備の点検を記録する",
    "不要な権限を取り消す",
    "更新の適用を確かめる",
    "写しを離れた場所に置く",
    "委託先の報告を受ける",
    "訓練の結果を見直す",
)
# What stands in the rows an example does not name: answers that no rule minds.
_ORDINARY = (("①", ""), ("②（2027年1月）", ""), ("③", "機器を持たない"))

CHECKLIST = Checklist(
    id="example",
    version="1",
    title="運用点検表",
    source="",
    licence="",
    categories=("運用",),
    items=tuple(
        Item(
            id=f"運用{'①②'[index // 6]}-{index % 6 + 1}",
            title=title,
            description="",
            category="運用",
            section="①定める" if index < 6 else "②続ける",
            table=0,
        )
        for index, title in enumerate(_TITLES)
    ),
    options=(
        Option(number=1, status=Status.DONE, label="既に対応済み"),
        Option(number=2, status=Status.PLANNED, label="これから対応予定（○月）"),
        Option(number=3, status=Status.NOT_PLANNED, label="対応の予定なし"),
    ),
    legend=LEGEND,
    mark_headers=("チェック欄",),
    note_headers=("補足説明欄（任意）", "補足説明欄"),
    respondent_labels=("団体名",),
    date_labels=("記入日",),
    headings=("①定める", "②続ける"),
    old_versions={"運用点検表（令和五年版）": "令和五年版"},
)


_SHEETS = {"シート": "sheet", "シートの写し": "copy", "並ぶ欄": "beside", "期限": "deadline"}
_Row = tuple[str, str, str, bool]  # item, mark, note, hidden


@dataclass
class _File:
    name: str
    facts: dict[str, str]
    rows: list[_Row] = field(default_factory=list)
    others: str = ""
    headers: bool = True
    title: str = CHECKLIST.title
    copy: str = ""
    beside: str = ""  # 支所（③）: another check column, and what stands in all of its cells
    sheet: str = "チェックシート"
    deadline: str = ""  # of the month


def run_example(text: str) -> tuple[Batch, PreviousMonth | None]:
    """Read an example: the month's batch and, where it names one, last month."""
    files: list[_File] = []
    previous: _File | None = None
    roster: tuple[str, ...] | None = None
    form = [line for line in text.splitlines() if line.startswith("確認票:")]
    late = [line for line in text.splitlines() if line.startswith("前の確認票:")]
    data = [line for line in text.splitlines() if line.startswith("前の月のデータ:")]
    excluded = [line for line in text.splitlines() if line.startswith("除外.txt:")]
    beside = len(form) + len(late) + len(data) + len(excluded)  # they stand last
    for line in text.splitlines()[: len(text.splitlines()) - beside]:
        key, _, value = (part.strip() for part in line.partition(":"))
        if key == "ファイル":
            files.append(_file(value))
            previous = None
        elif key == "前月":
            previous = _File(value, {})
        elif key == "名簿":
            roster = tuple(value.split("、"))
        elif key == "ほかの項目":
            files[-1].others = value
        elif key == "見出し":
            files[-1].headers = value != "なし"
        elif key == "版":
            files[-1].title = next(t for t, n in CHECKLIST.old_versions.items() if value in (t, n))
        elif key in _SHEETS:
            setattr(files[-1], _SHEETS[key], value)
        else:
            (previous or files[-1]).rows.append(_row(line))
            if previous is not None:
                files[-1].facts["前月"] = previous.name
    last = _previous(text)
    batch = replace(_batch(files, roster), past_problems=tuple(map(_past_problem, data)))
    batch = replace(batch, control_problems=_unmatched(batch, excluded))
    return _reviewed(batch, last, form, late) if form or late else batch, last


def _reviewed(
    batch: Batch, previous: PreviousMonth | None, form: list[str], late: list[str]
) -> Batch:
    """Fill in 確認票 as the last lines of an example say and carry them out."""
    findings = check(batch, previous=previous)
    unread = apply_review(batch, findings, Review())
    blank = lay_out(finding_states(findings, unread), unread, made_at="")
    review, earlier = _filled(blank, form, "2026-11"), _filled(blank, late, "2026-10")
    reviewed = apply_review(batch, findings, review)
    return with_overlooked(reviewed, overlooked(review, earlier, batch), month="2026-10").batch


def _filled(blank: ReviewForm, form: list[str], month: str) -> Review:
    heads = (*FACTS, *ENTRIES, NOTICE, KEY)
    cells = {(0, column): RawCell(kind=CellKind.TEXT, text=h) for column, h in enumerate(heads)}
    for line, written in enumerate(form, start=1):
        parts = [part.strip() for part in written.partition(":")[2].split("|")]
        name, item, code, *entries = parts
        fitting = [
            row
            for row in blank.open
            if row.facts[2] == code and row.facts[4].startswith(item) and row.facts[3] == name
        ]
        facts = fitting[0].facts if fitting else ("", "", code, name, item, "", "", "", "", "")
        key = fitting[0].key if fitting else ""
        for column, text in enumerate((*facts, *entries[:3], "", "", "", "", key)):
            if text:
                cells[line, column] = RawCell(kind=CellKind.TEXT, text=text)
    workbook = RawWorkbook(
        source=SourceFile(path=f"確認票_{month}.xlsx", location=Path(f"確認票_{month}.xlsx")),
        kind=FileKind.XLSX,
        sheets=(RawSheet(name="確認票", cells=cells),),
    )
    return read_review(workbook)


def _file(value: str) -> _File:
    name, _, facts = value.removesuffix("）").partition("（")
    pairs = (fact.partition(":") for fact in facts.split("，") if fact)
    return _File(name, {key.strip(): fact.strip() for key, _, fact in pairs})


def _unmatched(batch: Batch, lines: list[str]) -> tuple[ControlProblem, ...]:
    texts = (line.partition(":")[2].strip() for line in lines)
    numbered = tuple(ControlLine(number=n, text=text) for n, text in enumerate(texts, start=1))
    return tuple(Exclusions(numbered, batch.roster).unmatched(batch.files))


def _past_problem(line: str) -> PastProblem:
    file, problem, used = (part.strip() for part in line.partition(":")[2].split("|"))
    return PastProblem(month=file[:7], file=file, problem=problem, copied=used == "控え")


def _row(line: str) -> _Row:
    item, mark, note = (part.strip() for part in (line + " | | ").split("|")[:3])
    hidden = item.startswith("（非表示）")
    return item.removeprefix("（非表示）"), mark, note, hidden


def _previous(text: str) -> PreviousMonth | None:
    _, found, rest = text.partition("前月:")
    if not found:
        return None
    name, *lines = rest.strip().splitlines()
    submission = _submission(_File(f"{name}.xlsx", {}, [_row(line) for line in lines]))
    return PreviousMonth(
        month="2026-10",
        answers={
            (name, answer.item_id): PastAnswer(status=answer.mark.status, due=answer.due.month)
            for answer in submission.answers
        },
    )


def _batch(files: list[_File], roster: tuple[str, ...] | None) -> Batch:
    records = tuple(each for file in files for each in _together(_record(file, roster), file))
    counted = tuple(
        CountedSubmission(respondent=record.respondent, submission=record.content)
        for record in records
        if record.is_form
        and record.respondent is not None
        and isinstance(record.content, Submission)
    )
    answered = {each.respondent.name for each in counted}
    return Batch(
        month=MONTH,
        checklist=CHECKLIST,
        files=records,
        submissions=counted,
        deadline=max((file.deadline for file in files), default=""),
        roster=Roster(
            file="名簿.xlsx",
            entries=tuple(
                RosterEntry(
                    code=name,
                    name=name,
                    location=Location(file="名簿.xlsx", sheet="名簿", cell=f"A{index}"),
                )
                for index, name in enumerate(roster, start=2)
            ),
        )
        if roster
        else None,
        missing=tuple(
            Respondent(id=name, name=name, on_roster=True)
            for name in roster or ()
            if name not in answered
        ),
    )


def _together(record: FileRecord, file: _File) -> tuple[FileRecord, ...]:
    """Give a form with another one that counts through it, where the example names one."""
    items = (CHECKLIST.items[0].id,)
    for word in ("食い違い", "合わせた"):
        if word not in file.facts:
            continue
        differs = items if word == "食い違い" else ()
        other = replace(
            record,
            source=replace(record.source, path=file.facts[word]),
            replaced_by=record.source.path,
            differs=differs,
            gives=() if differs else items,
        )
        return (replace(record, differs=differs), other)
    return (record,)


def _source(file: _File) -> SourceFile:
    return SourceFile(
        path=file.name,
        location=Path(file.name),
        part=file.facts.get("シート", ""),
        received=file.facts.get("受信", ""),
        letter=file.facts.get("本文", ""),
    )


def _record(file: _File, roster: tuple[str, ...] | None) -> FileRecord:
    source, facts = _source(file), file.facts
    if "読めない" in facts:
        reason = UnreadableReason(facts["読めない"])
        return FileRecord(
            source=source,
            state=FileState.UNREADABLE,
            reason="読めない",
            kind=FileKind.XLSX,
            content=Unreadable(source=source, reason=reason, kind=FileKind.XLSX),
            respondent=_respondent(file, roster),
        )
    if "まとまり" in facts:
        bundle = Bundle(
            source=source,
            office="青海県",
            wanted=Wanted(month="2026-10"),
            problem=BundleProblem(facts["まとまり"]),
        )
        return FileRecord(
            source=source,
            state=FileState.NOT_CHECKLIST,
            reason="数えない",
            kind=FileKind.ZIP,
            content=bundle,
        )
    if "対象外" in facts:
        skip, kind = facts["対象外"].split()
        return FileRecord(
            source=source,
            state=FileState.IGNORED,
            reason="対象外",
            kind=FileKind(kind),
            content=Skipped(source=source, reason=SkipReason(skip), kind=FileKind(kind)),
            respondent=_respondent(file, roster) if roster else None,
        )
    if "チェックシートなし" in facts:
        return FileRecord(
            source=source,
            state=FileState.NOT_CHECKLIST,
            reason="チェックシートがない",
            kind=FileKind.XLSX,
            content=NotChecklist(
                source=source,
                kind=FileKind.XLSX,
                sheets=tuple(facts["チェックシートなし"].split("、")),
                items_found=int(facts.get("項目あり", 0)),
            ),
        )
    submission = _submission(file)
    state = FileState.COUNTED
    if "置き換え" in facts:
        state = FileState.SUPERSEDED
    elif "同一" in facts:
        state = FileState.DUPLICATE
    elif "団体" in facts:
        state = FileState.DISPUTED
    return FileRecord(
        source=source,
        state=state,
        reason="記入日の新しいファイルがあります。" if state is not FileState.COUNTED else "",
        kind=submission.kind,
        content=submission,
        respondent=None if state is FileState.DISPUTED else _respondent(file, roster),
        claims=tuple(
            Respondent(id=name, name=name, identified_by=EvidenceKind.FILE_NAME, evidence=name)
            for name in facts.get("団体", "").split("、")
            if name
        ),
        replaced_by=facts.get("置き換え", facts.get("同一", "")),
        counted_before=facts.get("前に集計", ""),
    )


def _respondent(file: _File, roster: tuple[str, ...] | None) -> Respondent:
    name = file.facts.get("シート") or re.sub(r"(_修正版| \(1\))?\.\w+$", "", file.name)
    return Respondent(
        id=name,
        name=name,
        on_roster=None if roster is None else name in roster,
        identified_by=EvidenceKind(file.facts.get("回答者", "cell")),
    )


def _submission(file: _File) -> Submission:
    sheets = [_sheet(file.sheet, file)]
    copy = re.fullmatch(r"(.+?)(?:（([①②③])）)?", file.copy)
    if copy is not None:
        rows = [(row[0], copy[2], "", False) for row in file.rows] if copy[2] else file.rows
        sheets.append(_sheet(copy[1], replace(file, rows=rows)))
    suffix = Path(file.name).suffix.removeprefix(".").casefold()
    workbook = RawWorkbook(
        source=_source(file),
        kind=FileKind(file.facts.get("中身", suffix)),
        sheets=tuple(sheets),
        macros="マクロ付き" in file.facts,
        complete="傷み" not in file.facts,
    )
    layout = locate(workbook, CHECKLIST, month=MONTH)
    assert layout is not None, "the example holds no checklist"
    return parse(workbook, layout, CHECKLIST, month=MONTH)


def _sheet(name: str, file: _File) -> RawSheet:
    cells: dict[tuple[int, int], RawCell] = {}
    drawings: list[Drawing] = []
    hidden: set[int] = set()

    comments: dict[tuple[int, int], str] = {}

    def write(row: int, column: int, text: str) -> None:
        commented = re.fullmatch(r"(.*?) ?〈コメント (.+)〉", text)
        if commented:
            text, comments[row, column] = commented[1], commented[2]
        if text:
            cells[row, column] = _cell(text)
        found = re.fullmatch(r"〈凡例 楕円 (\d)〉", text)
        if found:
            line = int(found[1]) - 1
            drawings.append(
                Drawing(kind=DrawingKind.ELLIPSE, row=row, column=column, lines=(line,))
            )

    write(0, 0, file.title)
    if file.headers:
        write(2, 1, "チェック欄")
        write(2, 2, "補足説明欄（任意）")
    other = re.fullmatch(r"(.+)（(.+)）", file.beside)
    if other:
        write(2, 1, "チェック欄（本庁）")
        write(2, 3, f"チェック欄（{other[1]}）")
    for row, (item, mark, note, is_hidden) in enumerate(_all_rows(file), start=3):
        for column, text in enumerate((item, mark, note, *([other[2]] if other else []))):
            write(row, column, text)
        if is_hidden:
            hidden.add(row)
    return RawSheet(
        name=name,
        cells=cells,
        drawings=tuple(drawings),
        hidden_rows=frozenset(hidden),
        comments=comments,
    )


def _all_rows(file: _File) -> list[_Row]:
    """Give the rows in form order, those the example does not name filled as it says."""
    named: dict[str, list[_Row]] = {}
    extra: list[_Row] = []
    for row in file.rows:
        item_id = row[0].partition("：")[0].strip()
        item_id = {item.title: item.id for item in CHECKLIST.items}.get(item_id, item_id)
        if item_id in {item.id for item in CHECKLIST.items}:
            named.setdefault(item_id, []).append(row)
        else:
            extra.append(row)
    rows: list[_Row] = []
    for index, item in enumerate(CHECKLIST.items):
        text = f"{item.id}：{item.title}"
        for written, mark, note, hidden in named.get(item.id, []):
            rows.append((text if written == item.id else written, mark, note, hidden))
        if item.id in named or file.others == "行なし":
            continue
        mark, note = _ORDINARY[index % 3] if not file.others else (file.others, "")
        rows.append((text, "" if mark == "空" else mark, note, False))
    return rows + extra


_KINDS = {"日付": CellKind.DATE, "エラー": CellKind.ERROR, "数式": CellKind.NO_VALUE}


def _cell(text: str) -> RawCell:
    found = re.fullmatch(r"〈(\S+?)(?: (.*))?〉", text)
    if not found:
        return RawCell(kind=CellKind.TEXT, text=text)
    word, value = found[1], found[2] or ""
    if word == "表示形式":
        stored, _, code = value.partition(" ")
        kind = CellKind.NUMBER if stored.isascii() else CellKind.TEXT
        return as_shown(RawCell(kind=kind, text=stored), code)
    if word in _KINDS:
        return RawCell(kind=_KINDS[word], text=value, formula=word == "数式")
    if word == "長文":
        return RawCell(kind=CellKind.TEXT, text="長" * int(value))
    lines = list(LEGEND)
    if value.startswith("印"):
        chosen = int(value.split()[1]) - 1
        lines[chosen] = "○" + lines[chosen]
    return RawCell(kind=CellKind.TEXT, text="\n".join(lines))


def out_of_scope(batch: Batch) -> Batch:
    """The same batch with every item put out of scope by the roster."""
    return replace(
        batch,
        submissions=tuple(
            replace(
                counted,
                submission=replace(
                    counted.submission,
                    answers=tuple(
                        replace(answer, in_scope=False) for answer in counted.submission.answers
                    ),
                ),
            )
            for counted in batch.submissions
        ),
    )
