"""Whose a returned file is: every kind of evidence, through the whole run."""

import base64
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from every_case import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from returned_books import Page, Seen, book, run
from test_assemble import ASKED, put_together, returned

from pipeline.model import FileState, Status
from pipeline.texts.garbled import readable

pytestmark = pytest.mark.workbook_once

ROSTER = (("A01", "青葉市"), ("B02", "若葉町"), ("C03", "常磐木市"), ("D04", "白峰県"))
OWN = {"y若葉.xlsx": book(Page(name="若葉町", mark="③"))}


def form(name: str = "", mark: str = "①", hidden_id: str = "") -> bytes:
    return book(Page(name=name, mark=mark, label="団体名" if name else ""), hidden_id=hidden_id)


def told(seen: Seen, file: str) -> list[tuple[str, str]]:
    """Give severity and message of B509 about a file."""
    return [(f["severity"], f["message"]) for f in seen.of("B509") if f["file"] == file]


def test_cell_and_file_name_win_over_the_hidden_id(tmp_path: Path) -> None:
    """The form of another town, filled in and named by this one; the other's own is older."""
    seen = run(tmp_path, {"x青葉.xlsx": form("青葉市", hidden_id="B02"), **OWN}, ROSTER)
    assert seen.answers["若葉町"] == {"not_planned": 55}
    assert seen.done == {"青葉市": 55}
    ((severity, message),) = told(seen, "x青葉.xlsx")
    assert severity == "要確認"
    assert "青葉市" in message
    assert "若葉町" in message


@pytest.mark.parametrize(
    ("file", "cell", "hidden_id", "names"),
    [
        ("x青葉.xlsx", "", "B02", ("青葉市", "若葉町")),
        ("a.xlsx", "青葉市", "B02", ("青葉市", "若葉町")),
        ("若葉町.xlsx", "青葉市", "B02", ("青葉市", "若葉町")),
        ("a.xlsx", "黒潮市", "B02", ("黒潮市", "若葉町")),
        ("青葉市・若葉町.xlsx", "", "", ("青葉市", "若葉町")),
        ("青葉市と若葉町.xlsx", "", "", ("青葉市", "若葉町")),
        ("a.xlsx", "青葉市・若葉町", "", ("青葉市", "若葉町")),
    ],
)
def test_what_contradicts_itself_is_nobodys(
    tmp_path: Path, file: str, cell: str, hidden_id: str, names: tuple[str, str]
) -> None:
    seen = run(tmp_path, {file: form(cell, hidden_id=hidden_id), **OWN}, ROSTER)
    assert seen.done == {}
    assert seen.answers == {"若葉町": {"not_planned": 55}}  # nothing of it was replaced
    ((severity, message),) = told(seen, file)
    assert severity == "要修正"
    assert all(name in message for name in names)
    assert {row["file"]: row["state"] for row in seen.files}[file] == FileState.DISPUTED.value
    missing = {f["respondent"]: f["message"] for f in seen.of("B501")}
    assert (file in missing["青葉市"]) is ("青葉市" in names)
    assert file not in missing["常磐木市"]


@pytest.mark.parametrize(("cell", "rest"), [("若葉町", ""), ("黒潮市", "名簿にありません")])
def test_a_file_name_never_overrules_a_cell(tmp_path: Path, cell: str, rest: str) -> None:
    seen = run(tmp_path, {"青葉市.xlsx": form(cell)}, ROSTER)
    assert seen.done == {cell: 55}
    ((severity, message),) = told(seen, "青葉市.xlsx")
    assert severity == "要確認"
    assert cell in message
    assert "青葉市" in message
    assert any(rest in finding["message"] for finding in seen.findings)


def test_a_near_miss_is_named_and_never_applied(tmp_path: Path) -> None:
    seen = run(tmp_path, {"a.xlsx": form("常盤木市")}, ROSTER)
    assert seen.done == {"常盤木市": 55}
    (finding,) = seen.of("B502")
    assert "名簿の「常磐木市」ではありませんか" in finding["message"]
    assert "常磐木市" in {f["respondent"] for f in seen.of("B501")}


@pytest.mark.parametrize(
    ("file", "severity"),
    [
        ("青葉市.xlsx", "参考"),
        ("別紙3-2_青葉市（修正版）.xlsx", "参考"),
        ("青葉市_企画班.xlsx", "要確認"),
        ("青葉.xlsx", "要確認"),
        ("青葉市/回答.xlsx", "要確認"),
        ("若葉町/青葉市.xlsx", "要確認"),
    ],
)
def test_a_file_name_that_is_a_name_of_the_roster_is_told_quietly(
    tmp_path: Path, file: str, severity: str
) -> None:
    seen = run(tmp_path, {file: form()}, ROSTER)
    assert seen.done == {"青葉市": 55}
    assert [each for each, _ in told(seen, file)] == [severity]


NAME = "別紙3-2_青葉市.xlsx"
_JIS = base64.b64encode(NAME.encode("iso-2022-jp")).decode().replace("/", "_")


@pytest.mark.parametrize(
    "file",
    [
        f"=?ISO-2022-JP?B?{_JIS}?=",
        f"=_ISO-2022-JP_B_{_JIS}_=.xlsx",
        "=?UTF-8?Q?=E9=9D=92=E8=91=89=E5=B8=82?=.xlsx",
        f"UTF-8''{quote(NAME)}",
        quote(NAME),
        quote("青葉市".encode("cp932")) + ".xlsx",
        "#U9752#U8449#U5e02.xlsx",
        NAME.encode().decode("cp932", "replace").replace("\ufffd", "・"),
        "【青葉市】回答.xlsx".encode().decode("cp932", "replace").replace("\ufffd", "・"),
        "青葉市".encode().decode("cp437") + ".xlsx",
        "青葉市".encode("cp932").decode("cp437") + ".xlsx",
    ],
)
def test_an_encoded_file_name_is_read_and_shown_as_it_stands(tmp_path: Path, file: str) -> None:
    seen = run(tmp_path, {file: form()}, ROSTER)
    assert seen.done == {"青葉市": 55}
    assert file in {row["file"].removeprefix("'") for row in seen.files}  # no formula in CSV


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("葛\U000e0100城市", "葛城市"),
        ("葛城市", "葛\U000e0100城市"),
        ("飯\U000e0101塚町", "飯塚町"),
        ("辻\U000e0100堂町", "辻堂町"),
        ("ひばりヶ丘町", "ひばりが丘町"),
        ("ひばりが丘町", "ひばりケ丘町"),
        ("飛騨野市", "飛驒野市"),
    ],
)
def test_spellings_of_one_name_are_one_respondent(tmp_path: Path, written: str, asked: str) -> None:
    seen = run(tmp_path, {"a.xlsx": form(written)}, [("A01", asked)])
    assert seen.done == {asked: 55}
    assert not seen.of("B501")
    assert not seen.of("B502")


LONG = (
    "スマートシティ社会実装推進のための官民連携によるデータ利活用基盤整備及び地域課題解決型サービス創出並びに"
    "人材育成に関する広域的取組推進協議会（白雲地域部会及び月影地域部会合同）"
)


def test_a_long_name_that_stands_on_the_roster_letter_for_letter(tmp_path: Path) -> None:
    assert run(tmp_path, {"a.xlsx": form(LONG)}, [("A01", LONG)]).done == {LONG: 55}


@pytest.mark.parametrize(
    "label", ["提案団体名", "代表提案者", "提案者（代表団体）", "申請団体", "実施主体", "応募者名"]
)
def test_the_first_sheet_of_an_application_names_who_applies(tmp_path: Path, label: str) -> None:
    covers = {
        "様式第1": {"A1": "提案書", "B3": label, "D3": "青葉市", "B4": "共同提案者", "D4": "若葉町"}
    }
    seen = run(tmp_path, {"応募.xlsx": book(Page(label=""), covers=covers)}, ROSTER)
    assert seen.done == {"青葉市": 55}


@pytest.mark.parametrize(
    "foot", ["回答者｜青葉市総務部", "団体名：青葉市", "提出者　青葉市役所総務課"]
)
def test_the_foot_of_the_form_may_name_the_respondent(tmp_path: Path, foot: str) -> None:
    content = book(Page(label="", cells={"B80": foot}))
    assert run(tmp_path, {"a.xlsx": content}, ROSTER).done == {"青葉市": 55}


def test_a_cover_and_a_form_that_name_two_respondents_contradict_each_other(
    tmp_path: Path,
) -> None:
    covers = {"表紙": {"A1": "団体名", "B1": "青葉市"}}
    seen = run(tmp_path, {"a.xlsx": book(Page(name="若葉町"), covers=covers)}, ROSTER)
    assert seen.done == {}
    assert [severity for severity, _ in told(seen, "a.xlsx")] == ["要修正"]


BODIES = ("若葉市", "白雲町", "", "青嶺市", "情報政策課")
PLACES = st.tuples(
    st.sampled_from(("", "若葉市/", "白雲町.zip!")),
    st.sampled_from(("若葉市", "白雲町", "若葉市・白雲町", "回答", "わかば", "青嶺市", "スキャン")),
    st.sampled_from(BODIES),
    st.sampled_from(("", "S01", "S02", "x-unknown")),
    st.sampled_from(("1111", "3333", "1-13")),
)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=5, unique=True))
def test_nothing_disputed_is_done_and_a_cell_is_never_overruled(
    drawn: Sequence[tuple[str, str, str, str, str]],
) -> None:
    files = [
        returned(f"{folder}{number}_{name}.xlsx", cell=cell, hidden=hidden, marks=marks)
        for number, (folder, name, cell, hidden, marks) in enumerate(drawn)
    ]
    batch = put_together(*files, asked=ASKED)
    used = {
        key
        for counted in batch.submissions
        for key in (counted.submission.source.key, *_sources(counted.submission.answers))
    }
    for record in batch.files:
        if record.state is FileState.DISPUTED:
            assert record.source.key not in used
            assert len(record.claims) > 1
            assert record.respondent is None
        elif record.respondent is not None:
            _, _, cell, hidden, _ = drawn[int(record.source.path.split("!")[-1].split("/")[-1][0])]
            if cell in {"若葉市", "白雲町", "青嶺市"} and hidden not in {"S01", "S02"}:
                assert record.respondent.name == cell


def _sources(answers: Sequence[object]) -> set[str]:
    return {key for answer in answers for key in getattr(answer, "files", ())}


@settings(max_examples=examples(150), deadline=None)
@example([("", "若葉市", "青嶺市", "x-unknown", "1111")], ("", "回答", "", "x-unknown", "1111"))
@example([("", "青嶺市", "", "x-unknown", "1111")], ("", "回答", "", "x-unknown", "1111"))
@given(st.lists(PLACES, min_size=1, max_size=4, unique=True), PLACES)
def test_another_bodys_file_never_changes_this_bodys_done(
    drawn: Sequence[tuple[str, str, str, str, str]], other: tuple[str, str, str, str, str]
) -> None:
    files = [
        returned(f"{folder}{number}_{name}.xlsx", cell=cell, hidden=hidden, marks=marks)
        for number, (folder, name, cell, hidden, marks) in enumerate(drawn)
    ]
    folder, name, cell, hidden, marks = other
    added = returned(f"{folder}9_{name}.xlsx", cell=cell, hidden=hidden, marks=marks)
    alone = put_together(added, asked=ASKED)
    whose = {record.respondent.id for record in alone.files if record.respondent}

    def done(batch: object) -> dict[str, int]:
        return {
            counted.respondent.id: sum(
                answer.mark.status is Status.DONE for answer in counted.submission.answers
            )
            for counted in getattr(batch, "submissions", ())
            if counted.respondent.id not in whose
        }

    before = put_together(*files, asked=ASKED)
    after = put_together(*files, added, asked=ASKED)
    assert done(before) == done(after)


@given(st.text(max_size=80))
def test_any_name_is_made_readable(text: str) -> None:
    assert isinstance(readable(text), str)
