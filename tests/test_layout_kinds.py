"""Every layout of layout_kinds.py is read as it was meant, and none upwards."""

import pytest
from layout_kinds import ITEMS, KINDS, Variant
from layouts import LETTERS, smartcity, workbook_from

from pipeline.locate import count_items
from pipeline.locate import search as search_layout
from pipeline.locate.index import index_of
from pipeline.parse import parse

MONTH = "2026-11"
VARIANTS = [(kind.__name__, variant) for kind in KINDS for variant in kind()]


def _read(variant: Variant) -> str:
    """Give the letter of each item of a layout as it is read."""
    workbook = workbook_from(variant.sheets)
    layout = search_layout(workbook, index_of(smartcity(), MONTH))
    if layout is None:
        assert count_items(workbook, smartcity(), month=MONTH) == len(ITEMS)
        return "x" * len(ITEMS)
    answers = {
        answer.item_id: answer
        for answer in parse(workbook, layout, smartcity(), month=MONTH).answers
    }
    letters = [LETTERS[answers[item].mark.status] for item in ITEMS]
    return "".join(
        "B" if letter == "b" and answers[item].due.month != "2026-12" else letter
        for letter, item in zip(letters, ITEMS, strict=True)
    )


@pytest.mark.parametrize("kind", [kind.__name__ for kind in KINDS])
def test_layouts_are_read_as_they_are_meant(kind: str) -> None:
    wrong = {
        variant.name: (read, variant.meant)
        for name, variant in VARIANTS
        if name == kind and (read := _read(variant)) != variant.meant
    }
    assert not wrong


def test_there_are_hundreds_of_layouts_and_each_stands_once() -> None:
    names = [(kind, variant.name) for kind, variant in VARIANTS]
    assert len(names) == len(set(names)) > 500
