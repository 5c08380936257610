"""Make the files of pipeline/sample/files/ again: what the demo needs and the product cannot write.

Run by hand after the checklist or the cast changed: ``python tests/make_sample_files.py``.
Needs xlwt (development only) for .xls and LibreOffice for .ods. The passwords' salts are random,
so the encrypted files differ in bytes from one making to the next; their content does not.
"""

import io
import subprocess
import tempfile
from pathlib import Path

import msoffcrypto.format.ooxml
import xlwt

from pipeline.forms.checklists import load_checklist
from pipeline.model import Checklist
from pipeline.sample import workbooks
from pipeline.sample.cases import CASES, PASSWORDS, Case
from pipeline.sample.forms import Page, pages
from pipeline.sample.scenario import returned

ROOT = Path(__file__).parent.parent
FILES = ROOT / "pipeline" / "sample" / "files"


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


def main() -> None:
    """Write the files."""
    checklist = load_checklist(ROOT / "templates" / "smartcity-security")
    FILES.mkdir(exist_ok=True)
    for case in CASES:
        if case.premade:
            (FILES / case.premade).write_bytes(content(case, checklist))


if __name__ == "__main__":
    main()
