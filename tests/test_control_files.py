"""The coordinator's own files through the whole run: what they say in vain is told."""

import unicodedata
from pathlib import Path

import pytest
from inboxes import good, load, put, settings_for, states, table
from sample.workbooks import plain_table

from pipeline.cli.report import summary_lines
from pipeline.loop.sendback import send_back
from pipeline.run import aggregate

pytestmark = pytest.mark.workbook_once

FORM = load()


def told(folder: Path) -> list[dict[str, str]]:
    return [row for row in table(folder, "findings") if row["code"] == "C801"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_exclusions_with_reasons_and_in_vain(tmp_path: Path, encoding: str) -> None:
    lines = "# 10月分\n存在しない市\n楓村：試験のため\n若葉市.xlsx\t様式が古い\n白雲調\n"
    put(tmp_path, {
        "楓村.xlsx": good("楓村", FORM),
        "若葉市.xlsx": good("若葉市", FORM),
        "白雲町.xlsx": good("白雲町", FORM),
        "除外.txt": lines.encode(encoding),
    })  # fmt: skip
    result = aggregate(settings_for(tmp_path, pivot=False))
    assert states(tmp_path) == {
        "楓村.xlsx": "excluded",
        "若葉市.xlsx": "excluded",
        "白雲町.xlsx": "counted",
        "除外.txt": "ignored",
    }
    reasons = {row["file"]: row["reason"] for row in table(tmp_path, "files")}
    assert "理由: 試験のため" in reasons["楓村.xlsx"]
    assert "理由: 様式が古い" in reasons["若葉市.xlsx"]
    first, second = told(tmp_path)
    assert "除外.txt 2行目「存在しない市」" in first["message"]
    assert "除外.txt 5行目「白雲調」" in second["message"]
    assert "「白雲町" in second["fix"]
    assert {first["severity"], second["severity"]} == {"要確認"}
    assert not first["respondent"]
    lines_shown = "\n".join(summary_lines(result))
    assert "2行目「存在しない市」" in lines_shown
    assert "5行目「白雲調」" in lines_shown


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("password.txt", "passwords.txt"),
        ("パスワード.txt", "passwords.txt"),
        ("passwords.txt.txt", "passwords.txt"),
        ("Ｐａｓｓｗｏｒｄｓ.txt", "passwords.txt"),
        ("passwords.docx", "passwords.txt"),
        ("除外.txt.txt", "除外.txt"),
        ("除外リスト.txt", "除外.txt"),
        ("除外 (1).txt", "除外.txt"),
        ("除外_11月.txt", "除外.txt"),
        ("除外.csv", "除外.txt"),
        ("名簿 (1).csv", "名簿.xlsx"),
        ("名簿_令和8年度.csv", "名簿.xlsx"),
        ("団体名簿.csv", "名簿.xlsx"),
        ("依頼先一覧.txt", "名簿.xlsx"),
    ],
)
def test_a_file_that_nearly_bears_the_name_is_told(name: str, meant: str, tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", FORM), name: "若葉市,1\n楓村,2\n".encode()})
    result = aggregate(settings_for(tmp_path, pivot=False))
    (found,) = told(tmp_path)
    assert found["file"] == unicodedata.normalize("NFC", name)
    assert f"「{meant}」に似た名前ですが、違うため使っていません" in found["message"]
    assert f"{name}: 「{meant}」に似た名前" in "\n".join(summary_lines(result))
    about = [row["code"] for row in table(tmp_path, "findings") if row["file"] == found["file"]]
    assert about == ["C801"], "one telling"


def test_a_roster_under_nearly_its_name_is_told_once(tmp_path: Path) -> None:
    roster = plain_table("名簿", (("団体コード", "団体名"), ("1", "若葉市"), ("2", "白雲町")))
    put(tmp_path, {"若葉市.xlsx": good("若葉市", FORM), "名簿_11月.xlsx": roster})
    aggregate(settings_for(tmp_path, pivot=False))
    (found,) = [row for row in table(tmp_path, "findings") if row["file"] == "名簿_11月.xlsx"]
    assert (found["code"], found["severity"]) == ("C801", "要確認")
    assert "「名簿.xlsx」" in found["fix"]


@pytest.mark.parametrize(
    "name", ["送付状.txt", "除外理由書.docx", "一式/password.txt", "名簿登録申請.csv", "readme.txt"]
)
def test_another_file_is_no_control_file(name: str, tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", FORM), name: "若葉市,1\n楓村,2\n".encode()})
    aggregate(settings_for(tmp_path, pivot=False))
    assert not told(tmp_path)


def test_a_second_roster_beside_the_one_in_use_is_no_near_miss(tmp_path: Path) -> None:
    roster = "団体コード,団体名\nA1,若葉市\n".encode("utf-8-sig")
    files = {"名簿.csv": roster, "名簿 (1).csv": roster, "若葉市.xlsx": good("若葉市", FORM)}
    put(tmp_path, files)
    aggregate(settings_for(tmp_path, pivot=False))
    assert not told(tmp_path)


def test_a_roster_as_people_keep_it(tmp_path: Path) -> None:
    roster = (
        "依頼先一覧,,,\n,,,\n市町村名,役割り,メールアドレス,備考\n"
        "若葉市,推進主体,kikaku@city.wakaba.example.jp,\n白雲町,推進主体,kikaku@town,\n"
    )
    put(tmp_path, {
        "若葉市.xlsx": good("若葉市", FORM),
        "白雲町.xlsx": good("白雲町", FORM, "②"),
        "名簿.csv": roster.encode("cp932"),
    })  # fmt: skip
    settings = settings_for(tmp_path, pivot=False)
    result = aggregate(settings)
    assert result.missing == ()
    cells = {row["cell"]: row["message"] for row in told(tmp_path)}
    assert sorted(cells) == ["B3", "C5"]
    assert "「役割」に似ています" in cells["B3"]
    assert "「kikaku@town」" in cells["C5"]
    assert "C5" in "\n".join(summary_lines(result))
    letters = send_back(settings).folder
    written = [path.read_text(encoding="utf-8") for path in letters.rglob("*.txt")]
    assert written
    assert not any("C801" in text or "似ています" in text for text in written)
    assert not any("形ではありません" in text for text in written)
