"""まとめて判断: one line for a writing, about the cells that were listed and no others."""

from pathlib import Path

import inboxes
import pytest
from inboxes import good, roster, settings_for
from opened import opened
from reviewing import Step, heads, lines, load, put, shuffle, step
from rule_examples import run_example

from pipeline.cli.report import summary_lines
from pipeline.model import Batch, Status
from pipeline.model.review import BULK_SHEET, HEADER_ROW, KEY
from pipeline.run import aggregate
from pipeline.write.review_form import write_review_form

TWO = (
    "ファイル: 若葉市.xlsx\n"
    "運用①-1 | ○ |\n運用①-2 | ○ |\n運用①-3 | ○ | 一部のみ\n運用①-4 | △ |\n"
    "ファイル: 白雲町.xlsx\n運用①-1 | ○ |\n運用①-2 | △ |\n"
)


def batch_of(text: str = TWO) -> Batch:
    return run_example(text)[0]


def form_of(folder: Path, result: Step) -> Path:
    return write_review_form(result.form, folder)


def decide(path: Path, shown: tuple[str, str], entry: dict[str, str]) -> None:
    """Write into the line of (beginning of 団体名, 書かれていた内容)."""
    book = opened(path)
    sheet = book[BULK_SHEET]
    places = heads(sheet)
    (row,) = (
        row
        for row in range(HEADER_ROW + 2, sheet.max_row + 1)
        if str(sheet.cell(row, places["団体名"]).value).startswith(shown[0])
        and (sheet.cell(row, places["書かれていた内容"]).value or "") == shown[1]
    )
    for head, value in entry.items():
        put(sheet, row, places[head], value)
    book.save(path)
    book.close()


def statuses(result: Step) -> dict[str, list[Status]]:
    return {
        counted.respondent.name: [a.mark.status for a in counted.submission.answers[:4]]
        for counted in result.reviewed.batch.submissions
    }


def test_a_line_is_a_writing_of_a_body_or_of_all_and_a_note_sets_it_apart(tmp_path: Path) -> None:
    shown = [
        (line["団体名"].split("\n")[0], line["書かれていた内容"], line["項目"].split("\n")[0])
        for line in lines(form_of(tmp_path, step(batch_of())), BULK_SHEET)
        if line["コード"] == "A305"
    ]
    assert shown == [
        ("2団体", "○", "3件"),
        ("2団体", "△", "2件"),
        ("若葉市", "○", "2件"),
    ]


def test_a_line_for_all_bodies_decides_each_cell_and_is_recorded_per_answer(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    entry = {"判断": "修正する", "修正後の回答": "①", "理由": "凡例の読み替え", "担当": "佐藤"}
    decide(path, ("2団体", "○"), entry)
    result = step(batch_of(), load(path))
    assert statuses(result)["若葉市"] == [
        Status.DONE, Status.DONE, Status.UNCLEAR, Status.UNCLEAR,
    ]  # fmt: skip
    assert statuses(result)["白雲町"][:2] == [Status.DONE, Status.UNCLEAR]
    decided = [
        answer.decision
        for counted in result.reviewed.batch.submissions
        for answer in counted.submission.answers
        if answer.decision
    ]
    assert [(d.reason, d.by, d.status) for d in decided] == [
        ("凡例の読み替え", "佐藤", Status.UNCLEAR)
    ] * 3
    path = form_of(tmp_path, result)
    kept = {line["団体名"]: line for line in lines(path, "決定済み")}
    assert {name: line["項目"].split("\n")[0] for name, line in kept.items()} == {
        "若葉市": "2項目",
        "白雲町": "運用①-1",
    }
    assert not [line for line in lines(path, BULK_SHEET) if line["書かれていた内容"] == "○"]
    again = step(batch_of(), load(path))
    assert statuses(again) == statuses(result)


def test_what_is_written_later_is_not_covered(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    decide(path, ("2団体", "○"), {"判断": "①"})
    later = TWO.replace(
        "白雲町.xlsx\n運用①-1 | ○ |\n運用①-2 | △ |", "白雲町.xlsx\n運用①-1 | ○ |\n運用①-2 | ○ |"
    )
    for _ in range(2):  # and in no later run either
        result = step(batch_of(later), load(path))
        assert statuses(result)["白雲町"][:2] == [Status.DONE, Status.UNCLEAR]
        path = form_of(tmp_path, result)


def test_the_nearer_entry_goes_before_the_wider_one(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    decide(path, ("2団体", "○"), {"判断": "①"})
    decide(path, ("若葉市", "○"), {"判断": "3"})
    result = step(batch_of(), load(path))
    assert statuses(result)["若葉市"][:2] == [Status.NOT_PLANNED] * 2
    assert statuses(result)["白雲町"][0] is Status.DONE
    assert not result.reviewed.batch.entry_problems


def test_an_entry_that_cannot_be_used_stays_on_its_line_and_is_told_once(tmp_path: Path) -> None:
    path = form_of(tmp_path, step(batch_of()))
    decide(path, ("2団体", "○"), {"判断": "だいたい良いと思う"})
    result = step(batch_of(), load(path))
    assert [problem.code for problem in result.reviewed.batch.entry_problems] == ["R601"]
    path = form_of(tmp_path, result)
    (line,) = (line for line in lines(path, BULK_SHEET) if line["判断"])
    assert line["判断"] == "だいたい良いと思う"
    assert line["お知らせ"].startswith("R601")
    assert not any(line["判断"] for line in lines(path))
    (told,) = (f for f in result.settled.open if f.code == "R601")
    assert told.location.sheet == BULK_SHEET
    assert str(opened(path)[BULK_SHEET][told.location.cell].value) == "だいたい良いと思う"


def test_sorted_lines_keep_their_keys_and_a_key_of_another_line_is_distrusted(
    tmp_path: Path,
) -> None:
    path = form_of(tmp_path, step(batch_of()))
    decide(path, ("2団体", "○"), {"判断": "①"})
    shuffle(path, 7)
    assert statuses(step(batch_of(), load(path)))["若葉市"][0] is Status.DONE
    book = opened(path)
    sheet = book[BULK_SHEET]
    column = heads(sheet)[KEY]
    rows = range(HEADER_ROW + 2, sheet.max_row + 1)
    keys = [sheet.cell(row, column).value for row in rows]
    for row, key in zip(rows, (*keys[1:], keys[0]), strict=True):
        put(sheet, row, column, key)
    book.save(path)
    result = step(batch_of(), load(path))
    assert [p.code for p in result.reviewed.batch.entry_problems] == ["R605"]
    assert Status.DONE not in statuses(result)["若葉市"][:2]


def test_keys_of_very_many_cells_are_divided_over_lines(tmp_path: Path) -> None:
    text = "".join(
        f"ファイル: 第{n}町.xlsx\n"
        + "".join(f"運用{'①②'[k // 6]}-{k % 6 + 1} | ○ |\n" for k in range(12))
        for n in range(70)
    )
    path = form_of(tmp_path, step(batch_of(text)))
    wide = [line for line in lines(path, BULK_SHEET) if "団体" in line["団体名"].split("\n")[0]]
    assert len(wide) > 1
    assert sum(int(line["項目"].split("件")[0]) for line in wide) == 840
    assert all(len(line[KEY]) <= 32_767 for line in wide)


@pytest.mark.parametrize(
    ("written", "status", "due"),
    [
        ("そのまま", Status.UNCLEAR, ""),
        ("認める", Status.UNCLEAR, ""),
        ("ＯＫ", Status.UNCLEAR, ""),
        ("問題なし。", Status.UNCLEAR, ""),
        ("3月", Status.PLANNED, "2027-03"),
        ("②（３月）", Status.PLANNED, "2027-03"),
        ("2027年3月", Status.PLANNED, "2027-03"),
        ("①", Status.DONE, ""),
        ("３", Status.NOT_PLANNED, ""),
        ("対象外", Status.NOT_APPLICABLE, ""),
    ],
)
def test_short_words_are_understood(tmp_path: Path, written: str, status: Status, due: str) -> None:
    path = form_of(tmp_path, step(batch_of()))
    decide(path, ("若葉市", "○"), {"判断": written})
    result = step(batch_of(), load(path))
    assert not result.reviewed.batch.entry_problems
    answer = result.reviewed.batch.submissions[0].submission.answers[0]
    assert (answer.mark.status, answer.due.month) == (status, due)
    again = form_of(tmp_path, result)
    assert {line["修正後の予定月"] for line in lines(again, "決定済み")} == {due}


@pytest.mark.parametrize(
    "written", ["了解", "済", "9月", "①か②", "たぶん①", "15", "13月", "電話した"]
)
def test_what_could_mean_two_things_is_told_and_not_used(tmp_path: Path, written: str) -> None:
    path = form_of(tmp_path, step(batch_of()))
    decide(path, ("若葉市", "○"), {"判断": written})
    result = step(batch_of(), load(path))
    assert len(result.reviewed.batch.entry_problems) == 1
    assert statuses(result)["若葉市"][:2] == [Status.UNCLEAR] * 2


def nameless(folder: Path, *bodies: tuple[str, str]) -> None:
    """Put a return that names nobody into the inbox, beside a roster of these."""
    files = {
        "001.xlsx": good("", inboxes.load()),
        "名簿.xlsx": roster(*((*body, "") for body in bodies)),
    }
    inboxes.put(folder, files)


def test_a_file_without_a_name_is_given_to_a_body_and_the_terminal_tells(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    nameless(tmp_path, ("A01", "若葉市"), ("A02", "白雲町"))
    first = aggregate(settings)
    assert first.since == ()
    path = first.folder / f"確認票_{settings.month}.xlsx"
    (line,) = (line for line in lines(path, BULK_SHEET) if line["コード"] in {"B502", "B509"})
    name = line["団体名"]
    decide(path, (name, line["書かれていた内容"]), {"判断": "修正する", "修正後の回答": "白雲町"})
    second = aggregate(settings)
    assert [one.name for one in second.missing or ()] == ["若葉市"]
    assert second.entries == (1, ())
    told = "\n".join(summary_lines(second))
    assert "判断:     1 件を反映" in told
    assert "回答がない団体 2→1" in told
    (kept,) = lines(path, "決定済み")
    assert (kept["修正後の回答"], kept["状態"]) == ("白雲町", "修正済み")
    third = aggregate(settings)
    assert [one.name for one in third.missing or ()] == ["若葉市"]
    assert third.since == ("変わった件数はありません",)


def test_a_body_on_no_roster_is_told_with_its_row(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    nameless(tmp_path, ("A01", "若葉市"))
    path = aggregate(settings).folder / f"確認票_{settings.month}.xlsx"
    (line,) = (line for line in lines(path, BULK_SHEET) if line["コード"] in {"B502", "B509"})
    entry = {"判断": "修正する", "修正後の回答": "青葉村"}
    decide(path, (line["団体名"], line["書かれていた内容"]), entry)
    second = aggregate(settings)
    assert second.entries.used == 0
    ((sheet, row),) = second.entries.unusable
    assert sheet == BULK_SHEET
    told = "\n".join(summary_lines(second))
    assert f"判断 0 件を反映、1 件は使えません（{BULK_SHEET}の行 {row}）" in told
