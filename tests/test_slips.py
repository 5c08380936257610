"""Slips, partial forms and prefilled forms: what counts of several files, item by item."""

from dataclasses import replace
from random import Random

import pytest
from batches import make_settings
from every_case import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import smartcity, text_cell, workbook_from, workbook_of

from pipeline.assemble import assemble, conservation
from pipeline.forms.slips import (
    hidden_properties,
    prefill_properties,
    read_slip,
    slip_properties,
    unchanged,
)
from pipeline.locate import locate
from pipeline.model import (
    Answer,
    Batch,
    Doubt,
    FileRecord,
    FileState,
    Mark,
    RawSheet,
    RawWorkbook,
    Roster,
    RosterEntry,
    Severity,
    Slip,
    Status,
    Submission,
)
from pipeline.parse import parse
from pipeline.rules.check import check
from pipeline.settings import RuleSettings
from pipeline.summarise import summarise

MONTH = "2026-11"
ONE, TWO, THREE, FOUR = (item.id for item in smartcity().items[:4])
EARLY, LATE, LATER = (f"2026-11-{day:02d}T09:00:00+09:00" for day in (2, 5, 9))
ROSTER = Roster(
    entries=(RosterEntry(code="S01", name="若葉市"), RosterEntry(code="S02", name="白雲町")),
    file="名簿.xlsx",
)


def form(
    path: str,
    answers: dict[str, str],
    *,
    respondent: str = "若葉市",
    modified: str = EARLY,
    filled_on: str = "",
    properties: dict[str, str] | None = None,
    sha256: str = "",
) -> Submission:
    """Read a form with the rows given: item id -> ``mark | note``."""
    rows = "\n".join(f"{{{item}}} | {cells}" for item, cells in answers.items())
    workbook = workbook_from(
        f"== シート\n団体名 | {respondent}\n記入日 | {filled_on}\n"
        f"項目 | チェック欄 | 補足説明欄\n{rows}"
    )
    source = replace(
        workbook.source, path=path, modified=modified, sha256=sha256 or f"hash of {path}"
    )
    return submission_of(replace(workbook, source=source, properties=properties or {}))


def submission_of(workbook: RawWorkbook) -> Submission:
    layout = locate(workbook, smartcity(), month=MONTH)
    assert layout is not None
    return parse(workbook, layout, smartcity(), month=MONTH)


def slip(
    path: str,
    answers: dict[str, str],
    *,
    base: str = "hash of 若葉市.xlsx",
    issued: str = "",
    respondent_id: str = "S01",
    respondent: str = "若葉市",
    modified: str = LATE,
    filled_on: str = "",
) -> Submission:
    made = Slip(month=MONTH, base=base, issued=issued)
    properties = {"torimatome.respondent": respondent_id, **slip_properties(made)}
    return form(
        path,
        answers,
        respondent=respondent,
        modified=modified,
        filled_on=filled_on,
        properties=properties,
    )


def put_together(*outcomes: Submission, roster: Roster | None = ROSTER) -> Batch:
    batch = assemble(outcomes, checklist=smartcity(), roster=roster, exclusions=(), month=MONTH)
    assert conservation(batch) == ()
    return batch


def record(batch: Batch, path: str) -> FileRecord:
    return next(each for each in batch.files if each.source.path == path)


def counted(batch: Batch) -> dict[str, tuple[str, str, str]]:
    """Give (mark, note, file of the check cell) of the first items of the only submission."""
    (only,) = batch.submissions
    return {
        answer.item_id: (
            answer.mark.raw,
            answer.note.raw,
            answer.location.file if answer.location else "",
        )
        for answer in only.submission.answers[:4]
    }


ANSWERS = tuple(
    Answer(item_id=item.id, mark=Mark(status=Status.BLANK)) for item in smartcity().items
)
FULL = {ONE: "① | 済", TWO: "○ | 検討する", THREE: "②（○月） |", FOUR: " |"}


# --- slips ------------------------------------------------------------------------------------


def test_a_slip_overrides_its_filled_lines_only_and_says_so() -> None:
    batch = put_together(
        form("若葉市.xlsx", FULL),
        slip("返信.xlsx", {TWO: "②（2027年3月） |", THREE: " |", FOUR: "③ | 予算がない"}),
    )
    assert counted(batch) == {
        ONE: ("①", "済", "若葉市.xlsx"),
        TWO: ("②（2027年3月）", "検討する", "返信.xlsx"),  # an empty note leaves the old one
        THREE: ("②（○月）", "", "若葉市.xlsx"),
        FOUR: ("③", "予算がない", "返信.xlsx"),
    }
    told = record(batch, "返信.xlsx")
    assert told.state is FileState.COUNTED
    assert told.is_slip
    assert told.gives == (TWO, FOUR)
    assert TWO in told.reason
    assert FOUR in told.reason
    assert told.replaced_by == "若葉市.xlsx"
    assert "返信.xlsx" in record(batch, "若葉市.xlsx").reason


def test_a_note_alone_leaves_the_mark() -> None:
    batch = put_together(
        form("若葉市.xlsx", FULL), slip("返信.xlsx", {THREE: " | 令和9年3月に策定"})
    )
    assert counted(batch)[THREE] == ("②（○月）", "令和9年3月に策定", "若葉市.xlsx")
    answer = batch.submissions[0].submission.answers[2]
    assert answer.due.month == "2027-03"  # ② without a month takes the only one the note names
    assert answer.note_location
    assert answer.note_location.file == "返信.xlsx"


def test_an_unfilled_slip_changes_nothing_and_a_person_is_told() -> None:
    before = form("若葉市.xlsx", FULL)
    batch = put_together(before, slip("返信.xlsx", {TWO: " |", THREE: "　 |"}))
    assert batch.submissions[0].submission.answers == before.answers
    assert record(batch, "返信.xlsx").state is FileState.SUPERSEDED
    (finding,) = [f for f in check(batch, RuleSettings()) if f.code == "B503"]
    assert finding.severity is Severity.CHECK
    assert finding.location.file == "返信.xlsx"


def test_an_unclear_answer_of_a_slip_is_told_at_its_own_cell() -> None:
    batch = put_together(form("若葉市.xlsx", FULL), slip("返信.xlsx", {THREE: "検討中 |"}))
    findings = [f for f in check(batch, RuleSettings()) if f.item_id == THREE]
    assert {f.code for f in findings} == {"A304"}
    assert findings[0].location.file == "返信.xlsx"
    report = summarise(batch, check(batch, RuleSettings()), make_settings(month=MONTH))
    row = next(row for row in report.answers if row.item_id == THREE)
    assert (row.file, row.findings) == ("返信.xlsx", "A304")
    assert all(line.agrees for line in report.checks)
    fix = [f for f in report.findings if f.severity is Severity.FIX]
    own = [f for f in fix if f.respondent_id == "S01"]
    assert report.respondents[0].findings.fix == len(own)


def test_the_slip_settles_an_item_that_stood_twice() -> None:
    twice = workbook_from(
        "== シート\n団体名 | 若葉市\n\n項目 | チェック欄\n"
        f"{{{ONE}}} | ①\n{{{TWO}}} | ③\n{{{ONE}}} | ③"
    )
    before = submission_of(replace(twice, source=replace(twice.source, sha256="twice")))
    batch = put_together(before, slip("返信.xlsx", {ONE: "① |"}, base="twice"))
    assert batch.submissions[0].submission.repeated == ()
    assert counted(batch)[ONE][0] == "①"


@pytest.mark.parametrize(
    ("later", "form_date", "slip_date", "base", "used"),
    [
        (LATE, "", "", "hash of 若葉市.xlsx", True),
        (LATE, "", "", "", True),  # nothing tells which came first: what only the slip answers
        ("2026-11-01T09:00:00+09:00", "", "", "hash of 若葉市.xlsx", True),
        (LATE, "2026-11-10", "2026-11-03", "", False),
        ("2026-11-01T09:00:00+09:00", "2026-11-02", "2026-11-03", "", True),
    ],
)
def test_a_slip_older_than_the_form_is_not_used(
    later: str, form_date: str, slip_date: str, base: str, used: bool
) -> None:
    batch = put_together(
        form("若葉市.xlsx", FULL, filled_on=form_date),
        slip("返信.xlsx", {FOUR: "③ |"}, modified=later, filled_on=slip_date, base=base),
    )
    told = record(batch, "返信.xlsx")
    assert told.state is (FileState.COUNTED if used else FileState.SUPERSEDED)
    assert counted(batch)[FOUR][0] == ("③" if used else "")
    # what an old slip says of an item that is blank is never lost from sight
    assert told.withheld == (() if used else (FOUR,))


@pytest.mark.parametrize(("issued", "used"), [(LATE, True), ("2026-11-03T09:00:00+09:00", False)])
def test_a_slip_made_when_the_form_was_there_is_the_later_one(issued: str, used: bool) -> None:
    resaved = form("若葉市.xlsx", FULL, modified=LATE)  # without its password, say
    answer = slip("返信.xlsx", {TWO: "① |"}, base="as it was", issued=issued, modified=EARLY)
    batch = put_together(resaved, answer)
    assert (counted(batch)[TWO][0] == "①") is used


def test_of_two_slips_the_one_made_later_wins_item_by_item() -> None:
    first = slip("1.xlsx", {TWO: "① |", FOUR: "③ |"}, issued="2026-11-05", modified=LATER)
    second = slip("2.xlsx", {TWO: "③ |"}, issued="2026-11-08", modified=LATE)
    batch = put_together(form("若葉市.xlsx", FULL), first, second)
    assert counted(batch)[TWO] == ("③", "検討する", "2.xlsx")
    assert counted(batch)[FOUR][2] == "1.xlsx"
    assert record(batch, "1.xlsx").gives == (FOUR,)


def test_a_slip_saved_twice_counts_once() -> None:
    one = slip("返信.xlsx", {TWO: "① |"})
    two = replace(one, source=replace(one.source, path="返信 (1).xlsx"))
    batch = put_together(form("若葉市.xlsx", FULL), one, two)
    assert record(batch, "返信.xlsx").state is FileState.COUNTED
    assert record(batch, "返信 (1).xlsx").state is FileState.DUPLICATE


@pytest.mark.parametrize("roster", [ROSTER, None])
def test_a_slip_alone_is_kept_and_told(roster: Roster | None) -> None:
    batch = put_together(slip("返信.xlsx", {TWO: "① |"}), roster=roster)
    assert batch.submissions == ()
    told = record(batch, "返信.xlsx")
    assert told.state is FileState.NOT_CHECKLIST
    assert "inbox/2026-11/" in told.reason
    codes = {f.code: f for f in check(batch, RuleSettings())}
    assert codes["B503"].severity is Severity.CHECK
    if roster:
        assert "B501" in codes


def test_a_slip_finds_a_respondent_that_no_roster_names() -> None:
    unnamed = form("scan0012.xlsx", FULL, respondent="")
    before = put_together(unnamed, roster=None)
    (only,) = before.submissions
    batch = put_together(
        unnamed,
        slip(
            "x.xlsx",
            {TWO: "① |"},
            base="hash of scan0012.xlsx",
            respondent_id=only.respondent.id,
            respondent="scan0012",
        ),
        roster=None,
    )
    (after,) = batch.submissions
    assert after.respondent.id == only.respondent.id
    assert counted(batch)[TWO][0] == "①"


# --- forms with some of the items ---------------------------------------------------------------


def test_a_corrected_form_with_two_rows_keeps_the_other_answers() -> None:
    batch = put_together(
        form("若葉市.xlsx", FULL),
        form("若葉市_修正版.xlsx", {TWO: "① |", FOUR: " |"}, modified=LATE),
    )
    assert counted(batch) == {
        ONE: ("①", "済", "若葉市.xlsx"),
        TWO: ("①", "", "若葉市_修正版.xlsx"),
        THREE: ("②（○月）", "", "若葉市.xlsx"),
        FOUR: ("", "", "若葉市_修正版.xlsx"),  # a row that is there and blank stays blank
    }
    old = record(batch, "若葉市.xlsx")
    assert old.state is FileState.SUPERSEDED
    assert old.gives == (ONE, THREE)
    (finding,) = [f for f in check(batch, RuleSettings()) if f.code == "B503"]
    assert finding.severity is Severity.CHECK
    assert ONE in finding.message


def test_files_with_different_items_make_one_form() -> None:
    batch = put_together(
        form("統治.xlsx", {ONE: "① |", TWO: "③ |"}), form("残り.xlsx", {THREE: "① |", FOUR: "③ |"})
    )
    assert [mark for mark, _, _ in counted(batch).values()] == ["①", "③", "①", "③"]
    missing = {f.item_id for f in check(batch, RuleSettings()) if f.code == "L201"}
    assert not missing & {ONE, TWO, THREE, FOUR}


def test_the_newest_of_the_older_forms_gives_what_is_missing() -> None:
    batch = put_together(
        form("1.xlsx", {ONE: "① |", TWO: "① |"}, filled_on="2026-11-01"),
        form("2.xlsx", {ONE: "③ |"}, filled_on="2026-11-02"),
        form("3.xlsx", {ONE: "③ |", THREE: "③ |"}, filled_on="2026-11-03"),
    )
    assert counted(batch)[ONE] == ("③", "", "3.xlsx")
    assert counted(batch)[TWO] == ("①", "", "1.xlsx")
    assert record(batch, "1.xlsx").gives == (TWO,)


def test_an_untouched_form_gives_no_rows() -> None:
    batch = put_together(
        form("様式.xlsx", dict.fromkeys(FULL, " |")), form("若葉市.xlsx", {ONE: "① |"})
    )
    assert record(batch, "様式.xlsx").gives == ()
    assert {f.item_id for f in check(batch, RuleSettings()) if f.code == "L201"} >= {TWO, THREE}


def test_answers_that_a_newer_form_leaves_blank_are_pointed_out() -> None:
    batch = put_together(
        form("若葉市.xlsx", {ONE: "① |", TWO: "③ |"}),
        form("若葉市_修正版.xlsx", {ONE: " |", TWO: "① |"}, modified=LATE),
    )
    assert counted(batch)[ONE][0] == ""
    assert record(batch, "若葉市.xlsx").withheld == (ONE,)
    (finding,) = [f for f in check(batch, RuleSettings()) if f.code == "B503"]
    assert finding.severity is Severity.CHECK


def test_a_plain_replacement_stays_a_mere_notice() -> None:
    batch = put_together(
        form("若葉市.xlsx", {ONE: "① |"}), form("若葉市_修正版.xlsx", {ONE: "③ |"}, modified=LATE)
    )
    (finding,) = [f for f in check(batch, RuleSettings()) if f.code == "B503"]
    assert finding.severity is Severity.INFO


def test_a_slip_over_an_answer_of_an_older_form() -> None:
    batch = put_together(
        form("若葉市.xlsx", FULL),
        form("若葉市_修正版.xlsx", {TWO: "① |"}, modified=LATE),
        slip("返信.xlsx", {ONE: "③ |", THREE: "① | 済"}, issued=LATE, modified=LATER),
    )
    assert counted(batch)[ONE] == ("③", "済", "返信.xlsx")
    # the note of ONE is still the old form's, the answer to THREE is wholly new
    assert record(batch, "若葉市.xlsx").gives == (ONE, FOUR)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("白雲町", True),
        ("青嶺市", True),
        ("若葉市役所", False),
        ("情報政策課", False),
        ("", False),
    ],
)
def test_a_form_handed_to_one_that_names_another_is_nobodys(written: str, asked: bool) -> None:
    properties = {"torimatome.respondent": "S01"}
    batch = put_together(form("a.xlsx", FULL, respondent=written, properties=properties))
    assert [one.respondent.id for one in batch.submissions] == ([] if asked else ["S01"])
    findings = [f for f in check(batch, RuleSettings()) if f.code == "B509"]
    assert [f.severity for f in findings] == ([Severity.FIX] if asked else [])
    assert all(written in f.message and "若葉市" in f.message for f in findings)


MARKS = st.sampled_from((None, "", "①", "②（12月）", "③", "○"))
FILES = st.tuples(
    st.tuples(MARKS, MARKS, MARKS, MARKS),
    st.sampled_from(("", "注")),
    st.sampled_from((EARLY, LATE, LATER)),
    st.sampled_from((None, None, "", "hash of 0.xlsx")),  # the base of a slip, None: a full form
)
Drawn = tuple[tuple[str | None, ...], str, str, str | None]


def build(number: int, drawn: Drawn) -> Submission:
    marks, note, modified, base = drawn
    rows = {
        item: f"{mark} | {note}"
        for item, mark in zip((ONE, TWO, THREE, FOUR), marks, strict=True)
        if mark is not None
    } or {ONE: "① |"}
    path = f"{number}.xlsx"
    if base is None:
        return form(path, rows, modified=modified)
    return slip(path, rows, modified=modified, base=base)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(FILES, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_every_answer_is_some_files_and_the_order_of_files_does_not_matter(
    drawn: list[Drawn], random: Random
) -> None:
    files = [build(number, each) for number, each in enumerate(drawn)]
    batch = put_together(*files)
    shuffled = list(files)
    random.shuffle(shuffled)
    assert put_together(*shuffled) == batch
    written = {
        (s.source.path, a.item_id): a.mark.raw for s in files for a in s.answers if a.location
    }
    full = {s.source.path for s in files if s.overrides is None}
    answered = {item for (path, item), mark in written.items() if path in full and mark}
    assert len(batch.submissions) == bool(full)
    for one in batch.submissions:
        placed = {a.item_id: (a.location.file, a.mark.raw) for a in one.submission.answers
                  if a.location}  # fmt: skip
        unclear = {a.item_id for a in one.submission.answers if a.mark.doubt is Doubt.RETURNS}
        assert all(
            written[path, item] == mark
            for item, (path, mark) in placed.items()
            if item not in unclear
        )
        assert answered <= placed.keys()  # no item that anybody answered is without a row


# --- the marks of a form --------------------------------------------------------------------------


def hidden_sheet(properties: dict[str, str], *, visible: bool = False) -> RawSheet:
    cells = {}
    for row, (key, value) in enumerate(properties.items()):
        cells[row, 2], cells[row, 3] = text_cell(key), text_cell(value)
    return RawSheet(name="選択肢", cells=cells, visible=visible)


def test_the_hidden_sheet_stands_in_for_lost_properties() -> None:
    kept = {"torimatome.respondent": "S01", **slip_properties(Slip(month=MONTH, base="b"))}
    workbook = workbook_of(hidden_sheet(kept))
    found = hidden_properties(workbook)
    assert found["torimatome.respondent"] == "S01"
    assert read_slip(found) == Slip(month=MONTH, base="b")
    own = replace(workbook, properties={"torimatome.respondent": "S02", "Author": "x"})
    assert hidden_properties(own)["torimatome.respondent"] == "S02"
    assert "Author" not in hidden_properties(own)


def test_what_stands_on_a_visible_sheet_marks_nothing() -> None:
    workbook = workbook_of(hidden_sheet({"torimatome.slip": "1"}, visible=True))
    assert hidden_properties(workbook) == {}


@pytest.mark.parametrize("month", ["", "2026-13", "来月", "2026-11-01"])
def test_a_slip_with_a_broken_month_is_still_a_slip(month: str) -> None:
    assert read_slip({"torimatome.slip": "1", "torimatome.month": month}) == Slip()


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({}, [ONE, TWO, THREE]),
        ({ONE: "③ | 済"}, [TWO, THREE]),
        ({ONE: "① | 済み"}, [TWO, THREE]),
        ({ONE: " | "}, [TWO, THREE]),
        ({FOUR: "① | "}, [ONE, TWO, THREE]),
    ],
)
def test_what_came_back_as_it_was_handed_out_is_known(
    changed: dict[str, str], kept: list[str]
) -> None:
    given = {ONE: ("①", "済"), TWO: ("②（2026年12月）", ""), THREE: ("③", "")}
    properties = prefill_properties("2026-10", [given.get(item.id) for item in smartcity().items])
    answers = {item: f"{mark} | {note}" for item, (mark, note) in given.items()}
    batch = put_together(form("若葉市.xlsx", {**answers, **changed}, properties=properties))
    submission = batch.submissions[0].submission
    assert submission.prefilled_from == "2026-10"
    assert submission.as_handed_out == tuple(kept)
    assert "2026年10月" in record(batch, "若葉市.xlsx").reason
    assert f"{len(kept)} 項目は前月のまま" in record(batch, "若葉市.xlsx").reason


def test_properties_stay_within_what_excel_keeps() -> None:
    properties = prefill_properties("2026-10", [("①", "")] * 400)
    assert all(len(value) <= 255 for value in properties.values())


@given(st.dictionaries(st.sampled_from([f"torimatome.prefill.{n}" for n in (1, 2)]), st.text()))
def test_broken_marks_of_prefilling_are_ignored(properties: dict[str, str]) -> None:
    assert unchanged(properties, ANSWERS, edition="") == ("", ())


def test_a_slip_answers_nothing_above_what_it_says() -> None:
    batch = put_together(form("若葉市.xlsx", FULL), slip("返信.xlsx", {THREE: "② |"}))
    answer = batch.submissions[0].submission.answers[2]
    assert answer.mark.status is Status.PLANNED
    assert answer.due.month == ""
