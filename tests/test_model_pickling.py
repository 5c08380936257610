"""Values come out of a pickle as they went in, whichever protocol carries them."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from pathlib import Path

import pytest

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
from pipeline.model.pickling import Columns, pickled_by_fields

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    one: str
    other: tuple[Due, ...] = ()


def test_a_value_pickled_by_its_fields_is_the_same() -> None:
    pair = _Pair(one="①", other=(Due(month="2027-01"), Due()))
    asked = pickle.dumps(pair, 5)
    pickled_by_fields(_Pair)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        packed = pickle.dumps(pair, protocol)
        assert b"_made" in packed
        assert pickle.loads(packed) == pickle.loads(asked) == pair  # noqa: S301 - our own bytes
    assert copy.deepcopy(pair) == pair


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


def test_what_every_file_says_alike_is_one_text_in_memory() -> None:
    answer = replace(ANSWER, item_id="-".join(["ア1", "7"]), mark_cell="".join(["C", "99"]))
    columns = Columns(Answer, few=("item_id", "mark_cell", "note_cell"))
    (first,), (second,) = (
        columns.unpack(pickle.loads(pickle.dumps(columns.pack([answer]))))  # noqa: S301 - ours
        for _ in range(2)
    )
    assert first == second == answer
    assert first.item_id is second.item_id
    assert first.mark_cell is second.mark_cell
    assert first.note_cell is None
