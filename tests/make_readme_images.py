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
MONTH = "2026-11"


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
    outbox = folder / "demo" / "outbox"
    given = ["--inbox", str(folder / "demo" / "inbox"), "--outbox", str(outbox)]
    if main(["sendback", *given, "--month", MONTH]):
        raise SystemExit("sendback did not run")
    pdf = convert(next(outbox.rglob("集計_*.xlsx")), folder, "pdf")
    for name, sheet in IMAGES.items():
        picture(pdf, page_of(pdf, sheet), name)
    picture(convert(outbox / MONTH / f"確認票_{MONTH}.xlsx", folder, "pdf"), 1, "review")
    slip = min((outbox / MONTH / "差戻し").rglob("差戻し_*.xlsx"), key=lambda path: path.name)
    picture(convert(slip, folder, "pdf"), 1, "slip")


def picture(pdf: Path, page: int, name: str) -> None:
    """Keep one page as a picture."""
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    pages = ["-f", str(page), "-l", str(page), "-singlefile"]
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), *pages, "-png", str(pdf), str(target / name)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        draw(Path(name))
