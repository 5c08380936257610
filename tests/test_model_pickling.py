"""Values come out of a pickle as they went in, whichever protocol carries them."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
from msgspec import MsgspecError

from pipeline.frame.packing import Columns
from pipeline.model import (
    Answer,
    Due,
    FileKind,
    Location,
    Mark,
    Note,
    Slip,
    SourceFile,
    Status,
    Submission,
)

PLACE = Location(file="a.xlsx", sheet="様式")
ANSWER = Answer(
    item_id="ア1-1",
    mark=Mark(status=Status.PLANNED, raw="②（１月）", due=Due(month="2027-01")),
    note=Note(raw="予算", empty=False, tags=("予算",), months=(Due(month="2027-01"),)),
    place=PLACE,
    mark_cell="C12",
    row_cell="A12",
    note_place=PLACE,
    hidden=True,
)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_answer_is_the_same_answer(protocol: int) -> None:
    found = pickle.loads(pickle.dumps(ANSWER, protocol))  # noqa: S301 - our own bytes
    assert found == ANSWER
    assert found.place is found.note_place  # shared as before
    for field in fields(Answer):
        assert type(getattr(found, field.name)) is type(getattr(ANSWER, field.name))


def test_a_copy_is_equal_and_frozen() -> None:
    found = copy.deepcopy(ANSWER)
    assert found == ANSWER
    with pytest.raises(FrozenInstanceError):
        found.hidden = False  # type: ignore[misc]  # what must not work


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "answers",
    [
        (),
        (ANSWER,),
        (ANSWER, replace(ANSWER, item_id="ア1-2", place=None), replace(ANSWER, due=Due())),
        (replace(ANSWER, mark_cell=None, row_cell=None), replace(ANSWER, note_cell="D12")),
    ],
)
def test_a_pickled_submission_is_the_same_submission(
    answers: tuple[Answer, ...], protocol: int
) -> None:
    submission = Submission(
        source=SourceFile(path="a.xlsx", location=Path("a.xlsx")),
        kind=FileKind.XLSX,
        checklist_id="c",
        answers=answers,
        overrides=("ア1-1",),
        slip=Slip(month="2026-11"),
    )
    found = pickle.loads(pickle.dumps(submission, protocol))  # noqa: S301 - our own bytes
    assert found == submission
    assert type(found.answers) is tuple
    assert copy.deepcopy(submission) == submission


@pytest.mark.parametrize("count", [0, 1, 300])
def test_answers_come_back_from_bytes_as_they_went(count: int) -> None:
    columns = Columns(Answer)
    answers = tuple(replace(ANSWER, item_id=f"ア{n}", mark_cell=f"C{n}") for n in range(count))
    found = columns.unpack(columns.pack(answers))
    assert found == answers
    for answer in found:
        for field in fields(Answer):
            assert type(getattr(answer, field.name)) is type(getattr(ANSWER, field.name))
        assert type(answer.mark.status) is Status


def test_bytes_that_say_something_else_are_refused() -> None:
    with pytest.raises(MsgspecError):
        Columns(Answer).unpack(Columns(Location).pack([PLACE]))
