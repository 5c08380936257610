"""Values come out of a pickle as they went in, whichever protocol carries them."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields

import pytest

from pipeline.model import Answer, Due, Location, Mark, Note, Status
from pipeline.model.quick import quickly_pickled

PLACE = Location(file="a.xlsx", sheet="様式", cell="C12")
ANSWER = Answer(
    item_id="ア1-1",
    mark=Mark(status=Status.PLANNED, raw="②（１月）", due=Due(month="2027-01")),
    note=Note(raw="予算", empty=False, tags=("予算",), months=(Due(month="2027-01"),)),
    location=PLACE,
    row_location=PLACE,
    hidden=True,
)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_answer_is_the_same_answer(protocol: int) -> None:
    found = pickle.loads(pickle.dumps(ANSWER, protocol))  # noqa: S301 - our own bytes
    assert found == ANSWER
    assert found.location is found.row_location  # shared as before
    for field in fields(Answer):
        assert type(getattr(found, field.name)) is type(getattr(ANSWER, field.name))


def test_a_copy_is_equal_and_frozen() -> None:
    found = copy.deepcopy(ANSWER)
    assert found == ANSWER
    with pytest.raises(FrozenInstanceError):
        found.hidden = False  # type: ignore[misc]  # what must not work


def test_a_class_that_is_no_dataclass_is_refused() -> None:
    with pytest.raises(TypeError):
        quickly_pickled(object)
