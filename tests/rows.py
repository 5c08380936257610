"""Tables of many rows as one test each: collecting a row costs more than checking it."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

Test = Callable[..., None]
Names = Sequence[str] | Callable[[Any], str]  # of the rows, or of a value


def every_row(
    words: str | Sequence[str], rows: Iterable[Any], *, ids: Names = str
) -> Callable[[Test], Test]:
    """Call a test with every row of a table, as `pytest.mark.parametrize` does, but as one test.

    Every row is run and each that fails is told with what failed; with `-x` the first one ends it.
    For tests that leave nothing behind: all rows are given the same fixtures.
    """
    names = (words,) if isinstance(words, str) else tuple(words)
    table = [_named(row, len(names), ids, place) for place, row in enumerate(rows)]
    assert table, "a table without rows proves nothing"

    def decorate(test: Test) -> Test:
        asked = list(inspect.signature(test).parameters.values())
        within = any(one.name == "request" for one in asked)  # a table of tables

        @functools.wraps(test)
        def run(request: pytest.FixtureRequest, **fixtures: Any) -> None:
            if within:
                fixtures["request"] = request
            failed = []
            for name, row in table:
                try:
                    test(**dict(zip(names, row, strict=True)), **fixtures)
                except (Exception, pytest.fail.Exception) as problem:  # noqa: BLE001 - all are told
                    failed.append(f"[{name}] {type(problem).__name__}: {problem}")
                    if request.config.getoption("maxfail") == 1:
                        break
            if failed:
                told = "\n\n".join(failed)
                pytest.fail(f"{len(failed)} of {len(table)} rows fail:\n\n{told}", pytrace=False)

        kept = [one for one in asked if one.name not in {*names, "request"}]
        own = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY)
        vars(run)["__signature__"] = inspect.Signature([*kept, own])
        return run

    return decorate


def _named(row: Any, width: int, ids: Names, place: int) -> tuple[str, Sequence[Any]]:
    """Give a row with its name; what `pytest.param` made has one."""
    if isinstance(row, type(pytest.param())):
        return str(row.id), row.values
    values = (row,) if width == 1 else tuple(row)
    return ", ".join(map(ids, values)) if callable(ids) else ids[place], values
