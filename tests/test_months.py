"""Months beside ② and in notes: every case of cases/months.toml, and properties."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Due, DueProblem, DueSource, Precision
from pipeline.months import find_months, read_due, split_due

MONTH = "2026-11"


@cache
def cases() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "cases/months.toml").read_text(encoding="utf-8"))


MONTH_ROWS = [row for group in cases()["months"] for row in group["rows"]]


@pytest.mark.parametrize(("written", "month", "precision"), MONTH_ROWS)
def test_month(written: str, month: str, precision: str) -> None:
    due = read_due(written, MONTH)
    assert (due.month, due.precision, due.problem) == (month, precision, DueProblem.NONE)
    assert due.source is DueSource.MARK
    assert due.written


@pytest.mark.parametrize(
    ("written", "problem"),
    [(written, group["problem"]) for group in cases()["no_month"] for written in group["written"]],
)
def test_no_month(written: str, problem: str) -> None:
    due = read_due(written, MONTH)
    assert (due.month, due.precision, due.problem) == ("", Precision.NONE, problem)
    assert due.source is DueSource.NONE


@pytest.mark.parametrize(("month", "written", "due"), cases()["window"]["rows"])
def test_the_collection_month_places_what_has_no_year(month: str, written: str, due: str) -> None:
    assert read_due(written, month).month == due


@pytest.mark.parametrize("written", ["12月", "来年3月", "年度内", "下期", "春頃", "今月", "12/15"])
def test_inferred_where_the_year_was_not_written(written: str) -> None:
    assert read_due(written, MONTH).inferred


@pytest.mark.parametrize(
    "written", ["2027年3月", "R9.3", "9年3月", "令和9年度", "2027", "R9年度1Q"]
)
def test_not_inferred_where_the_year_was_written(written: str) -> None:
    assert not read_due(written, MONTH).inferred


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("令和9年3月に策定予定", ["2027-03"]),
        ("令和９年３⽉に策定予定", ["2027-03"]),
        ("3月末に完了し、6月に見直し", ["2027-03", "2027-06"]),
        ("12月に策定、12月中に公表", ["2026-12", "2026-12"]),
        ("来年度中に整備", ["2028-03"]),
        ("来年度予算で令和9年10月までに整備", ["2028-03", "2027-10"]),
        ("12/15までに提出", ["2026-12"]),
        ("R9.3頃", ["2027-03"]),
        ("第4四半期に対応", ["2027-03"]),
        ("来春を目途に対応", ["2027-05"]),
        ("秋頃に実施", ["2026-11"]),
        ("12月～2月に実施予定", ["2027-02"]),
        ("2027 対応", []),
        ("1.5年以内に対応", []),
        ("", []),
        ("特になし", []),
        ("春日市・秋田市と協議中", []),
        ("後期高齢者の情報を扱う", []),
        ("令和5年3月策定済み", []),
        ("令和4年度に策定した", []),
        ("令和8年度版の手引きによる", []),
        ("来年度予算要求中", []),
        ("毎年度見直している", []),
        ("ISO27001を2種類、1/2の部署で取得", []),
        ("3か月ごとに確認", []),
        ("24時間365日監視", []),
        ("(12)のとおり", []),
    ],
)
def test_months_in_a_note(written: str, months: list[str]) -> None:
    found = find_months(written, MONTH)
    assert [due.month for due in found] == months
    assert all(due.source is DueSource.NOTE for due in found)


def test_split_gives_the_rest_without_the_month() -> None:
    due, rest = split_due("令和9年3月末までに対応予定", MONTH)
    assert (due.month, rest) == ("2027-03", "までに対応予定")


def test_every_precision_and_problem_has_a_case() -> None:
    assert {row[2] for row in MONTH_ROWS} == {one.value for one in Precision if one}
    assert {group["problem"] for group in cases()["no_month"]} == {
        one.value for one in DueProblem if one
    }


PIECES = (
    "0123456789月年度末頃上下旬中第四半期QR令和元来翌今再春夏秋冬"
    "～〜-/.・、（）() 一二三十○×未定予定から又は"
)
months = st.builds("{:04d}-{:02d}".format, st.integers(2020, 2039), st.integers(1, 12))


@given(st.one_of(st.text(max_size=30), st.text(alphabet=PIECES, max_size=16)), months)
def test_total(text: str, month: str) -> None:
    due = read_due(text, month)
    assert bool(due.month) == (due.problem is DueProblem.NONE)
    assert bool(due.month) == (due.precision is not Precision.NONE)
    for one in (due, *find_months(text, month)):
        assert one.month == "" or re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", one.month)


@given(st.integers(1, 12), months)
def test_a_month_alone_lies_in_the_window(number: int, month: str) -> None:
    due = read_due(f"{number}月", month)
    ahead = ordinal(due.month) - ordinal(month)
    assert -3 <= ahead <= 8
    assert int(due.month[5:]) == number


@given(st.integers(2019, 2060), st.integers(1, 12), months)
def test_every_way_to_write_the_year_agrees(year: int, number: int, month: str) -> None:
    era = year - 2018
    written = [
        f"{year}年{number}月",
        f"{year}/{number}",
        f"{year}.{number:02d}",
        f"令和{era}年{number}月",
        f"R{era}.{number}",
        f"Ｒ{era}／{number}",
    ]
    expected = Due(month=f"{year}-{number:02d}", precision=Precision.MONTH, source=DueSource.MARK)
    for text in written:
        due = read_due(text, month)
        assert (due.month, due.precision, due.source) == (
            expected.month,
            expected.precision,
            expected.source,
        )


@given(months, months)
def test_a_span_gives_its_last_month(first: str, last: str) -> None:
    first, last = min(first, last), max(first, last)
    due = read_due(f"{first}～{last}", MONTH)
    assert due.month == last


def ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])
