"""docs/troubles.ja.md quotes what the product says; docs/mishaps.md names real tests."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rows import every_row

from pipeline.rules import RULES

ROOT = Path(__file__).parent.parent
_HEAD = "## 困ったとき"
README = (ROOT / "docs" / "troubles.ja.md").read_text(encoding="utf-8")
SECTION = README[README.index(_HEAD) + len(_HEAD) :].partition("\n## ")[0]
QUOTED = sorted(set(re.findall(r"[「『]([^「」『』`]+)[」』]", SECTION)))
MISHAPS = (ROOT / "docs" / "mishaps.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(test_\w+\.py::test_\w+)`", MISHAPS)))


def texts_of(tree: ast.AST) -> Iterator[str]:
    """Give every text of a module; a NUL stands for what is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
            )


def leaves(table: object) -> Iterator[str]:
    if isinstance(table, dict):
        for value in table.values():
            yield from leaves(value)
    elif isinstance(table, list):
        for value in table:
            yield from leaves(value)
    else:
        yield str(table)


@cache
def said() -> str:
    """Give all that the product may say, one text a line; the Makefile too."""
    found = [(ROOT / "Makefile").read_text(encoding="utf-8")]
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        found += texts_of(ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "pipeline").rglob("*.toml")):
        found += leaves(tomllib.loads(path.read_text(encoding="utf-8")))
    return "\n".join(found)


@every_row("words", QUOTED)
def test_what_is_quoted_is_said(words: str) -> None:
    """A text on the screen that changes has to change here too."""
    assert words in said()


def test_every_code_and_option_is_there() -> None:
    codes = set(re.findall(r"\b[A-Z]\d{3}\b", SECTION))
    assert codes >= {"F101", "F102", "F103", "F111", "F112", "C801", "M701", "B514"}
    assert codes <= RULES.keys()
    options = set(re.findall(r"--[a-z][a-z-]+", SECTION))
    reference = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert {"--undo", "--allow-fewer", "--yes"} <= options
    assert options <= set(re.findall(r"--[a-z][a-z-]+", reference))


@every_row("name", TESTS)
def test_a_test_that_a_mishap_names_is_there(name: str) -> None:
    file, _, function = name.partition("::")
    assert f"def {function}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_every_mishap_names_its_proof() -> None:
    rows = [line for line in MISHAPS.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= 28
    assert not [row for row in rows if "::test_" not in row]
