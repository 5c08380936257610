"""The workbook as it prints: PDF by LibreOffice, pages as pictures by poppler."""

import re
import subprocess
import tempfile
from pathlib import Path

from gates.tools import convert, need

_JAPANESE_FONT = re.compile(r"CJK|IPA|Takao|Gothic|Mincho|VL-", re.IGNORECASE)
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
_CUT_NUMBER = re.compile("#{3,}")


def problems(path: Path) -> list[str]:
    """Tell whether pages come out, with a Japanese font, text on each, and no number as ###."""
    with tempfile.TemporaryDirectory() as folder:
        return pdf_problems(convert(path, Path(folder), "pdf"))


def pdf_problems(pdf: Path) -> list[str]:
    """Give the problems of a rendered workbook."""
    found = []
    fonts = _run("pdffonts", str(pdf)).splitlines()[2:]
    texts = page_texts(pdf)
    if _JAPANESE.search("".join(texts)) is None:
        found.append("no Japanese text on any page")
    if not any(_JAPANESE_FONT.search(line) for line in fonts):
        found.append(f"no Japanese font embedded: {'; '.join(fonts)[:200]}")
    for number, text in enumerate(texts, start=1):
        cut = _CUT_NUMBER.search(text)
        if cut:
            line = text[text.rfind("\n", 0, cut.start()) + 1 :].partition("\n")[0]
            found.append(f"page {number}: a column is too narrow for its number: {line.strip()!r}")
        if "\ufffd" in text:
            found.append(f"page {number}: a letter without a glyph")
    return found


def page_texts(pdf: Path) -> list[str]:
    """Give the text of each page."""
    return _run("pdftotext", "-layout", str(pdf), "-").split("\f")[:-1]


def pages(path: Path, folder: Path, *, dots_per_inch: int = 80) -> list[Path]:
    """Draw every page of a workbook as a PNG in ``folder``, in order."""
    pdf = convert(path, folder, "pdf")
    _run("pdftoppm", "-r", str(dots_per_inch), "-png", str(pdf), str(folder / "page"))
    return sorted(folder.glob("page-*.png"))


def _run(command: str, *arguments: str) -> str:
    done = subprocess.run([need(command), *arguments], check=True, capture_output=True, timeout=300)
    return done.stdout.decode("utf-8", errors="replace")
