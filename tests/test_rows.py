"""A table that is run as one test says which rows fail, as one test a row would."""

import pytest

pytest_plugins = ["pytester"]

TABLE = """
import pytest
from rows import every_row

@pytest.fixture(scope="module")
def limit():
    return 2

@every_row(("name", "size"), [("small", 1), pytest.param("big", 3, id="the big one"), ("huge", 4)])
def test_sizes(name, size, limit):
    assert size <= limit, name

@every_row("left", [1, 2])
@every_row("right", [1, 2], ids=["one", "two"])
def test_pairs(left, right):
    assert left + right < 4
"""


@pytest.fixture
def table(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(TABLE)
    return pytester


def test_every_row_that_fails_is_told(table: pytest.Pytester) -> None:
    result = table.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([
        "2 of 3 rows fail:", "[[]the big one[]] AssertionError: big", "*assert 3 <= 2",
        "[[]huge, 4[]] AssertionError: huge",
    ])  # fmt: skip
    result.stdout.fnmatch_lines(["1 of 2 rows fail:", "[[]2[]] Failed: 1 of 2 rows fail:"])
    result.stdout.fnmatch_lines(["[[]two[]] AssertionError: assert (2 + 2) < 4"])


def test_the_first_is_enough_where_one_failure_ends_the_run(table: pytest.Pytester) -> None:
    result = table.runpytest("-p", "no:cacheprovider", "-x")
    result.stdout.fnmatch_lines(["1 of 3 rows fail:"])
    result.stdout.no_fnmatch_line("*huge*")
