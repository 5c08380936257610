"""Runs of a month with its 確認票, and a person filling in the form."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from batches import save_data
from opened import opened
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.formats import read_workbook
from pipeline.forms.editions import in_edition
from pipeline.frame.findings import findings_of
from pipeline.history.earlier import load_history, previous_month, settle_years
from pipeline.model import Batch, Finding, PreviousMonth, RawWorkbook, SourceFile
from pipeline.model.report import Report
from pipeline.model.review import HEADER_ROW, PastFinding, Review, ReviewForm
from pipeline.review import (
    apply_review,
    find_form,
    finding_states,
    lay_out,
    past_findings,
    read_review,
    relocated,
)
from pipeline.review.keys import Binder, Keys
from pipeline.review.settled import Reviewed, Settled
from pipeline.rules.check import check
from pipeline.run import gather
from pipeline.settings import Limits, Settings
from pipeline.summarise import summarise
from pipeline.write.data import write_run
from pipeline.write.review_form import write_review_form


def keys_of(findings: Iterable[Finding], batch: Batch) -> Keys:
    """Give the key of each finding. ``batch`` is the one the findings were made from."""
    return Binder(batch).keys(findings_of(findings))


MADE_AT = "2026-11-24T09:30:00+09:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one run made of a batch and a review."""

    reviewed: Reviewed
    settled: Settled
    form: ReviewForm

    def findings(self, code: str) -> list[Finding]:
        every = (*self.settled.open, *self.settled.closed, *self.settled.resolved)
        return [finding for finding in every if finding.code == code]


def step(
    batch: Batch,
    review: Review | None = None,
    *,
    previous: PreviousMonth | None = None,
    earlier: Iterable[PastFinding] = (),
    before: Iterable[PastFinding] = (),
    findings: Sequence[Finding] | None = None,
) -> Step:
    """Run the stages from check to the layout of the form. ``findings``: instead of the rules'."""
    raw = check(batch, previous=previous) if findings is None else findings
    reviewed = apply_review(batch, raw, review or Review())
    found = raw
    if reviewed.changed and findings is None:
        found = check(reviewed.batch, previous=previous)
    settled = finding_states(found, reviewed, earlier=earlier, before=before)
    form = lay_out(settled, reviewed, made_at=MADE_AT)
    settled = replace(settled, open=relocated(settled.open, form))
    return Step(reviewed=reviewed, settled=settled, form=form)


def run_month(settings: Settings) -> tuple[Report, Step]:
    """Run a month from its inbox to its data files and form."""
    gathered = gather(settings)
    settings = gathered.settings
    history = load_history(settings.outbox, settings.month, checklist=gathered.checklist.id)
    history = in_edition(history, gathered.checklist)
    folder = settings.outbox / settings.month
    past = history.compare_with
    found = find_form(settings.outbox, settings.month)
    result = step(
        settle_years(gathered.batch, history),
        load(found) if found else None,
        previous=previous_month(history),
        earlier=past_findings(settings.outbox / past.month) if past else (),
        before=past_findings(folder),
    )
    report = replace(
        summarise(result.reviewed.batch, result.settled.open, settings),
        settled=result.settled.closed.before(result.settled.resolved),
    )
    (folder / "data").mkdir(parents=True, exist_ok=True)
    data = save_data(report, folder / "data")
    write_run(report, folder / "run.json", settings, data=data)
    write_review_form(result.form, folder)
    return report, result


def load(path: Path) -> Review:
    """Read a form from its file."""
    return read_review(raw(path))


def raw(path: Path) -> RawWorkbook:
    workbook = read_workbook(SourceFile(path=path.name, location=path), limits=Limits())
    assert isinstance(workbook, RawWorkbook)
    return workbook


def heads(sheet: Worksheet, header: int = HEADER_ROW + 1) -> dict[str, int]:
    """Give the column of each head, from 1."""
    return {str(cell.value): cell.column for cell in sheet[header] if cell.value}


def lines(path: Path, name: str = "確認票") -> list[dict[str, str]]:
    """Give the lines of a sheet as a person sees them."""
    sheet = opened(path)[name]
    places = heads(sheet)
    return [
        {head: str(sheet.cell(row, column).value or "") for head, column in places.items()}
        for row in range(HEADER_ROW + 2, sheet.max_row + 1)
        if any(sheet.cell(row, column).value for column in places.values())
    ]


def fill(
    path: Path, entries: Mapping[tuple[str, str], Mapping[str, object]], name: str = "確認票"
) -> None:
    """Write into the rows of (code, item id) what a person would, by the heads of the columns.

    What shares its line with others has a row of its own on 内訳.
    """
    book = opened(path)
    done: set[tuple[str, str]] = set()
    for sheet in (book[name], book["内訳"]):
        places = heads(sheet)
        for row in range(HEADER_ROW + 2, sheet.max_row + 1):
            item = str(sheet.cell(row, places["項目"]).value or "").split("\n")[0]
            place = (str(sheet.cell(row, places["コード"]).value), item)
            if place not in entries or place in done:
                continue
            done.add(place)
            for head, value in entries[place].items():
                put(sheet, row, places[head], value)
    assert done == set(entries), f"no such row: {set(entries) - done}"
    book.save(path)
    book.close()


def put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    cell = sheet.cell(row, column)
    cell.value = value  # type: ignore[assignment] # texts and dates, what openpyxl takes
    if isinstance(value, str) and value:
        cell.data_type = "s"  # also where it looks like a formula


def shuffle(path: Path, seed: int) -> None:
    """Sort the lines of every sheet at random, all columns together."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    book = opened(path)
    for sheet in book.worksheets:
        last, width = sheet.max_row, sheet.max_column
        rows = [
            [sheet.cell(row, column).value for column in range(1, width + 1)]
            for row in range(HEADER_ROW + 2, last + 1)
        ]
        chance.shuffle(rows)
        for row, values in enumerate(rows, start=HEADER_ROW + 2):
            for column, value in enumerate(values, start=1):
                put(sheet, row, column, value)
    book.save(path)
    book.close()


def codes(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    """Give code, item and state of findings."""
    return [(finding.code, finding.item_id, finding.state) for finding in findings]
