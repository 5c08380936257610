"""The feedback card: a body's own answers, shares of all others, and nothing else of anybody."""

import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from inboxes import good, load, put, settings_for, table

from pipeline.cli import main
from pipeline.errors import ExitCode
from pipeline.frame.answers import answers_of
from pipeline.loop.feedback import feed_back
from pipeline.loop.feedback.cards import AT_LEAST, WITHHELD, Card, cards_of
from pipeline.loop.feedback.page import card_page
from pipeline.run import aggregate, gather
from pipeline.sample import write_demo

CHECKLIST = load()
CARDS = "outbox/2026-11/還元"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feedback")
    write_demo(folder)
    settings = settings_for(folder, pivot=False)
    aggregate(settings)
    feed_back(settings)
    return folder


def texts_of(path: Path) -> str:
    """Give everything that a card's file holds, unpacked."""
    if path.suffix == ".html":
        return path.read_text(encoding="utf-8")
    with ZipFile(path) as archive:
        return "\n".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )


def test_no_card_holds_anything_of_another_body(demo: Path) -> None:
    answers = table(demo, "answers")
    names = {row["respondent"]: row for row in answers}
    notes = {(row["note"].strip(), row["respondent"]) for row in answers}
    cards = sorted((demo / CARDS).iterdir())
    assert len(cards) == 2 * len(names)
    for path in cards:
        own = path.stem.removeprefix("還元_")
        held = texts_of(path)
        body = own.partition("_")[0]
        others = [name for name in names if body not in name and name not in body]
        assert len(others) > 20
        assert not [name for name in others if name in held], path.name
        leaked = {
            note
            for note, who in notes
            if len(note) > 6 and who in others and note in held
            if (note, names.get(own, {}).get("respondent", "")) not in notes
        }
        assert not leaked, path.name
        assert not [
            row["file"] for row in answers if row["respondent"] in others and row["file"] in held
        ]
        assert "@" not in re.sub(r"@page|@media", "", held) or path.suffix == ".xlsx"


def card_of(files: dict[str, bytes], folder: Path) -> tuple[Card, ...]:
    put(folder, files)
    batch = gather(settings_for(folder)).batch
    return cards_of(batch, answers_of(batch.submissions), (), ())


@pytest.mark.parametrize("bodies", [1, AT_LEAST - 1, AT_LEAST])
def test_shares_of_fewer_than_five_bodies_are_withheld(tmp_path: Path, bodies: int) -> None:
    marks = ["①", "③", "①", "①", "③"]
    cards = card_of(
        {f"第{n}市.xlsx": good(f"第{n}市", CHECKLIST, marks[n]) for n in range(bodies)}, tmp_path
    )
    told = {line.everyone for card in cards for line in card.items}
    told |= {line.everyone for card in cards for line in card.categories}
    assert told == ({"60%"} if bodies >= AT_LEAST else {WITHHELD})
    assert {line.alike for card in cards for line in card.items} == {WITHHELD}  # nobody has a role


def test_a_card_is_one_page_and_says_the_same_in_both_files(demo: Path) -> None:
    book = openpyxl.load_workbook(demo / CARDS / "還元_青嶺市.xlsx")
    sheet = book["還元カード"]
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    shown = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    page = _words((demo / CARDS / "還元_青嶺市.html").read_text(encoding="utf-8"))
    for item in CHECKLIST.items:
        assert any(text.startswith(f"{item.id}　") for text in shown)
        assert any(text.startswith(f"{item.id}　") for text in page)
    own = [row for row in table(demo, "answers") if row["respondent"] == "青嶺市"]
    done = sum(row["status"] == "done" for row in own)
    lines = (str(sheet.cell(row, 2).value) for row in range(1, 20))
    told = [int(text.partition("／")[0]) for text in lines if re.fullmatch(r"\d+／\d+（.*）", text)]
    assert sum(told) == done > 0


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags |= {tag, *(name for name, _ in attrs)}

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _words(page: str) -> list[str]:
    parser = _Text()
    parser.feed(page)
    return parser.found


def test_names_are_text_in_the_page(tmp_path: Path) -> None:
    name = '<script>alert(1)</script>甲市 & "乙"'
    (card,) = card_of({"a.xlsx": good(name, CHECKLIST)}, tmp_path)
    parser = _Text()
    parser.feed(card_page(card))
    assert "script" not in parser.tags
    assert "<script>alert" not in card_page(card)
    assert not re.search(r"(?:src|href)=", card_page(card))


def test_the_command_takes_away_cards_that_nobody_has_any_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, {f"{n}.xlsx": good(n, CHECKLIST) for n in ("甲市", "乙市")})
    places = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox")]
    given = [*places, "--month", "2026-11"]
    assert main(["feedback", *given]) == ExitCode.OK
    assert "還元カードを 2 団体分" in capsys.readouterr().out
    (tmp_path / "inbox" / "乙市.xlsx").unlink()
    (tmp_path / CARDS / "メモ.txt").write_text("自分用")
    assert main(["feedback", *given]) == ExitCode.OK
    assert sorted(path.name for path in (tmp_path / CARDS).iterdir()) == [
        "メモ.txt",
        "還元_甲市.html",
        "還元_甲市.xlsx",
    ]


def test_without_a_role_a_column_of_the_roster_tells_who_is_alike(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(("団体コード", "団体名", "人口区分"))
    for number in range(10):
        sheet.append((f"{number}", f"第{number}市", "5万人未満" if number < 6 else "5万人以上"))
    saved = io.BytesIO()
    book.save(saved)
    files = {f"第{n}市.xlsx": good(f"第{n}市", CHECKLIST, "①" if n < 3 else "③") for n in range(10)}
    cards = card_of({**files, "名簿.xlsx": saved.getvalue()}, tmp_path)
    told = {card.respondent.name: (card.alike, card.items[0].alike) for card in cards}
    assert told["第0市"] == ("人口区分「5万人未満」", "50%")
    assert told["第9市"] == ("人口区分「5万人以上」", WITHHELD)  # of four bodies
