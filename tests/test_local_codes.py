"""団体コード where it is a number: the zero that Excel took comes back where it is proven."""

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from inboxes import good, load, put, settings_for, table
from openpyxl.packaging.custom import StringProperty

from pipeline.forms.slips import RESPONDENT
from pipeline.history.continuity import continued
from pipeline.model import Respondent, Status
from pipeline.model.history import History, PastAnswer, PastMonth, PastRespondent
from pipeline.run import aggregate
from pipeline.texts.local_codes import bare_codes, is_local_code, other_spelling
from pipeline.texts.projects import unit_id

pytestmark = pytest.mark.workbook_once

BODIES: dict[object, str] = {11002: "札幌市", 12025: "函館市", 131016: "千代田区"}


def roster(codes: dict[object, str], *, number_format: str = "General") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["団体コード", "団体名"])
    for row, (code, name) in enumerate(codes.items(), 2):
        sheet.append([code, name])
        sheet.cell(row, 1).number_format = number_format
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def ids(folder: Path, codes: dict[object, str], *, number_format: str = "General") -> list[str]:
    """Give the codes of the first two bodies, as the month's files tell them."""
    checklist = load()
    names = list(codes.values())
    books = {f"{name}.xlsx": good(name, checklist) for name in names}
    put(folder, {**books, "名簿.xlsx": roster(codes, number_format=number_format)})
    aggregate(settings_for(folder))
    told = {row["respondent"]: row["respondent_id"] for row in table(folder, "files")}
    return [told[name] for name in names]


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("011002", True),  # 札幌市
        ("131016", True),  # 千代田区
        ("401307", True),  # 福岡市
        ("472018", True),  # 那覇市
        ("011003", False),
        ("481017", False),
        ("11002", False),
        ("０１１００２", False),
    ],
)
def test_check_digits(code: str, right: bool) -> None:
    assert is_local_code(code) is right


def test_the_other_spelling_is_there_and_back() -> None:
    assert (other_spelling("11002"), other_spelling("011002")) == ("011002", "11002")
    assert [other_spelling(code) for code in ("131016", "13101", "", "1100", "11003")] == [""] * 5


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (BODIES, ["011002", "012025", "131016"]),
        ({11002: "札幌市", 131016: "千代田区"}, ["011002", "131016"]),
        ({11002: "札幌市"}, ["11002"]),  # one in eleven is right by chance
        ({11002: "札幌市", 12026: "函館市"}, ["11002", "12026"]),
        ({11002: "札幌市", 900001: "やまびこ社"}, ["11002", "900001"]),
        ({11002: "札幌市", 12025: "函館市", 900001: "やまびこ社"}, ["011002", "012025", "900001"]),
        ({11002: "札幌市", 12025: "函館市", 7: "やまびこ社"}, ["11002", "12025", "7"]),
        ({11002: "札幌市", 12025: "函館市", "K7": "やまびこ社"}, ["011002", "012025", "K7"]),
        ({"11002": "札幌市", "12025": "函館市"}, ["11002", "12025"]),  # so it was written
        ({10001: "札幌市", 10002: "函館市", 10003: "千代田区"}, ["10001", "10002", "10003"]),
    ],
    ids=lambda each: str(each) if isinstance(each, list) else "",
)
def test_zeros(tmp_path: Path, codes: dict[object, str], expected: list[str]) -> None:
    assert ids(tmp_path, codes) == expected
    assert not [row for row in table(tmp_path, "findings") if row["code"] == "C801"]


def test_a_format_with_zeros_needs_no_proof(tmp_path: Path) -> None:
    assert ids(tmp_path, {11002: "札幌市"}, number_format="000000") == ["011002"]


def test_a_column_that_is_partly_proven_is_told(tmp_path: Path) -> None:
    codes: dict[object, str] = {11002: "札幌市", 12025: "函館市", 12033: "小樽市", 12041: "旭川市"}
    assert ids(tmp_path, {**codes, 12051: "室蘭市"}) == [
        "11002",
        "12025",
        "12033",
        "12041",
        "12051",
    ]
    (told,) = [row for row in table(tmp_path, "findings") if row["code"] == "C801"]
    assert (told["cell"], told["written"]) == ("A6", "12051")


def test_a_second_run_gives_the_same_codes(tmp_path: Path) -> None:
    assert ids(tmp_path, BODIES) == ids(tmp_path, BODIES)


def test_an_outbox_that_knows_them_without_keeps_them_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:  # the product as it was
        before.setattr("pipeline.assemble.roster.lost_zeros", lambda _: frozenset())
        assert ids(tmp_path, BODIES) == ["11002", "12025", "131016"]
    assert ids(tmp_path, BODIES) == ["11002", "12025", "131016"]
    books = {f"{name}.xlsx": good(name, load(), mark="③") for name in BODIES.values()}
    put(tmp_path, {**books, "名簿.xlsx": roster(BODIES)})
    aggregate(replace(settings_for(tmp_path), month="2026-12"))
    changes = table(tmp_path, "changes", month="2026-12")
    assert {row["respondent_id"] for row in changes} == {"11002", "12025", "131016"}
    told = [row["code"] for row in table(tmp_path, "findings", month="2026-12")]
    assert "B506" in told  # back from ①: they were compared


@pytest.mark.parametrize("handed", ["11002", "011002"])
def test_a_form_handed_out_under_the_other_spelling_is_known(tmp_path: Path, handed: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(good("", load())))
    book.custom_doc_props.append(  # type: ignore[attr-defined] # missing in the stubs
        StringProperty(name=RESPONDENT, value=handed)
    )
    form = io.BytesIO()
    book.save(form)
    put(tmp_path, {"回答.xlsx": form.getvalue(), "名簿.xlsx": roster(BODIES)})
    aggregate(settings_for(tmp_path))
    (row,) = [row for row in table(tmp_path, "files") if row["file"] == "回答.xlsx"]
    assert (row["respondent_id"], row["respondent"]) == ("011002", "札幌市")


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("011002", {"01100"}),
        ("11002", {"01100", "11002"}),  # with its check digit, or a body of Saitama without
        ("131016", {"13101"}),
        ("13101", {"13101"}),
        ("01100", {"01100"}),
        ("1100", {"01100"}),
        ("131017", set()),
        ("99999", set()),
        ("K7", set()),
        ("", set()),
    ],
)
def test_what_a_code_may_stand_for(code: str, bare: set[str]) -> None:
    assert bare_codes(code) == bare


TWO = {"札幌市": "③", "函館市": "①"}
ZEROS_BACK: tuple[dict[object, str], dict[object, str]] = (
    {"11002": "札幌市", "12025": "函館市"},
    {"011002": "札幌市", "012025": "函館市"},
)


def over_two_months(
    folder: Path, before: dict[object, str], now: dict[object, str], first: str = "①"
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Give the ids of December by name, and its changes against November."""
    books = {f"{name}.xlsx": good(name, load(), mark=first) for name in TWO}
    put(folder, {**books, "名簿.xlsx": roster(before)})
    aggregate(settings_for(folder))
    books = {f"{name}.xlsx": good(name, load(), mark=mark) for name, mark in TWO.items()}
    put(folder, {**books, "名簿.xlsx": roster(now)})
    aggregate(replace(settings_for(folder), month="2026-12"))
    files = table(folder, "files", month="2026-12")
    ids = {row["respondent"]: row["respondent_id"] for row in files if row["respondent"]}
    return ids, table(folder, "changes", month="2026-12")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ZEROS_BACK,
        ({"011002": "札幌市", "012025": "函館市"}, {"11002": "札幌市", "12025": "函館市"}),
        ({"01100": "札幌市", "01202": "函館市"}, {"011002": "札幌市", "012025": "函館市"}),
        ({1100: "札幌市", 1202: "函館市"}, {"011002": "札幌市", "012025": "函館市"}),
        ({"011002": "札幌市", "012025": "函館市"}, {"011002": "札幌市", "012025": "函館市"}),
    ],
    ids=["zeros back", "zeros gone", "check digits now", "both", "as before"],
)
def test_months_join_over_other_spellings(
    tmp_path: Path, before: dict[object, str], now: dict[object, str]
) -> None:
    ids, changes = over_two_months(tmp_path, before, now)
    assert ids == {name: str(code) for code, name in now.items()}
    assert {row["respondent_id"] for row in changes} == {ids["札幌市"]}  # from ① to ③


@pytest.mark.parametrize(
    ("before", "now"),
    [
        # Another body has it now; a code of one's own that only looks like it.
        ({"11002": "札幌市", "12025": "函館市"}, {"011002": "函館市", "012025": "札幌市"}),
        ({"11003": "札幌市", "12026": "函館市"}, {"011002": "札幌市", "012025": "函館市"}),
    ],
    ids=["another name", "another code"],
)
def test_what_is_not_proven_is_another_body(
    tmp_path: Path, before: dict[object, str], now: dict[object, str]
) -> None:
    _, changes = over_two_months(tmp_path, before, now)
    assert not changes


def test_projects_and_decisions_join_too() -> None:
    """The units of a body keep their projects, and two bodies never become one."""
    answer = PastAnswer(status=Status.DONE)
    then = (
        PastRespondent(id=unit_id("11002", "観光"), name="札幌市／観光", project="観光"),
        PastRespondent(id=unit_id("11002", "防災"), name="札幌市／防災", project="防災"),
        PastRespondent(id="12025", name="函館市"),
    )
    past = PastMonth(
        month="2026-11", product_version="", checklist="", checklist_version="",
        answers={(one.id, "①-1"): answer for one in then},
        respondents={one.id: one for one in then},
    )  # fmt: skip
    now = [
        Respondent(id=unit_id("011002", project), name=f"札幌市／{project}", project=project,
                   body="011002", body_name="札幌市")
        for project in ("観光", "防災")
    ] + [Respondent(id="012025", name="函館市"), Respondent(id="01202", name="函館市")]  # fmt: skip
    (joined,) = continued(History(months=(past,), compare_with=past), now).months
    assert {*joined.respondents} == {now[0].id, now[1].id, "12025"}  # 函館市 twice: nobody knows
    assert {id_ for id_, _ in joined.answers} == {*joined.respondents}
    assert joined.renamed == {then[0].id: now[0].id, then[1].id: now[1].id}


@pytest.mark.parametrize("now", [0, 1])
def test_findings_go_on_over_other_spellings(tmp_path: Path, now: int) -> None:
    """What is new beside them is new as well where the spelling stays."""
    over_two_months(tmp_path, ZEROS_BACK[0], ZEROS_BACK[now], first="③")
    found = table(tmp_path, "findings", month="2026-12")
    about = ("11002", "011002")[now]
    states = {row["code"]: row["state"] for row in found if row["respondent_id"] == about}
    assert Counter(states.values())["継続"] > 0
    assert {code for code, state in states.items() if state == "新規"} == {"B514"}
