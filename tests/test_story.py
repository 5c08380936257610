"""Three months of a coordinator: forms out, answers in, decisions, slips, next month's forms.

The story is played once, as `make demo-year` does it. What everybody meant stands in its
tables; every figure is worked out from them with a pencil and compared with what was written.
"""

import email
import email.policy
import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import islice, pairwise, takewhile
from pathlib import Path
from typing import Any

import openpyxl
import pencil
import pytest
import story.__main__ as command
from click.testing import CliRunner
from gates import agree, lint, recalc, render, schema
from inboxes import fingerprint, load, settings_for
from opened import opened
from pencil import Told, grid
from pencil_findings import OPEN, SEVERITIES, Key, followed
from story.meant import Meant, Said, file_of, meant, slip_file, slip_line
from story.scenes import Scene, play
from story.tables import (
    BENINO,
    DECISIONS,
    MEMBERS,
    MONTHS,
    NOT_ASKED,
    SHIRAKUMO,
    SLIPS,
    WAKABA,
    By,
    Slip,
    Stage,
    Verdict,
    item_of,
    member_of,
    senders,
    thread_of,
)

from pipeline.cli.inspection import describe, look_into
from pipeline.cli.report import summary_lines
from pipeline.model import Checklist, Severity, Status
from pipeline.model.review import ENTRIES, HEADER_ROW
from pipeline.rules.check import check
from pipeline.run import aggregate, gather

Table = list[dict[str, str]]
Listed = Mapping[tuple[str, Stage], Mapping[Key, str]]  # states of findings, by run
PAIRS = tuple(pairwise(MONTHS))
NAMES = {member.code: member.name for member in MEMBERS}
each_month = pytest.mark.parametrize("month", MONTHS)
each_run = pytest.mark.parametrize(
    ("month", "stage"), [(month, stage) for month in MONTHS for stage in Stage]
)
both_months = pytest.mark.parametrize(("before", "now"), PAIRS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one aggregation of the story left in data/, and what lay in the inbox then."""

    tables: Mapping[str, Table]
    inbox: tuple[str, ...]
    form: Mapping[str, list[dict[str, str]]]  # 確認票 by sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The story after its end, and how each run looked when it was new."""

    folder: Path
    scenes: tuple[Scene, ...]
    runs: Mapping[tuple[str, Stage], Run]
    closed: Mapping[str, Mapping[str, str]]  # outbox/YYYY-MM when the month was closed

    def month(self, month: str) -> Path:
        return self.folder / "outbox" / month

    def sent(self, path: str, month: str) -> Path:
        """Give a file that somebody sent, where closing the month has put it."""
        return self.folder / "inbox" / month / path


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load()


@pytest.fixture(scope="module")
def told(checklist: Checklist) -> Meant:
    return meant(checklist)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Played:
    folder = tmp_path_factory.mktemp("story")
    settings = settings_for(folder, made_at="", jobs=1, pivot=False)
    scenes, runs, closed = [], {}, {}
    for scene in play(settings, checklist):
        scenes.append(scene)
        month = folder / "outbox" / scene.month
        if scene.stage is not None:
            runs[scene.month, scene.stage] = _run(folder, month)
        if scene.command.startswith("torimatome close"):
            closed[scene.month] = fingerprint(month)
    return Played(folder=folder, scenes=tuple(scenes), runs=runs, closed=closed)


def _run(folder: Path, month: Path) -> Run:
    inbox = folder / "inbox"
    return Run(
        tables={name: pencil.table(month, name) for name in ("answers", "findings", "files")},
        inbox=tuple(
            path.relative_to(inbox).as_posix()
            for path in sorted(inbox.rglob("*"))
            if path.is_file() and path.relative_to(inbox).parts[0] not in MONTHS
        ),
        form=_form(month / f"確認票_{month.name}.xlsx"),
    )


def _one_by_one(line: dict[str, str]) -> list[dict[str, str]]:
    """Give a line for several items as that many lines."""
    count, _, items = line["項目"].partition("項目\n")
    if not count.isdigit():
        return [line]
    assert len(items.split("、")) == int(count)
    return [line | {"項目": item} for item in items.split("、")]


def _form(path: Path) -> dict[str, list[dict[str, str]]]:
    """Give the lines of each sheet of 確認票 as a person sees them."""
    found = {}
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        rows = list(sheet.iter_rows(min_row=HEADER_ROW + 1, values_only=True))
        texts = [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
        lines = (dict(zip(texts[0], row, strict=False)) for row in texts[1:] if any(row))
        found[sheet.title] = [each for line in lines for each in _one_by_one(line)]
    book.close()
    return found


@pytest.fixture(scope="module")
def listed(told: Meant, checklist: Checklist) -> Listed:
    """Give the findings of each run as they follow from the story."""
    return followed(told, checklist)


@pytest.fixture(scope="module")
def books(played: Played) -> Mapping[str, Any]:
    return {
        month: opened(played.month(month) / f"集計_{month}.xlsx", data_only=True)
        for month in MONTHS
    }


@pytest.fixture(scope="module")
def story(told: Meant) -> Told:
    """Give what counted at the end of each month."""
    ends = {month: told.answers[month, Stage.MENDED] for month in MONTHS}
    return Told(
        months=MONTHS,
        said={
            (month, *place): (said.status, said.due)
            for month, answers in ends.items()
            for place, said in answers.items()
        },
        names=NAMES,
        same=frozenset(
            (now, *place)
            for before, now in PAIRS
            for place, said in ends[now].items()
            if member_of(place[0]).in_month(now).by is By.AGAIN
            and place in ends[before]
            and ends[before][place].file == said.file
        ),
    )


# ── What people said, as it was read ────────────────────────────────────────────────────────


@each_run
def test_every_run_counts_what_was_meant(
    played: Played, told: Meant, month: str, stage: Stage
) -> None:
    rows = played.runs[month, stage].tables["answers"]
    counted = {
        (row["respondent_id"], row["item_id"]): (Status(row["status"]), row["due"]) for row in rows
    }
    meaning = told.answers[month, stage]
    assert counted == {place: (said.status, said.due) for place, said in meaning.items()}
    for row in rows:
        said = meaning[row["respondent_id"], row["item_id"]]
        if said.mark:  # an empty cell may hold the printed legend
            assert row["mark"] == said.mark
        assert (row["note"], row["file"]) == (said.note, said.file)


def test_the_story_has_what_it_is_about(told: Meant) -> None:
    verdicts = {each.verdict for each in DECISIONS}
    assert verdicts == set(Verdict)
    ways = {member.in_month(month).by for member in MEMBERS for month in MONTHS}
    assert ways == set(By)
    lines = [len(told.asked[slip.month, slip.code]) for slip in SLIPS]
    assert min(lines) > 1
    assert {slip.comes == slip.month for slip in SLIPS} == {True, False}


# ── Forms: handed out, filled in, known again ───────────────────────────────────────────────


@each_month
def test_forms_that_come_back_are_known_by_their_hidden_id(
    played: Played, checklist: Checklist, month: str
) -> None:
    run = played.runs[month, Stage.RETURNED]
    by_file = {row["file"]: row for row in run.tables["files"]}
    weak = {row["file"] for row in run.tables["findings"] if row["code"] == "B509"}
    for member in senders(month):
        path = file_of(member, month, checklist)
        row = by_file[path]
        assert (row["state"], row["respondent_id"]) == ("counted", member.code)
        handed = member.in_month(month).by in {By.FORM, By.UNPROTECTED}
        assert row["identified_by"] == ("hidden_id" if handed else "cell"), path
        assert path not in weak


@each_month
def test_protection_and_drop_downs_outlive_the_filling_in(
    played: Played, checklist: Checklist, month: str
) -> None:
    for member in senders(month):
        by = member.in_month(month).by
        if by not in {By.FORM, By.UNPROTECTED}:
            continue
        book = openpyxl.load_workbook(played.sent(file_of(member, month, checklist), month))
        sheet = book["チェックシート"]
        assert sheet.protection.sheet is (by is By.FORM)
        assert bool(book.custom_doc_props.names) is (by is By.FORM)  # type: ignore[attr-defined] # the stubs lack it
        assert len(sheet.data_validations.dataValidation) > 0
        assert book["選択肢"].sheet_state == "veryHidden"


@both_months
def test_the_next_forms_hold_what_counted_at_the_end_of_the_month(
    played: Played, told: Meant, checklist: Checklist, before: str, now: str
) -> None:
    last = told.answers[before, Stage.MENDED]
    for member in MEMBERS:
        form = f"{checklist.version}_チェックシート_{member.name}.xlsx"
        path = played.folder / "outbox" / f"配布_{now}" / member.name / form
        sheet = openpyxl.load_workbook(path)["チェックシート"]
        for item, row in _rows(sheet, 2, checklist).items():
            said = last.get((member.code, item))
            cells = tuple(sheet.cell(row, column).value or "" for column in (3, 4))
            assert cells == (_in_form(said) if said else ("", "")), (member.name, item)


def _in_form(said: Said) -> tuple[str, str]:
    """Give mark and note as a form filled in beforehand has them."""
    words = {Status.DONE: "①", Status.NOT_PLANNED: "③", Status.PLANNED: "②"}
    mark = words.get(said.status, "")
    if said.status is Status.PLANNED and said.due:
        mark += f"（{said.due[:4]}年{int(said.due[5:])}月）"
    return (said.mark if said.status is Status.NOT_APPLICABLE else mark), said.note


def test_a_form_tells_how_much_of_it_stayed_as_it_was_filled_in(
    played: Played, told: Meant, checklist: Checklist
) -> None:
    rows = {
        (month, row["file"]): row["reason"]
        for month in MONTHS
        for row in played.runs[month, Stage.RETURNED].tables["files"]
    }
    month = MONTHS[1]
    path = file_of(member_of(WAKABA), month, checklist)
    last, now = (told.answers[at, Stage.MENDED] for at in MONTHS[:2])
    places = [(WAKABA, item.id) for item in checklist.items]
    kept = sum(
        _in_form(last[place]) == (now[place].mark, now[place].note) != ("", "") for place in places
    )
    assert "2026年9月の回答を入れて配布した様式です" in rows[month, path]
    assert f"{kept} 項目は前月のままです" in rows[month, path]


def _rows(sheet: Any, column: int, checklist: Checklist) -> dict[str, int]:
    known, found = {item.id for item in checklist.items}, {}
    for row in range(1, sheet.max_row + 1):
        item = str(sheet.cell(row, column).value or "").partition("：")[0]
        if item in known:
            found[item] = row
    return found


# ── Decisions ───────────────────────────────────────────────────────────────────────────────


@each_run
def test_decisions_are_told_beside_what_was_written(
    played: Played, told: Meant, month: str, stage: Stage
) -> None:
    for row in played.runs[month, stage].tables["answers"]:
        said = told.answers[month, stage][row["respondent_id"], row["item_id"]]
        assert _decision_of(row) == _trace(said), (row["respondent"], row["item_id"])


def _decision_of(row: dict[str, str]) -> tuple[str, ...]:
    heads = ("decision", "status_before", "due_before", "decision_reason", "decided_by",
             "decided_on")  # fmt: skip
    return tuple(row[head] for head in heads)


def _trace(said: Said) -> tuple[str, ...]:
    decision = said.decision
    if decision is None:
        return ("",) * 6
    status, due = (said.before[0].value, said.before[1]) if said.before else ("", "")
    return (decision.verdict.value, status, due, decision.reason, decision.by, decision.on)


@each_month
def test_the_workbook_shows_raw_and_corrected_answers_by_whom_and_why(
    books: Mapping[str, Any], told: Meant, month: str
) -> None:
    answers = told.answers[month, Stage.MENDED]
    heads, *rows = grid(books[month], "明細")
    detail = {
        (row[heads.index("団体コード")], row[heads.index("項目ID")]): dict(
            zip(heads, row, strict=True)
        )
        for row in rows
    }
    corrected = {place: said for place, said in answers.items() if said.before}
    assert len(corrected) >= 3
    for place, said in answers.items():
        line = detail[place]
        shown = tuple(
            line[head] or "" for head in ("判断", "修正理由", "判断した担当", "判断の日付")
        )
        trace = _trace(said)
        assert shown == (trace[0], *trace[3:]), place
        assert bool(line["修正前の回答"]) is bool(said.before)
        assert (line["予定月"] or "") == said.due
        if said.mark:
            assert line["チェック欄の記載"] == said.mark
    record = grid(books[month], "処理記録")
    top = next(
        n
        for n, row in enumerate(record)
        if str(row[0] or "").startswith("確認票の判断で直した回答")
    )
    assert f"（{len(corrected)}件）" in str(record[top][0])
    listed = {
        (row[1], str(row[0]).partition("　")[0]): (row[2], row[5], row[6], row[7])
        for row in record[top + 2 : top + 2 + len(corrected)]
    }
    assert listed == {
        (NAMES[code], item): (
            said.decision.reason, said.decision.verdict.value, said.decision.by, said.decision.on,
        )
        for (code, item), said in corrected.items()
        if said.decision
    }  # fmt: skip


@each_run
def test_every_finding_has_the_state_that_follows_from_the_story(
    played: Played, listed: Listed, month: str, stage: Stage
) -> None:
    expected = listed[month, stage]
    rows = played.runs[month, stage].tables["findings"]
    found = {(row["respondent_id"], row["item_id"], row["code"]): row["state"] for row in rows}
    assert found == expected
    assert len(rows) == len(found)
    assert all(row["severity"] == SEVERITIES[row["code"]] for row in rows)
    # 確認票 asks about nothing that is only told, nor about itself.
    asked = {code for code, word in SEVERITIES.items() if word != "参考"} - {"R602"}
    for sheet, states in (("確認票", OPEN), ("解消した指摘", {"解消"})):
        shown = Counter(line["状態"] for line in played.runs[month, stage].form[sheet])
        assert shown == Counter(
            state for key, state in expected.items() if state in states and key[2] in asked
        ), sheet


@each_month
def test_what_is_only_told_is_told_once_a_respondent(
    played: Played, listed: Listed, month: str
) -> None:
    expected = Counter(
        code
        for (code, _, finding), state in listed[month, Stage.MENDED].items()
        if SEVERITIES[finding] == "参考" and state in OPEN
    )
    assert max(expected.values()) > 1
    book = opened(played.month(month) / f"集計_{month}.xlsx", data_only=True)
    heads, *rows = agree.findings_sheet(pencil.grid(book, "要確認"))[1]
    lines = [dict(zip(heads, row, strict=True)) for row in rows]
    told = {line["団体名"]: line["件数"] for line in lines if line["重要度"] == "・ 参考"}
    assert told == {NAMES[code]: count for code, count in expected.items()}
    assert len(told) == sum(line["重要度"] == "・ 参考" for line in lines)


def test_all_states_occur(listed: Listed) -> None:
    states = {state for run in listed.values() for state in run.values()}
    assert states == {"新規", "継続", "再確認", "認容", "修正済み", "解消"}


def test_a_wrong_entry_is_told_with_its_cell_and_changes_nothing(
    played: Played, checklist: Checklist
) -> None:
    wrong = next(each for each in DECISIONS if not each.usable)
    item = item_of(wrong, checklist)
    run = played.runs[wrong.month, Stage.DECIDED]
    (row,) = [row for row in run.tables["findings"] if row["code"] == "R602"]
    assert (row["respondent_id"], row["item_id"]) == (wrong.code, item)
    assert row["file"] == f"確認票_{wrong.month}.xlsx"
    assert row["sheet"] == "確認票"
    assert row["cell"]
    line = next(line for line in run.form["確認票"] if line["理由"] == wrong.reason)
    assert (line["判断"], line["項目"].split("\n")[0]) == (wrong.verdict.value, item)
    assert "R602" in line["お知らせ"]


def test_a_new_return_opens_a_decision_again(played: Played, checklist: Checklist) -> None:
    decision = next(
        each for each in DECISIONS if each.code == BENINO and each.thread == "other doubt"
    )
    item = item_of(decision, checklist)
    lines = [
        line
        for line in played.runs[MONTHS[1], Stage.RETURNED].form["確認票"]
        if line["状態"] == "再確認"
    ]
    assert [(line["団体名"], line["項目"].split("\n")[0]) for line in lines] == [
        (NAMES[BENINO], item)
    ]
    assert lines[0]["判断"] == ""
    assert "前回の判断: 修正する（①既に対応済み）" in lines[0]["お知らせ"]
    assert decision.reason in lines[0]["お知らせ"]


@each_run
def test_no_entry_of_a_person_is_ever_lost(
    played: Played, checklist: Checklist, month: str, stage: Stage
) -> None:
    made = Counter(
        (NAMES[each.code], item_of(each, checklist), each.finding, each.verdict.value,
         each.answer, each.due, each.reason, each.by, each.on)
        for each in DECISIONS
        if each.month < month or (each.month == month and stage is not Stage.RETURNED)
    )  # fmt: skip
    run = played.runs[month, stage]
    kept = Counter(
        (line["団体名"], line["項目"].split("\n")[0], line["コード"],
         *(line[head] for head in ENTRIES))
        for sheet in ("確認票", "決定済み")
        for line in run.form[sheet]
        if line["判断"]
    )  # fmt: skip
    assert kept == made


def test_what_is_written_too_late_into_last_months_form_is_told(
    played: Played, checklist: Checklist, tmp_path: Path
) -> None:
    """November has taken October's form over; then somebody writes into October's."""
    before, now = PAIRS[-1]
    shutil.copytree(played.folder, tmp_path, dirs_exist_ok=True)
    settings = settings_for(tmp_path, made_at="", month=now, jobs=1, pivot=False)
    forms = {month: tmp_path / "outbox" / month / f"確認票_{month}.xlsx" for month in PAIRS[-1]}

    first = _but_the_time(aggregate(settings).folder)
    result = aggregate(settings)
    assert _but_the_time(result.folder) == first, "nothing was written: nothing changes"
    assert not [finding for finding in result.findings if finding.code == "R607"]

    entry = {"判断": "そのまま認める", "理由": "後から書きました。", "担当": "田中"}
    numbered = enumerate(checklist.items)
    member = member_of(SHIRAKUMO)
    # The first such item is decided on already.
    item = [each.id for n, each in numbered if thread_of(member, n) == "old month"][1]
    place = (member.name, item, "A308")
    cell = _enter(forms[before], place, entry)
    result = aggregate(settings)
    (told,) = [finding for finding in result.findings if finding.code == "R607"]
    assert (told.respondent_id, told.item_id, told.severity) == (SHIRAKUMO, item, Severity.CHECK)
    assert told.location.file == f"{before}/確認票_{before}.xlsx"
    assert told.location.cell == cell
    assert "2026年11月の集計には使っていません" in told.message
    assert "使っていません（「要確認」シートの R607" in "".join(summary_lines(result))
    rows = {row["item_id"]: row for row in pencil.table(result.folder, "answers")
            if row["respondent_id"] == SHIRAKUMO}  # fmt: skip
    assert rows[item]["decision"] == ""

    first = _but_the_time(result.folder)
    assert _but_the_time(aggregate(settings).folder) == first, "told until somebody does something"
    _enter(forms[now], place, entry)
    result = aggregate(settings)
    assert not [finding for finding in result.findings if finding.code == "R607"]
    rows = {row["item_id"]: row for row in pencil.table(result.folder, "answers")
            if row["respondent_id"] == SHIRAKUMO}  # fmt: skip
    assert rows[item]["decision"] == "そのまま認める"


def _but_the_time(folder: Path) -> dict[str, str]:
    """Give a month's files but run.json, which says how long the stages took."""
    return {name: digest for name, digest in fingerprint(folder).items() if name != "run.json"}


def _enter(form: Path, place: tuple[str, str, str], entry: Mapping[str, str]) -> str:
    """Write into the row of a respondent, item and code; give the cell of 判断."""
    book: Any = openpyxl.load_workbook(form)
    columns = {
        str(cell.value): cell.column for cell in book["確認票"][HEADER_ROW + 1] if cell.value
    }
    heads = ("団体名", "項目", "コード")
    sheet, row = next(
        (sheet, row)
        for sheet in (book["確認票"], book["内訳"])
        for row in range(HEADER_ROW + 2, sheet.max_row + 1)
        if tuple(
            str(sheet.cell(row, columns[head]).value).partition("\n")[0] for head in heads
        ) == place
    )  # fmt: skip
    for head, text in entry.items():
        sheet.cell(row, columns[head]).value = text
    book.save(form)
    return str(sheet.cell(row, columns["判断"]).coordinate)


# ── Slips ───────────────────────────────────────────────────────────────────────────────────


@each_month
def test_a_slip_holds_the_items_to_answer_again_and_no_others(
    played: Played, told: Meant, checklist: Checklist, month: str
) -> None:
    folder = played.month(month) / "差戻し"
    sent = {path.stem.removeprefix("差戻し_"): path for path in folder.glob("*/差戻し_*.xlsx")}
    asked = {NAMES[code]: items for (at, code), items in told.asked.items() if at == month}
    assert sent.keys() == {name for name, items in asked.items() if items}
    for name, path in sent.items():
        sheet = openpyxl.load_workbook(path)["差戻し票"]
        assert tuple(_rows(sheet, 1, checklist)) == asked[name]


@each_month
def test_a_slip_overrides_just_its_items_and_leaves_a_trace(
    played: Played, told: Meant, checklist: Checklist, month: str
) -> None:
    before = told.written[month, Stage.DECIDED]
    run = played.runs[month, Stage.MENDED]
    files = {row["file"]: row for row in run.tables["files"]}
    now = {(row["respondent_id"], row["item_id"]): row for row in run.tables["answers"]}
    given: dict[str, list[str]] = {}
    for place, row in now.items():
        slips = {slip_file(slip) for slip in SLIPS if slip.code == place[0] and slip.comes == month}
        if row["file"] in slips:
            given.setdefault(row["file"], []).append(place[1])
        else:
            assert row["file"] == before[place].file
            assert before[place].mark in {row["mark"], ""}
    for slip in (each for each in SLIPS if each.comes == month):
        row, items = files[slip_file(slip)], given.get(slip_file(slip), [])
        form = file_of(member_of(slip.code), month, checklist)
        assert row["respondent_id"] == slip.code
        assert row["identified_by"] == "hidden_id"
        if not slip.late:
            assert (row["state"], items) == ("superseded", [])
            assert form in row["reason"]
            continue
        lines = {item: thread_of(member_of(slip.code), _number(item, checklist))
                 for item in told.asked[slip.month, slip.code]}  # fmt: skip
        assert items == [item for item in lines if lines[item] in slip.answers]
        assert row["state"] == "counted"
        assert "差戻し票です" in row["reason"]
        assert f"「{form}」に反映しました" in row["reason"]
        assert f"差戻し票「{slip_file(slip)}」の回答に置き換えました" in files[form]["reason"]
        assert all(item in row["reason"] for item in items[:1])


def _number(item: str, checklist: Checklist) -> int:
    return next(n for n, each in enumerate(checklist.items) if each.id == item)


@each_month
def test_whoever_sent_nothing_is_reminded(played: Played, month: str) -> None:
    here = {member.code for member in senders(month)}
    accepted = {each.code for each in DECISIONS if each.month == month and each.finding == "B501"}
    silent = {NAMES[code] for code in NAMES if code not in here | accepted}
    folder = played.month(month) / "督促"
    assert {path.stem.removeprefix("督促_") for path in folder.glob("*/督促_*.eml")} == silent


# ── Nobody sees anybody else's ──────────────────────────────────────────────────────────────


def _texts(path: Path) -> str:
    """Give all text of a workbook's parts, of a letter, or of a draft with its attachments."""
    if path.suffix == ".xlsx":
        return _parts(path.read_bytes())
    if path.suffix != ".eml":
        return path.read_text(encoding="utf-8-sig")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body()
    attached = [
        f"{part.get_filename()}\n{_parts(part.get_content())}"
        for part in message.iter_attachments()
    ]
    text = body.get_content() if body else ""
    return "\n".join([str(message["To"]), str(message["Subject"]), text, *attached])


def _parts(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "\n".join(
            package.read(name).decode("utf-8", "replace") for name in package.namelist()
        )


def test_what_goes_to_one_respondent_holds_nothing_of_another(played: Played, told: Meant) -> None:
    own: dict[str, set[str]] = {member.name: {member.name, f"{member.code}@"} for member in MEMBERS}
    for answers in told.written.values():
        for (code, _), said in answers.items():
            own[NAMES[code]] |= {said.note, said.file} - {""}
    own[NOT_ASKED[1]] = {NOT_ASKED[1], f"{NOT_ASKED[0]}@"}
    outbox = played.folder / "outbox"
    folders = [outbox / f"配布_{month}" for month in (*MONTHS, "2026-12")]
    folders += [outbox / month / kind for month in MONTHS for kind in ("差戻し", "督促")]
    seen = 0
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if not path.is_file() or path.suffix == ".zip" or path.parent in folders:
            continue
        name = path.stem.rpartition("_")[2]
        text = _texts(path)
        assert name in text or path.suffix == ".txt"
        for other, words in own.items():
            if other != name:
                assert not {word for word in words - own[name] if word in text}, (path, other)
        seen += 1
    assert seen > 80


# ── Nothing is lost ─────────────────────────────────────────────────────────────────────────


@each_run
def test_every_file_and_answer_is_accounted_for(
    played: Played, checklist: Checklist, month: str, stage: Stage
) -> None:
    run = played.runs[month, stage]
    rows = run.tables["files"]
    assert sorted(row["file"] for row in rows) == sorted(run.inbox)
    slips = {slip_file(slip) for slip in SLIPS if slip.comes == month}
    states = Counter(row["state"] for row in rows if row["file"] not in slips)
    assert states == {"counted": len(senders(month)), "ignored": 1}  # the roster
    answers = run.tables["answers"]
    assert len(answers) == len(senders(month)) * len(checklist.items)
    by_file = Counter(row["file"] for row in answers)
    assert set(by_file) <= {row["file"] for row in rows if row["state"] == "counted"}


@each_month
def test_the_workbook_proves_its_own_figures(books: Mapping[str, Any], month: str) -> None:
    rows = grid(books[month], "処理記録")
    checks = [row[4] for row in rows if row[4] in {"一致", "不一致"}]
    assert len(checks) > 5
    assert "不一致" not in checks


def test_closed_months_are_never_touched(played: Played) -> None:
    for month in MONTHS:
        assert fingerprint(played.month(month)) == played.closed[month]


def test_only_the_roster_is_left_in_the_inbox(played: Played) -> None:
    inbox = played.folder / "inbox"
    assert sorted(path.name for path in inbox.iterdir()) == sorted([*MONTHS, "名簿.xlsx"])


# ── 前月比 and the ledger ───────────────────────────────────────────────────────────────────


@both_months
def test_every_figure_of_the_comparison(
    played: Played,
    books: Mapping[str, Any],
    story: Told,
    checklist: Checklist,
    before: str,
    now: str,
) -> None:
    movements = pencil.check_changes(played.month(now), story, before, now)
    assert movements >= {"進んだ", "後戻り", "先送り", "変更"}
    sheets = pencil.compared(books[now]), grid(books[now], "概況")
    pencil.check_comparison(*sheets, story, checklist, before, now)


@each_month
def test_answers_of_an_unchanged_file_are_marked(
    books: Mapping[str, Any], story: Told, month: str
) -> None:
    pencil.check_same_files(grid(books[month], "明細"), story, month)
    if month == MONTHS[-1]:
        marked = {code for _, code, _ in story.same}
        assert marked == {BENINO}
        assert 0 < len(story.same) < 55, "some of its answers stood in slips the month before"


@each_month
def test_every_promise_and_rate_of_the_ledger(
    played: Played, books: Mapping[str, Any], story: Told, checklist: Checklist, month: str
) -> None:
    rows = pencil.check_ledger(played.month(month), story, month)
    if month != MONTHS[0]:
        sheet = grid(books[month], "対応予定の履行状況")
        pencil.check_rates(sheet, story, checklist, month)
        pencil.check_promise_list(sheet, rows, month)
    pencil.check_planned(grid(books[month], "対応予定"), story, month)
    if month == MONTHS[-1]:
        assert {row["outcome"] for row in rows} == {*pencil.OUTCOMES}
        assert {row["slips"] for row in rows} == {"0", "1", "2"}


@both_months
def test_what_fell_back_and_what_was_put_off(
    played: Played, told: Meant, before: str, now: str
) -> None:
    old, new = told.answers[before, Stage.MENDED], told.answers[now, Stage.MENDED]
    rows = played.runs[now, Stage.MENDED].tables["findings"]
    for code, tells in (("B506", pencil.fell_back), ("B507", pencil.put_off)):
        expected = {
            place
            for place in old.keys() & new.keys()
            if tells(
                (old[place].status, old[place].due), (new[place].status, new[place].due)
            )
        }  # fmt: skip
        found = {
            (row["respondent_id"], row["item_id"])
            for row in rows
            if row["code"] == code and row["state"] != "修正済み"
        }
        assert found == expected
        assert expected


# ── The product's own files ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "outbox/配布_2026-11/若葉市/別紙3-2_チェックシート_若葉市.xlsx",
            "配布した様式（2026年11月分、団体コード 131001（若葉市））。"
            "2026年10月の回答を入れて配布し、",
        ),
        (
            "inbox/2026-09/scan_0012.xlsx",
            "配布した様式（2026年9月分、団体コード 131002（白雲町））。",
        ),
        (
            "inbox/2026-11/チェックシート（提出用）.xlsx",
            "配布した様式（2026年11月分、団体コード 131002（白雲町））。",
        ),
        (
            "inbox/2026-09/Re_差戻し票.xlsx",
            "差戻し票（2026年9月分、団体コード 131002（白雲町））。記入のある項目は 6 項目です。",
        ),
        ("outbox/2026-10/確認票_2026-10.xlsx", "確認票です。"),
        ("outbox/2026-10/集計_2026-10.xlsx", "集計表です。"),
        ("inbox/名簿.xlsx", "名簿です。"),
    ],
)
def test_inspect_says_what_it_is_and_whose(
    path: str, words: str, played: Played, checklist: Checklist
) -> None:
    slip = played.folder / path
    seen = look_into(slip, checklist=checklist, month=MONTHS[1])
    text = describe(slip, seen, checklist=checklist)
    assert f"このファイル: {words}" in text
    assert "B503" not in text  # alone a slip has nothing to mend, in an inbox it is not alone


def test_own_files_among_the_returns_are_no_answers(played: Played, tmp_path: Path) -> None:
    inbox, month = tmp_path / "inbox", MONTHS[1]
    inbox.mkdir()
    shutil.copy(played.folder / "inbox" / month / "青浜サービス_回答.xlsx", inbox)
    shutil.copy(played.month(month) / f"確認票_{month}.xlsx", inbox / "確認票（記入済み）.xlsx")
    shutil.copy(played.month(month) / f"集計_{month}.xlsx", inbox)
    shutil.copy(played.folder / "inbox" / "名簿.xlsx", inbox / "名簿 (2).xlsx")
    batch = gather(settings_for(tmp_path, month=month)).batch
    assert [one.submission.source.path for one in batch.submissions] == ["青浜サービス_回答.xlsx"]
    found = {
        finding.location.file: (finding.severity, finding.message, finding.fix)
        for finding in check(batch)
        if finding.code == "F105"
    }
    assert {severity for severity, _, _ in found.values()} == {Severity.CHECK}
    for path, what, step in (
        ("確認票（記入済み）.xlsx", "書かれた判断は反映していません", "outbox の中の確認票"),
        (f"集計_{month}.xlsx", "集計表のため", "除いてください"),
    ):
        _, message, fix = found.pop(path)
        assert what in message
        assert step in fix
    assert not found
    misnamed = [one for one in check(batch) if one.location.file == "名簿 (2).xlsx"]
    assert [one.code for one in misnamed] == ["C801"]  # told once, as what it nearly is
    assert "「名簿.xlsx」" in misnamed[0].message + misnamed[0].fix


# ── The demo ────────────────────────────────────────────────────────────────────────────────


def test_the_same_story_gives_the_same_bytes(
    played: Played, checklist: Checklist, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, made_at="", jobs=1, pivot=False)
    for scene in takewhile(lambda scene: scene.month == MONTHS[0], play(settings, checklist)):
        assert scene.told
    mine, theirs = (fingerprint(folder / "outbox") for folder in (tmp_path, played.folder))
    assert mine
    assert {k: v for k, v in mine.items() if not k.endswith("run.json")} == {
        key: theirs[key] for key in mine if not key.endswith("run.json")
    }
    assert fingerprint(tmp_path / "inbox" / MONTHS[0]) == fingerprint(
        played.folder / "inbox" / MONTHS[0]
    )


def test_each_scene_says_what_was_done_and_where_to_look(played: Played) -> None:
    for scene in played.scenes:
        title, *lines = scene.told
        assert title.startswith("■ 2026年")
        assert scene.lines
        assert scene.look
        for path in scene.look:
            assert f"  見るところ: {path}" in lines
            assert path.exists()
    assert Counter(scene.command.split()[1] for scene in played.scenes if scene.command) == {
        "distribute": 4, "aggregate": 9, "sendback": 3, "close": 3,
    }  # fmt: skip
    told = "\n".join(line for scene in played.scenes for line in scene.told)
    for slip in SLIPS:
        assert f"・{slip_file(slip)}（{NAMES[slip.code]}: {slip.how}）" in told
    for decision in DECISIONS:
        assert f"・{NAMES[decision.code]} {decision.finding}: {decision.verdict.value}" in told


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.month} {slip.code}")
def test_what_the_demo_says_of_a_slip_is_so(slip: Slip, told: Meant, checklist: Checklist) -> None:
    asked = told.asked[slip.month, slip.code]
    filled = [item for item in asked if slip_line(slip, item, checklist)]
    assert 0 < len(filled) <= len(asked)
    assert (len(filled) == len(asked)) == (slip.how == "すべての項目に記入")
    assert (slip.comes > slip.month) == ("到着" in slip.how)


def test_the_demo_tells_the_story_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first scenes of both plays; they are played to their ends here and in test_seal.py."""
    for name, length in (("play", 3), ("play_tiers", 2)):
        whole = getattr(command, name)
        monkeypatch.setattr(command, name, lambda *a, of=whole, to=length: islice(of(*a), to))
    into = ["--into", str(tmp_path / "demo")]
    shown = CliRunner().invoke(command.main, into, catch_exceptions=False).output
    assert "■ 2026年9月 様式の配布" in shown
    assert "torimatome distribute --month 2026-09" in shown
    assert "県の集計" in shown
    kept = (tmp_path / "demo" / "あらすじ.txt").read_text(encoding="utf-8-sig")
    assert kept in shown
    again = CliRunner().invoke(command.main, [*into, "--quiet"], catch_exceptions=False)
    assert again.output.count("\n") == 1
    assert (tmp_path / "demo" / "あらすじ.txt").read_text(encoding="utf-8-sig") == kept


def test_the_demo_takes_no_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "大事.txt").write_text("残す", encoding="utf-8")
    refused = CliRunner().invoke(command.main, ["--into", str(tmp_path)])
    assert refused.exit_code == 1
    assert "見本以外のファイルがあります" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["大事.txt"]


@pytest.mark.outside
@pytest.mark.parametrize("gate", [lint, schema, recalc, render])
@pytest.mark.parametrize("name", ["集計", "確認票"])
def test_the_last_month_passes_the_outside_gates(gate: Any, name: str, played: Played) -> None:
    month = MONTHS[-1]
    assert gate.problems(played.month(month) / f"{name}_{month}.xlsx") == []
