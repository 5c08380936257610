"""Notes: every case of cases/notes.toml, the due month of mark and note, and properties."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import learn_notes
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row

import pipeline.texts.clauses
from pipeline.model import Answer, Aside, Due, DueProblem, DueSource, Mark, Note, Precision, Status
from pipeline.texts.months import normalise
from pipeline.texts.notes import (
    effective_due,
    load_note_table,
    read_note,
    read_remark,
    with_comments_of,
)
from pipeline.texts.unfinished import load_openness

MONTH = "2026-11"


@cache
def cases() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "cases/notes.toml"
    loaded: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["cases"]
    return loaded


@cache
def dues() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "cases/notes.toml"
    loaded: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["due"]
    return loaded


@every_row(
    ("written", "group"),
    [
        pytest.param(written, group, id=f"{group['name']}: {written}")
        for group in cases()
        for written in group["written"]
    ],
)
def test_note(written: str, group: dict[str, Any]) -> None:
    note = read_note(written, month=MONTH)
    assert note.raw == written
    if "empty" in group:
        assert note.empty == group["empty"]
    if "says_done" in group:
        assert bool(note.says_done) == group["says_done"], note.says_done
    if "says_not_done" in group:
        assert bool(note.says_not_done) == group["says_not_done"], note.says_not_done
    if "tags" in group:
        assert set(group["tags"]) <= set(note.tags)
    if "months" in group:
        assert [due.month for due in note.months] == group["months"]
    if "personal" in group:
        assert list(note.personal) == group["personal"]
    if "personal_count" in group:
        assert len(note.personal) == group["personal_count"]
    if "attachment" in group:
        assert note.refers_to_attachment == group["attachment"]
    if "mark_like" in group:
        assert (note.mark_like or "") == group["mark_like"]


def test_every_tag_has_a_case() -> None:
    assert {tag.name for tag in load_note_table().tags} == {
        tag for group in cases() for tag in group.get("tags", ())
    }


def planned(due: Due = Due(problem=DueProblem.MISSING)) -> Mark:  # noqa: B008 - a frozen value
    return Mark(status=Status.PLANNED, due=due)


@pytest.mark.parametrize(
    ("written", "month", "precision"),
    [
        ("令和9年3月に策定予定", "2027-03", Precision.MONTH),
        ("3月に策定、同じく3月に公表", "2027-03", Precision.MONTH),
        ("来年度予算で令和9年10月までに整備", "2027-10", Precision.MONTH),
        ("年度内に整備", "2027-03", Precision.FISCAL_YEAR),
        ("3月に策定、6月に公表", "", Precision.NONE),
        ("令和5年3月策定の方針による", "", Precision.NONE),
        ("予算による", "", Precision.NONE),
    ],
)
def test_due_of_the_note_where_the_mark_has_none(
    written: str, month: str, precision: Precision
) -> None:
    due = effective_due(planned(), read_note(written, month=MONTH))
    assert (due.month, due.precision) == (month, precision)
    assert due.source is (DueSource.NOTE if month else DueSource.NONE)


@every_row(
    ("written", "month"),
    [(written, group["month"]) for group in dues() for written in group["written"]],
)
def test_only_the_month_of_completion_is_the_due_of_a_note(written: str, month: str) -> None:
    assert effective_due(planned(), read_note(written, month=MONTH)).month == month


def test_due_of_the_mark_goes_first() -> None:
    own = Due(month="2026-12", precision=Precision.MONTH, source=DueSource.MARK)
    assert effective_due(planned(own), read_note("令和9年3月に策定予定", month=MONTH)) == own


def test_note_does_not_mend_an_impossible_month() -> None:
    own = Due(problem=DueProblem.IMPOSSIBLE, written="13月")
    assert effective_due(planned(own), read_note("令和9年3月に策定予定", month=MONTH)) == own


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.PLANNED])
def test_note_gives_no_due_to_another_status(status: Status) -> None:
    note = read_note("令和9年3月に策定予定", month=MONTH)
    assert effective_due(Mark(status=status), note) == Due()


@given(st.text(max_size=80))
def test_total_and_raw_unchanged(text: str) -> None:
    note = read_note(text, month=MONTH)
    assert note.raw == text
    if note.empty:
        assert note == Note(raw=text)


def test_long_note_is_read_in_one_go() -> None:
    note = read_note(
        "一" * 15_000 + "○" * 15_000 + "1-" * 1_000 + "令和9年3月に策定予定", month=MONTH
    )
    assert [due.month for due in note.months] == ["2027-03"]


def test_comments_on_all_the_answers_of_an_item_stand_by_the_one_that_counts() -> None:
    def commented(*texts: str) -> list[Answer]:
        return [
            Answer(
                item_id="1",
                mark=Mark(status=Status.DONE),
                aside=Aside(comment=read_remark(text, month=MONTH)) if text else None,
            )
            for text in texts
        ]

    plain, one, other = commented("", "確認済み", "令和9年3月に見直し")
    assert with_comments_of(plain, [plain, plain], month=MONTH) is plain
    assert with_comments_of(one, [one, plain, one], month=MONTH) is one
    both = with_comments_of(plain, [plain, one, other], month=MONTH)
    assert both.comment == "確認済み\n令和9年3月に見直し"
    assert both.aside is not None
    assert [due.month for due in both.aside.comment.months] == ["2027-03"]


def test_the_table_of_clauses_holds_nothing_unknown_or_idle() -> None:
    """A feature that nothing gives would silently never score, and a class nobody names is idle."""
    path = Path(pipeline.texts.clauses.__file__).with_name("clauses.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    kinds = {*table["words"], *(name.partition("_")[0] for name in table["patterns"])}
    given = {*kinds, *table["endings"], "dated", "then", "month"}
    asked = {
        feature.lstrip("~+").removesuffix("!")
        for sense in (*pipeline.texts.clauses.SENSES, "due")
        for features in table[sense]
        for feature in features.split()
    }
    pairs = [piece.split(" & ") for piece in load_openness().weights if " & " in piece]
    asked |= {feature.removesuffix("!") for pair in pairs for feature in pair}
    assert asked <= given
    assert given - asked <= {"stop", "break", "plain"} | set(table["also"])
    spelt = str([*table["words"].values(), *table["patterns"].values()])
    assert set(re.findall(r"\{([a-z]+)\}", spelt)) == set(table["classes"])


def test_a_pattern_or_an_ending_fits_nothing_outside_the_letters_it_stands_behind() -> None:
    """They are a cheap look before the costly one, and may not hide what that would find."""
    path = Path(pipeline.texts.clauses.__file__).with_name("clauses.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    sentences = tomllib.loads(
        (Path(__file__).parent / "cases/contradictions.toml").read_text(encoding="utf-8")
    )
    notes = [normalise(case["note"]) for case in sentences["case"]]
    notes += [normalise(note) for group in sentences["group"] for note in group["notes"]]
    clauses = [clause for note in notes for clause in re.split("[。、\n]", note) if clause]
    named = re.compile(r"\{([a-z]+)\}")

    def compiled(pattern: str) -> re.Pattern[str]:
        while named.search(pattern):
            pattern = named.sub(
                lambda found: f"(?:{'|'.join(table['classes'][found[1]])})", pattern
            )
        return re.compile(pattern)

    for letters, pattern in table["patterns"].values():
        found = [match[0] for note in notes for match in compiled(pattern).finditer(note)]
        assert {each[0] for each in found} <= set(letters), pattern
    for letters, pattern in table["endings"].values():
        ending = compiled(pattern)
        last = {clause[-1] for clause in clauses if ending.search(clause)}
        assert not letters or last <= set(letters), pattern


def test_the_weights_are_those_learned_from_the_labelled_notes() -> None:
    """After a new case: python tests/learn_notes.py. Rounding may differ by machine."""
    table = load_openness()
    kept = {"": table.start, **table.weights}
    learned = learn_notes.learn(learn_notes.examples())
    least = min(map(abs, table.weights.values()))
    apart = {
        piece
        for piece in kept.keys() | learned.keys()
        if abs(kept.get(piece, 0) - learned.get(piece, 0)) > 2
        and max(abs(kept.get(piece, 0)), abs(learned.get(piece, 0))) > least + 2
    }
    assert not apart


def test_a_long_note_is_doubted_for_one_sentence() -> None:
    done = "情報セキュリティポリシーに規定し、毎年見直している。" * 20
    assert not read_note(done, month=MONTH).says_not_done
    assert read_note(f"{done}手順書は未策定。", month=MONTH).says_not_done == "手順書は未策定"
