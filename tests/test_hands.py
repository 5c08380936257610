"""Every hand of the sample and the bench, and every layout, is read as its writer meant it."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from inboxes import load
from sample import hands
from sample.forms import Ids, Look, ReturnedForm, pages
from sample.hands import Entry, Hand
from sample.workbooks import xlsx

from bench.generate import HANDS, LOOKS
from bench.package import package
from pipeline.formats import read_workbook
from pipeline.locate import locate
from pipeline.model import Checklist, RawWorkbook, SourceFile, Status, Submission
from pipeline.parse import parse
from pipeline.sample import MONTH
from pipeline.settings import Limits

COLUMNS = (
    ("category", "item", "mark", "note"),
    ("No.", "item", "担当課", "mark", "note"),
    ("item", "mark", "note"),
    ("category", "item", "note", "mark"),
    ("mark", "note", "item"),
    ("category", "item", "mark", "note", "確認者", "確認日"),
)
HEADERS = (
    ("チェック欄", "補足説明欄（任意）"),
    ("チェック\n欄", "補足\n説明欄"),
    ("ﾁｪｯｸ欄", "補足説明"),
    ("チェック欄（①～③）", "備考・補足説明欄"),
)


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load()


def entries(hand: Hand, checklist: Checklist, seed: int) -> tuple[Entry, ...]:
    """Give an entry for each item; every status comes up, the writer's spellings too."""

    def each() -> Iterator[Entry]:
        dice = random.Random(seed)  # noqa: S311 - a reproducible choice of test data
        table = -1
        for number, item in enumerate(checklist.items):
            # Three statuses in turn and now and then a blank; not in step with the sections.
            turn = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED)
            status = Status.BLANK if number % 17 == 16 else turn[(number + number // 4) % 3]
            first, table = item.table != table, item.table
            yield hands.answer(hand, status, dice, first=first, talkative=0.4)

    return tuple(each())


def read_back(content: bytes, checklist: Checklist, folder: Path) -> Submission:
    path = folder / "回答.xlsx"
    path.write_bytes(content)
    source = SourceFile(path=path.name, location=path, size=len(content))
    workbook = read_workbook(source, limits=Limits())
    assert isinstance(workbook, RawWorkbook)
    layout = locate(workbook, checklist, month=MONTH)
    assert layout is not None
    return parse(workbook, layout, checklist, month=MONTH)


def differences(
    submission: Submission, meant: tuple[Entry, ...]
) -> list[tuple[str, tuple[Status, str, str], tuple[Status, str, str]]]:
    """Give the items read otherwise than meant: id, read, meant (status, due month, note)."""
    found = []
    for answer, entry in zip(submission.answers, meant, strict=True):
        read = (answer.mark.status, answer.due.month, answer.note.raw)
        wanted = (entry.status, entry.due, entry.note)
        if read != wanted:
            found.append((answer.item_id, read, wanted))
    return found


NAMED = {name: value for name, value in vars(hands).items() if isinstance(value, Hand)}


@pytest.mark.parametrize("name", NAMED)
def test_every_hand_on_the_plain_layout(name: str, checklist: Checklist, tmp_path: Path) -> None:
    meant = entries(NAMED[name], checklist, seed=1)
    form = ReturnedForm(respondent="若葉市", entries=meant, look=Look(label="団体名"))
    submission = read_back(xlsx(pages(form, checklist), checklist), checklist, tmp_path)
    assert differences(submission, meant) == []


@pytest.mark.parametrize(
    "look",
    [
        Look(columns=columns, headers=headers, ids=ids, label="事業者名", rows_above=2)
        for (columns, headers), ids in zip(
            product(COLUMNS, HEADERS), [Ids.OFFICIAL, Ids.NARROW, Ids.RETYPED] * 8, strict=True
        )
    ],
    ids=lambda look: f"{'-'.join(look.columns)} {look.headers[0]!r} {look.ids}",
)
def test_columns_moved_and_headers_retyped(
    look: Look, checklist: Checklist, tmp_path: Path
) -> None:
    meant = entries(hands.DOTTED, checklist, seed=2)
    form = ReturnedForm(respondent="若葉市", entries=meant, look=look)
    submission = read_back(xlsx(pages(form, checklist), checklist), checklist, tmp_path)
    assert differences(submission, meant) == []


@pytest.mark.parametrize("number", range(len(LOOKS)))
def test_every_hand_and_layout_of_the_bench(
    number: int, checklist: Checklist, tmp_path: Path
) -> None:
    look, _ = LOOKS[number]
    for hand, _ in HANDS:
        meant = entries(hand, checklist, seed=number)
        form = ReturnedForm(respondent="若葉市", entries=meant, look=look)
        submission = read_back(package(pages(form, checklist), checklist), checklist, tmp_path)
        assert differences(submission, meant) == [], hand
