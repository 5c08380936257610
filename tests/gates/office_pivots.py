"""Refresh every pivot of a workbook in LibreOffice and print what it shows, as JSON.

Runs under the Python that has LibreOffice's ``uno`` module, not under the project's:
``python3 office_pivots.py BOOK PROFILE_OPTION [CELL=TEXT ...]``. Cells of the first sheet are
changed before the refresh. JSON: {name: {"before": rows, "after": rows, "fields": {name: side}}}.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found] # belongs to LibreOffice, not to the environment
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found] # the same
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found] # the same

_TRIES = 240


def main(book: str, profile: str, *changes: str) -> None:
    """Open, change, refresh, print."""
    pipe = f"torimatome{Path(profile).name}"
    office = subprocess.Popen(
        ["soffice", profile, "--headless", "--norestore", "--nologo", "--nodefault",
         f"--accept=pipe,name={pipe};urp;"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        desktop = _connect(pipe)
        hidden = PropertyValue()
        hidden.Name, hidden.Value = "Hidden", True
        document = desktop.loadComponentFromURL(Path(book).as_uri(), "_blank", 0, (hidden,))
        before = {name: _rows(sheet, table) for name, sheet, table in _tables(document)}
        for change in changes:
            cell, _, text = change.partition("=")
            document.Sheets.getByIndex(0).getCellRangeByName(cell).setString(text)
        shown = {}
        for name, sheet, table in _tables(document):
            table.refresh()
            shown[name] = {
                "before": before[name],
                "after": _rows(sheet, table),
                "fields": _fields(table),
            }
        sys.stdout.write(json.dumps(shown))
        document.close(True)
        desktop.terminate()
    finally:
        office.wait(timeout=30)


def _connect(pipe: str) -> Any:
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", context
    )
    for _ in range(_TRIES):
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)  # the office is still starting; there is no signal to wait for
        else:
            return remote.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", remote
            )
    raise TimeoutError("LibreOffice did not start")


def _tables(document: Any) -> Any:
    for sheet in document.Sheets:
        tables = sheet.DataPilotTables
        for index in range(tables.Count):
            table = tables.getByIndex(index)
            yield table.Name, sheet, table


def _rows(sheet: Any, table: Any) -> list[list[Any]]:
    place = table.OutputRange
    area = sheet.getCellRangeByPosition(
        place.StartColumn, place.StartRow, place.EndColumn, place.EndRow
    )
    return [list(row) for row in area.getDataArray()]


def _fields(table: Any) -> dict[str, str]:
    fields = table.DataPilotFields
    sides = (fields.getByIndex(index) for index in range(fields.Count))
    return {field.Name: field.Orientation.value for field in sides}


if __name__ == "__main__":
    main(*sys.argv[1:])
