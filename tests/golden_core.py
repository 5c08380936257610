"""What the core reads of each text of the cases, every fact of it, as lines that are compared.

    python tests/golden_core.py      writes tests/golden/core/ again

A case says what matters about a text; a line here says all of it, so that no change passes by.
After a change that was meant, write the files again and look at the difference.
"""

import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from pipeline.marks import read_mark  # noqa: E402 - also run as a script
from pipeline.model import CellKind, Due, RawCell  # noqa: E402 - the same
from pipeline.months import find_months, split_due  # noqa: E402 - the same

FOLDER = TESTS / "golden" / "core"
MONTHS = ("2026-11", "2027-02")
LEGEND = (
    "①既に対応済み",
    "②これから対応予定（○月）",
    "③対応の予定なし",
    "※当てはまる番号を記載ください。",
)


@cache
def cases(name: str) -> dict[str, Any]:
    """Give a file of cases."""
    return tomllib.loads((TESTS / "cases" / f"{name}.toml").read_text(encoding="utf-8"))


def texts_of_months() -> list[str]:
    """Give every text beside ②, and each with the year after the one it names."""
    written = [row[0] for group in cases("months")["months"] for row in group["rows"]]
    written += [text for group in cases("months")["no_month"] for text in group["written"]]
    written += [row[1] for row in cases("months")["window"]["rows"]]
    written += [text for group in cases("notes")["cases"] for text in group["written"]]
    later = [
        text.replace("2027", "2029").replace("R9", "R11").replace("9年", "11年") for text in written
    ]
    later += [text.replace("-27", "-29").replace("27年", "29年") for text in later]
    return sorted(dict.fromkeys(text for text in (*written, *later) if len(text) <= 120))


def texts_of_marks() -> list[str]:
    """Give every text of a check cell."""
    groups = (*cases("marks")["cases"], *cases("marks")["legend"])
    return sorted(dict.fromkeys(text for group in groups for text in group["written"]))


def _due(due: Due) -> str:
    facts = (due.month, due.precision.value, due.problem.value, due.source.value, due.written)
    return "/".join((*facts, "~" if due.inferred else "")).rstrip("/")


def month_line(text: str) -> str:
    """Give all that is read of a text beside ② and in a note."""
    told = []
    for month in MONTHS:
        due, rest = split_due(text, month)
        found = ", ".join(map(_due, find_months(text, month)))
        told.append(f"{_due(due)} + {rest!r} | {found}")
    return " || ".join(told)


def mark_line(text: str) -> str:
    """Give all that is read of a check cell: alone, and behind a legend."""
    told = []
    for written in (text, "\n".join((*LEGEND, text)), f"○{LEGEND[0]}\n{text}"):
        cell = RawCell(kind=CellKind.TEXT, text=written)
        mark = read_mark(cell, month=MONTHS[0], legend=LEGEND)
        facts = (mark.status, mark.doubt, mark.notation, mark.read_by, mark.object_text)
        untouched = "=" if mark.legend_untouched else ""
        told.append(f"{'/'.join(facts)} {_due(mark.due)}{untouched}")
    return " || ".join(told)


READERS: dict[str, tuple[Callable[[], list[str]], Callable[[str], str]]] = {
    "months": (texts_of_months, month_line),
    "marks": (texts_of_marks, mark_line),
}


def lines(name: str) -> Iterator[tuple[str, str]]:
    """Give the texts of a golden file with what is written there."""
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        text, told = json.loads(line)
        yield text, told


def write() -> None:
    """Write every golden file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (texts, told) in READERS.items():
        made = (json.dumps((text, told(text)), ensure_ascii=False) for text in texts())
        (FOLDER / f"{name}.jsonl").write_text("\n".join(made) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
