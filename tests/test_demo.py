"""The demo from its inbox to the files a coordinator gets.

Numbers are counted here from data/answers.csv and from the cast of the demo, never by the
product's own summarising code.
"""

import json
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from inboxes import TABLES, fingerprint, load, settings_for, states, table, workbook
from rows import every_row
from sample.cases import ABSENT, BROKEN, CASES
from sample.scenario import expected_answers

from pipeline.errors import ExitCode
from pipeline.model import Checklist, Status
from pipeline.run import RunResult, aggregate
from pipeline.sample import MONTH, write_demo

Demo = tuple[Path, dict[str, str], RunResult]


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo's folder, its inbox' fingerprint before the run, and the run's result."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    before = fingerprint(folder / "inbox")
    return folder, before, aggregate(settings_for(folder))


def test_the_demo_is_read_as_it_was_meant(demo: Demo, checklist: Checklist) -> None:
    folder, _, _ = demo
    read = {
        (row["respondent"], row["item_id"]): (Status(row["status"]), row["due"])
        for row in table(folder, "answers")
    }
    expected = expected_answers(checklist)
    wrong = {
        key: (read.get(key), meant) for key, meant in expected.items() if read.get(key) != meant
    }
    assert wrong == {}
    assert read.keys() == expected.keys()


def test_every_file_of_the_inbox_stands_in_files_once(demo: Demo) -> None:
    folder, _, _ = demo
    seen = []
    for path in (folder / "inbox").rglob("*"):
        if path.is_file():
            name = unicodedata.normalize("NFC", path.relative_to(folder / "inbox").as_posix())
            seen.append(name)
            if path.suffix == ".zip":
                with zipfile.ZipFile(path, metadata_encoding="cp932") as archive:
                    seen += [f"{name}!{member}" for member in archive.namelist()]
    rows = table(folder, "files")
    assert sorted({row["file"] for row in rows}) == sorted(seen)
    shared = {case.path for case in CASES if case.part}
    listed = Counter(row["file"] for row in rows)
    assert {file for file, count in listed.items() if count > 1} == shared


def test_every_file_has_the_state_its_sender_would_expect(demo: Demo) -> None:
    folder, _, _ = demo
    special = {
        BROKEN: "unreadable",
        "株式会社いろは雲海_別紙3-2.xlsx": "unreadable",
        "別紙3-2_試験用団体.xlsx": "excluded",
        "【白雲町】別紙3-2_チェックシート（R8.10.28）.xlsx": "superseded",
        "再送/別紙3-2_チェックシート_若葉市 (1).xlsx": "duplicate",
        "令和9年度予算要求書.xlsx": "not_checklist",
    }
    expected = {case.path: special.get(case.path, "counted") for case in CASES} | special
    found = states(folder)
    assert {path: found.get(path) for path in expected} == expected
    assert {found[path] for path in found.keys() - expected.keys()} == {"ignored"}


def test_answers_are_counted_submissions_times_items(demo: Demo, checklist: Checklist) -> None:
    folder, _, _ = demo
    files = table(folder, "files")
    answers = table(folder, "answers")
    counted = {row["respondent_id"] for row in files if row["state"] == "counted"}
    assert len(answers) == len(counted) * len(checklist.items)
    for respondent in counted:
        ids = [a["item_id"] for a in answers if a["respondent_id"] == respondent]
        assert ids == [item.id for item in checklist.items]
    places = {(row["file"], row["respondent_id"]) for row in files if row["state"] == "counted"}
    assert {(row["file"], row["respondent_id"]) for row in answers} == places


def test_totals_of_each_item_equal_those_counted_from_the_data(
    demo: Demo, checklist: Checklist
) -> None:
    folder, _, _ = demo
    counts = Counter((row["item_id"], row["status"]) for row in table(folder, "answers"))
    sheet = workbook(folder)["項目別集計"]
    shown = {}
    for row in sheet.iter_rows(values_only=True):
        for position, value in enumerate(row):
            if value in {item.id for item in checklist.items}:
                numbers = row[position + 2 : position + 2 + len(Status)]
                shown[value] = dict(zip(Status, numbers, strict=True))
    assert shown == {
        item.id: {status: counts[item.id, status.value] for status in Status}
        for item in checklist.items
    }


def test_totals_of_each_respondent_equal_those_counted_from_the_data(demo: Demo) -> None:
    folder, _, _ = demo
    answers = table(folder, "answers")
    counts = Counter((row["respondent"], row["status"]) for row in answers)
    names = {row["respondent"] for row in answers}
    shown = {}
    for row in workbook(folder)["団体別集計"].iter_rows(values_only=True):
        name = next((value for value in row if value in names), None)
        numbers = [value for value in row if isinstance(value, int)]
        if name is not None:
            shown[name] = numbers
    for name in names:
        expected = [counts[name, status.value] for status in Status]
        runs = [shown[name][start : start + len(expected)] for start in range(len(shown[name]))]
        assert expected in runs, name


def test_the_long_table_holds_the_answers_of_the_data(demo: Demo) -> None:
    folder, _, _ = demo
    rows = workbook(folder)["明細"].iter_rows(values_only=True)
    header = next(row for row in rows if "項目ID" in row)
    place = header.index("項目ID")
    ids = [row[place] for row in rows if row[place]]
    assert ids == [row["item_id"] for row in table(folder, "answers")]


def test_the_inbox_is_left_as_it_was(demo: Demo) -> None:
    folder, before, _ = demo
    assert fingerprint(folder / "inbox") == before


def test_unreadable_files_show_in_the_exit_code(demo: Demo) -> None:
    assert demo[2].exit_code is ExitCode.SOME_UNREADABLE


def test_those_who_sent_nothing_are_named(demo: Demo) -> None:
    folder, _, result = demo
    missing = {row["respondent"] for row in table(folder, "findings") if row["code"] == "B501"}
    assert {absent.name for absent in ABSENT} <= missing
    readable = {case.unit for case in CASES if case.counted}
    assert not missing & readable
    assert {respondent.name for respondent in result.missing or ()} == missing


@every_row(
    ("code", "respondent", "position"),
    [
        ("A302", "雪待市", 2),
        ("A304", "雪待市", 4),
        ("A305", "雪待市", 5),
        ("A306", "雪待市", 7),
        ("A313", "雪待市", 9),
        ("A314", "雪待市", 11),
        ("A315", "雪待市", 14),
        ("A303", "雪待市", 17),
        ("A309", "雪待市", 20),
        ("A318", "雪待市", 22),
        ("A312", "雪待市", 25),
        ("L209", "雪待市", 28),
        ("A301", "雪待市", 30),
        ("N402", "雪待市", 33),
        ("A307", "雪待市", 36),
        ("N402", "雪待市", 40),
        ("N405", "雪待市", 42),
        ("N403", "雪待市", 50),
        ("A316", "花篝町", 0),
        ("A316", "汐音市", 0),
        ("A316", "風早野町", 0),
        ("A316", "暁路線バス株式会社", 0),
        ("N404", "東雲カメラ工房株式会社", 6),
    ],
)
def test_each_mistake_is_found_at_its_item(
    code: str, respondent: str, position: int, demo: Demo, checklist: Checklist
) -> None:
    found = [
        row["item_id"]
        for row in table(demo[0], "findings")
        if (row["code"], row["respondent"]) == (code, respondent)
    ]
    assert checklist.items[position].id in found


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("F101", "株式会社いろは雲海_別紙3-2.xlsx"),
        ("F102", BROKEN),
        ("F103", "送付状.pdf"),
        ("F105", "令和9年度予算要求書.xlsx"),
        ("F106", "~$別紙3-2_チェックシート_若葉市.xlsx"),
        ("F107", "別紙3-2_月影村.xlsx"),
        ("F108", "R8_チェックシート_緑陰市.xlsm"),
        ("L207", "回答一式（港町地区）.zip!回答/(有)さざなみ計測.xlsx"),
        ("B502", "桜堤村_チェックシート.xlsx"),
        ("B503", "【白雲町】別紙3-2_チェックシート（R8.10.28）.xlsx"),
        ("B504", "再送/別紙3-2_チェックシート_若葉市 (1).xlsx"),
        ("B509", "チェックシート（霧ケ丘村）.xlsx"),
        ("B510", "南浦里村.xlsx"),
    ],
)
def test_each_file_that_needs_a_word_gets_it(code: str, file: str, demo: Demo) -> None:
    codes = {row["code"] for row in table(demo[0], "findings") if row["file"] == file}
    assert code in codes


def test_two_alike_submissions_are_told(demo: Demo) -> None:
    told = {row["respondent"] for row in table(demo[0], "findings") if row["code"] == "B505"}
    assert told & {"東野原町", "西野原町"}


def test_an_untouched_form_gives_one_finding_and_not_one_for_each_item(demo: Demo) -> None:
    codes = [row["code"] for row in table(demo[0], "findings") if row["respondent"] == "月影村"]
    assert codes.count("F107") == 1
    assert "A301" not in codes


def test_text_of_respondents_is_no_formula_anywhere(demo: Demo) -> None:
    folder, _, _ = demo
    cells = [
        cell
        for sheet in workbook(folder, formulas=True).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if "example.invalid" in str(cell.value)
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(
        cell.hyperlink is None or "invalid" not in str(cell.hyperlink.target) for cell in cells
    )
    starts = {
        value[0]
        for name in TABLES
        for row in table(folder, name)
        for value in row.values()
        if value
    }
    assert not starts & set("=+@")


def test_the_run_file_tells_what_happened(demo: Demo) -> None:
    folder, _, result = demo
    told = json.loads((folder / "outbox" / MONTH / "run.json").read_text(encoding="utf-8"))
    assert isinstance(told, dict)
    assert MONTH in json.dumps(told)
    assert result.workbook.exists()


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_with_any_number_of_workers_gives_the_same_bytes(
    jobs: int, demo: Demo, tmp_path: Path
) -> None:
    folder, _, _ = demo
    aggregate(settings_for(folder, outbox=tmp_path, jobs=jobs))
    first = fingerprint(folder / "outbox" / MONTH)
    second = fingerprint(tmp_path / MONTH)
    first.pop("run.json")  # holds the time the stages took
    second.pop("run.json")
    assert second == first
