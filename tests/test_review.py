"""Decisions: bound to what was written, carried out, and never lost."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from every_case import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from opened import opened
from reviewing import MADE_AT, Step, codes, fill, heads, keys_of, lines, load, put, shuffle, step
from rule_examples import run_example

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import (
    Batch,
    CellKind,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    Severity,
    Skipped,
    SkipReason,
    SourceFile,
    Status,
    Unreadable,
    UnreadableReason,
)
from pipeline.model.answers import Answer
from pipeline.model.review import (
    ENTRIES,
    FACTS,
    HEADER_ROW,
    KEY,
    FindingState,
    Review,
    ReviewKey,
    Verdict,
)
from pipeline.review import (
    find_form,
    form_source,
    insist_unchanged,
    past_findings,
    read_review,
)
from pipeline.review.settled import Reviewed
from pipeline.texts.folding import tidy
from pipeline.write.review_form import write_review_form

RETURNED = """
ファイル: 若葉市.xlsx
運用①-1 | ○ |
運用①-2 | ② |
運用①-3 | ③ |
運用①-4 | ① | 検討中
ファイル: 白雲町.xlsx
運用①-1 | ○ |
"""
A305, A307, N402 = (
    ("A305", "運用①-1"),
    ("A307", "運用①-2"),
    ("N402", "運用①-4"),
)


def batch_of(text: str = RETURNED) -> Batch:
    return run_example(text.strip())[0]


def answer(batch: Batch, item: str, respondent: str = "若葉市") -> Answer:
    (counted,) = [one for one in batch.submissions if one.respondent.name == respondent]
    (found,) = [one for one in counted.submission.answers if one.item_id == item]
    return found


def written(folder: Path, result: Step) -> Path:
    return write_review_form(result.form, folder)


def decided(
    folder: Path, entries: Mapping[tuple[str, str], Mapping[str, object]], text: str = RETURNED
) -> tuple[Step, Path]:
    """Write a form, fill it in, run again, and write the next form over it."""
    batch = batch_of(text)
    path = written(folder, step(batch))
    fill(path, entries)
    result = step(batch, load(path))
    return result, written(folder, result)


def row(path: Path, place: tuple[str, str], name: str = "確認票") -> dict[str, str]:
    code, item = place
    return next(
        line
        for line in lines(path, name)
        if line["コード"] == code and line["項目"].split("\n")[0] == item
    )


# ── What the form shows ─────────────────────────────────────────────────────────────────────


def sent_back(reviewed: Reviewed) -> tuple[ReviewKey, ...]:
    """Give the keys of what is to go back to the respondents."""
    return tuple(k for k, d in reviewed.decisions.items() if d.verdict is Verdict.SEND_BACK)


def test_the_form_lists_every_open_finding_that_asks_for_something(tmp_path: Path) -> None:
    result = step(batch_of())
    asked = [f for f in result.settled.open if f.severity is not Severity.INFO]
    shown = lines(written(tmp_path, result))
    assert [(line["コード"], line["団体名"]) for line in shown] == [
        (finding.code, finding.respondent) for finding in asked
    ]
    assert {line["状態"] for line in shown} == {"新規"}
    assert row(tmp_path / result.form.file, N402)["書かれていた内容"] == "①\n（補足説明）検討中"
    assert not any(line[head] for line in shown for head in ENTRIES)


# ── The four decisions ──────────────────────────────────────────────────────────────────────


def test_a_correction_replaces_the_answer_and_keeps_what_was_written(tmp_path: Path) -> None:
    entry = {
        "判断": "修正する", "修正後の回答": "②これから対応予定", "修正後の予定月": "2027-03",
        "理由": "電話で確認", "担当": "佐藤", "日付": "2026-11-20",
    }  # fmt: skip
    result, path = decided(tmp_path, {A305: entry})
    found = answer(result.reviewed.batch, "運用①-1", "若葉市")
    assert (found.mark.status, found.due.month, found.mark.raw) == (
        Status.PLANNED, "2027-03", "○",
    )  # fmt: skip
    assert found.decision is not None
    assert found.decision.status is Status.UNCLEAR
    assert (found.decision.reason, found.decision.by, found.decision.on) == (
        "電話で確認", "佐藤", "2026-11-20",
    )  # fmt: skip
    assert found.decision.changed
    assert answer(result.reviewed.batch, "運用①-1", "白雲町").mark.status is Status.UNCLEAR
    closed = [f for f in result.settled.closed if f.code == "A305"]
    assert [(f.state, f.respondent) for f in closed] == [("修正済み", "若葉市")]
    assert closed[0].decision == "修正する（②これから対応予定 2027年3月）"
    kept = row(path, A305, "決定済み")
    assert kept["状態"] == "修正済み"
    assert {head: kept[head] for head in ENTRIES} == entry
    assert not [
        line for line in lines(path) if line["コード"] == "A305" and line["団体名"] == "若葉市"
    ]


def test_excluding_makes_an_item_not_applicable_without_a_finding_about_it(tmp_path: Path) -> None:
    result, _ = decided(tmp_path, {A305: {"判断": "対象外とする"}})
    assert answer(result.reviewed.batch, "運用①-1").mark.status is Status.NOT_APPLICABLE
    assert ("A306", "運用①-1") not in {(f.code, f.item_id) for f in result.settled.open}


def test_accepting_changes_no_answer_and_closes_the_finding(tmp_path: Path) -> None:
    result, path = decided(tmp_path, {N402: {"判断": "そのまま認める", "理由": "確認済み"}})
    found = answer(result.reviewed.batch, "運用①-4")
    assert found.mark.status is Status.DONE
    assert found.decision is not None
    assert not found.decision.changed
    assert ("N402", "運用①-4", "認容") in codes(result.settled.closed)
    assert "N402" not in {f.code for f in result.settled.open}
    assert row(path, N402, "決定済み")["理由"] == "確認済み"


def test_what_goes_back_stays_open_and_is_listed(tmp_path: Path) -> None:
    result, path = decided(tmp_path, {A307: {"判断": "差戻し", "担当": "鈴木"}})
    assert [(k.subject, k.item_id, k.code) for k in sent_back(result.reviewed)] == [
        ("若葉市", "運用①-2", "A307")
    ]
    (finding,) = [f for f in result.settled.open if f.code == "A307"]
    assert finding.decision == "差戻し"
    shown = row(path, A307)
    assert (shown["判断"], shown["担当"]) == ("差戻し", "鈴木")
    assert "答え直し" in shown["お知らせ"]


@pytest.mark.parametrize(
    ("answered", "month", "status", "due"),
    [
        ("①既に対応済み", "", Status.DONE, ""),
        ("１", "", Status.DONE, ""),
        ("③", "", Status.NOT_PLANNED, ""),
        ("②", "２０２７－０３", Status.PLANNED, "2027-03"),
        ("2", "2027年3月", Status.PLANNED, "2027-03"),
        ("②", "令和9年3月", Status.PLANNED, "2027-03"),
        ("②", "2027/3", Status.PLANNED, "2027-03"),
        ("②", "2027-03-01", Status.PLANNED, "2027-03"),
        ("②（2027年3月）", "", Status.PLANNED, "2027-03"),
        ("対象外", "", Status.NOT_APPLICABLE, ""),
    ],
)
def test_entries_are_read_as_people_type_them(
    answered: str, month: str, status: Status, due: str, tmp_path: Path
) -> None:
    entry = {"判断": "　修正する ", "修正後の回答": answered, "修正後の予定月": month}
    result, _ = decided(tmp_path, {A305: entry})
    found = answer(result.reviewed.batch, "運用①-1")
    assert (found.mark.status, found.due.month) == (status, due)
    assert not result.reviewed.batch.entry_problems


def test_a_plan_without_a_month_keeps_the_one_it_had_or_says_that_none_is_there(
    tmp_path: Path,
) -> None:
    text = "ファイル: 若葉市.xlsx\n運用①-1 | ②（10月、要確認） |\n運用①-2 | ○ |"
    batch = batch_of(text)
    due = answer(batch, "運用①-1").due.month
    path = written(tmp_path, step(batch))
    entries: dict[tuple[str, str], dict[str, object]] = {}
    for line in lines(path):
        place = (line["コード"], line["項目"].split("\n")[0])
        if place[1] in ("運用①-1", "運用①-2"):
            entries[place] = {"判断": "修正する", "修正後の回答": "②"}
    fill(path, entries)
    result = step(batch, load(path))
    assert answer(result.reviewed.batch, "運用①-1").due.month == due
    assert ("A307", "運用①-2", "新規") in codes(result.settled.open)


def test_what_only_a_decision_brings_up_is_not_asked_again(tmp_path: Path) -> None:
    """③ without a note asks for a reason; the coordinator who chose it has just given one."""
    entry = {"判断": "修正する", "修正後の回答": "③", "理由": "機器がない"}
    result, _ = decided(tmp_path, {A305: entry})
    assert answer(result.reviewed.batch, "運用①-1").mark.status is Status.NOT_PLANNED
    assert ("N401", "運用①-1") not in {(f.code, f.item_id) for f in result.settled.open}
    assert ("N401", "運用①-3") in {(f.code, f.item_id) for f in result.settled.open}


def test_a_correction_that_mends_nothing_closes_nothing(tmp_path: Path) -> None:
    entry = {"判断": "修正する", "修正後の回答": "②"}
    result, path = decided(tmp_path, {A307: entry})
    assert ("A307", "運用①-2", "新規") in codes(result.settled.open)
    assert "同じ指摘" in row(path, A307)["お知らせ"]
    assert answer(result.reviewed.batch, "運用①-2").decision is not None


def test_a_corrected_month_in_the_past_is_told(tmp_path: Path) -> None:
    entry = {"判断": "修正する", "修正後の回答": "②", "修正後の予定月": "2026-03"}
    result, _ = decided(tmp_path, {A307: entry})
    assert ("A308", "運用①-2", "新規") in codes(result.settled.open)


# ── Wrong entries ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("entry", "code", "head"),
    [
        ({"判断": "だいたいよい"}, "R601", "判断"),
        ({"判断": "修正する"}, "R602", "判断"),
        ({"判断": "修正する", "修正後の回答": "要相談"}, "R602", "修正後の回答"),
        ({"修正後の回答": "①"}, "R602", "修正後の回答"),
        ({"修正後の予定月": "2027-03"}, "R602", "修正後の予定月"),
        ({"判断": "そのまま認める", "修正後の回答": "①"}, "R602", "修正後の回答"),
        ({"判断": "修正する", "修正後の回答": "②", "修正後の予定月": "2027-13"}, "R603",
         "修正後の予定月"),
        ({"判断": "修正する", "修正後の回答": "②", "修正後の予定月": "9月"}, "R603",
         "修正後の予定月"),
        ({"判断": "修正する", "修正後の回答": "②", "修正後の予定月": "年度内"}, "R603",
         "修正後の予定月"),
        ({"判断": "修正する", "修正後の回答": "②（13月）"}, "R603", "修正後の回答"),
        ({"判断": "修正する", "修正後の回答": "①", "修正後の予定月": "2027-03"}, "R603",
         "修正後の予定月"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_not_used_but_kept_and_told_with_its_cell(
    entry: dict[str, object], code: str, head: str, tmp_path: Path
) -> None:
    entry |= {"理由": "電話", "担当": "佐藤"}
    result, path = decided(tmp_path, {A305: entry})
    found = answer(result.reviewed.batch, "運用①-1")
    assert found.mark.status is Status.UNCLEAR
    assert found.decision is None
    (told,) = [f for f in result.settled.open if f.code.startswith("R")]
    assert (told.code, told.respondent, told.item_id) == (code, "若葉市", "運用①-1")
    shown = row(path, A305)
    assert {k: v for k, v in shown.items() if k in ENTRIES and v} == entry
    assert shown["お知らせ"].startswith(f"{code}: ")
    sheet = opened(path)[told.location.sheet]
    assert told.location.file == path.name
    assert str(sheet[told.location.cell].value or "") == entry.get(head, "")
    assert sheet.cell(HEADER_ROW + 1, sheet[told.location.cell].column).value == head
    assert told.location.cell in told.message


def test_two_rows_that_contradict_each_other_are_both_kept_and_neither_used(
    tmp_path: Path,
) -> None:
    batch = batch_of()
    path = written(tmp_path, step(batch))
    fill(path, {A305: {"判断": "修正する", "修正後の回答": "①"}})
    book = opened(path)
    sheet = book["確認票"]
    places = heads(sheet)
    at = next(
        r for r in range(HEADER_ROW + 2, sheet.max_row + 1)
        if sheet.cell(r, places["判断"]).value
    )  # fmt: skip
    last = sheet.max_row + 1
    for column in range(1, sheet.max_column + 1):
        put(sheet, last, column, sheet.cell(at, column).value)
    put(sheet, last, places["修正後の回答"], "③")
    book.save(path)
    result = step(batch, load(path))
    assert answer(result.reviewed.batch, "運用①-1").mark.status is Status.UNCLEAR
    told = [f for f in result.settled.open if f.code == "R604"]
    assert len(told) == 2
    shown = [line for line in lines(written(tmp_path, result)) if line["判断"]]
    assert sorted(line["修正後の回答"] for line in shown) == ["①", "③"]
    assert {(line["コード"], line["項目"].split("\n")[0]) for line in shown} == {A305}


def test_different_corrections_of_one_answer_by_two_findings_are_refused(tmp_path: Path) -> None:
    text = "ファイル: 若葉市.xlsx\n運用①-1 | ②（2026年3月） | 実施済み"
    batch = batch_of(text)
    result = step(batch)
    here = [f.code for f in result.settled.open if f.item_id == "運用①-1"]
    assert len(here) >= 2, "the example needs two findings at one item"
    path = written(tmp_path, result)
    fill(path, {
        (here[0], "運用①-1"): {"判断": "修正する", "修正後の回答": "①"},
        (here[1], "運用①-1"): {"判断": "修正する", "修正後の回答": "③"},
    })  # fmt: skip
    after = step(batch, load(path))
    assert answer(after.reviewed.batch, "運用①-1") == answer(batch, "運用①-1")
    assert [f.code for f in after.settled.open if f.code[0] == "R"] == ["R604", "R604"]


def test_a_file_cannot_be_corrected_but_can_be_sent_back(tmp_path: Path) -> None:
    text = "ファイル: 若葉市.xlsx（読めない: password）"
    result, path = decided(tmp_path, {("F101", ""): {"判断": "対象外とする"}}, text)
    assert "R606" in {f.code for f in result.settled.open}
    assert row(path, ("F101", ""))["判断"] == "対象外とする"
    fill(path, {("F101", ""): {"判断": "差戻し"}})
    again = step(batch_of(text), load(path))
    assert [key.code for key in sent_back(again.reviewed)] == ["F101"]
    assert not again.reviewed.batch.entry_problems


# ── What people do to a form ────────────────────────────────────────────────────────────────


def test_a_damaged_key_falls_back_to_what_the_row_shows(tmp_path: Path) -> None:
    batch = batch_of()
    path = written(tmp_path, step(batch))
    fill(path, {A307: {"判断": "差戻し", KEY: "壊れた"}, N402: {"判断": "差戻し", KEY: ""}})
    result = step(batch, load(path))
    assert {key.code for key in sent_back(result.reviewed)} == {"A307", "N402"}
    assert not result.reviewed.batch.entry_problems


def test_keys_left_behind_by_sorting_are_not_trusted(tmp_path: Path) -> None:
    """Sorting all columns but the hidden one puts foreign keys beside the rows."""
    batch = batch_of()
    path = written(tmp_path, step(batch))
    fill(path, {A307: {"判断": "差戻し"}, N402: {"判断": "そのまま認める"}})
    book = opened(path)
    sheet = book["確認票"]
    column = heads(sheet)[KEY]
    rows = range(HEADER_ROW + 2, sheet.max_row + 1)
    keys = [sheet.cell(r, column).value for r in rows]
    for r, key in zip(rows, keys[1:] + keys[:1], strict=True):
        put(sheet, r, column, key)
    book.save(path)
    result = step(batch, load(path))
    assert {(k.code, d.verdict) for k, d in result.reviewed.decisions.items()} == {
        ("A307", Verdict.SEND_BACK),
        ("N402", Verdict.ACCEPT),
    }


def test_a_row_that_belongs_to_nothing_is_carried_along_and_told(tmp_path: Path) -> None:
    batch = batch_of()
    path = written(tmp_path, step(batch))
    book = opened(path)
    sheet = book["確認票"]
    places = heads(sheet)
    last = sheet.max_row + 2
    put(sheet, last, places["団体名"], "知らない市")
    put(sheet, last, places["判断"], "修正する")
    put(sheet, last, places["理由"], "あとで確かめる")
    book.save(path)
    result = step(batch, load(path))
    assert "R605" in {f.code for f in result.settled.open}
    (kept,) = [line for line in lines(written(tmp_path, result)) if line["状態"] == "対象不明"]
    assert (kept["団体名"], kept["判断"], kept["理由"]) == (
        "知らない市",
        "修正する",
        "あとで確かめる",
    )
    again = step(batch, load(tmp_path / result.form.file))
    assert again.form.open == tuple(replace(r, origin=r2.origin) for r, r2 in zip(
        result.form.open, again.form.open, strict=True))  # fmt: skip


def test_columns_and_lines_that_people_add_stay(tmp_path: Path) -> None:
    batch = batch_of()
    path = written(tmp_path, step(batch))
    fill(path, {A307: {"判断": "差戻し"}})
    book = opened(path)
    sheet = book["確認票"]
    sheet.title = "11月分（担当用）"
    sheet.insert_rows(1, 3)
    sheet.insert_cols(1)
    header = HEADER_ROW + 4
    put(sheet, header, 1, "自分のメモ")
    for r in range(header + 1, sheet.max_row + 1):
        put(sheet, r, 1, f"メモ{r}")
    put(sheet, header + 2, sheet.max_column + 1, "見出しのない列")
    book.save(path)
    result = step(batch, load(path))
    assert {key.code for key in sent_back(result.reviewed)} == {"A307"}
    shown = lines(written(tmp_path, result))
    assert sorted(line["自分のメモ"] for line in shown) == sorted(
        f"メモ{header + 1 + n}" for n in range(len(shown))
    )
    assert [line["見出しなし1"] for line in shown if line["見出しなし1"]] == ["見出しのない列"]


def test_clearing_an_entry_takes_the_decision_back(tmp_path: Path) -> None:
    result, path = decided(tmp_path, {N402: {"判断": "そのまま認める", "担当": "佐藤"}})
    fill(path, {N402: dict.fromkeys(ENTRIES, "")}, "決定済み")
    again = step(batch_of(), load(path))
    assert not again.reviewed.decisions
    assert "N402" in {f.code for f in again.settled.open}
    assert "N402" not in {f.code for f in result.settled.open}


X = RawCell(kind=CellKind.TEXT, text="x")


@pytest.mark.parametrize(
    "found",
    [
        Unreadable(source=SourceFile(path="確認票_2026-11.xlsx", location=Path()), reason=reason)
        for reason in (UnreadableReason.BROKEN, UnreadableReason.PASSWORD,
                       UnreadableReason.NO_ACCESS)
    ]
    + [
        Skipped(
            source=SourceFile(path="確認票_2026-11.xlsx", location=Path()),
            reason=SkipReason.OTHER_KIND,
        ),
        RawWorkbook(
            source=SourceFile(path="確認票_2026-11.xlsx", location=Path()),
            kind=FileKind.XLSX,
            sheets=(RawSheet(name="確認票", cells={(0, 0): X}),),
        ),
    ],
    ids=["broken", "password", "no access", "no workbook", "no header"],
)  # fmt: skip
def test_a_form_that_cannot_be_read_stops_the_run(
    found: RawWorkbook | Unreadable | Skipped,
) -> None:
    with pytest.raises(TorimatomeError) as told:
        read_review(found)
    assert told.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert "確認票_2026-11.xlsx" in told.value.message
    assert "手を付けていません" in told.value.message
    assert told.value.message.endswith("。")


def test_the_form_of_this_month_is_read_else_the_latest_before(tmp_path: Path) -> None:
    assert find_form(tmp_path / "none", "2026-11") is None
    for month in ("2026-09", "2026-10", "2026-12"):
        (tmp_path / month).mkdir()
    (tmp_path / "2026-09" / "確認票_2026-09.xlsx").touch()
    (tmp_path / "2026-12" / "確認票_2026-12.xlsx").touch()
    assert find_form(tmp_path, "2026-11") == tmp_path / "2026-09" / "確認票_2026-09.xlsx"
    assert find_form(tmp_path, "2026-12") == tmp_path / "2026-12" / "確認票_2026-12.xlsx"


def test_a_form_saved_during_the_run_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "2026-11").mkdir()
    path = written(tmp_path / "2026-11", step(batch_of()))
    source = form_source(path, tmp_path)
    assert source.path == "2026-11/確認票_2026-11.xlsx"
    insist_unchanged(source)
    fill(path, {A307: {"判断": "差戻し"}})
    with pytest.raises(TorimatomeError) as told:
        insist_unchanged(source)
    assert "もう一度実行してください" in told.value.message
    path.unlink()
    insist_unchanged(source)
    path.mkdir()  # what cannot be opened, on any system and for any user
    with pytest.raises(TorimatomeError) as locked:
        form_source(path, tmp_path)
    assert "Excel などで開いている場合は閉じてください" in locked.value.message


@pytest.mark.parametrize("mark", ["~$確認票_2026-11.xlsx", ".~lock.確認票_2026-11.xlsx#"])
def test_a_form_that_somebody_has_open_is_not_read_past_them(tmp_path: Path, mark: str) -> None:
    (tmp_path / "2026-11").mkdir()
    path = written(tmp_path / "2026-11", step(batch_of()))
    (path.parent / mark).write_bytes(b"")
    with pytest.raises(TorimatomeError) as told:
        form_source(path, tmp_path)
    assert told.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert "保存して閉じてから" in told.value.message
    assert f"{mark} を消して" in told.value.message, "a mark may be left after a crash"
    (path.parent / mark).unlink()
    assert form_source(path, tmp_path).size == path.stat().st_size


@pytest.mark.parametrize("both", [True, False])
def test_a_form_saved_in_another_format_is_not_passed_over(tmp_path: Path, both: bool) -> None:
    (tmp_path / "2026-11").mkdir()
    path = written(tmp_path / "2026-11", step(batch_of()))
    path.with_suffix(".ods").write_bytes(b"")
    if not both:
        path.unlink()
    found = find_form(tmp_path, "2026-12")
    assert found == path
    with pytest.raises(TorimatomeError) as told:
        form_source(found, tmp_path)
    assert told.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert "確認票_2026-11.ods があります" in told.value.message


# ── From month to month ─────────────────────────────────────────────────────────────────────


def test_a_decision_holds_as_long_as_the_answer_says_the_same(tmp_path: Path) -> None:
    _, path = decided(tmp_path, {A305: {"判断": "修正する", "修正後の回答": "①"}})
    december = replace(batch_of(), month="2026-12")
    result = step(december, load(path))
    assert answer(result.reviewed.batch, "運用①-1").mark.status is Status.DONE


def test_another_answer_opens_the_question_again_and_shows_what_was_decided(
    tmp_path: Path,
) -> None:
    entry = {"判断": "修正する", "修正後の回答": "①", "理由": "電話で確認", "担当": "佐藤"}
    _, path = decided(tmp_path, {A305: entry})
    changed = batch_of(RETURNED.replace("若葉市.xlsx\n運用①-1 | ○ |", "若葉市.xlsx\n運用①-1 | △ |"))
    result = step(changed, load(path))
    assert answer(result.reviewed.batch, "運用①-1").mark.status is Status.UNCLEAR
    assert ("A305", "運用①-1", "再確認") in codes(result.settled.open)
    path = written(tmp_path, result)
    shown = row(path, A305)
    assert shown["状態"] == "再確認"
    assert "修正する（①既に対応済み）" in shown["お知らせ"]
    assert "電話で確認" in shown["お知らせ"]
    assert not shown["判断"]
    kept = row(path, A305, "決定済み")
    assert (kept["状態"], kept["理由"]) == ("再確認", "電話で確認")
    # The old answer comes back, and with it the old decision.
    back = step(batch_of(), load(path))
    assert answer(back.reviewed.batch, "運用①-1").mark.status is Status.DONE


def test_a_decision_about_a_file_does_not_pass_to_the_next_file(tmp_path: Path) -> None:
    first = batch_of("ファイル: 若葉市.xlsx（読めない: password）")
    other = replace(
        first,
        files=tuple(
            replace(record, source=replace(record.source, sha256="f" * 64))
            for record in first.files
        ),
    )
    path = written(tmp_path, step(first))
    fill(path, {("F101", ""): {"判断": "そのまま認める"}})
    assert codes(step(first, load(path)).settled.closed) == [("F101", "", "認容")]
    assert ("F101", "", "再確認") in codes(step(other, load(path)).settled.open)


def test_a_missing_return_is_accepted_for_the_month_alone(tmp_path: Path) -> None:
    text = "名簿: 若葉市、白雲町\nファイル: 白雲町.xlsx\n運用①-1 | ① |"
    batch = batch_of(text)
    path = written(tmp_path, step(batch))
    fill(path, {("B501", ""): {"判断": "そのまま認める"}})
    assert ("B501", "", "認容") in codes(step(batch, load(path)).settled.closed)
    december = step(replace(batch, month="2026-12"), load(path))
    assert ("B501", "", "再確認") in codes(december.settled.open)


def test_a_decision_waits_while_its_respondent_is_silent(tmp_path: Path) -> None:
    _, path = decided(tmp_path, {A305: {"判断": "修正する", "修正後の回答": "①"}})
    absent = batch_of("ファイル: 白雲町.xlsx\n運用①-1 | ○ |")
    result = step(absent, load(path))
    assert answer(result.reviewed.batch, "運用①-1", "白雲町").mark.status is Status.UNCLEAR
    path = written(tmp_path, result)
    assert row(path, A305, "決定済み")["状態"] == "該当なし"
    assert answer(step(batch_of(), load(path)).reviewed.batch, "運用①-1").mark.status is Status.DONE


def test_findings_go_from_new_to_continued_to_resolved(tmp_path: Path) -> None:
    batch = batch_of()
    first = step(batch)
    assert {state for *_, state in codes(first.settled.open)} == {"新規"}
    _save_findings(tmp_path, first)
    earlier = past_findings(tmp_path)
    mended = batch_of(RETURNED.replace("運用①-2 | ② |", "運用①-2 | ①"))
    second = step(mended, earlier=earlier)
    assert {state for *_, state in codes(second.settled.open)} == {"継続"}
    assert codes(second.settled.resolved) == [("A307", "運用①-2", "解消")]
    (line,) = lines(written(tmp_path, second), "解消した指摘")
    assert (line["コード"], line["団体名"]) == ("A307", "若葉市")
    # Run again with its own findings at hand: nothing changes.
    _save_findings(tmp_path, second)
    third = step(mended, earlier=earlier, before=past_findings(tmp_path))
    assert third.settled == second.settled


def test_what_is_mended_within_the_month_stays_listed(tmp_path: Path) -> None:
    _save_findings(tmp_path, step(batch_of()))
    mended = batch_of(RETURNED.replace("運用①-2 | ② |", "運用①-2 | ①"))
    second = step(mended, before=past_findings(tmp_path))
    assert codes(second.settled.resolved) == [("A307", "運用①-2", "解消")]
    _save_findings(tmp_path, second)
    third = step(mended, before=past_findings(tmp_path))
    assert third.settled == second.settled


def test_nothing_is_resolved_by_silence(tmp_path: Path) -> None:
    _save_findings(tmp_path, step(batch_of()))
    absent = batch_of("ファイル: 白雲町.xlsx\n運用①-1 | ① |")
    resolved = step(absent, earlier=past_findings(tmp_path)).settled.resolved
    assert {f.respondent for f in resolved} == {"白雲町"}


def test_damaged_findings_of_a_month_are_as_good_as_none(tmp_path: Path) -> None:
    assert past_findings(tmp_path) == ()
    (tmp_path / "data").mkdir()
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    for content in (b"\xff\xfe", b"code\nA301\n", "code,severity\nA301,重大\n".encode()):
        (tmp_path / "data" / "findings.csv").write_bytes(content)
        assert past_findings(tmp_path) == ()


def _save_findings(folder: Path, result: Step) -> None:
    from pipeline.write.data import findings_table, write_csv  # noqa: PLC0415 - slow
    from pipeline.write.frame import finding_frame  # noqa: PLC0415 - the same

    (folder / "data").mkdir(exist_ok=True)
    (folder / "run.json").write_text("{}", encoding="utf-8")
    settled = result.settled
    every = settled.open.before(settled.closed, settled.resolved)
    table = findings_table(finding_frame(every), "2026-11")
    write_csv(folder / "data" / "findings.csv", table)


# ── Nothing is lost, whatever is written ────────────────────────────────────────────────────

TEXT = st.text(alphabet="あ佐藤①2 =+-@'｜|%\n_x0D;　", max_size=12).map(tidy)
ENTRY = st.fixed_dictionaries(
    {
        "判断": st.one_of(st.sampled_from([*(v.value for v in Verdict), "", "修正"]), TEXT),
        "修正後の回答": st.one_of(st.sampled_from(["①", "②", "③既に", "", "2"]), TEXT),
        "修正後の予定月": st.one_of(st.sampled_from(["", "2027-03", "2027年3月", "3月"]), TEXT),
        "理由": TEXT,
        "担当": TEXT,
        "日付": st.one_of(st.sampled_from(["", "2026-11-20"]), TEXT),
    }
)
MANY = f"{RETURNED}運用①-2 | ②（2026年3月） | 実施済み\nファイル: 青葉市.xlsx（読めない: password）"
ROWS = 7  # of the form of MANY


@settings(max_examples=examples(12), deadline=None)
@given(
    entries=st.lists(ENTRY, min_size=ROWS, max_size=ROWS),
    damaged=st.sets(st.integers(0, ROWS - 1), max_size=2),
    seed=st.integers(0, 1000),
)
def test_any_entries_survive_the_loop_in_any_order(
    entries: list[dict[str, str]],
    damaged: set[int],
    seed: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("loop")
    batch = batch_of(MANY)
    first = step(batch)
    assert len(first.form.open) >= ROWS, [row.facts[:5] for row in first.form.open]
    path = written(folder, first)
    book = opened(path)
    sheet = book["確認票"]
    places = heads(sheet)
    for number, entry in enumerate(entries):
        for head, text in entry.items():
            put(sheet, HEADER_ROW + 2 + number, places[head], text)
        if number in damaged:
            put(sheet, HEADER_ROW + 2 + number, places[KEY], "?")
    book.save(path)
    before = load(path)
    assert _texts(before) == Counter(
        tuple(entry[head] for head in ENTRIES) for entry in entries if any(entry.values())
    )
    plain = step(batch, before)
    shuffle(path, seed)
    sorted_otherwise = step(batch, load(path))
    assert _laid_out(sorted_otherwise) == _laid_out(plain)
    assert sorted_otherwise.reviewed.decisions == plain.reviewed.decisions
    after = load(written(folder, plain))
    assert _texts(after, without_month=True) == _texts(before, without_month=True)
    again = step(batch, after)
    assert _laid_out(again) == _laid_out(plain)
    assert again.reviewed.decisions == plain.reviewed.decisions


def _texts(review: Review, *, without_month: bool = False) -> Counter[tuple[str, ...]]:
    """Count what was written; a month that was understood may come back as YYYY-MM."""
    return Counter(
        tuple(
            text
            for head, text in zip(ENTRIES, entry.written, strict=True)
            if not (without_month and head == "修正後の予定月")
        )
        for entry in review.entries
    )


def _laid_out(result: Step) -> list[tuple[object, ...]]:
    return [
        (row.facts, row.entries, row.notice, row.key, row.extra)
        for row in (*result.form.open, *result.form.decided, *result.form.resolved)
    ]


@given(st.text(), st.text(), st.text())
def test_a_key_reads_back_and_a_damaged_one_does_not(subject: str, item: str, code: str) -> None:
    key = ReviewKey(subject=subject, item_id=item, code=code, digest="ab12")
    assert ReviewKey.read(key.text) == key
    assert ReviewKey.read(key.text[:-1]) is None
    assert ReviewKey.read(f"x{key.text}") is None


def test_keys_differ_where_a_circle_was_drawn_elsewhere() -> None:
    first = batch_of("ファイル: 若葉市.xlsx\n運用①-1 | 〈凡例 楕円 2〉 |")
    other = batch_of("ファイル: 若葉市.xlsx\n運用①-1 | 〈凡例 楕円 1〉 |")
    found = [f for f in step(first).settled.open if f.item_id == "運用①-1"][:1]
    assert found
    assert keys_of(found, first) != keys_of(found, other)


def test_every_state_is_told_apart() -> None:
    assert {state for state in FindingState if state.is_open} == {
        FindingState.NEW, FindingState.CONTINUED, FindingState.REOPENED,
    }  # fmt: skip
    assert len(FACTS) == len(step(batch_of()).form.open[0].facts)
    assert step(batch_of()).form.made_at == MADE_AT


REMARKS = """
ファイル: 若葉市.xlsx
運用①-1 | ①（北部） |
運用①-2 | ①(北部) |
運用①-3 | ①（南部） |
運用①-4 | ①（北部） | 未策定
ファイル: 白雲町.xlsx
運用①-1 | ①（北部） |
運用①-2 | ○ |
"""


def counted_as_done(result: Step) -> list[tuple[str, str]]:
    return [
        (counted.respondent.name, answer.item_id)
        for counted in result.reviewed.batch.submissions
        for answer in counted.submission.answers
        if answer.item_id.startswith("運用①-")
        and answer.decision is not None
        and answer.counted_status is Status.DONE
    ]


@pytest.mark.parametrize(
    ("verdict", "done"),
    [
        (Verdict.COUNT, [("若葉市", "運用①-2")]),
        (Verdict.COUNT_OF_BODY, [("若葉市", "運用①-1"), ("若葉市", "運用①-2")]),
        (
            Verdict.COUNT_OF_ALL,
            [("若葉市", "運用①-1"), ("若葉市", "運用①-2"), ("白雲町", "運用①-1")],
        ),
    ],
)
def test_one_decision_counts_equal_writings_but_none_with_a_note_against_it(
    tmp_path: Path, verdict: Verdict, done: list[tuple[str, str]]
) -> None:
    batch = batch_of(REMARKS)
    first = step(batch)
    assert {f.severity for f in first.findings("A304")} == {Severity.CHECK}
    path = written(tmp_path, first)
    entry = {"判断": verdict.value, "理由": "電話で確認"}
    fill(path, {("A304", "運用①-2"): entry})
    second = step(batch, load(path))
    assert sorted(counted_as_done(second)) == sorted(done)
    again = step(batch, load(written(tmp_path, second)))  # each stands on its own now
    assert sorted(counted_as_done(again)) == sorted(done)
    assert len(again.form.decided) == len(done)


def test_counting_is_offered_and_taken_only_where_words_alone_are_unknown(tmp_path: Path) -> None:
    batch = batch_of(REMARKS)
    first = step(batch)
    offered = {row.facts[2] for row in first.form.open if row.verdicts}
    assert offered == {"A304"}
    path = written(tmp_path, first)
    fill(path, {("A305", "運用①-2"): {"判断": Verdict.COUNT.value}})
    second = step(batch, load(path))
    assert counted_as_done(second) == []
    assert [problem.code for problem in second.reviewed.batch.entry_problems] == ["R601"]
