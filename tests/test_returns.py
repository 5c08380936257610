"""Several returns of one respondent, through the whole run: what counts, what is asked."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from inboxes import load, partly, put, roster, settings_for, states, table
from opened import opened
from reviewing import fill, lines

from pipeline.loop.distribute import distribute
from pipeline.loop.sendback import send_back
from pipeline.run import aggregate
from pipeline.sample import MONTH

pytestmark = pytest.mark.workbook_once

EVERY = range(55)
FORM = load()


def run(
    folder: Path, files: Mapping[str, bytes], *, times: Mapping[str, int] | None = None
) -> None:
    """Put files into an inbox, give them times of change (days) and run the month."""
    put(folder, files)
    for name, day in (times or {}).items():
        os.utime(folder / "inbox" / name, (1_790_000_000 + day * 86_400,) * 2)
    aggregate(replace(settings_for(folder), pivot=False))


def statuses(folder: Path) -> Counter[str]:
    return Counter(row["status"] for row in table(folder, "answers"))


def findings(folder: Path) -> Counter[tuple[str, str]]:
    return Counter((row["code"], row["severity"]) for row in table(folder, "findings"))


def filled(mark: str, name: str = "青葉市", filled_on: str = "", project: str = "") -> bytes:
    return partly(name, FORM, EVERY, mark, filled_on=filled_on, project=project)


# --- nothing proves which is the later one -----------------------------------------------------


@pytest.mark.parametrize("days", [(1, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("marks", ["①③", "③①"])
@pytest.mark.parametrize(
    "names",
    [
        ("青葉市.xlsx", "青葉市(1).xlsx"),
        ("青葉市.xlsx", "青葉市 - コピー.xlsx"),
        ("a/青葉市.xlsx", "b/青葉市.xlsx"),
        ("青葉市_A.xlsx", "青葉市_B.xlsx"),
        ("青葉市_総務課.xlsx", "青葉市_企画課.xlsx"),
        ("青葉市_推進主体.xlsx", "青葉市_都市OS事業者.xlsx"),
        ("青葉市.xlsx", "青葉市_観光MaaS事業.xlsx"),  # a project is said by one of them only
    ],
)
def test_time_of_change_and_names_decide_nothing(
    tmp_path: Path, names: tuple[str, str], marks: str, days: tuple[int, int]
) -> None:
    files = {name: filled(mark) for name, mark in zip(names, marks, strict=True)}
    run(tmp_path, files, times=dict(zip(names, days, strict=True)))
    assert statuses(tmp_path) == {"unclear": 55}
    assert findings(tmp_path)["B511", "要修正"] == 1
    assert {code for (code, severity) in findings(tmp_path) if severity == "要修正"} == {"B511"}
    assert set(states(tmp_path).values()) == {"counted"}
    (told,) = [row for row in table(tmp_path, "findings") if row["code"] == "B511"]
    assert all(name in told["message"] for name in names)
    assert "55 項目" in told["message"]
    row = table(tmp_path, "answers")[0]
    assert all(text in row["mark"] for text in ("①", "③", *names))


def test_items_that_agree_stand(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "青葉市.xlsx": filled("①"),
            "青葉市(1).xlsx": partly("青葉市", FORM, range(10), "③"),
            "青葉市(2).xlsx": partly("青葉市", FORM, range(10, 20), "①"),
        },
    )
    assert statuses(tmp_path) == {"unclear": 10, "done": 45}
    assert states(tmp_path)["青葉市(2).xlsx"] == "duplicate"
    (told,) = [row for row in table(tmp_path, "findings") if row["code"] == "B511"]
    assert "10 項目" in told["message"]
    assert "青葉市(2).xlsx" not in told["message"]


# --- proof ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [(1, 2), (2, 1)])
@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("青葉市.xlsx", ""), ("青葉市_修正版.xlsx", "")),
        (("青葉市.xlsx", ""), ("青葉市(1)_再提出.xlsx", "")),
        (("青葉市.xlsx", ""), ("青葉市_ver2.xlsx", "")),
        (("青葉市_ver2.xlsx", ""), ("青葉市_ver10.xlsx", "")),
        (("青葉市.xlsx", "2026/11/2"), ("青葉市 (1).xlsx", "2026/11/5")),
        (("青葉市_R8.11.2.xlsx", ""), ("青葉市_R8.11.5.xlsx", "")),
    ],
)
def test_proof_of_succession(
    tmp_path: Path, older: tuple[str, str], newer: tuple[str, str], days: tuple[int, int]
) -> None:
    files = {
        older[0]: filled("①", filled_on=older[1]),
        newer[0]: filled("③", filled_on=newer[1]),
    }
    run(tmp_path, files, times={older[0]: days[0], newer[0]: days[1]})
    assert statuses(tmp_path) == {"not_planned": 55}
    assert states(tmp_path) == {older[0]: "superseded", newer[0]: "counted"}
    assert findings(tmp_path)["B503", "参考"] == 1
    assert not findings(tmp_path)["B511", "要修正"]


# --- stakeholders --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "dates"),
    [
        (("月影市_推進主体.xlsx", "月影市_都市OS事業者.xlsx"), ("", "")),
        (("月影市_推進主体.xlsx", "月影市_都市OS事業者_修正版.xlsx"), ("", "")),
        (("月影市_推進主体.xlsx", "月影市_都市OS事業者.xlsx"), ("2026/11/2", "2026/11/5")),
        (("月影市.xlsx", "月影市(1).xlsx"), ("", "")),
        (("月影市_1.xlsx", "月影市_2.xlsx"), ("2026/11/5", "2026/11/2")),
    ],
)
def test_stakeholders_of_one_city_are_merged(
    tmp_path: Path, names: tuple[str, str], dates: tuple[str, str]
) -> None:
    files = {
        names[0]: partly("月影市", FORM, range(37), "①", filled_on=dates[0]),
        names[1]: partly("月影市", FORM, range(37, 55), "②（12月）", filled_on=dates[1]),
    }
    run(tmp_path, files)
    assert statuses(tmp_path) == {"done": 37, "planned": 18}
    assert not [code for code, severity in findings(tmp_path) if severity == "要修正"]
    assert findings(tmp_path)["B512", "参考"] == 1
    assert Counter(row["file"] for row in table(tmp_path, "answers")) == {
        names[0]: 37,
        names[1]: 18,
    }
    assert len({row["respondent_id"] for row in table(tmp_path, "answers")}) == 1


def test_stakeholders_who_overlap_are_asked_about_these_items_only(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "月影市_推進主体.xlsx": partly("月影市", FORM, range(40), "①"),
            "月影市_都市OS事業者.xlsx": partly("月影市", FORM, range(37, 55), "③"),
        },
    )
    assert statuses(tmp_path) == {"done": 37, "unclear": 3, "not_planned": 15}
    assert findings(tmp_path)["B511", "要修正"] == 1
    assert findings(tmp_path)["B512", "参考"] == 1


def test_a_revised_file_with_some_items_holds_back_the_others_and_says_so(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "月影市.xlsx": filled("①", "月影市"),
            "月影市_修正版.xlsx": partly("月影市", FORM, range(5), "③"),
        },
    )
    assert statuses(tmp_path) == {"not_planned": 5, "blank": 50}
    assert findings(tmp_path)["B503", "要確認"] == 1


# --- 確認票 -------------------------------------------------------------------------------------

CHOICE = ("B511", "")


def review_form(folder: Path, month: str = MONTH) -> Path:
    return folder / "outbox" / month / f"確認票_{month}.xlsx"


def choose(folder: Path, file: str) -> None:
    entry = {"判断": "修正する", "修正後の回答": file, "理由": "電話で確認"}
    fill(review_form(folder), {CHOICE: entry})


def again(folder: Path) -> None:
    aggregate(replace(settings_for(folder), pivot=False))


@pytest.mark.parametrize(
    ("chosen", "other", "status"),
    [
        ("青葉市(1).xlsx", "青葉市.xlsx", "not_planned"),
        ("青葉市.xlsx", "青葉市(1).xlsx", "done"),
    ],
)
def test_the_file_chosen_counts_from_the_next_run_on(
    tmp_path: Path, chosen: str, other: str, status: str
) -> None:
    run(tmp_path, {"青葉市.xlsx": filled("①"), "青葉市(1).xlsx": filled("③")})
    choose(tmp_path, chosen)
    for _ in range(2):  # decided once, it stays decided
        again(tmp_path)
        assert statuses(tmp_path) == {status: 55}
        assert states(tmp_path) == {chosen: "counted", other: "superseded"}
        (told,) = [row for row in table(tmp_path, "findings") if row["code"] == "B511"]
        assert (told["state"], chosen in told["decision"]) == ("修正済み", True)
        (line,) = [
            row for row in lines(review_form(tmp_path), "決定済み") if row["コード"] == "B511"
        ]
        assert line["修正後の回答"] == chosen


def test_the_drop_down_of_the_line_offers_the_files(tmp_path: Path) -> None:
    run(tmp_path, {"青葉市.xlsx": filled("①"), "青葉市(1).xlsx": filled("③")})
    sheet = opened(review_form(tmp_path))["確認票"]
    offered = [each.formula1 for each in sheet.data_validations.dataValidation]
    assert '"青葉市(1).xlsx,青葉市.xlsx"' in offered


def test_a_further_file_asks_again(tmp_path: Path) -> None:
    run(tmp_path, {"青葉市.xlsx": filled("①"), "青葉市(1).xlsx": filled("③")})
    choose(tmp_path, "青葉市.xlsx")
    again(tmp_path)
    run(tmp_path, {"青葉市(2).xlsx": filled("②（12月）")})
    assert statuses(tmp_path) == {"unclear": 55}
    (line,) = [row for row in lines(review_form(tmp_path)) if row["コード"] == "B511"]
    assert line["状態"] == "再確認"
    assert "青葉市.xlsx" in line["お知らせ"]


@pytest.mark.parametrize("gone", ["青葉市.xlsx", "青葉市(1).xlsx"])
def test_a_file_that_is_no_longer_there(tmp_path: Path, gone: str) -> None:
    run(tmp_path, {"青葉市.xlsx": filled("①"), "青葉市(1).xlsx": filled("③")})
    choose(tmp_path, "青葉市.xlsx")
    (tmp_path / "inbox" / gone).unlink()
    again(tmp_path)
    assert findings(tmp_path)["R608", "要確認"] == (gone == "青葉市.xlsx")
    assert statuses(tmp_path) == {"not_planned" if gone == "青葉市.xlsx" else "done": 55}


def test_what_is_chosen_is_not_carried_to_other_answers_of_the_next_month(tmp_path: Path) -> None:
    run(tmp_path, {"青葉市.xlsx": filled("①"), "青葉市(1).xlsx": filled("③")})
    choose(tmp_path, "青葉市.xlsx")
    again(tmp_path)
    for name, mark in (("青葉市.xlsx", "②（3月）"), ("青葉市(1).xlsx", "③")):
        (tmp_path / "inbox" / name).write_bytes(filled(mark))
    aggregate(replace(settings_for(tmp_path), month="2026-12", pivot=False))
    rows = table(tmp_path, "answers", month="2026-12")
    assert {row["status"] for row in rows} == {"unclear"}
    assert not [r for r in table(tmp_path, "findings", month="2026-12") if r["code"] == "R608"]


@pytest.mark.parametrize("written", ["どちらでも", "③", ""])
def test_a_choice_that_names_no_file_is_told(tmp_path: Path, written: str) -> None:
    run(tmp_path, {"青葉市.xlsx": filled("①"), "青葉市(1).xlsx": filled("③")})
    choose(tmp_path, written)
    again(tmp_path)
    assert statuses(tmp_path) == {"unclear": 55}
    code = "R608" if written else "R602"
    assert findings(tmp_path)[code, "要確認"] == 1


# --- projects ------------------------------------------------------------------------------------

TOUR, FLOOD = "観光MaaS事業", "防災DX事業"
PROJECTS = ("A観光MaaS事業", "B防災DX事業")
MOON = ("M01", "月影市")


def units(folder: Path, *, month: str = MONTH) -> dict[str, Counter[str]]:
    """Give the statuses of each unit by its name as shown."""
    found: dict[str, Counter[str]] = {}
    for row in table(folder, "answers", month=month):
        found.setdefault(row["respondent"], Counter())[row["status"]] += 1
    return found


@pytest.mark.parametrize("days", [(1, 2), (2, 1), (1, 1)])
def test_two_projects_of_one_city_in_the_file_names(tmp_path: Path, days: tuple[int, int]) -> None:
    names = tuple(f"月影市_{project}.xlsx" for project in PROJECTS)
    files = {names[0]: filled("①", "月影市"), names[1]: filled("③", "月影市")}
    run(tmp_path, files, times=dict(zip(names, days, strict=True)))
    assert units(tmp_path) == {
        f"月影市／{PROJECTS[0]}": {"done": 55},
        f"月影市／{PROJECTS[1]}": {"not_planned": 55},
    }
    for kind in ("answers", "files", "findings"):
        assert {row["project"] for row in table(tmp_path, kind)} >= {*PROJECTS}
    ids = {row["respondent_id"] for row in table(tmp_path, "answers")}
    assert len(ids) == 2
    assert findings(tmp_path)["B509", "要確認"] == 2  # told that the file names alone say so


def test_two_lines_of_the_roster_are_two_units(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "名簿.xlsx": roster((*MOON, TOUR), (*MOON, FLOOD), ("M02", "日影市")),
            "月影市_観光MaaS.xlsx": filled("①", "月影市"),
            "日影市.xlsx": filled("③", "日影市"),
        },
    )
    assert units(tmp_path) == {f"月影市／{TOUR}": {"done": 55}, "日影市": {"not_planned": 55}}
    (missing,) = [row for row in table(tmp_path, "findings") if row["code"] == "B501"]
    assert missing["respondent"] == f"月影市／{FLOOD}"
    assert missing["project"] == FLOOD


@pytest.mark.parametrize("others", [{}, {"月影市_観光MaaS.xlsx": "②（12月）"}])
def test_a_return_of_nobody_knows_which_project_is_not_counted(
    tmp_path: Path, others: dict[str, str]
) -> None:
    run(
        tmp_path,
        {
            "名簿.xlsx": roster((*MOON, TOUR), (*MOON, FLOOD)),
            "月影市.xlsx": filled("①", "月影市"),
            **{name: filled(mark, "月影市") for name, mark in others.items()},
        },
    )
    assert statuses(tmp_path)["done"] == 0
    (told,) = [row for row in table(tmp_path, "findings") if row["code"] == "B511"]
    assert all(text in told["message"] for text in ("月影市.xlsx", TOUR, FLOOD))
    missing = [row for row in table(tmp_path, "findings") if row["code"] == "B501"]
    assert len(missing) == 2 - len(others)
    assert all("月影市.xlsx" in row["message"] for row in missing)
    assert states(tmp_path)["月影市.xlsx"] == "not_checklist"


def test_a_copy_of_a_return_is_of_the_same_project(tmp_path: Path) -> None:
    content = filled("①", "月影市")
    run(
        tmp_path,
        {
            "名簿.xlsx": roster((*MOON, TOUR), (*MOON, FLOOD)),
            "月影市.xlsx": content,
            "月影市_防災DX事業.xlsx": content,
        },
    )
    assert units(tmp_path) == {f"月影市／{FLOOD}": {"done": 55}}
    assert Counter(states(tmp_path).values())["duplicate"] == 1


def test_a_cell_names_the_project(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "1.xlsx": filled("①", "月影市", project=TOUR),
            "2.xlsx": filled("③", "月影市", project=FLOOD),
            "3.xlsx": filled("②（12月）", "日影市", project="農業DX事業"),
        },
    )
    assert units(tmp_path) == {
        f"月影市／{TOUR}": {"done": 55},
        f"月影市／{FLOOD}": {"not_planned": 55},
        "日影市": {"planned": 55},  # its only project: nothing to tell apart
    }
    rows = table(tmp_path, "answers")
    assert {row["project"] for row in rows} == {TOUR, FLOOD, "農業DX事業"}
    assert not findings(tmp_path)["B511", "要修正"]


def test_a_project_that_the_roster_does_not_know(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "名簿.xlsx": roster((*MOON, TOUR)),
            "1.xlsx": filled("①", "月影市", project=FLOOD),
        },
    )
    assert units(tmp_path) == {f"月影市／{FLOOD}": {"done": 55}}
    assert findings(tmp_path)["B502", "要確認"] == 1
    assert findings(tmp_path)["B501", "要修正"] == 1


def test_projects_are_revised_one_by_one(tmp_path: Path) -> None:
    run(
        tmp_path,
        {
            "月影市_観光MaaS事業.xlsx": filled("①", "月影市"),
            "月影市_防災DX事業.xlsx": filled("①", "月影市"),
            "月影市_防災DX事業_修正版.xlsx": filled("③", "月影市"),
        },
    )
    assert units(tmp_path) == {
        f"月影市／{TOUR}": {"done": 55},
        f"月影市／{FLOOD}": {"not_planned": 55},
    }
    assert findings(tmp_path)["B503", "参考"] == 1


# --- from month to month -------------------------------------------------------------------------

OCTOBER = "2026-10"


def play(folder: Path, month: str, files: Mapping[str, bytes]) -> None:
    """Run a month over an inbox of its own; 名簿.xlsx stays."""
    for path in (folder / "inbox").glob("*.xlsx"):
        path.unlink()
    put(folder, files)
    aggregate(replace(settings_for(folder), month=month, pivot=False, made_at=""))


def moved(folder: Path) -> Counter[tuple[str, str]]:
    return Counter((row["respondent"], row["movement"]) for row in table(folder, "changes"))


def test_the_first_project_keeps_its_past_when_a_second_one_comes(tmp_path: Path) -> None:
    play(tmp_path, OCTOBER, {"1.xlsx": filled("②（12月）", "月影市", project=TOUR)})
    files = {
        "1.xlsx": filled("①", "月影市", project=TOUR),
        "2.xlsx": filled("③", "月影市", project=FLOOD),
    }
    play(tmp_path, MONTH, files)
    assert moved(tmp_path) == {(f"月影市／{TOUR}", "進んだ"): 55}
    promises = Counter((r["respondent"], r["outcome"]) for r in table(tmp_path, "promises"))
    assert promises == {(f"月影市／{TOUR}", "期限内に対応"): 55}


def test_what_a_body_said_as_a_whole_belongs_to_no_project(tmp_path: Path) -> None:
    play(tmp_path, OCTOBER, {"1.xlsx": filled("①", "月影市")})
    files = {
        "月影市_観光MaaS事業.xlsx": filled("①", "月影市"),
        "月影市_防災DX事業.xlsx": filled("③", "月影市"),
    }
    play(tmp_path, MONTH, files)
    assert moved(tmp_path) == {}
    assert not findings(tmp_path)["B506", "要確認"]


def test_a_project_written_into_the_roster_later_is_the_same_unit(tmp_path: Path) -> None:
    play(
        tmp_path, OCTOBER, {"名簿.xlsx": roster((*MOON, "")), "月影市.xlsx": filled("①", "月影市")}
    )
    play(
        tmp_path, MONTH, {"名簿.xlsx": roster((*MOON, TOUR)), "月影市.xlsx": filled("③", "月影市")}
    )
    assert moved(tmp_path) == {(f"月影市／{TOUR}", "後戻り"): 55}


def test_units_join_over_months_by_the_roster(tmp_path: Path) -> None:
    for month, mark in ((OCTOBER, "②（12月）"), (MONTH, "①")):
        files = {
            "名簿.xlsx": roster((*MOON, TOUR), (*MOON, FLOOD)),
            "月影市_観光MaaS事業.xlsx": filled(mark, "月影市"),
            "月影市_防災DX事業.xlsx": filled("③", "月影市"),
        }
        play(tmp_path, month, files)
    assert moved(tmp_path) == {(f"月影市／{TOUR}", "進んだ"): 55}


# --- forms and slips of units ---------------------------------------------------------------------


def test_forms_and_slips_of_a_unit_come_back_to_it(tmp_path: Path) -> None:
    put(tmp_path, {"名簿.xlsx": roster((*MOON, TOUR), (*MOON, FLOOD))})
    handed = distribute(settings_for(tmp_path)).forms.values()
    assert {path.name for path in handed} == {
        f"別紙3-2_チェックシート_月影市_{project}.xlsx" for project in (TOUR, FLOOD)
    }
    for number, path in enumerate(sorted(handed)):  # whatever they are called
        book: Any = openpyxl.load_workbook(path)
        sheet = book["チェックシート"]
        assert any(cell.value in (TOUR, FLOOD) for row in sheet["A1:D12"] for cell in row)
        if number:
            book.save(tmp_path / "inbox" / f"返信{number}.xlsx")
        else:
            for name in list(book.custom_doc_props.names):  # a program that drops the hidden id
                del book.custom_doc_props[name]
            book.save(tmp_path / "inbox" / f"返信{number}.xlsx")
    again(tmp_path)
    assert units(tmp_path) == {
        f"月影市／{TOUR}": {"blank": 55},
        f"月影市／{FLOOD}": {"blank": 55},
    }
    assert not findings(tmp_path)["B511", "要修正"]


def test_a_slip_goes_back_to_its_unit(tmp_path: Path) -> None:
    files = {
        "名簿.xlsx": roster((*MOON, TOUR), (*MOON, FLOOD)),
        "月影市_観光MaaS事業.xlsx": filled("①", "月影市"),
        "月影市_防災DX事業.xlsx": filled("②", "月影市"),
    }
    run(tmp_path, files)
    send_back(settings_for(tmp_path))
    (path,) = (tmp_path / "outbox" / MONTH / "差戻し").rglob("差戻し_*.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["差戻し票"]
    cells = [
        n
        for n in range(1, sheet.max_row + 1)
        if any(str(sheet.cell(n, c).value).startswith("ガバナンス①-1") for c in range(1, 6))
    ]
    (row,) = cells
    sheet.cell(row, 6).value = "①"
    book.save(tmp_path / "inbox" / "返信.xlsx")
    again(tmp_path)
    assert units(tmp_path)[f"月影市／{FLOOD}"] == {"planned": 54, "done": 1}
    assert units(tmp_path)[f"月影市／{TOUR}"] == {"done": 55}
