"""One word for one thing: in the workbooks, on the terminal, in the README and the pages.

A word that was given up stands here with the one in its place. What people write into a return is
read by tables (marks.toml and the like) and is not looked at.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from rows import every_row

ROOT = Path(__file__).parent.parent
GIVEN_UP = {
    "受信箱": "受信フォルダ",
    "判読不可": "判読不能",
    "重さ（": "重要度",
    "重さ |": "重要度",
    "件数のつながり": "件数の突合",
    "件数の照合": "件数の突合",
    "今月見るべき件": "今月まず対応すること",
    "開くファイル": "集計表",
    "判断を書く票": "確認票",
    "約束の記録": "対応予定の履行状況",
    "守られた割合": "予定どおり対応した割合",
    "前進": "進んだ",
    "後退": "後戻り",
    "残る幅": "ここまでの幅",
    "内部用": "取扱注意（庁内限り）",
    "公開用": "配布用",
    "全文が出ます": "全文が読めます",
    "右の件数と結果": "右の件数・結果",
}
KEPT = {".公開用の鍵"}  # the name of a file that must not be lost
PAGES = [
    ROOT / "README.md",
    ROOT / "README.ja.md",
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "decisions.md"),
    *sorted((ROOT / "pipeline").rglob("*.html")),
]
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))


def said_in(path: Path) -> Iterator[tuple[int, str]]:
    """Give the texts of a module that somebody may see: all literals but docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def found_in(text: str) -> set[str]:
    for name in KEPT:
        text = text.replace(name, "")
    return {word for word in GIVEN_UP if word in text}


@every_row("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_says_a_word_that_was_given_up(path: Path) -> None:
    found = {(line, word) for line, text in said_in(path) for word in found_in(text)}
    assert found == set()


@every_row("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_says_a_word_that_was_given_up(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = {(number, word) for number, line in enumerate(lines, 1) for word in found_in(line)}
    assert found == set()


def test_the_test_would_see_a_word(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""受信箱"""\nNAME = f"受信箱の{1}件"\n', encoding="utf-8")
    assert [found_in(text) for _, text in said_in(module)] == [{"受信箱"}, set()]


@pytest.mark.parametrize(("old", "new"), GIVEN_UP.items())
def test_a_word_is_not_given_up_for_itself(old: str, new: str) -> None:
    assert old not in new
