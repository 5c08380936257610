"""What stands in two places is one number: every sheet, the terminal, 要約.txt, run.json, data/."""

from __future__ import annotations

import json
import shutil
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from gates import agree
from inboxes import good, load, put, roster, settings_for

from bench.generate import generate
from pipeline.cli.report import summary_lines
from pipeline.run import RunResult, aggregate
from pipeline.sample import write_demo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.settings import Settings

FORM = load()
EDITIONS = ("internal", "public")


def run(settings: Settings, edition: str, *, named: bool = False) -> RunResult:
    return aggregate(replace(settings, edition=edition, named=named))


def found(result: RunResult) -> list[str]:
    return agree.problems(result.folder, terminal=summary_lines(result))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunResult]:
    folder = tmp_path_factory.mktemp("agree")
    write_demo(folder)
    settings = settings_for(folder, pivot=False)
    return {edition: run(settings, edition) for edition in EDITIONS}


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_count_of_the_demo_is_told_alike(demo: dict[str, RunResult], edition: str) -> None:
    assert found(demo[edition]) == []


def test_both_editions_tell_the_same_counts(demo: dict[str, RunResult]) -> None:
    told = [
        json.loads((demo[edition].folder / "run.json").read_text(encoding="utf-8"))
        for edition in EDITIONS
    ]
    assert told[0]["counts"] == told[1]["counts"]
    for scope in ("all", "category", "item"):
        inside, public = ([f for f in one["figures"] if f["scope"] == scope] for one in told)
        assert inside == public, scope
    shares = [
        sorted(
            (f["least"], f["most"], f["done_rate"] or 0)
            for f in one["figures"]
            if f["scope"] == "respondent"
        )
        for one in told
    ]
    assert shares[0] == shares[1]


def test_the_public_edition_tells_no_name_and_nobody_to_ask(demo: dict[str, RunResult]) -> None:
    inside, public = (demo[edition] for edition in EDITIONS)
    record = json.loads((public.folder / "run.json").read_text(encoding="utf-8"))
    (summary,) = public.folder.glob("*要約.txt")
    told = summary.read_text(encoding="utf-8-sig") + json.dumps(record, ensure_ascii=False)
    rows = agree.csv_rows(inside.folder / "data" / "files.csv")
    names = {row["respondent"] for row in rows} - {""}
    ids = {row["respondent_id"] for row in rows} - {""}
    assert names
    assert not [name for name in names if name in told]
    assert not [id_ for id_ in ids if f'"{id_}"' in told]
    assert "次にすること" not in told


def test_a_role_with_a_withheld_count_has_no_range_in_the_public_edition(
    demo: dict[str, RunResult],
) -> None:
    result = demo["public"]
    record = json.loads((result.folder / "run.json").read_text(encoding="utf-8"))
    told = {one["key"] for one in record["figures"] if one["scope"] == "role"}
    rows = agree.sheet_rows(result.folder, "団体別集計")
    hidden = {row[2] for row in rows if "※" in row}
    assert hidden
    assert not told & hidden


SCENES: dict[str, dict[str, bytes]] = {
    "nobody answered": {"名簿.xlsx": roster(("01", "若葉市"), ("02", "白雲町"))},
    "no roster": {"若葉市.xlsx": good("若葉市", FORM, "○"), "壊れた.xlsx": b"PK\x03\x04 x"},
    "beside the roster": {
        "名簿.xlsx": roster(("01", "若葉市"), ("02", "白雲町")),
        "若葉市.xlsx": good("若葉市", FORM, "①"),
        "青葉市.xlsx": good("青葉市", FORM, "③"),
        "白雲町.xlsx": b"PK\x03\x04 cut off",
    },
    "set aside": {
        "名簿.xlsx": roster(("01", "若葉市"), ("02", "白雲町"), ("03", "月影村")),
        "若葉市.xlsx": good("若葉市", FORM, "②（12月）"),
        "除外.txt": "月影村\n".encode(),
    },
}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("scene", SCENES)
def test_every_count_of_an_odd_month_is_told_alike(
    tmp_path: Path, scene: str, edition: str
) -> None:
    put(tmp_path, {"見知らぬ市.xlsx": good("見知らぬ市", FORM, "①"), **SCENES[scene]})
    assert found(run(settings_for(tmp_path, pivot=False), edition)) == []


def changed_counts(record: dict[str, Any]) -> None:
    record["counts"]["answers"]["done"] += 1


def changed_turnout(record: dict[str, Any]) -> None:
    record["counts"]["turnout"]["returned"] += 1
    record["counts"]["turnout"]["missing"] -= 1


def changed_rate(record: dict[str, Any]) -> None:
    record["figures"][0]["done_rate"] += 0.001


def changed_span(record: dict[str, Any]) -> None:
    record["figures"][0]["most"] += 0.001


def changed_findings(record: dict[str, Any]) -> None:
    record["counts"]["findings"]["要修正"] += 1


def changed_files(record: dict[str, Any]) -> None:
    record["counts"]["files"]["counted"] += 1


@pytest.mark.parametrize(
    ("change", "told_by"),
    [
        (changed_counts, ("項目別集計", "分野別集計", "団体別集計", "はじめに", "answers.csv")),
        (changed_turnout, ("画面", "要約.txt", "報告", "概況", "はじめに", "回収状況")),
        (changed_rate, ("画面", "要約.txt", "はじめに", "概況")),
        (changed_span, ("画面", "要約.txt", "報告", "概況")),
        (changed_findings, ("指摘 要修正", "画面")),
        (changed_files, ("files.csv", "画面", "はじめに")),
    ],
)
def test_the_gate_sees_a_number_that_differs(
    demo: dict[str, RunResult],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    told_by: tuple[str, ...],
) -> None:
    result = demo["internal"]
    copy = tmp_path / "month"
    shutil.copytree(result.folder, copy, ignore=shutil.ignore_patterns("配布用"))
    record = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    change(record)
    (copy / "run.json").write_text(json.dumps(record), encoding="utf-8")
    told = agree.problems(copy, terminal=summary_lines(result))
    for place in told_by:
        assert any(line.startswith(place) for line in told), (place, told)


def changed_page(folder: Path) -> None:
    (page,) = folder.glob("*報告_*.html")
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("<b>56.3%</b>", "<b>56.4%</b>"), encoding="utf-8")


def changed_digest(folder: Path) -> None:
    (path,) = folder.glob("*概要版_*.xlsx")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*extension is not supported")
        book = openpyxl.load_workbook(path)
    book["項目別集計"]["E7"] = 99
    book["概況"]["C5"] = "対応済みは 99.9%です。"
    book["連絡の順"]["E5"] = 54
    book.save(path)


@pytest.mark.parametrize(
    ("change", "told_by"),
    [
        (changed_page, ("報告 対応済み率",)),
        (changed_digest, ("概要版 項目別集計 7行", "概要版 概況", "概要版 連絡の順")),
    ],
)
def test_the_gate_sees_what_the_mail_tells_otherwise(
    demo: dict[str, RunResult],
    tmp_path: Path,
    change: Callable[[Path], None],
    told_by: tuple[str, ...],
) -> None:
    copy = tmp_path / "month"
    kept_out = shutil.ignore_patterns("配布用")
    shutil.copytree(demo["internal"].folder, copy, ignore=kept_out)
    change(copy)
    told = agree.problems(copy)
    for place in told_by:
        assert any(line.startswith(place) for line in told), (place, told)


@pytest.mark.outside
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_count_of_a_large_month_is_told_alike(tmp_path: Path, edition: str) -> None:
    generate(tmp_path / "inbox", 400, 3)
    assert found(run(settings_for(tmp_path), edition)) == []
