"""確認票 as a file: what a person sees, and the whole loop with real workbooks."""

import csv
import io
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from batches import make_batch, make_findings, make_settings
from gates import lint, recalc, render, schema
from gates.tools import convert
from handed import widths
from inboxes import good, load, put, settings_for
from opened import opened
from openpyxl.utils import get_column_letter
from reviewing import MADE_AT, fill, heads, lines, run_month, shuffle, step
from reviewing import load as load_form
from rule_examples import run_example

from pipeline.history.aliases import Aliases
from pipeline.model.history import History
from pipeline.model.review import ALWAYS, COLUMNS, ENTRIES, HEADER_ROW, KEY, ReviewForm
from pipeline.month.edition import public_edition, public_people
from pipeline.settings import Settings
from pipeline.summarise import summarise
from pipeline.write import write_workbook
from pipeline.write.review_form import write_review_form


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> ReviewForm:
    return _filled(tmp_path_factory.mktemp("filled"), hostile=False)


@pytest.fixture(scope="module")
def book(form: ReviewForm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_review_form(form, tmp_path_factory.mktemp("form"))


def test_the_same_form_gives_the_same_bytes(form: ReviewForm, book: Path, tmp_path: Path) -> None:
    assert write_review_form(form, tmp_path).read_bytes() == book.read_bytes()
    assert book.name == "確認票_2026-11.xlsx"


def test_every_row_offers_its_choices_and_stands_under_frozen_heads(
    form: ReviewForm, book: Path
) -> None:
    for name, rows in (("確認票", form.open), ("決定済み", form.decided)):
        sheet = opened(book)[name]
        places = heads(sheet)
        first, last = HEADER_ROW + 2, HEADER_ROW + 1 + max(len(rows), 1)
        offered = {}
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                (area,) = rule.sqref.ranges
                assert (area.min_row, area.max_row) == (first, last)
                offered[area.min_col] = rule.formula1.strip('"').split(",")
        assert offered == {
            places["判断"]: [verdict.value for verdict in ALWAYS],
            places["修正後の回答"]: ["①既に対応済み", "②これから対応予定", "③対応の予定なし"],
        }
        assert sheet.freeze_panes == f"F{HEADER_ROW + 2}"
        # Some 8 dots a letter and 50 beside the sheet: what to judge and where to write it stand
        # on a screen together.
        assert (*places,) == COLUMNS
        shown = places["修正後の予定月"]
        assert sum(widths(sheet)[:shown]) * 8 + 50 <= 1366
        frozen = [sheet.row_dimensions[row].height for row in range(1, HEADER_ROW + 2)]
        assert sum(frozen) <= 160, "points: what stays in sight leaves room for the rows"
        letter = get_column_letter(places[KEY])
        assert sheet.column_dimensions[letter].hidden
        (table,) = sheet.tables.values()
        assert table.ref == f"A{HEADER_ROW + 1}:{letter}{last}", "sorting takes the key along"
        assert not sheet.protection.sheet
        assert sheet.cell(first, places["修正後の予定月"]).number_format == "@"


def test_an_empty_form_is_a_form(tmp_path: Path) -> None:
    empty = ReviewForm(month="2026-11", made_at=MADE_AT, title="表", answers=("①", "②"))
    path = write_review_form(empty, tmp_path)
    assert lint.problems(path) == []
    assert load_form(path).entries == ()


@pytest.mark.outside
def test_entries_saved_by_another_program_are_the_same(book: Path, tmp_path: Path) -> None:
    shown = lines(book)
    places = [(line["コード"], line["項目"].split("\n")[0]) for line in shown]
    entry = {"判断": "そのまま認める", "修正後の予定月": "2027-03", "日付": "2026-11-30"}
    own = tmp_path / book.name
    own.write_bytes(book.read_bytes())
    fill(own, dict.fromkeys(places, entry))
    before = load_form(own)
    after = load_form(convert(own, tmp_path / "other", "xlsx"))
    assert [(one.key, one.facts, one.written) for one in after.entries] == [
        (one.key, one.facts, one.written) for one in before.entries
    ]
    assert before.entries


@pytest.mark.parametrize(
    ("written", "month", "told"),
    [
        ("②（2029年12月）", "2029-10", "月が正しければ、このままでかまいません。"),
        ("②（○月）", "", "修正後の予定月を見直してください。"),
    ],
)
def test_a_correction_that_leaves_the_finding_says_what_to_do(
    tmp_path: Path, written: str, month: str, told: str
) -> None:
    batch = run_example(f"ファイル: 若葉市.xlsx\n運用①-1 | {written} |")[0]
    path = write_review_form(step(batch).form, tmp_path)
    (code,) = [line["コード"] for line in lines(path) if line["項目"].startswith("運用①-1")]
    entry = {"判断": "修正する", "修正後の回答": "②", "修正後の予定月": month}
    fill(path, {(code, "運用①-1"): entry})
    form = step(batch, load_form(path)).form
    (notice,) = [row.notice for row in form.open if row.facts[2] == code]
    assert notice.endswith(told)


@pytest.mark.parametrize("hostile", [False, True])
def test_the_form_passes_the_lint(hostile: bool, tmp_path: Path) -> None:
    path = write_review_form(_filled(tmp_path, hostile=hostile), tmp_path)
    assert lint.problems(path) == []


@pytest.mark.outside
@pytest.mark.parametrize("hostile", [False, True], ids=["plain", "hostile"])
@pytest.mark.parametrize("gate", [schema, recalc], ids=["schema", "recalc"])
def test_the_form_passes_the_outside_gates(gate: Any, hostile: bool, tmp_path: Path) -> None:
    path = write_review_form(_filled(tmp_path, hostile=hostile), tmp_path)
    assert gate.problems(path) == []


@pytest.mark.outside
def test_every_page_of_the_form_is_drawn(book: Path) -> None:
    assert render.problems(book) == []


def _filled(folder: Path, *, hostile: bool) -> ReviewForm:
    """Give a form with open rows, decided rows and rows with notices."""
    batch = make_batch(8, hostile=hostile)
    findings = make_findings(batch)
    path = write_review_form(step(batch, findings=findings).form, folder)
    sheet = opened(path)
    cells, places = sheet["確認票"], heads(sheet["確認票"])
    for number, row in enumerate(range(HEADER_ROW + 2, cells.max_row + 1)):
        verdict = ["そのまま認める", "修正する", "差戻し", "", "だめ"][number % 5]
        cells.cell(row, places["判断"]).value = verdict
        cells.cell(row, places["理由"]).value = "電話で確かめた" * (number % 9)
    sheet.save(path)
    result = step(batch, load_form(path), findings=findings)
    assert result.form.decided
    return result.form


# ── The loop with real files ────────────────────────────────────────────────────────────────


def _table(settings: Settings, name: str) -> list[dict[str, str]]:
    path = settings.outbox / settings.month / "data" / f"{name}.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def _answers(settings: Settings, respondent: str) -> dict[str, dict[str, str]]:
    rows = _table(settings, "answers")
    return {row["item_id"]: row for row in rows if row["respondent"] == respondent}


def _bytes(settings: Settings) -> dict[str, bytes]:
    folder = settings.outbox / settings.month
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def test_the_loop_over_two_months_with_real_files(tmp_path: Path) -> None:
    checklist = load()
    items = [item.id for item in checklist.items[:6]]
    november = settings_for(tmp_path)
    put(tmp_path, {
        "若葉市.xlsx": good("若葉市", checklist, mark="○"),
        "白雲町.xlsx": good("白雲町", checklist, mark="②（10月）", note="予算の範囲で実施"),
    })  # fmt: skip
    run_month(november)
    path = november.outbox / "2026-11" / "確認票_2026-11.xlsx"
    first = _bytes(november)
    run_month(november)
    assert _bytes(november) == first, "nothing was decided: nothing changes"

    # A person decides: drop-down words, dates that Excel made of what was typed, a mistake.
    given: dict[tuple[str, str], dict[str, object]] = {
        ("A305", items[0]): {"判断": "修正する", "修正後の回答": "①既に対応済み",
                             "理由": "電話で確認", "担当": "佐藤",
                             "日付": datetime(2026, 11, 20)},  # noqa: DTZ001 - a cell knows no zone
        ("A305", items[1]): {"判断": "修正する", "修正後の回答": "②これから対応予定",
                             "修正後の予定月": datetime(2027, 3, 1)},  # noqa: DTZ001 - the same
        ("A305", items[2]): {"判断": "対象外とする", "理由": "都市OSなし"},
        ("A305", items[3]): {"判断": "差戻し"},
        ("A305", items[4]): {"判断": "修正する"},
        ("A308", items[5]): {"判断": "そのまま認める", "担当": "鈴木"},
    }  # fmt: skip
    fill(path, given)
    shuffle(path, 3)
    _, result = run_month(november)
    found = _answers(november, "若葉市")
    told = ("status", "due", "mark", "decision", "status_before", "decision_reason", "decided_by",
            "decided_on")  # fmt: skip
    assert [found[items[0]][key] for key in told] == [
        "done", "", "○", "修正する", "unclear", "電話で確認", "佐藤", "2026-11-20",
    ]  # fmt: skip
    assert [found[items[1]][key] for key in told[:5]] == [
        "planned", "2027-03", "○", "修正する", "unclear",
    ]  # fmt: skip
    assert found[items[1]]["due_source"] == "decision"
    assert found[items[2]]["status"] == "not_applicable"
    assert [found[items[3]][key] for key in told[:5]] == ["unclear", "", "○", "差戻し", ""]
    assert [found[items[4]][key] for key in told[:5]] == ["unclear", "", "○", "", ""]
    states = {
        (row["code"], row["item_id"], row["respondent"]): (row["state"], row["decision"])
        for row in _table(november, "findings")
    }
    assert states["A305", items[0], "若葉市"] == ("修正済み", "修正する（①既に対応済み）")
    assert states["A305", items[2], "若葉市"] == ("修正済み", "対象外とする")
    assert states["A305", items[3], "若葉市"] == ("新規", "差戻し")
    assert states["A305", items[4], "若葉市"] == ("新規", "")
    assert states["A308", items[5], "白雲町"] == ("認容", "そのまま認める")
    assert [key[0] for key in states if key[0].startswith("R")] == ["R602"]
    decided = lines(path, "決定済み")
    assert Counter(line["状態"] for line in decided) == {"修正済み": 3, "認容": 1}
    assert len(load_form(path).entries) == len(given)

    # Run again: the same files, the same decisions, the same bytes.
    again = _bytes(november)
    run_month(november)
    assert _bytes(november) == again

    # December: one return is new, the other came in unchanged.
    december = settings_for(tmp_path, month="2026-12")
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist, mark="△")})
    _, result = run_month(december)
    path = december.outbox / "2026-12" / "確認票_2026-12.xlsx"
    assert {
        (finding.code, finding.item_id)
        for finding in result.settled.open
        if finding.state == "再確認"
    } == {("A305", item) for item in items[:4]}
    found = _answers(december, "若葉市")
    assert {found[item]["status"] for item in items} == {"unclear"}
    by_code = {(f.code, f.item_id): f.state for f in result.settled.closed}
    assert by_code["A308", items[5]] == "認容"
    assert Counter(f.state for f in result.settled.open if f.code == "A308")["継続"] > 40
    entries = load_form(path).entries
    assert len(entries) == len(given), "every decision ever taken is still there"
    assert {entry.text("理由") for entry in entries} >= {"電話で確認", "都市OSなし"}
    final = _bytes(december)
    run_month(december)
    assert _bytes(december) == final


def test_what_a_person_wrote_stands_in_the_next_form_letter_by_letter(tmp_path: Path) -> None:
    checklist = load()
    settings = settings_for(tmp_path)
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist, mark="○")})
    run_month(settings)
    path = settings.outbox / settings.month / "確認票_2026-11.xlsx"
    texts = ["=1+1", "@SUM(A1)", "<r><t>太字</t></r>", "一行目\n二行目", "'引用", "001"]
    given = {
        ("A305", item.id): {"判断": "差戻し", "理由": text, "担当": text}
        for item, text in zip(checklist.items, texts, strict=False)
    }
    fill(path, given)
    run_month(settings)
    shown = {line["項目"].split("\n")[0]: line for line in lines(path) if line["判断"]}
    for (_, item), entry in given.items():
        assert {head: shown[item][head].strip() for head in ENTRIES if head in entry} == entry


# ── What the workbook shows of decisions ────────────────────────────────────────────────────


def test_the_workbook_shows_a_correction_beside_what_was_written(tmp_path: Path) -> None:
    checklist = load()
    settings = settings_for(tmp_path)
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist, mark="○")})
    run_month(settings)
    item = checklist.items[0].id
    fill(
        settings.outbox / settings.month / "確認票_2026-11.xlsx",
        {("A305", item): {"判断": "修正する", "修正後の回答": "②", "修正後の予定月": "2027-03",
                          "理由": "電話で確認", "担当": "佐藤", "日付": "2026-11-20"}},
    )  # fmt: skip
    report, result = run_month(settings)
    path = tmp_path / "book.xlsx"
    write_workbook(report, path, make_settings(pivot=False))
    book = opened(path)
    detail = book["明細"]
    first = dict(zip((c.value for c in detail[1]), (c.value for c in detail[2]), strict=True))
    heads = list(first)
    decided = heads[heads.index("判断") : heads.index("判断の日付") + 1]
    assert {head: first[head] for head in decided} == {
        "判断": "修正する", "修正前の回答": "判読不能", "修正前の予定月": None,
        "修正理由": "電話で確認", "判断した担当": "佐藤", "判断の日付": "2026-11-20",
    }  # fmt: skip
    assert (first["回答"], first["予定月"], first["チェック欄の記載"]) == (
        "対応予定", "2027-03", "○",
    )  # fmt: skip
    told = [[c.value for c in row if c.value] for row in book["処理記録"].iter_rows()]
    assert ["確認票の判断で直した回答（1件）"] in told
    title = checklist.items[0].title
    assert [
        f"{item}　{title}", "若葉市", "電話で確認", "？ 判読不能", "② 対応予定　2027-03",
        "修正する", "佐藤", "2026-11-20", "○", first["セル"],
    ] in told  # fmt: skip
    assert result.reviewed.changed


def test_the_public_edition_tells_nothing_of_who_decided_and_why(tmp_path: Path) -> None:
    batch = make_batch(6)
    findings = make_findings(batch)
    path = write_review_form(step(batch, findings=findings).form, tmp_path)
    code, item = next((f.code, f.item_id) for f in findings if f.item_id)
    fill(path, {(code, item): {"判断": "修正する", "修正後の回答": "①", "理由": "秘密の理由",
                               "担当": "佐藤花子"}})  # fmt: skip
    reviewed = step(batch, load_form(path), findings=findings).reviewed
    assert "佐藤花子" in repr(reviewed.batch)
    key = Aliases(key=bytes(32))
    people = public_people(reviewed.batch, findings, History(), key)
    public, told = public_edition(reviewed.batch, findings, people, key)
    rows = repr([*summarise(public, told, make_settings()).answers])
    assert "佐藤花子" not in rows
    assert "秘密の理由" not in rows
    assert all(
        answer.decision is None
        for counted in public.submissions
        for answer in counted.submission.answers
    )
