"""A page as a browser without a window prints it."""

import subprocess
import tempfile
from pathlib import Path

from gates.tools import need


def printed(page: Path, target: Path) -> Path:
    """Print a page to a PDF with Chromium; give ``target``."""
    chromium = need("chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu"]
        command += [f"--user-data-dir={profile}", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={target}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return target


def pages(pdf: Path) -> int:
    """Count the pages of a PDF."""
    told = subprocess.run([need("pdfinfo"), str(pdf)], check=True, capture_output=True, text=True)
    (line,) = (line for line in told.stdout.splitlines() if line.startswith("Pages:"))
    return int(line.split()[1])


def shown_text(pdf: Path) -> str:
    """Give the text of a PDF in the order it is read."""
    command = [need("pdftotext"), str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
