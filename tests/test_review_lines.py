"""Lines of 確認票 for several findings of one cause: decided at once, held one by one."""

from pathlib import Path

import pytest
from opened import opened
from reviewing import Step, codes, fill, heads, lines, load, put, shuffle, step
from rule_examples import run_example

from pipeline.model import Batch, Status
from pipeline.model.review import ENTRIES, HEADER_ROW, KEY, Review, Verdict
from pipeline.review import overlooked
from pipeline.review.lines import Draft, lines_of
from pipeline.write.review_form import write_review_form

OVERDUE = ("A308", "3項目")
ALIKE = (
    "ファイル: 若葉市.xlsx\n"
    "運用①-1 | ②（2026年8月） | 予算要求中\n"
    "運用①-2 | ②（2026年8月） |\n"
    "運用①-3 | ②（2026年8月） |\n"
    "運用①-4 | ○ |\n"
)


def batch_of(text: str = ALIKE) -> Batch:
    return run_example(text.strip())[0]


def form_of(folder: Path, result: Step) -> Path:
    return write_review_form(result.form, folder)


def line_of(path: Path, code: str, items: str, name: str = "確認票") -> dict[str, str]:
    (found,) = (
        line
        for line in lines(path, name)
        if line["コード"] == code and line["項目"].split("\n")[0] == items
    )
    return found


def statuses(result: Step) -> list[Status]:
    (counted,) = result.reviewed.batch.submissions
    return [answer.mark.status for answer in counted.submission.answers[:4]]


def assert_stays(path: Path, folder: Path) -> None:
    """A form that is read and laid out again is the same form, however often."""
    before = [lines(path, name) for name in opened(path).sheetnames]
    again = form_of(folder, step(batch_of(), load(path)))
    assert [lines(again, name) for name in opened(again).sheetnames] == before


def test_one_cause_is_one_line_that_names_every_item_and_cell(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    line = line_of(path, *OVERDUE)
    assert line["項目"] == "3項目\n運用①-1～3"
    assert line["セル"] == "チェックシート!B4～B6"
    assert line["指摘"] == "予定月（2026年8月）が基準月（2026年11月）より前です。"
    assert line["書かれていた内容"].startswith("②（2026年8月）\n")
    assert "内訳" in line["書かれていた内容"]  # one of them has a note
    members = lines(path, "内訳")
    assert [each["項目"].split("\n")[0] for each in members] == ["運用①-1", "運用①-2", "運用①-3"]
    assert members[0]["書かれていた内容"] == "②（2026年8月）\n（補足説明）予算要求中"
    assert not any(each[head] for each in members for head in ENTRIES)
    assert "4件（2行）" in str(opened(path)["確認票"]["A1"].value)


def test_a_line_of_an_earlier_version_that_names_every_item_is_read(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "そのまま認める"}})
    book = opened(path)
    sheet = book["確認票"]
    place = heads(sheet)["項目"]
    (row,) = (n for n in range(1, 9) if str(sheet.cell(n, place).value).startswith("3項目"))
    put(sheet, row, place, "3項目\n運用①-1、運用①-2、運用①-3")
    book.save(path)
    result = step(batch_of(), load(path))
    assert not result.reviewed.batch.entry_problems
    assert len(result.reviewed.decisions) == 3


def test_a_decision_on_a_line_applies_to_all_its_items(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    entry = {"判断": "修正する", "修正後の回答": "①", "理由": "電話で確認", "担当": "佐藤"}
    fill(path, {OVERDUE: entry})
    result = step(batch_of(), load(path))
    assert statuses(result) == [Status.DONE] * 3 + [Status.UNCLEAR]
    assert not result.reviewed.batch.entry_problems
    path = form_of(tmp_path, result)
    kept = line_of(path, *OVERDUE, "決定済み")
    assert {head: kept[head] for head in entry} == entry
    assert kept["状態"] == "修正済み"
    assert_stays(path, tmp_path)


def test_an_entry_on_the_list_of_members_goes_before_that_of_the_line(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(
        path,
        {
            OVERDUE: {"判断": "そのまま認める", "担当": "佐藤"},
            ("A308", "運用①-2"): {"判断": "修正する", "修正後の回答": "③", "担当": "鈴木"},
        },
    )
    result = step(batch_of(), load(path))
    assert statuses(result)[:3] == [Status.PLANNED, Status.NOT_PLANNED, Status.PLANNED]
    assert not result.reviewed.batch.entry_problems
    path = form_of(tmp_path, result)
    rest = line_of(path, "A308", "2項目", "決定済み")
    assert rest["項目"] == "2項目\n運用①-1、運用①-3"
    assert line_of(path, "A308", "運用①-2", "決定済み")["担当"] == "鈴木"
    assert_stays(path, tmp_path)


def test_what_is_emptied_is_open_again(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "そのまま認める"}})
    path = form_of(tmp_path, step(batch_of(), load(path)))
    fill(path, {OVERDUE: {"判断": None}}, "決定済み")
    result = step(batch_of(), load(path))
    assert [state for code, _, state in codes(result.settled.open) if code == "A308"] == [
        "新規"
    ] * 3


def test_a_decision_holds_for_each_item_as_long_as_that_says_the_same(tmp_path: Path) -> None:
    """What was mended lapses alone; what says the same for the first time was seen by nobody."""
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "そのまま認める", "理由": "延期を了承"}})
    later = batch_of(
        ALIKE.replace("運用①-2 | ②（2026年8月） |", "運用①-2 | ②（2026年9月） |")
        + "運用②-1 | ②（2026年8月） |\n"
    )
    result = step(later, load(path))
    found = [finding for finding in codes(result.settled.open) if finding[0] == "A308"]
    assert found == [("A308", "運用①-2", "再確認"), ("A308", "運用②-1", "新規")]
    accepted = [item for code, item, _ in codes(result.settled.closed) if code == "A308"]
    assert accepted == ["運用①-1", "運用①-3"]
    path = form_of(tmp_path, result)
    assert "延期を了承" in line_of(path, "A308", "運用①-2")["お知らせ"]
    waiting = [line for line in lines(path, "決定済み") if line["状態"] == "再確認"]
    assert [line["項目"].split("\n")[0] for line in waiting] == ["運用①-2"]


def test_decisions_on_single_lines_of_an_earlier_form_stay_valid(tmp_path: Path) -> None:
    """A form of before lines were joined has a row and a key for each finding."""
    path = form_of(tmp_path, step(batch_of()))
    book = opened(path)
    single, members = book["確認票"], book["内訳"]
    places = heads(single)
    rows = [
        [members.cell(row, column).value for column in range(1, len(places) + 1)]
        for row in range(HEADER_ROW + 2, members.max_row + 1)
    ]
    book.remove(members)
    for row in range(HEADER_ROW + 2, single.max_row + 1):
        if str(single.cell(row, places["項目"]).value).startswith("3項目"):
            single.delete_rows(row)
    for values, verdict in zip(rows, ("そのまま認める", "差戻し", "そのまま認める"), strict=True):
        row = single.max_row + 1
        for column, value in enumerate(values, start=1):
            put(single, row, column, value)
        put(single, row, places["判断"], verdict)
    book.save(path)
    result = step(batch_of(), load(path))
    taken = {key.item_id: d.verdict for key, d in result.reviewed.decisions.items()}
    assert taken == {
        "運用①-1": Verdict.ACCEPT, "運用①-2": Verdict.SEND_BACK, "運用①-3": Verdict.ACCEPT,
    }  # fmt: skip
    path = form_of(tmp_path, result)
    assert line_of(path, "A308", "2項目", "決定済み")["判断"] == "そのまま認める"
    assert line_of(path, "A308", "運用①-2")["判断"] == "差戻し"


def test_a_wrong_entry_on_a_line_is_told_once(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "よいと思う"}})
    result = step(batch_of(), load(path))
    (told,) = result.findings("R601")
    assert (told.item_id, told.written) == ("", "よいと思う")
    path = form_of(tmp_path, result)
    line = line_of(path, *OVERDUE)
    assert (line["判断"], line["お知らせ"][:4]) == ("よいと思う", "R601")
    assert told.location.cell == opened(path)["確認票"].cell(HEADER_ROW + 2, 1).coordinate or (
        opened(path)[told.location.sheet][told.location.cell].value == "よいと思う"
    )


def test_a_line_that_was_copied_stays_two_lines(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "そのまま認める", "担当": "佐藤"}})
    book = opened(path)
    sheet = book["確認票"]
    last = sheet.max_row + 1
    for row in range(HEADER_ROW + 2, last):
        if str(sheet.cell(row, heads(sheet)["項目"]).value).startswith("3項目"):
            for column in range(1, sheet.max_column + 1):
                put(sheet, last, column, sheet.cell(row, column).value)
    book.save(path)
    path = form_of(tmp_path, step(batch_of(), load(path)))
    kept = [line["項目"].split("\n")[0] for line in lines(path, "決定済み")]
    assert kept == ["3項目", "3項目"]
    assert_stays(path, tmp_path)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sorted_form_says_the_same(seed: int, tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "修正する", "修正後の回答": "③"}})
    shuffle(path, seed)
    assert statuses(step(batch_of(), load(path)))[:3] == [Status.NOT_PLANNED] * 3


@pytest.mark.parametrize("damage", ["broken", "other line"])
def test_keys_that_are_not_those_of_the_line_are_distrusted(damage: str, tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    fill(path, {OVERDUE: {"判断": "修正する", "修正後の回答": "①"}})
    book = opened(path)
    sheet = book["確認票"]
    places = heads(sheet)
    for row in range(HEADER_ROW + 2, sheet.max_row + 1):
        if str(sheet.cell(row, places["項目"]).value).startswith("3項目"):
            key = str(sheet.cell(row, places[KEY]).value)
            other = key.rpartition(" ")[0] if damage == "other line" else f"{key[:-1]}"
            put(sheet, row, places[KEY], other)
    book.save(path)
    result = step(batch_of(), load(path))
    assert Status.DONE not in statuses(result)
    assert [finding.code for finding in result.findings("R605")] == ["R605"]
    kept = lines(form_of(tmp_path, result))[-1]
    assert (kept["状態"], kept["判断"]) == ("対象不明", "修正する")


def test_what_came_too_late_into_an_earlier_form_is_told_once(tmp_path: Path) -> None:
    first = step(batch_of())
    path = form_of(tmp_path, first)
    fill(path, {OVERDUE: {"判断": "そのまま認める"}})
    late = overlooked(Review(), load(path), batch_of())
    assert [entry.key.item_id for entry in late if entry.key] == ["運用①-1", "運用①-2", "運用①-3"]
    assert len({entry.location for entry in late}) == 1


def test_keys_that_fill_a_cell_go_on_on_another_line() -> None:
    result = step(batch_of())
    row = next(row for row in result.form.open if row.members)
    drafts = [
        Draft(
            row=type(row)(facts=row.members[0].facts, key=f"{number:05d}{'k' * 95}"),
            cause="the same",
            item_id=f"項目{number}",
        )
        for number in range(700)
    ]
    made = list(lines_of(drafts))
    assert [len(line.members) for line in made] == [297, 297, 106]
    assert all(len(line.key) < 32_767 for line in made)
    assert [m.key for line in made for m in line.members] == [draft.row.key for draft in drafts]
