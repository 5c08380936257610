"""Two months with two editions, as whole runs: only the same question is compared."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from edition_two import AI, renumbered, write_templates
from inboxes import load, settings_for
from opened import opened
from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import plain_table, xlsx

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.loop.distribute import distribute
from pipeline.model import Checklist, Item, Status
from pipeline.run import RunResult, aggregate

FIRST = load()
SECOND = renumbered(FIRST)
BODIES = ("若葉市", "白雲町")
PROMISED = ("ガバナンス①-5", "ガバナンス①-8", "都市OS②-1")  # by the numbers of the first edition


def says(item: Item) -> str:
    """Give what everybody answers to a question, whatever its number is."""
    (then,) = [i.id for i in FIRST.items if (i.title, i.section) == (item.title, item.section)]
    return "②（2026年12月）" if then in PROMISED else "①"


def form(name: str, checklist: Checklist, mark: Callable[[Item], str]) -> bytes:
    entries = tuple(
        Entry(written=Written(way=Way.TEXT, text=mark(item)), note="", status=Status.DONE)
        for item in checklist.items
    )
    look = Look(label="団体名")
    return xlsx(
        pages(ReturnedForm(respondent=name, entries=entries, look=look), checklist), checklist
    )


def run(folder: Path, month: str, files: dict[str, bytes], templates: Path) -> RunResult:
    inbox = folder / f"inbox-{month}"
    inbox.mkdir(exist_ok=True)
    for name, content in files.items():
        (inbox / name).write_bytes(content)
    return aggregate(
        settings_for(folder, month=month, inbox=inbox, templates=templates, pivot=False)
    )


def data(folder: Path, month: str, name: str) -> list[dict[str, str]]:
    path = folder / "outbox" / month / "data" / f"{name}.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture
def templates(tmp_path: Path) -> dict[str, Path]:
    return {
        name: write_templates(tmp_path / f"templates-{name}", checklist)
        for name, checklist in {"first": FIRST, "second": SECOND}.items()
    }


def october(folder: Path, templates: dict[str, Path]) -> None:
    files = {f"{name}.xlsx": form(name, FIRST, says) for name in BODIES}
    run(folder, "2026-10", files, templates["first"])


def new_too(item: Item) -> str:
    return "③" if item.title == AI else says(item)


def test_nothing_changed_but_the_numbers(tmp_path: Path, templates: dict[str, Path]) -> None:
    october(tmp_path, templates)
    files = {f"{name}.xlsx": form(name, SECOND, new_too) for name in BODIES}
    result = run(tmp_path, "2026-11", files, templates["second"])
    assert data(tmp_path, "2026-11", "changes") == []
    codes = Counter(finding.code for finding in result.findings)
    assert not {"B506", "B507", "L203", "L206"} & codes.keys()
    promises = data(tmp_path, "2026-11", "promises")
    assert {row["item_id"] for row in promises} == {
        "ガバナンス①-6", "ガバナンス①-9", "都市OS②-1",
    }  # fmt: skip
    assert {(row["first_said"], row["outcome"]) for row in promises} == {("2026-10", "期限前")}
    book = opened(tmp_path / "outbox" / "2026-11" / "集計_2026-11.xlsx", data_only=True)
    told = "\n".join(str(cell.value) for sheet in book for row in sheet["A1:N12"] for cell in row)
    assert "改訂により比べられない項目: 2（2026-10 になかった項目 1、今はない項目 1）" in told


def test_a_promise_kept_under_another_number_is_kept(
    tmp_path: Path, templates: dict[str, Path]
) -> None:
    october(tmp_path, templates)
    files = {"若葉市.xlsx": form("若葉市", SECOND, lambda _item: "①")}
    run(tmp_path, "2026-11", files, templates["second"])
    kept = [row for row in data(tmp_path, "2026-11", "promises") if row["respondent"] == "若葉市"]
    assert {row["outcome"] for row in kept} == {"期限内に対応"}
    assert len(kept) == len(PROMISED)
    moved = [row["movement"] for row in data(tmp_path, "2026-11", "changes")]
    assert moved == ["進んだ"] * len(PROMISED)


def test_the_new_question_is_handed_out_empty(tmp_path: Path, templates: dict[str, Path]) -> None:
    october(tmp_path, templates)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    rows = (("団体コード", "団体名"), *((f"C{n}", name) for n, name in enumerate(BODIES)))
    (inbox / "名簿.xlsx").write_bytes(plain_table("名簿", rows))
    run(tmp_path, "2026-10", {"名簿.xlsx": plain_table("名簿", rows)}, templates["first"])
    settings = settings_for(tmp_path, month="2026-11", inbox=inbox, templates=templates["second"])
    distribute(settings, prefill=True, into=tmp_path / "forms")
    (path, *_) = sorted((tmp_path / "forms").rglob("*若葉市*.xlsx"))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    marks = {
        str(row[1]).partition("：")[0]: str(row[2] or "")
        for row in sheet.iter_rows(max_col=4, values_only=True)
        if row[1] and "：" in str(row[1])
    }
    assert "①" not in marks["ガバナンス①-5"]
    assert "②" in marks["ガバナンス①-6"]
    assert marks["ガバナンス①-7"].startswith("①")


def test_a_form_of_the_older_edition_answers_by_its_questions(
    tmp_path: Path, templates: dict[str, Path]
) -> None:
    """Never the question that has the number now."""
    old = {"若葉市.xlsx": form("若葉市", FIRST, says)}
    result = run(tmp_path, "2026-11", old, templates["second"])
    answers = {row["item_id"]: row["mark"] for row in data(tmp_path, "2026-11", "answers")}
    assert answers["ガバナンス①-5"] == ""
    wanted = {i.id: says(i) for i in SECOND.items if i.title != AI}
    assert {item: mark for item, mark in answers.items() if item in wanted} == wanted
    codes = Counter(finding.code for finding in result.findings)
    assert codes["L206"] == 1
    assert codes["L203"] == 0
    assert codes["L201"] == 1  # the new question has no row
    assert codes["L204"] == 1  # the one taken away was answered


def test_one_number_that_slipped_is_no_other_edition(
    tmp_path: Path, templates: dict[str, Path]
) -> None:
    items = list(FIRST.items)
    items[4] = replace(items[4], id="ガバナンス①-4")
    slipped = replace(FIRST, items=tuple(items))
    result = run(
        tmp_path, "2026-11", {"若葉市.xlsx": form("若葉市", slipped, says)}, templates["first"]
    )
    told = [finding for finding in result.findings if finding.code in {"L203", "L206"}]
    assert [(one.code, one.item_id) for one in told] == [("L203", "ガバナンス①-5")]
    assert "番号が様式と違います" in told[0].message


def test_a_reworded_question_keeps_its_answers_where_it_says_what_it_was(tmp_path: Path) -> None:
    items = tuple(
        replace(item, title="事業を続けるための計画を備える", was=(("", "ガバナンス①-5"),))
        if item.id == "ガバナンス①-6"
        else item
        for item in SECOND.items
    )
    reworded = replace(SECOND, items=items)
    first = write_templates(tmp_path / "first", FIRST)
    second = write_templates(tmp_path / "second", reworded)
    run(tmp_path, "2026-10", {"若葉市.xlsx": form("若葉市", FIRST, says)}, first)
    old = {"若葉市.xlsx": form("若葉市", FIRST, says)}
    run(tmp_path, "2026-11", old, second)
    answers = {row["item_id"]: row["mark"] for row in data(tmp_path, "2026-11", "answers")}
    assert answers["ガバナンス①-6"] == "②（2026年12月）"
    assert answers["ガバナンス①-5"] == ""
    promises = {row["item_id"] for row in data(tmp_path, "2026-11", "promises")}
    assert "ガバナンス①-6" in promises


def test_two_checklists_never_share_a_folder(tmp_path: Path, templates: dict[str, Path]) -> None:
    october(tmp_path, templates)
    before = (tmp_path / "outbox" / "2026-10" / "run.json").read_bytes()
    with pytest.raises(TorimatomeError, match="2 つの様式は置けません") as told:
        run(tmp_path, "2026-10", {}, templates["second"])
    assert told.value.exit_code is ExitCode.USAGE
    assert (tmp_path / "outbox" / "2026-10" / "run.json").read_bytes() == before
