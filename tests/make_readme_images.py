"""Draw docs/images again from the demo's workbook: `python tests/make_readme_images.py`.

Needs LibreOffice and poppler, as `make verify` does. The pictures are what LibreOffice prints;
Excel's own fonts differ a little.
"""

import subprocess
import tempfile
from pathlib import Path

from gates.render import page_texts
from gates.tools import convert

from pipeline.cli import main

ROOT = Path(__file__).resolve().parent.parent
IMAGES = {"overview": "概況", "findings": "要確認", "matrix": "一覧表"}
DOTS_PER_INCH = 96


def page_of(pdf: Path, sheet: str) -> int:
    """Give the first page whose footer names the sheet."""
    for number, page in enumerate(page_texts(pdf), start=1):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        if lines and lines[-1].startswith(sheet):
            return number
    raise SystemExit(f"no page of {sheet}")


def draw(folder: Path) -> None:
    """Run the demo, print it, and keep one page of each sheet named above."""
    if main(["demo", "--into", str(folder / "demo"), "--quiet"]):
        raise SystemExit("the demo did not run")
    workbook = next((folder / "demo" / "outbox").rglob("集計_*.xlsx"))
    pdf = convert(workbook, folder, "pdf")
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    for name, sheet in IMAGES.items():
        page = str(page_of(pdf, sheet))
        command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-f", page, "-l", page, "-singlefile"]
        subprocess.run([*command, "-png", str(pdf), str(target / name)], check=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        draw(Path(name))
