"""The gates let a sound workbook pass and catch every deliberate breakage of it."""

from pathlib import Path

import pytest
from batches import make_batch, make_findings, make_settings
from gates import lint, recalc, render, schema
from gates.breakages import BREAKAGES, LINT, RECALC, RENDER, SCHEMA, Breakage, broken
from pivot_books import STATUSES, design, put_pivots, rows, source, write_table

from pipeline.summarise import summarise
from pipeline.write import write
from pipeline.write.book import COVER, Book
from pipeline.write.pivot import PIVOT_SHEET, pivots_of, write_pivot_sheet

GATES = {LINT: lint.problems, SCHEMA: schema.problems, RECALC: recalc.problems}


@pytest.fixture(scope="session")
def sound_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a workbook with one of everything: table, pivots, formulas, chart, comment, links."""
    path = tmp_path_factory.mktemp("gates") / "sound.xlsx"
    book = Book(path)
    write_table(book, rows())
    write_pivot_sheet(book, PIVOT_SHEET, pivots_of(source(rows()), design()))
    _write_summary(book)
    book.sheet(COVER).text(0, 0, "表紙")  # where the way back leads
    book.close()
    put_pivots(path, source(rows()), design())
    return path


def _write_summary(book: Book) -> None:
    sheet = book.sheet("集計", row_height=0).raw
    sheet.write_row(0, 0, ["判定", "件数"])
    for row, status in enumerate(STATUSES, start=1):
        count = sum(status in record for record in rows())
        sheet.write_string(row, 0, status)
        sheet.write_formula(row, 1, f"=COUNTIFS(tbl_meisai[回答],A{row + 1})", None, count)
    sheet.write_formula(5, 1, "=SUM(B2:B5)", None, len(rows()))
    sheet.write_formula(6, 1, "=明細!B2", None, str(rows()[0][1]))
    sheet.merge_range("D1:E1", "見出し")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 8)
    sheet.write_url("D3", "internal:'明細'!A2", string="明細へ")
    sheet.write_comment("A2", "説明")
    sheet.data_validation("D5", {"validate": "list", "source": ["はい", "いいえ"]})
    sheet.conditional_format(
        "B2:B5", {"type": "cell", "criteria": ">", "value": 5, "format": book.difference(bold=True)}
    )
    sheet.repeat_rows(0)
    sheet.set_footer("&C&P / &N")
    chart = book.chart({"type": "column"})
    chart.add_series({"categories": "=集計!$A$2:$A$5", "values": "=集計!$B$2:$B$5"})
    sheet.insert_chart("F3", chart)


def test_a_sound_workbook_passes_the_lint(sound_book: Path) -> None:
    assert lint.problems(sound_book) == []


def test_each_breakage_is_of_its_own_kind_and_caught_by_a_gate() -> None:
    assert len({breakage.kind for breakage in BREAKAGES}) == len(BREAKAGES) >= 35
    assert all(breakage.caught_by for breakage in BREAKAGES)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.kind)
def test_the_lint_catches_what_it_should(
    breakage: Breakage, sound_book: Path, tmp_path: Path
) -> None:
    path = _broken(sound_book, breakage, tmp_path)
    assert bool(lint.problems(path)) == (LINT in breakage.caught_by)


@pytest.mark.outside
@pytest.mark.parametrize("gate", GATES.values(), ids=GATES.keys())
def test_a_sound_workbook_passes_the_outside_gates(gate: object, sound_book: Path) -> None:
    assert callable(gate)
    assert gate(sound_book) == []


@pytest.mark.outside
def test_roles_and_names_that_look_like_criteria_are_counted_as_texts(tmp_path: Path) -> None:
    batch = make_batch(12, hostile=True)
    report = summarise(batch, make_findings(batch), make_settings())
    write(report, tmp_path, make_settings(pivot=False))
    (path,) = tmp_path.glob("集計_*.xlsx")
    assert recalc.problems(path) == []


@pytest.mark.outside
def test_a_sound_workbook_is_drawn_page_by_page(sound_book: Path, tmp_path: Path) -> None:
    assert render.problems(sound_book) == []
    pages = render.pages(sound_book, tmp_path)
    assert len(pages) >= 3
    assert all(page.read_bytes().startswith(b"\x89PNG") for page in pages)


@pytest.mark.outside
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.kind)
def test_the_validator_catches_what_it_should(
    breakage: Breakage, sound_book: Path, tmp_path: Path
) -> None:
    path = _broken(sound_book, breakage, tmp_path)
    assert bool(schema.problems(path, ("Microsoft365",))) == (SCHEMA in breakage.caught_by)


@pytest.mark.outside
@pytest.mark.parametrize(
    "breakage",
    [breakage for breakage in BREAKAGES if RECALC in breakage.caught_by],
    ids=lambda breakage: breakage.kind,
)
def test_recalculation_catches_what_it_should(
    breakage: Breakage, sound_book: Path, tmp_path: Path
) -> None:
    assert recalc.problems(_broken(sound_book, breakage, tmp_path))


@pytest.mark.outside
@pytest.mark.parametrize(
    "breakage",
    [breakage for breakage in BREAKAGES if RENDER in breakage.caught_by],
    ids=lambda breakage: breakage.kind,
)
def test_rendering_catches_what_it_should(
    breakage: Breakage, sound_book: Path, tmp_path: Path
) -> None:
    assert render.problems(_broken(sound_book, breakage, tmp_path))


def _broken(sound: Path, breakage: Breakage, folder: Path) -> Path:
    return broken(sound, breakage, folder / "broken.xlsx")
