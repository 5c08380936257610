"""Months beside ② and in notes: every case of cases/months.toml, and properties."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row

from pipeline.model import Due, DueProblem, DueSource, Precision
from pipeline.texts.months import find_months, read_due, split_due
from pipeline.texts.months.patterns import _one_of

MONTH = "2026-11"


@cache
def cases() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "cases/months.toml").read_text(encoding="utf-8"))


MONTH_ROWS = [row for group in cases()["months"] for row in group["rows"]]


@every_row(("written", "month", "precision"), MONTH_ROWS)
def test_month(written: str, month: str, precision: str) -> None:
    due = read_due(written, MONTH)
    assert (due.month, due.precision, due.problem) == (month, precision, DueProblem.NONE)
    assert due.source is DueSource.MARK
    assert due.written


@every_row(
    ("written", "problem"),
    [(written, group["problem"]) for group in cases()["no_month"] for written in group["written"]],
)
def test_no_month(written: str, problem: str) -> None:
    due = read_due(written, MONTH)
    assert (due.month, due.precision, due.problem) == ("", Precision.NONE, problem)
    assert due.source is DueSource.NONE


@every_row(("month", "written", "due"), cases()["window"]["rows"])
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


@every_row(
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
        ("2027第三者に委託", []),
        ("2027Q2に対応", ["2027-09"]),
        ("年度ごとに見直し", []),
        ("令和8年7月の件", []),
        ("令和8年8月の件", ["2026-08"]),
        ("令和8年5月に公表の予定", ["2026-05"]),
        ("令和8年5月（あああああああああ）予定", []),
        ("令和5年3月策定、令和9年3月に見直し予定", ["2027-03"]),
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


# ---- every way of writing, in every year and month ---------------------------------------------

NAMES = (
    "jan",
    "feb",
    "March",
    "Apr",
    "may",
    "June",
    "jul",
    "Aug",
    "Sept",
    "oct",
    "Nov",
    "December",
)
KANJI = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
OF_A_MONTH: dict[str, Callable[[int, int], str]] = {
    "2027年3月": lambda y, m: f"{y}年{m}月",
    "（2027/03）": lambda y, m: f"（{y}/{m:02}）",
    "2027.3": lambda y, m: f"{y}.{m}",
    "2027-03": lambda y, m: f"{y}-{m:02}",
    "2027,3": lambda y, m: f"{y},{m}",
    "202703": lambda y, m: f"{y}{m:02}",
    "20270331": lambda y, m: f"{y}{m:02}28",
    "2027年3月28日": lambda y, m: f"{y}年{m}月28日",
    "R9.3": lambda y, m: f"R{y - 2018}.{m}",
    "令和9年3月末": lambda y, m: f"令和{y - 2018}年{m}月末",
    "令和九年三月": lambda y, m: f"令和{KANJI[y - 2019]}年{KANJI[m - 1]}月",
    "昭和102年3月": lambda y, m: f"昭和{y - 1925}年{m}月",
    "27/3": lambda y, m: f"{y % 100}/{m}",
    "'27年3月": lambda y, m: f"'{y % 100}年{m}月",
    "Mar-27": lambda y, m: f"{NAMES[m - 1]}-{y % 100}",
    "March 2027": lambda y, m: f"{NAMES[m - 1]} {y}",
    "2027 March": lambda y, m: f"{y} {NAMES[m - 1]}",
    "28 March 2027": lambda y, m: f"28 {NAMES[m - 1]} {y}",
    "March 28, 2027": lambda y, m: f"{NAMES[m - 1]} 28, {y}",
    "28/3/2027": lambda y, m: f"28/{m}/{y}",
    "3/28/2027": lambda y, m: f"{m}/28/{y}",
    "28.3.2027": lambda y, m: f"28.{m}.{y}",
    "2027年3がつ": lambda y, m: f"{y}年{m}がつ",
    "R8年度3月": lambda y, m: f"R{y - 2018 - (m < 4)}年度{m}月",
    "FY26の3月": lambda y, m: f"FY{(y - (m < 4)) % 100}の{m}月",
}


@every_row("way", OF_A_MONTH)
def test_every_month_of_every_year_is_read(way: str) -> None:
    for year in range(2025, 2030):
        for month in range(1, 13):
            written = OF_A_MONTH[way](year, month)
            due = read_due(written, MONTH)
            assert (due.month, due.precision, due.inferred) == (
                f"{year}-{month:02}", Precision.MONTH, False,
            ), written  # fmt: skip


def _end(year: int, month: int) -> str:
    """Give a month counted on from January of a year."""
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"


OF_A_TERM: dict[str, tuple[Callable[[int, int], str], Callable[[int, int], str], Precision]] = {
    "R9年度第2四半期": (
        lambda y, n: f"R{y - 2018}年度第{n}四半期", lambda y, n: _end(y, 3 + 3 * n),
        Precision.QUARTER,
    ),
    "2027年度2Q": (
        lambda y, n: f"{y}年度{n}Q", lambda y, n: _end(y, 3 + 3 * n), Precision.QUARTER
    ),
    "FY27Q2": (
        lambda y, n: f"FY{y % 100} Q{n}", lambda y, n: _end(y, 3 + 3 * n), Precision.QUARTER
    ),
    "令和9年度上期": (
        lambda y, n: f"令和{y - 2018}年度{'上下上下'[n - 1]}期",
        lambda y, n: _end(y, (9, 15, 9, 15)[n - 1]), Precision.HALF,
    ),
    "2027年前半": (
        lambda y, n: f"{y}年{'前後前後'[n - 1]}半", lambda y, n: _end(y, (6, 12, 6, 12)[n - 1]),
        Precision.HALF,
    ),
    "2027年夏": (
        lambda y, n: f"{y}年{'春夏秋冬'[n - 1]}頃",
        lambda y, n: _end(y, (5, 8, 11, 14)[n - 1]), Precision.SEASON,
    ),
    "令和9年度": (
        lambda y, n: f"令和{y - 2018}年度{('', '中', '末', '内')[n - 1]}", lambda y, _: _end(y, 15),
        Precision.FISCAL_YEAR,
    ),
    "2027年": (
        lambda y, n: f"{y}年{('', '中', '末', '内')[n - 1]}", lambda y, _: _end(y, 12),
        Precision.YEAR,
    ),
    "2027年度当初": (
        lambda y, n: f"{y}年度{('当初', '早々', '初頭', 'の初め')[n - 1]}", lambda y, _: _end(y, 4),
        Precision.SPAN,
    ),
    "2027年3月～5月": (
        lambda y, n: f"{y}年{3 * n}月～{3 * n + 2 if n < 4 else 2}月",
        lambda y, n: _end(y, 3 * n + 2), Precision.SPAN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", OF_A_TERM)
def test_every_term_of_every_year_ends_where_it_does(way: str) -> None:
    written, end, precision = OF_A_TERM[way]
    for year in range(2025, 2030):
        for number in range(1, 5):
            text = written(year, number)
            due = read_due(text, MONTH)
            assert (due.month, due.precision) == (end(year, number), precision), text


@pytest.mark.parametrize(
    "month", ["2026-01", "2026-03", "2026-04", "2026-09", "2026-11", "2026-12"]
)
def test_what_is_told_from_the_collection_month(month: str) -> None:
    now = int(month[:4]) * 12 + int(month[5:]) - 1
    fiscal = (now - 3) // 12
    ends = {
        "今月": now, "来月": now + 1, "再来月": now + 2, "翌々月": now + 2, "先月": now - 1,
        "年内": now // 12 * 12 + 11, "来年": (now // 12 + 1) * 12 + 11,
        "再来年": (now // 12 + 2) * 12 + 11, "昨年": (now // 12 - 1) * 12 + 11,
        "年度内": fiscal * 12 + 14, "来年度": fiscal * 12 + 26, "再来年度": fiscal * 12 + 38,
        "昨年度": fiscal * 12 + 2, "一昨年度": fiscal * 12 - 10, "来期": fiscal * 12 + 26,
        "第1四半期": fiscal * 12 + 5, "第4四半期": fiscal * 12 + 14, "上期": fiscal * 12 + 8,
        "下期": fiscal * 12 + 14, "半年後": now + 6, "3か月後": now + 3, "1年後": now + 12,
        "2年以内": now + 24, "1~2年後": now + 24, "2週間後": now + 1, "1年半後": now + 18,
        "来年3月": (now // 12 + 1) * 12 + 2, "再来年3月": (now // 12 + 2) * 12 + 2,
        "来春": (now // 12 + 1) * 12 + 4, "再来春": (now // 12 + 2) * 12 + 4,
        "来夏": (now // 12 + 1) * 12 + 7, "年明け": now + (-now) % 12,
        "来年度上期": fiscal * 12 + 20, "来年度第1四半期": fiscal * 12 + 17,
    }  # fmt: skip
    read = {text: read_due(text, month) for text in ends}
    expected = {text: f"{end // 12}-{end % 12 + 1:02}" for text, end in ends.items()}
    assert {text: due.month for text, due in read.items()} == expected
    assert all(due.inferred for due in read.values())


def test_a_month_alone_is_the_one_from_three_months_back_to_eight_ahead() -> None:
    for now in range(2026 * 12, 2028 * 12):
        for number in range(1, 13):
            due = read_due(f"{number}月", f"{now // 12}-{now % 12 + 1:02}")
            found = int(due.month[:4]) * 12 + int(due.month[5:]) - 1
            assert found % 12 + 1 == number
            assert now - 3 <= found <= now + 8


HOLDING = [  # a term beside ②, and its first month
    ("令和9年度", "2027-04"), ("2027年", "2027-01"), ("R9年度第2四半期", "2027-07"),
    ("令和9年度上期", "2027-04"), ("令和9年度下期", "2027-10"), ("2027年後半", "2027-07"),
    ("2027年夏頃", "2027-06"), ("2027年冬", "2027-12"), ("来春", "2027-03"), ("来冬", "2027-12"),
    ("年内", "2026-01"), ("半年以内", "2026-11"), ("2027年3月～5月", "2027-03"),
    ("R9.1~3", "2027-01"), ("下期", "2026-10"), ("第4四半期", "2027-01"), ("来年度", "2027-04"),
]  # fmt: skip


@every_row(("term", "first"), HOLDING)
def test_a_month_is_held_by_a_term_from_its_first_month_on(term: str, first: str) -> None:
    year, month = map(int, first.split("-"))
    before = f"{year - (month == 1)}年{(month - 2) % 12 + 1}月"
    inside, outside = (
        read_due(f"{term}（{written}）", MONTH) for written in (f"{year}年{month}月", before)
    )
    assert (inside.month, inside.precision) == (first, Precision.MONTH)
    assert (outside.month, outside.problem) == ("", DueProblem.CONFLICTING)


ONE_MONTH = [
    "2027年6月", "202706", "2027/6", "R9.6", "27/6", "2027年夏頃", "R9年度第1四半期", "2027年前半",
    "2027年度当初", "再来年1月", "2028年初め", "2028年1月~3月",
]  # fmt: skip


@every_row("later", ONE_MONTH)
@every_row("earlier", ["2027年2月", "27/2", "来月", "12月", "10月", "2027年当初"])
def test_an_earlier_month_beside_a_later_term_decides_nothing(earlier: str, later: str) -> None:
    for text in (f"{earlier}（{later}）", f"{later}（{earlier}）"):
        if later == "2027年前半" and earlier not in {"来月", "12月", "10月"}:
            continue  # it holds them
        due = read_due(text, MONTH)
        assert (due.month, due.problem) == ("", DueProblem.CONFLICTING), text


def test_a_pattern_of_several_matches_where_one_of_them_does() -> None:
    made = _one_of(re.compile(r"(?P<n>3)月"), re.compile(r"(?P<n>春)"), re.compile("年度"))
    text = "あ3月い春う年度え3日"
    assert [found[0] for found in made.finditer(text)] == ["3月", "春", "年度"]
    assert made.groupindex == {}


def test_what_is_left_of_a_text_without_its_month() -> None:
    assert split_due("来年度の対応", MONTH)[1] == "の対応"
    assert split_due("R9.3末までに対応", MONTH)[1] == "までに対応"
