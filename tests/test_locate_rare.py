"""Tables without a check column, and heads too long to be any."""

import pytest
from layouts import smartcity
from test_locate_odd import ITEMS, MONTH, letters, sheet

from pipeline.locate.callings import Names


@pytest.mark.parametrize("between", ["－", "…"])
def test_a_sign_below_an_item_of_a_table_without_a_check_column_is_no_answer(between: str) -> None:
    rows = "\n".join(f"{{{item}}} | 策定済み\n{between}" for item in ITEMS[:5])
    assert letters(sheet(f"項目 | 補足説明欄\n{rows}")) == "-----"


def test_a_text_is_called_something_only_where_it_is_no_longer_than_a_head() -> None:
    names = Names(smartcity(), MONTH)
    for word in ("前回", "今回"):
        assert names.calling(word).telling
        assert not names.calling(f"{word} {'あ' * 300}").telling
