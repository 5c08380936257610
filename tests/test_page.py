"""報告_YYYY-MM.html and 概要版_YYYY-MM.xlsx: the month for those who open no workbook of all."""

from dataclasses import replace
from pathlib import Path

import pytest
from batches import make_batch, make_settings
from gates import browser, lint, schema
from lxml import html
from opened import opened
from test_write_workbook import grid, report_of

from pipeline.model import Status
from pipeline.model.plan import Contact, Sentence
from pipeline.model.report import Report
from pipeline.write import write_workbook
from pipeline.write.digest import SHEETS, write_digest
from pipeline.write.page import CALLS, write_page
from pipeline.write.style import SYMBOLS


def short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"


HOSTILE = '</style><script>alert(1)</script><img src=x onerror="alert(1)">&amp;'


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(make_batch(9))


def page_of(report: Report, folder: Path) -> html.HtmlElement:
    path = folder / "page.html"
    write_page(report, path, make_settings())
    return html.fromstring(path.read_text(encoding="utf-8"))


def hostile(report: Report) -> Report:
    """Give a month whose names and sentences are markup, and whose lists are long."""
    first: Contact = report.contacts[0]
    calls = [replace(first, name=f"{HOSTILE}{n}", asks=(HOSTILE * 9,)) for n in range(CALLS + 5)]
    return replace(
        report,
        contacts=tuple(calls),
        sentences=(*report.sentences, Sentence(topic=HOSTILE, text=HOSTILE)),
        remark=HOSTILE,
    )


def test_the_page_says_the_sentences_figures_and_calls(report: Report, tmp_path: Path) -> None:
    page = page_of(report, tmp_path)
    text = page.text_content()
    assert all(one.text in text for one in report.sentences)
    assert report.turnout.equation in text
    share = report.ranges[0].done_rate
    assert f"{share:.1%}" in text
    names = [row[0].text_content() for row in page.xpath("//tbody/tr")]
    assert names == [short(one.name) for one in report.contacts[:CALLS]] + (
        [f"ほか {len(report.contacts) - CALLS}団体"] if len(report.contacts) > CALLS else []
    )
    assert "取扱注意（庁内限り）" in text


def test_every_answer_stands_in_a_bar_and_every_promise_in_a_column(
    report: Report, tmp_path: Path
) -> None:
    page = page_of(report, tmp_path)
    bars, columns = page.xpath("//svg")
    widths = [float(rect.get("width")) for rect in bars.xpath("./rect")]
    categories = [group for group in report.groups if not group.section]
    assert sum(widths) == pytest.approx(264 * len(categories), abs=0.5)
    counts = [int(text) for text in columns.xpath("./text[@font-size=9]/text()")]
    assert sum(counts) == report.figures.counts.planned
    assert bars.get("aria-label").count("%") == len(categories)


def test_the_page_is_one_file_without_scripts_whatever_is_written(
    report: Report, tmp_path: Path
) -> None:
    page = page_of(hostile(report), tmp_path)
    assert not page.xpath("//script | //img | //link | //iframe | //@src | //@onerror | //a")
    assert HOSTILE in page.text_content()
    assert "url(http" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_same_month_gives_the_same_page(report: Report, tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        write_page(report, tmp_path / name, make_settings())
        found.append((tmp_path / name).read_bytes())
    assert found[0] == found[1]


def test_a_month_without_answers_has_a_page_and_a_digest(tmp_path: Path) -> None:
    nothing = report_of(make_batch(0))
    assert "－" in page_of(nothing, tmp_path).text_content()
    write_digest(nothing, tmp_path / "digest.xlsx", make_settings())
    assert opened(tmp_path / "digest.xlsx").sheetnames[0] == SHEETS[0]


@pytest.fixture(scope="module")
def digest(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("digest") / "概要版_2026-11.xlsx"
    write_digest(report, path, make_settings())
    return path


def test_the_digest_has_six_sheets_of_values_that_lead_nowhere_else(digest: Path) -> None:
    book = opened(digest)
    assert tuple(book.sheetnames) == SHEETS
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                if cell.hyperlink:
                    place = str(cell.hyperlink.location).rpartition("!")[0].strip("'")
                    assert place in SHEETS, (sheet.title, cell.coordinate)


def test_the_digest_shows_the_numbers_of_the_whole_workbook(
    report: Report, digest: Path, tmp_path: Path
) -> None:
    write_workbook(report, tmp_path / "whole.xlsx", make_settings(pivot=False))
    whole, small = opened(tmp_path / "whole.xlsx", data_only=True), opened(digest)
    for name in ("回収状況", "項目別集計", "分野別集計", "団体別集計"):
        for ours, theirs in zip(grid(small[name])[3:], grid(whole[name])[3:], strict=True):
            for a, b in zip(ours, theirs, strict=True):
                assert a == (pytest.approx(b) if isinstance(b, float) else b), name
    assert SYMBOLS[Status.DONE] in str(grid(small["項目別集計"])[3])


def test_the_digest_of_a_very_large_month_fits_into_a_mail(tmp_path: Path) -> None:
    """As large as all of Japan's bodies: the sheets are those of nine bodies, 200 times over."""
    large = report_of(make_batch(400))
    path = tmp_path / "large.xlsx"
    write_digest(large, path, make_settings())
    assert path.stat().st_size * 1_788 / 400 < 1_000_000


@pytest.mark.outside
@pytest.mark.parametrize("many", [False, True], ids=["ordinary", "hostile"])
def test_the_page_prints_on_one_sheet_of_a4(report: Report, tmp_path: Path, many: bool) -> None:
    page_of(hostile(report) if many else report, tmp_path)
    pdf = browser.printed(tmp_path / "page.html", tmp_path / "page.pdf")
    assert browser.pages(pdf) == 1
    assert "連絡の順" in browser.shown_text(pdf)


@pytest.mark.outside
@pytest.mark.parametrize("gate", [lint, schema], ids=["lint", "schema"])
def test_the_digest_passes_the_gates(digest: Path, gate: object) -> None:
    assert gate.problems(digest) == []  # type: ignore[attr-defined] # a module of gates
