"""The layers of docs/architecture.md are executed, not described."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_import_contracts_hold() -> None:
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    result = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_help_imports_no_heavy_library() -> None:
    """`torimatome --help` answers at once because nothing heavy is loaded for it."""
    command = (
        "import sys; from pipeline.cli import main; code = main(['--help']);"
        "heavy = {'pandas', 'numpy', 'openpyxl', 'xlsxwriter', 'lxml', 'pyarrow', 'rich',"
        " 'rapidfuzz', 'python_calamine'} & set(sys.modules);"
        "print(*heavy, file=sys.stderr); sys.exit(code or len(heavy))"
    )
    result = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "使い方: torimatome" in result.stdout


@pytest.mark.parametrize(
    ("written", "home"),
    [
        (r"divmod\([^)]*\b26\)", "model/raw.py"),  # the letters of a column
        (r"0x245F|0x2460", "texts/folding.py"),  # circled digits
        (r"0\[1-9\]\|1\[0-2\]\)\"", "texts/calendar.py"),  # YYYY-MM
        (r"\b2018\b|\b1988\b", "texts/calendar.py"),  # eras
        (r"☑[^\"]*■|■[^\"]*☑", "texts/folding.py"),  # ticks
        (r"\[:4\]\) \* 12", "texts/calendar.py"),  # months counted
    ],
)
def test_a_small_thing_is_written_once(written: str, home: str) -> None:
    """What several rooms need stands in one module below them; nobody writes it again."""
    package = ROOT / "pipeline"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(written, path.read_text(encoding="utf-8"))
    }
    assert found == {home}


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_every_run_time_dependency_is_imported() -> None:
    """What nobody imports is not installed on a coordinator's computer."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["cluster"]]
    imported = {
        name.split(".")[0]
        for path in (ROOT / "pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _modules(node)
    }
    provided = packages_distributions()
    unused = [
        name
        for name in (re.split(r"[<>=]", line)[0].strip() for line in asked)
        if not any(
            module in imported and name in map(str.lower, distributions)
            for module, distributions in provided.items()
        )
    ]
    assert unused == []


def test_a_long_function_says_why_it_is_one() -> None:
    """Over 40 lines, its docstring with it: a comment ``# Long: …`` behind the docstring."""
    silent = []
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef):
                continue
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            told = any(line.strip().startswith("# Long: ") for line in lines[first:last])
            if last - first > 40 and not told:
                silent.append(f"{path.relative_to(ROOT)}: {node.name} ({last - first})")
    assert silent == []
