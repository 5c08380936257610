"""Whole forms as respondents may re-make them, told in tests/cases/layout_forms.toml.

A form is made from lines in the notation of layouts.py, repeated for each item of the checklist.
What it means was written down before it was first read; one letter an item, as in layout_kinds.py.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from layouts import smartcity

ITEMS = smartcity().items
IDS = tuple(item.id for item in ITEMS)
MEANT = "".join(islice(cycle("abcab-caab-cb"), len(IDS)))
_LETTERS = "abc-"
_ANSWERS = {"%m": "[①;②（12月）;③;]", "%n": "[①;②;③;]", "%e": "[;12月;;]"}
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_PLAIN = str.maketrans({chr(0x2460 + n): str(n + 1) for n in range(20)})


@dataclass(frozen=True, slots=True)
class Form:
    """A form, and what it means: the letters of each body, of one without a name for most."""

    name: str
    held_out: str  # the set it belongs to
    sheets: str
    meant: Mapping[str, str]


def forms() -> Iterator[Form]:
    """Give every form of the table."""
    path = Path(__file__).parent / "cases" / "layout_forms.toml"
    for told in tomllib.loads(path.read_text(encoding="utf-8"))["form"]:
        bodies = told.get("bodies", {"": told.get("meant", "")})
        meant = {body: _letters(letter) for body, letter in bodies.items()}
        yield Form(told["name"], told["set"], _sheets(told), meant)


def _letters(letter: str) -> str:
    """Give the letters of all items: the usual ones, with another for ②, or one for all."""
    if letter == "B":
        return MEANT.replace("b", "B")
    return letter * len(IDS) if letter else MEANT


def _sheets(told: Mapping[str, Any]) -> str:
    name, head, tail = (
        told.get("sheet", "チェックシート"),
        told.get("head", []),
        told.get("tail", []),
    )
    lines = [f"== {name}", *head]
    for number, (category, places) in enumerate(_groups(told), start=1):
        put = partial(_put, number=number, category=category, count=len(places))
        if "group_sheet" in told:
            lines = [*(lines if number > 1 else []), "== " + put(told["group_sheet"]), *head]
        lines += map(put, told.get("group_head", []))
        lines += _body(told, places)
        lines += map(put, told.get("group_tail", []))
    return "\n".join([*told.get("before", []), *lines, *tail]) + "\n"


def _groups(told: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[int]]]:
    group = told.get("group", len(IDS))
    if isinstance(group, int):
        for start in range(0, len(IDS), group):
            yield "", range(start, min(start + group, len(IDS)))
        return
    for category in smartcity().categories:
        yield category, [n for n, item in enumerate(ITEMS) if item.category == category]


def _put(text: str, *, number: int, category: str, count: int) -> str:
    return text.replace("{n}", str(number)).replace("{c}", category).replace("{k}", str(count))


def _body(told: Mapping[str, Any], places: Sequence[int]) -> list[str]:
    """Give the lines of some items: below each other, side by side, or in two tables."""
    dash = told.get("dash", "-")
    if "across" in told:
        labels = (text.partition(" | ") for text in told["across"])
        return [
            " | ".join((label, *(_cell(cell, place, dash) for place in places)))
            for label, _, cell in labels
        ]
    if told.get("order") == "answer":
        places = sorted(places, key=lambda place: MEANT[place])
    rows = {place: [_cell(text, place, dash) for text in told["rows"]] for place in places}
    step = told.get("beside")
    if step:
        return [
            " | | ".join(rows[each][0] for each in (place, place + step) if each in rows)
            for place in places[:step]
        ]
    return [line for place in places for line in rows[place]]


def _cell(text: str, place: int, dash: str) -> str:
    """Fill in a line of one item."""
    item, before = ITEMS[place], ITEMS[place - 1] if place else None
    again = before is not None and before.category == item.category
    for short, answers in _ANSWERS.items():
        text = text.replace(short, answers)
    chosen = _LETTERS.index(MEANT[place])
    text = re.sub(r"\[([^\[\]]*;[^\[\]]*)\]", lambda found: found[1].split(";")[chosen], text)
    filled = {
        "%o": "{" + item.id + "}",
        "%h": "{" + item.id + " t}",
        "%t": item.title,
        "%d": item.description,
        "%D": item.description[:20],
        "%E": item.description[20:] or "。",
        "%s": f"{item.id}：{item.title}"[:20],
        "%i": item.id.replace("-", dash),
        "%k": item.id.removeprefix(item.category),
        "%w": item.id.translate(_PLAIN).translate(_WIDE),
        "%W": item.id.translate(_WIDE),
        "%p": item.id.translate(_PLAIN),
        "%N": str(place + 1),
        "%c": item.category,
        "%C": "" if again else item.category,
        "%M": "^" if again else item.category,
        "%f": "^" if place else "③",
    }
    return re.sub("%[a-zA-Z](?!EGEND)", lambda found: filled[found[0]], text)
