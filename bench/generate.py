"""Returned sheets in any number, fast: a realistic mixture of hands and layouts.

Every file can be read by every tool compared, so that all of them do the same work.
"""

import io
import random
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

import openpyxl
from sample import hands
from sample.forms import Ids, Look, ReturnedForm, Split, pages
from sample.hands import Entry, Hand, Way

from bench.notes import annotated
from bench.package import package
from pipeline.forms.checklists import load_checklist
from pipeline.model import Checklist, Status

TEMPLATE = Path(__file__).parent.parent / "templates" / "smartcity-security"

# Weights in percent: most people write numbers into the form as it came.
HANDS: tuple[tuple[Hand, int], ...] = (
    (hands.PLAIN, 34),
    (hands.FULL_WIDTH, 14),
    (hands.NUMBERS, 10),
    (hands.PLACEHOLDER, 6),
    (hands.ERA, 7),
    (hands.VAGUE, 6),
    (hands.LATE, 5),
    (hands.WORDS, 4),
    (hands.PARENTHESES, 5),
    (hands.CIRCLES, 3),
    (hands.STRIKES, 3),
    (hands.BOLD, 2),
    (hands.COLOURS, 1),
)
LOOKS: tuple[tuple[Look, int], ...] = (
    (Look(label="団体名", date_label="記入日"), 60),
    (Look(), 15),
    (Look(label="自治体名", rows_above=1), 7),
    (Look(columns=("No.", "item", "mark", "note"), label="団体名"), 5),
    (Look(split=Split.TABLE, label="団体名"), 4),
    (Look(split=Split.CATEGORY, label="団体名"), 3),
    (Look(guide=True, label="団体名"), 3),
    (Look(ids=Ids.NARROW, label="団体名"), 2),
    (Look(remark_every=8, label="団体名"), 1),
)
_SHARES = ((Status.DONE, 56), (Status.PLANNED, 27), (Status.NOT_PLANNED, 14), (Status.BLANK, 3))


def generate(folder: Path, n: int, seed: int, *, distinct: bool = False) -> None:
    """Write ``n`` returned .xlsx files into ``folder``. The same arguments give the same cells.

    A smaller ``n`` writes the first of them; another ``seed`` gives the same names other answers.
    ``distinct``: hardly two notes are alike, and two of three files are as openpyxl saves them.
    """
    checklist = load_checklist(TEMPLATE)
    folder.mkdir(parents=True, exist_ok=True)
    names = list(islice(respondents(), n))
    if len(names) < n:
        raise ValueError(f"there are names for {len(names)} returns alone")
    for number, name in enumerate(names):
        form = _form(name, number, seed, checklist, distinct=distinct)
        content = package(pages(form, checklist), checklist)
        if distinct and number % 3 and not _is_drawn_on(form):
            content = _saved_again(content)
        (folder / f"{number + 1:05d}_別紙3-2_{name}.xlsx").write_bytes(content)


def _is_drawn_on(form: ReturnedForm) -> bool:
    return any(entry.written.way is Way.CIRCLED for entry in form.entries)


def _saved_again(content: bytes) -> bytes:
    """Give a workbook as openpyxl writes it; it would drop what is drawn."""
    target = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(content), rich_text=True).save(target)
    return target.getvalue()


def respondents() -> Iterator[str]:
    """Give fictional names of municipalities, 117,450 of them; the first are always the same."""
    first = "青朱翠瑠紺茜藍萌霞雫霜雪霧虹暁曙宵月星陽風嵐凪潮波汐渚澪泉滝"
    second = "葉枝幹根花実穂苗草蔓原野丘峰嶺谷沢淵瀬洲浜崎浦津島里郷垣橋"
    third = ("", "東", "西", "南", "北", "上", "中", "下", "本", "新", "元", "大", "小", "奥", "前")
    for lead, infix, end, head, tail in product(("", "北", "南"), third, "市町村", first, second):
        yield f"{lead}{head}{tail}{infix}{end}"


def _form(
    name: str, number: int, seed: int, checklist: Checklist, *, distinct: bool
) -> ReturnedForm:
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 - sample data, reproducible by its seed
    (hand,) = dice.choices([hand for hand, _ in HANDS], [share for _, share in HANDS])
    (look,) = dice.choices([look for look, _ in LOOKS], [share for _, share in LOOKS])
    statuses = dice.choices(
        [status for status, _ in _SHARES], [share for _, share in _SHARES], k=len(checklist.items)
    )
    entries = tuple(_entries(hand, statuses, checklist, dice, dice.random() * 0.6))
    return ReturnedForm(
        respondent=name,
        entries=tuple(annotated(each, dice) for each in entries) if distinct else entries,
        look=look,
        filled_on=f"令和8年11月{1 + number % 20}日",
    )


def _entries(
    hand: Hand,
    statuses: list[Status],
    checklist: Checklist,
    dice: random.Random,
    talkative: float,
) -> Iterator[Entry]:
    table = -1
    for item, status in zip(checklist.items, statuses, strict=True):
        first = item.table != table
        table = item.table
        yield hands.answer(hand, status, dice, first=first, talkative=talkative)
