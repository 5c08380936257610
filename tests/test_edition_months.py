"""The public edition over several months: equal counts, the same aliases, and no name anywhere."""

import shutil
import warnings
from collections import Counter
from pathlib import Path

import pytest
from inboxes import good, load, numbers, partly, put, roster, settings_for
from openpyxl import load_workbook
from test_edition import csv_of, everything_written

from pipeline.model import EvidenceKind, FileState
from pipeline.run import aggregate
from pipeline.write.codes import VALUES

FORM = load()
MONTHS = ("2026-09", "2026-10", "2026-11")
ROSTER = roster(
    ("A01", "月影市", "観光MaaS事業"),
    ("A01", "月影市", "防災DX事業"),
    ("A02", "若葉市", ""),
    ("A03", "白雲町", ""),
    ("A04", "楓村", ""),
)
# What each body answers to everything, month by month; None: nothing came.
ANSWERS = {
    ("月影市", "観光MaaS事業"): ("②（2026年10月）", "①", "①"),
    ("月影市", "防災DX事業"): ("③", "②（2026年11月）", "②（2027年3月）"),
    ("白雲町", ""): ("②（2026年9月）", "②（2026年9月）", "○"),
    ("楓村", ""): ("①", None, "③"),
}
SECRETS = (
    "月影市",
    "若葉市",
    "白雲町",
    "楓村",
    "観光MaaS",
    "防災DX",
    "秘密の補足",
    "都市OS事業者",
    "A01",
)
SHEETS = (  # はじめに says whom to ask, the public edition does not
    "概況",
    "回収状況",
    "項目別集計",
    "分野別集計",
    "一覧表",
    "対応予定",
    "前月比",
    "対応予定の履行状況",
    "要確認",
    "明細",
)


def sheetnames(path: Path) -> list[str]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* extension is not supported")
        return load_workbook(path, read_only=True).sheetnames


def received(number: int) -> dict[str, bytes]:
    """Give what comes in a month: a city of two stakeholders, two projects, towns."""
    files = {
        "若葉市_推進主体.xlsx": partly("若葉市", FORM, range(37), "①②③"[number]),
        "若葉市_都市OS事業者.xlsx": partly("若葉市", FORM, range(37, 55), "②（2026年10月）"),
    }
    for (name, project), marks in ANSWERS.items():
        mark = marks[number]
        if mark is not None:
            file = "_".join(filter(None, (name, project)))
            files[f"{file}.xlsx"] = good(name, FORM, mark, f"{name}の秘密の補足")
    return files


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    for number, month in enumerate(MONTHS):
        shutil.rmtree(folder / "inbox", ignore_errors=True)
        put(folder, {"名簿.xlsx": ROSTER, **received(number)})
        for edition in ("internal", "public"):
            made = f"{month}-20T10:00:00+09:00"
            aggregate(settings_for(folder, month=month, edition=edition, made_at=made, pivot=False))
    return folder


def places(folder: Path, month: str) -> tuple[Path, Path]:
    return folder / "outbox" / month, folder / "outbox" / month / "配布用"


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("title", SHEETS)
def test_every_number_shown_is_the_internal_one(year: Path, month: str, title: str) -> None:
    inside, public = places(year, month)
    if month == MONTHS[0] and title in {"前月比", "対応予定の履行状況"}:
        for path in (inside / f"集計_{month}.xlsx", public / f"配布用_集計_{month}.xlsx"):
            assert title not in sheetnames(path)  # nothing to compare with
        return
    expected = numbers(inside / f"集計_{month}.xlsx", title)
    assert numbers(public / f"配布用_集計_{month}.xlsx", title) == expected


@pytest.mark.parametrize("month", MONTHS)
def test_changes_and_promises_are_the_internal_ones(year: Path, month: str) -> None:
    hidden = {"respondent_id", "respondent", "role", "project"}
    inside, public = places(year, month)
    for name in ("changes", "promises"):
        shown = [
            Counter(tuple(row[key] for key in row if key not in hidden) for row in csv_of(at, name))
            for at in (inside, public)
        ]
        assert shown[0] == shown[1], name
        bodies = [
            Counter(Counter(row["respondent_id"] for row in csv_of(at, name)).values())
            for at in (inside, public)
        ]
        assert bodies[0] == bodies[1], name


def test_changes_and_promises_tell_the_project(year: Path) -> None:
    inside, public = places(year, MONTHS[-1])
    for name in ("changes", "promises"):
        rows = csv_of(inside, name)
        assert list(rows[0])[-1] == "project"
        told = {row["project"] for row in rows if row["respondent"].startswith("月影市")}
        assert told <= {"観光MaaS事業", "防災DX事業"}
        assert told
        assert {row["project"] for row in csv_of(public, name)} == {""}


@pytest.mark.parametrize("month", MONTHS)
def test_no_name_stands_in_any_part_of_any_file(year: Path, month: str) -> None:
    inside, public = places(year, month)
    known = everything_written(inside)
    assert all(any(secret in text for text in known.values()) for secret in SECRETS)
    names = [path.name for path in public.rglob("*")]
    for secret in SECRETS:
        assert not [name for name in names if secret in name]
        assert not [p for p, text in everything_written(public).items() if secret in text], secret


def test_an_alias_stays_over_the_months(year: Path) -> None:
    shown = [
        {row["respondent"] for row in csv_of(places(year, month)[1], "answers")} for month in MONTHS
    ]
    assert len(shown[0]) == 5
    assert shown[1] < shown[0]
    assert shown[2] == shown[0]


def test_every_state_and_way_of_knowing_has_its_words() -> None:
    (_, states), (_, known) = VALUES.values()
    assert set(states) == {state.value for state in FileState}
    assert set(known) - {""} == {kind.value for kind in EvidenceKind}
