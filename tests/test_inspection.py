"""`torimatome inspect`: what it says of each kind of file."""

from pathlib import Path

import pytest

from pipeline.cli.inspection import describe, look_into
from pipeline.forms.checklists import load_checklist
from pipeline.sample import MONTH, write_demo

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspect")
    write_demo(folder)
    return folder / "inbox"


def told(path: Path) -> str:
    checklist = load_checklist(TEMPLATES / "smartcity-security")
    return describe(path, look_into(path, checklist=checklist, month=MONTH), checklist=checklist)


def test_a_return_tells_its_tables_respondent_and_answers(inbox: Path) -> None:
    text = told(inbox / "別紙3-2チェックシート（雪待市）.xlsx")
    assert "見出し 5 行目、項目 B 列、チェック欄 C 列、補足説明欄 D 列、42 項目" in text
    assert "団体名の手がかり: 雪待市（チェックシート!C2）" in text
    assert "55 項目のうち 55 項目が見つかりました" in text
    assert "要修正 A302" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("令和9年度予算要求書.xlsx", "F105"),
        ("株式会社やまびこ街灯.xlsx", "F102"),
        ("株式会社いろは雲海_別紙3-2.xlsx", "F101"),
        ("送付状.pdf", "種類: pdf"),
        ("東雲カメラ工房.csv", "種類: csv"),
    ],
)
def test_every_kind_of_file_gets_a_word(inbox: Path, name: str, words: str) -> None:
    assert words in told(inbox / name)


def test_a_password_beside_the_file_opens_it(inbox: Path) -> None:
    text = told(inbox / "【PW有】北辰シティ基盤.xlsx")
    assert "55 項目のうち 55 項目が見つかりました" in text
