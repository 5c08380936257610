"""Make the returns of the demo again: pipeline/sample/returns.zip.

Run by hand after the checklist or the cast changed: ``python tests/make_sample_files.py``; with
``--premade`` first those of tests/sample/files/, which only other programs can write: xlwt
(development only) the .xls and LibreOffice the .ods. The passwords' salts are random, so the
encrypted files differ in bytes from one making to the next; their content does not.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import msoffcrypto.format.ooxml
import xlwt
from sample import workbooks
from sample.cases import CASES, PASSWORDS, Case
from sample.forms import Page, pages
from sample.scenario import inbox, returned

from pipeline.forms.checklists import load_checklist
from pipeline.model import Checklist
from pipeline.sample import RETURNS

ROOT = Path(__file__).parent.parent
FILES = ROOT / "tests" / "sample" / "files"
FIRST_MAIL = datetime(2026, 11, 2, 0, 5)  # noqa: DTZ001 - in UTC, as zip entries cannot say


def xls(page: Page, checklist: Checklist) -> bytes:
    """Give one page as an Excel 97 workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(page.name)
    wrapped = xlwt.easyxf("alignment: wrap on; borders: left thin, right thin, top thin")
    covered = {(area.top, area.left): area for area in page.merged}
    for key, cell in page.cells.items():
        text = workbooks.text_of(cell, checklist)
        if key in covered:
            area = covered[key]
            sheet.write_merge(area.top, area.bottom, area.left, area.right, text, wrapped)
        elif text:
            sheet.write(*key, text, wrapped)
    for column, width in page.widths.items():
        sheet.col(column).width = int(width * 256)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def ods(content: bytes) -> bytes:
    """Give a workbook as LibreOffice saves it in its own format."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sheet.xlsx"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", folder]
        subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)
        return source.with_suffix(".ods").read_bytes()


def locked(content: bytes, password: str) -> bytes:
    """Give a workbook as Excel encrypts it (agile, AES)."""
    memory = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(content)).encrypt(password, memory)
    return memory.getvalue()


def content(case: Case, checklist: Checklist) -> bytes:
    """Give a premade case's file."""
    laid = pages(returned(case, checklist), checklist)
    if case.premade.endswith(".xls"):
        return xls(laid[0], checklist)
    book = workbooks.xlsx(laid, checklist)
    if case.premade.endswith(".ods"):
        return ods(book)
    return locked(book, PASSWORDS[0] if "unknown" not in case.premade else "told by telephone")


def returns(checklist: Checklist) -> bytes:
    """Give the archive of the demo's files, each with the time it came."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for number, (path, body) in enumerate(sorted(inbox(checklist).items())):
            arrived = timedelta(days=number // 8, hours=number % 8)  # in office hours of Japan
            moment = (FIRST_MAIL + arrived).timetuple()[:6]
            archive.writestr(zipfile.ZipInfo(path, moment), body, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def main() -> None:
    """Write the files."""
    checklist = load_checklist(ROOT / "templates" / "smartcity-security")
    if "--premade" in sys.argv:
        for case in CASES:
            if case.premade:
                (FILES / case.premade).write_bytes(content(case, checklist))
    RETURNS.write_bytes(returns(checklist))


if __name__ == "__main__":
    main()
