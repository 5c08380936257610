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

from pipeline.model import (  # noqa: E402 - the same
    CellKind,
    Decoration,
    Drawing,
    DrawingKind,
    Due,
    Mark,
    RawCell,
    Run,
)
from pipeline.texts.marks import read_mark  # noqa: E402 - also run as a script
from pipeline.texts.months import find_months, split_due  # noqa: E402 - the same

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
    written = [text for group in groups for text in group["written"]]
    return sorted({*written, *(text for text, _ in cases("marks")["due"]["rows"])})


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
        told.append(_mark(read_mark(cell, month=MONTHS[0], legend=LEGEND)))
    return " || ".join(told)


def _mark(mark: Mark) -> str:
    facts = (mark.status, mark.doubt, mark.notation, mark.read_by, mark.object_text)
    return f"{'/'.join(facts)} {_due(mark.due)}{'=' if mark.legend_untouched else ''}"


WHOLE = "\n".join(LEGEND)
CELLS = (
    "",
    "①",
    "②",
    "②（12月）",
    "③",
    "対象外",
    "検討中",
    "同上",
    WHOLE,
    WHOLE.replace("○月", "12月"),
)
BOXES = ("①", "②", "②（1月）", "③", "○", "修正", "検討中", "同上", "対象外")
LINES: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (2,), (0, 1), (0, 1, 2))
STYLES = ("struck", "bold", "underlined", "color")


def objects() -> list[str]:
    """Give cells with one object over them, and with two, each as JSON."""
    one: list[dict[str, Any]] = [
        {"kind": kind, "lines": lines} for kind in DrawingKind for lines in LINES
    ]
    one += [{"kind": DrawingKind.TEXT_BOX, "lines": (), "text": text} for text in BOXES]
    one += [
        {"kind": DrawingKind.CHECK_BOX, "lines": lines, "text": text, "checked": checked}
        for lines in LINES[:4]
        for text in ("", "①既に対応済み", "②（1月）", "その他")
        for checked in (True, False)
    ]
    over: list[list[dict[str, Any]]] = [[each] for each in one]
    over += [[first, second] for first, second in zip(one, one[7:] + one[:7], strict=True)]
    return [json.dumps((cell, each), ensure_ascii=False) for cell in CELLS for each in over]


def formats() -> list[str]:
    """Give cells of which some lines are formatted, each as JSON."""
    chosen = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2), (3,))
    return [
        json.dumps((cell, style, lines), ensure_ascii=False)
        for cell in (*CELLS, "①\n②（12月）", "①対応済\n②対応予定（○月）\n③予定なし")
        for style in STYLES
        for lines in chosen
    ]


def object_line(text: str) -> str:
    """Give all that is read of a cell with objects over it."""
    written, over = json.loads(text)
    drawings = tuple(
        Drawing(
            kind=DrawingKind(each["kind"]),
            row=0,
            column=0,
            lines=tuple(each["lines"]),
            text=each.get("text", ""),
            checked=each.get("checked"),
        )
        for each in over
    )
    cell = RawCell(kind=CellKind.TEXT, text=written) if written else None
    return _mark(read_mark(cell, month=MONTHS[0], legend=LEGEND, drawings=drawings))


def format_line(text: str) -> str:
    """Give all that is read of a cell some lines of which are formatted."""
    written, style, chosen = json.loads(text)
    look: dict[str, Any] = {style: "FFFF0000" if style == "color" else True}
    runs = tuple(
        Run(text=line, **(look if place in chosen else {}))
        for place, line in enumerate(written.splitlines(keepends=True))
    )
    cell = RawCell(kind=CellKind.TEXT, text=written)
    decoration = Decoration(runs=runs)
    return _mark(read_mark(cell, month=MONTHS[0], legend=LEGEND, decoration=decoration))


READERS: dict[str, tuple[Callable[[], list[str]], Callable[[str], str]]] = {
    "months": (texts_of_months, month_line),
    "marks": (texts_of_marks, mark_line),
    "objects": (objects, object_line),
    "formats": (formats, format_line),
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
