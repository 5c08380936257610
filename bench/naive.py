"""What a user would write instead: a straightforward pandas loop, for comparison only.

It reads the first thing that looks right and knows a handful of notations; it is as careful as
a script written in an afternoon, and gives up on whatever it does not understand.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

_ITEM = re.compile(r"^(\D+?[0-9]+(?:-[0-9]+)?)[:：]")
_MONTH = re.compile(r"(\d{1,2})月")
_LABELS = ("団体名", "事業者名", "自治体名")


def consolidate(inbox: Path, target: Path) -> int:
    """Read every .xlsx of ``inbox``, write one workbook, and give the number of rows."""
    rows = [row for path in sorted(inbox.glob("*.xlsx")) for row in _rows(path)]
    table = pd.DataFrame(rows, columns=["団体", "項目", "回答", "予定月", "原文", "補足説明"])
    with pd.ExcelWriter(target, engine="openpyxl") as writer:
        table.to_excel(writer, sheet_name="明細", index=False)
        for index, sheet in (("項目", "項目別"), ("団体", "団体別")):
            pivot = table.pivot_table(
                index=index, columns="回答", values="原文", aggfunc="count", fill_value=0
            )
            pivot.to_excel(writer, sheet_name=sheet)
    return len(table)


def _rows(path: Path) -> Iterator[tuple[str, str, str, str, str, str]]:
    respondent = path.stem
    for frame in pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").values():
        mark, note = 2, 3
        for line in frame.itertuples(index=False):
            cells = [_text(value) for value in line]
            for position, cell in enumerate(cells[:-1]):
                if cell in _LABELS and cells[position + 1]:
                    respondent = cells[position + 1]
            if "チェック欄" in cells:
                mark = cells.index("チェック欄")
                note = next((n for n, cell in enumerate(cells) if "補足説明" in cell), mark + 1)
            found = next((match for cell in cells if (match := _ITEM.match(cell))), None)
            if found is not None:
                raw = cells[mark] if mark < len(cells) else ""
                answer, month = _answer(raw)
                text = cells[note] if note < len(cells) else ""
                yield respondent, found[1], answer, month, raw, text


def _text(value: Any) -> str:
    return "" if pd.isna(value) else unicodedata.normalize("NFKC", str(value)).strip()


def _answer(raw: str) -> tuple[str, str]:
    if not raw or "\n" in raw:
        return "空欄", ""
    if raw[0] in "123":
        month = _MONTH.search(raw)
        return raw[0], month[1] if month and raw[0] == "2" else ""
    return "不明", ""
