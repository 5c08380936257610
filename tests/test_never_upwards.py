"""The general guard: what a month counts as done never grows by something that says less.

Inboxes are made at random from few words; each is read and settled as a run does it, without the
workbook. What is added is labelled by what it can mean at most: a sheet of last year, a column of
an example, an untouched form, another body's file. None of it may raise a count of ①, and where
two live places of one body differ neither order of anything gives ①.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from every_case import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from inboxes import load, put, settings_for
from test_read_formats import csv_bytes, ods
from workbooks import Rows, Sheet, Value, xls, xlsx

from pipeline.model import Status
from pipeline.run import gather

Statuses = dict[tuple[str, str], Status]  # by respondent's id and item's id
Column = tuple[str, Sequence[str | None]]  # a head and what stands below it

BODIES = ("若葉市", "白雲町", "青嶺市")
MARKS = ("①", "②（12月）", "③", None, "①②", "検討中", "済", "①\n②\n③")
WRITTEN = st.sampled_from(MARKS)
DEAD_SHEETS = (
    "前回", "昨年度", "令和7年度", "R7", "旧", "修正前", "記入例", "見本", "目標", "下書き", "参考",
    "控え", "他市の例", "先月", "10月",
)  # fmt: skip
DEAD_HEADS = (
    "チェック欄（前回）", "チェック欄（例）", "チェック欄（R7）", "チェック欄（10月）",
    "チェック欄（目標）", "チェック欄（県）", "前回回答", "修正前", "昨年度",
)  # fmt: skip
MANY = settings(max_examples=examples(15), deadline=None)  # each reads several workbooks


@cache
def items() -> tuple[tuple[str, str], ...]:
    """Give id and row text of every item."""
    return tuple((item.id, f"{item.id}：{item.title}") for item in load().items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A returned form: a repeated pattern of marks, whose it is, and what stands beside it."""

    body: str
    marks: tuple[str | None, ...]
    title: str = "チェックシート"
    column_first: Column | None = None
    column_last: Column | None = None
    state: str = "visible"

    def rows(self) -> Rows:
        """Give the rows of the sheet."""
        columns: list[Column] = [("チェック欄", self.marks), ("補足説明欄（任意）", (None,))]
        if self.column_first:
            columns.insert(0, self.column_first)
        if self.column_last:
            columns.insert(1 + bool(self.column_first), self.column_last)
        head: tuple[Value, ...] = ("項目", *(name for name, _ in columns))
        lines: list[tuple[Value, ...]] = [(f"団体名：{self.body}",), head]
        for number, (_, text) in enumerate(items()):
            lines.append((text, *(marks[number % len(marks)] for _, marks in columns)))
        return tuple(lines)

    def sheet(self) -> Sheet:
        """Give the form as a sheet."""
        return Sheet(rows=self.rows(), name=self.title, state=self.state)


def book(*forms: Form) -> bytes:
    """Give a workbook of these sheets."""
    return xlsx(*(form.sheet() for form in forms))


def statuses(files: Mapping[str, bytes], times: Mapping[str, int] | None = None) -> Statuses:
    """Give what counts for each respondent and item of an inbox of these files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        put(folder, files)
        for file in files:
            moment = 1_793_500_000 + (times or {}).get(file, 0)
            os.utime(folder / "inbox" / file, (moment, moment))
        batch = gather(settings_for(folder)).batch
    return {
        (counted.respondent.name, answer.item_id): answer.counted_status
        for counted in batch.submissions
        for answer in counted.submission.answers
    }


def done(found: Statuses) -> set[tuple[str, str]]:
    """Give where ① counts."""
    return {place for place, status in found.items() if status is Status.DONE}


def forms(body: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Form]:
    """Make forms of seven marks that go round."""
    marks = st.lists(WRITTEN, min_size=7, max_size=7).map(tuple)
    return st.builds(Form, body=body or st.sampled_from(BODIES), marks=marks)


COLUMNS = st.tuples(st.sampled_from(DEAD_HEADS), st.lists(WRITTEN, min_size=3, max_size=7))


@MANY
@given(live=forms(), dead=forms(), title=st.sampled_from(DEAD_SHEETS), first=st.booleans())
def test_a_sheet_that_is_named_as_no_answer_never_changes_one(
    live: Form, dead: Form, title: str, *, first: bool
) -> None:
    other = replace(dead, body=live.body, title=title)
    pages = (other, live) if first else (live, other)
    assert statuses({"a.xlsx": book(*pages)}) == statuses({"a.xlsx": book(live)})


@MANY
@given(live=forms(), dead=forms(), state=st.sampled_from(("hidden", "veryHidden")))
def test_a_hidden_sheet_never_answers(live: Form, dead: Form, state: str) -> None:
    other = replace(dead, body=live.body, title="控えの表", state=state)
    assert done(statuses({"a.xlsx": book(live, other)})) <= done(statuses({"a.xlsx": book(live)}))


@MANY
@given(live=forms(), column=COLUMNS, first=st.booleans())
def test_a_column_that_is_named_as_no_answer_never_changes_one(
    live: Form, column: Column, *, first: bool
) -> None:
    both = replace(live, column_first=column) if first else replace(live, column_last=column)
    assert statuses({"a.xlsx": book(both)}) == statuses({"a.xlsx": book(live)})


@MANY
@given(one=forms(), other=forms(), swapped=st.booleans())
def test_two_live_sheets_that_differ_give_no_answer(
    one: Form, other: Form, *, swapped: bool
) -> None:
    pages = [replace(one, title="Sheet1"), replace(other, body=one.body, title="Sheet2")]
    found = statuses({"a.xlsx": book(*(reversed(pages) if swapped else pages))})
    assert done(found) <= neither_denies(one, other)


@MANY
@given(one=forms(), other=forms(), later=st.sampled_from((0, 86_400, -86_400)))
def test_two_live_returns_that_differ_give_no_answer_in_any_order(
    one: Form, other: Form, later: int
) -> None:
    other = replace(other, body=one.body)
    files = {f"{one.body}.xlsx": book(one), f"{one.body} (1).xlsx": book(other)}
    names = tuple(files)
    plain = statuses(files)
    assert statuses(files, {names[1]: later}) == plain
    turned = dict(zip(names, reversed(files.values()), strict=True))
    assert statuses(turned) == plain
    assert done(plain) <= neither_denies(one, other)


def neither_denies(one: Form, other: Form) -> set[tuple[str, str]]:
    """Give where at least one form alone says ① and the other says ① or nothing."""
    first, second = (statuses({"a.xlsx": book(form)}) for form in (one, other))
    second = {(one.body, item): status for (_, item), status in second.items()}
    says_nothing = {Status.DONE, Status.BLANK}
    return {
        place
        for place in first
        if {first[place], second[place]} <= says_nothing
        and Status.DONE in {first[place], second[place]}
    }


@MANY
@given(base=st.lists(forms(), min_size=1, max_size=2, unique_by=lambda f: f.body), more=forms())
def test_another_bodys_file_or_an_empty_one_changes_nobody_else(
    base: list[Form], more: Form
) -> None:
    files = {f"{form.body}.xlsx": book(form) for form in base}
    before = statuses(files)
    empty = replace(base[0], marks=(None,))
    stranger = replace(more, body="桜堤村")
    after = statuses(
        {**files, "別紙3-2_桜堤村.xlsx": book(stranger), f"{empty.body} (2).xlsx": book(empty)}
    )
    assert {place: after[place] for place in before} == before


@MANY
@given(forms=st.lists(forms(), min_size=2, max_size=3, unique_by=lambda f: f.body))
def test_bodies_that_share_a_workbook_stay_apart(forms: list[Form]) -> None:
    shared = book(*(replace(form, title=form.body) for form in forms))
    alone = [statuses({f"{form.body}.xlsx": book(form)}) for form in forms]
    assert statuses({"郡内.xlsx": shared}) == {k: v for found in alone for k, v in found.items()}


@MANY
@given(form=forms())
def test_no_format_says_more_than_the_csv_of_the_same_sheet(form: Form) -> None:
    rows = form.rows()
    plain = statuses({"若葉市.csv": csv_bytes(rows, "utf-8-sig")})
    for name, content in {
        "若葉市.xlsx": book(form),
        "若葉市.xls": xls(rows),
        "若葉市.ods": ods(rows),
    }.items():
        assert statuses({name: content}) == plain
