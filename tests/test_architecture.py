"""The layers of docs/architecture.md are executed, not described."""

import subprocess
import sys
from pathlib import Path

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
