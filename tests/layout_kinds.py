"""Kinds of layouts that respondents make of the form, each in many wordings, with what is meant.

A kind tells how heads and answers are arranged; its wordings are tables. What a layout means was
fixed before it was read: one letter an item, as in ``MEANT``. The notation of the sheets is told
in layouts.py.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from layouts import smartcity

# a done, b planned for December, B planned without a known month or for another, c not planned,
# - blank, ? unclear, x refused: the file is no checklist to read and one finding says so
MEANT = "abcab-caab-c"
TYPED = {"a": "①", "b": "②（12月）", "c": "③", "-": ""}
ITEMS = (*[item.id for item in smartcity().items[:10]], "サプライチェーン①", "データ連携⑥")
NOTHING = "-" * len(MEANT)
UNCLEAR = "?" * len(MEANT)
REFUSED = "x" * len(MEANT)
LEGEND = "%LEGEND"
WORDINGS = tomllib.loads(
    (Path(__file__).parent / "cases" / "layout_kinds.toml").read_text(encoding="utf-8")
)
NOTE = "補足説明欄"

Cells = Callable[[str], Sequence[str]]
First = Callable[[int, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Variant:
    """One layout with the letter of each of its items."""

    name: str
    sheets: str
    meant: str = MEANT

    @property
    def expected(self) -> Mapping[str, str]:
        """Give the letter of each item that stands in the layout."""
        return dict(zip(ITEMS, self.meant, strict=True))


def _text(_place: int, item: str) -> Sequence[str]:
    return ("{" + item + "}",)


def table(heads: Sequence[Sequence[str]], cells: Cells, *, first: First = _text) -> str:
    """Give one sheet: rows of heads, then one row an item, its text cells and its answer cells."""
    lines = [" | ".join(line) for line in heads]
    for place, (item, letter) in enumerate(zip(ITEMS, MEANT, strict=True)):
        lines.append(" | ".join((*first(place, item), *cells(letter))))
    return sheet(*lines)


def sheet(*lines: str) -> str:
    """Give one sheet in the notation of layouts.py."""
    return "\n".join(("== 回答", *lines)) + "\n"


def typed(*before: str, behind: Sequence[str] = ()) -> Cells:
    """Give an answer between cells that are the same in every row, and an empty note."""
    return lambda letter: (*before, TYPED[letter], *behind, "")


def same(*cells: str) -> Cells:
    """Give the same cells in every row."""
    return lambda _letter: cells


# heads


def beside() -> Iterator[Variant]:
    """A column of one's own beside チェック欄, which keeps its legend or stays empty."""
    for head in WORDINGS["answers"]:
        for left in ("", LEGEND):
            told = f"{head}, チェック欄 {'as printed' if left else 'empty'}"
            right_heads = [["項目", "チェック欄", head, NOTE]]
            yield Variant(f"{told}, right", table(right_heads, typed(left)))
            left_heads = [["項目", head, "チェック欄", NOTE]]
            yield Variant(f"{told}, left", table(left_heads, typed(behind=(left,))))
        once = [["項目", "チェック欄", head, NOTE], ["", LEGEND, "", ""]]
        yield Variant(f"{head}, legend below the head", table(once, typed("")))


def others() -> Iterator[Variant]:
    """A column that is not the respondent's answer never answers for an empty チェック欄."""
    for head in WORDINGS["of_others"]:
        heads = [["項目", "チェック欄", head, NOTE]]
        for left in ("", LEGEND):
            yield Variant(
                f"{head} ① beside {left or 'empty'}", table(heads, same(left, "①", "")), NOTHING
            )
        yield Variant(f"{head} ① beside answers", table(heads, typed(behind=("①",))))


def numbered() -> Iterator[Variant]:
    """Numbers of sections, and the answers of the table beside, never answer for an empty one."""
    for head in WORDINGS["answers"]:
        left = [[head, "項目", "チェック欄", NOTE]]

        def sections(place: int, item: str) -> Sequence[str]:
            return (TYPED["abc"[place % 3]][:1], "{" + item + "}")

        if head in ("番号", "区分", "項番", "①～③", "数字"):
            yield Variant(
                f"{head} before the items", table(left, same("", ""), first=sections), NOTHING
            )
        half = len(ITEMS) // 2
        pairs = list(zip(ITEMS[:half], ITEMS[half:], strict=True))
        empty = [f"{{{one}}} | | | | {{{other}}} | ① |" for one, other in pairs]
        meant = NOTHING[:half] + "a" * half
        heads = f"項目 | チェック欄 | {NOTE} | | 項目 | {head} | {NOTE}"
        yield Variant(f"{head}: the table beside is answered", sheet(heads, *empty), meant)


def option_rows() -> Iterator[Variant]:
    """A row for each option, ticked in the column whose head does not say 前回 and the like."""
    for listed in (
        ("①既に対応済み", "②これから対応予定（12月）", "③対応の予定なし"),
        ("済", "予定", "なし"),
    ):
        for tick in ("○", "✓", "レ"):
            for old in ("", "前回", "県確認"):
                lines = [
                    line
                    for item, letter in zip(ITEMS, MEANT, strict=True)
                    for line in (
                        " | ".join(
                            (
                                "^" if place else "{" + item + "}",
                                option,
                                *([] if not old else [tick if not place else ""]),
                                tick if "abc".find(letter) == place else "",
                                "",
                            )
                        )
                        for place, option in enumerate(listed)
                    )
                ]
                heads = " | ".join(("項目", "選択肢", *([old] if old else []), "今回の回答", NOTE))
                meant = MEANT if "12月" in listed[1] else MEANT.replace("b", "B")
                yield Variant(f"{listed[0]} {tick} {old}", sheet(heads, *lines), meant)


def option_rows_unclear() -> Iterator[Variant]:
    """Where nobody can tell which column is meant, or last time's is ticked, none answers."""
    last, none = ("○ |", " |", " |"), (" |", " |", " |")
    for heads, ticks, meant in (
        ("項目 | 選択肢 | 総務課 | 福祉課", ("○ |", " |", " | ○"), UNCLEAR),
        ("項目 | 選択肢 | 前回", ("○", "", ""), NOTHING),
        ("項目 | 選択肢 | 前回 | 今回", last, NOTHING),
        ("項目 | 選択肢 | 今回 | 前回", (" | ○", " |", " |"), NOTHING),
        ("項目 | 選択肢 | 令和7年度 | 令和8年度", last, NOTHING),
        ("項目 | 選択肢 | 前回の回答 | 補足説明欄", last, NOTHING),
        ("項目 | 選択肢 | 県確認 | 回答", last, NOTHING),
        ("項目 | 選択肢 | 前回 | 今回", none, NOTHING),
    ):
        for below in ("^", ""):
            lines = [
                line
                for item in ITEMS
                for line in (
                    f"{{{item}}} | ①既に対応済み | {ticks[0]}",
                    f"{below} | ②これから対応予定（○月） | {ticks[1]}",
                    f"{below} | ③対応の予定なし | {ticks[2]}",
                )
            ]
            yield Variant(f"{heads} {ticks}{below}", sheet(heads, *lines), meant)


def offices() -> Iterator[Variant]:
    """A column for the municipality and one for whoever looks it over."""
    for own, other in WORDINGS["offices"]:
        heads = [["項目", own, other, NOTE]]
        for filled in ("", "①", "レ", "確認済"):
            yield Variant(f"{own}, {other} {filled}", table(heads, typed(behind=(filled,))))
            yield Variant(f"{other} {filled} alone", table(heads, same("", filled, "")), NOTHING)


def merged() -> Iterator[Variant]:
    """One head over several columns, the answer in any of them."""

    def at(place: int, width: int) -> Cells:
        return typed(*[""] * place, behind=[""] * (width - 1 - place))

    def wandering(width: int) -> Cells:
        places = count()

        def cells(letter: str) -> Sequence[str]:
            return at(next(places) % width, width)(letter)

        return cells

    for width in (2, 3, 8):
        heads = [["項目", "チェック欄", *["<"] * (width - 1), NOTE]]
        for place in sorted({0, 1, width - 1}):
            yield Variant(f"over {width}, in {place}", table(heads, at(place, width)))
        yield Variant(f"over {width}, anywhere", table(heads, wandering(width)))
        rows = typed(behind=["<"] * (width - 1))
        yield Variant(f"over {width}, rows merged", table(heads, rows))
        legend = typed(LEGEND, *[""] * (width - 2))
        yield Variant(f"over {width}, legend in the first", table(heads, legend))


# a column for each option


def ticked(tick: str, month: str) -> Cells:
    """Give three cells of which one is ticked, or holds the month, and an empty note."""
    rows = {"a": (tick, "", ""), "b": ("", month, ""), "c": ("", "", tick), "-": ("", "", "")}
    return lambda letter: (*rows[letter], "")


def options() -> Iterator[Variant]:
    """A column for each option, headed in any words, ticked or with the month inside."""
    for heads in WORDINGS["options"]:
        for tick, month in WORDINGS["ticks"]:
            meant = MEANT if "12" in month else MEANT.replace("b", "B")
            told = f"{heads[0]} by {tick} and {month}"
            yield Variant(told, table([["項目", *heads, NOTE]], ticked(tick, month)), meant)
        two = [["項目", "チェック欄", "<", "<", NOTE], ["^", *heads, "^"]]
        yield Variant(f"{heads[0]} under チェック欄", table(two, ticked("レ", "12月")))
    heads = WORDINGS["options"][0]
    one = [["項目", *heads, NOTE]]
    yield Variant("two ticks", table(one, same("○", "○", "", "")), UNCLEAR)
    yield Variant("a month under ①", table(one, same("12月", "", "", "")), REFUSED)
    beside = [["項目", "チェック欄", "済", "予定", "なし", NOTE]]
    yield Variant("beside answers", table(beside, typed(behind=("○", "", ""))))


def options_of_others() -> Iterator[Variant]:
    """Option columns under words that call them last time's, or somebody else's."""
    heads = WORDINGS["options"][0]
    for dead in ("前回", "県確認", "記入例", "令和7年度", "事務局記入欄"):
        two = [["項目", dead, "<", "<", "今回", "<", "<", NOTE], ["", *heads, *heads, ""]]
        now = ticked("○", "12月")

        def both(letter: str, now: Cells = now) -> Sequence[str]:
            return ("○", "", "", *now(letter))

        yield Variant(f"{dead} and 今回", table(two, both))
        yield Variant(f"{dead} and nothing", table(two, same("○", *[""] * 6)), NOTHING)
        alone = [["項目", "チェック欄", dead, "<", "<", NOTE], ["", "", "済", "予定", "なし", ""]]
        yield Variant(f"{dead} alone", table(alone, same("", "○", "", "", "")), NOTHING)


# the month of ② in a cell of its own

NUMBERS = {"a": "①", "b": "②", "c": "③", "-": ""}


def apart(month: str, *, first: bool = False, others: str = "") -> Cells:
    """Give a number, its month beside it (``others``: beside every other number) and no note."""

    def cells(letter: str) -> Sequence[str]:
        when = month if letter == "b" else others if letter != "-" else ""
        return (when, NUMBERS[letter], "") if first else (NUMBERS[letter], when, "")

    return cells


def _number_note_month(letter: str) -> Sequence[str]:
    return (NUMBERS[letter], "", "12月" if letter == "b" else "")


def months() -> Iterator[Variant]:
    """A month in a column of its own, under the same head, below the item, on its card."""
    for head in WORDINGS["months"]:
        for month, letter in WORDINGS["written_months"]:
            meant = MEANT.replace("b", letter)
            right = [["項目", "チェック欄", head, NOTE]]
            yield Variant(f"{head}: {month}", table(right, apart(month)), meant)
        left = [["項目", head, "チェック欄", NOTE]]
        yield Variant(f"{head}, left", table(left, apart("12月", first=True)))
        last = [["項目", "チェック欄", NOTE, head]]
        yield Variant(f"{head}, last", table(last, _number_note_month))
        two = [["項目", "チェック欄", "<", NOTE], ["^", "番号", head, "^"]]
        yield Variant(f"{head} under チェック欄", table(two, apart("#12")))
        beside = apart("12月", others="令和9年3月")
        yield Variant(f"{head}: beside ① to come", table(right, beside), MEANT.replace("a", "?"))
        yield Variant(f"{head}: なし beside ①", table(right, apart("12月", others="なし")))
        done = apart("12月", others="R8.4")
        yield Variant(f"{head}: beside ① past", table(right, done))
        yield Variant(f"{head}: alone", table(right, same("", "12月", "")), NOTHING)
        lines = [
            line
            for item, letter in zip(ITEMS, MEANT, strict=True)
            for line in (
                f"{{{item}}} | {NUMBERS[letter]} |",
                f"{head} | {'12月' if letter == 'b' else ''} |",
            )
        ]
        yield Variant(f"{head} below the item", sheet(f"項目 | チェック欄 | {NOTE}", *lines))
        card = [
            f"{{{item}}} |\nチェック欄 | {NUMBERS[letter]}\n{head} | " + ("12月" * (letter == "b"))
            for item, letter in zip(ITEMS, MEANT, strict=True)
        ]
        yield Variant(f"{head} on a card", sheet(*card))
        yield Variant(
            f"{head}, items across",
            sheet(
                _line("項目", ["{" + item + "}" for item in ITEMS]),
                _line("チェック欄", [NUMBERS[letter] for letter in MEANT]),
                _line(head, ["12月" if letter == "b" else "" for letter in MEANT]),
            ),
        )
    for month, letter in WORDINGS["written_months"]:
        meant = MEANT.replace("b", letter)
        merged = [["項目", "チェック欄", "<", NOTE]]
        yield Variant(f"{month} under one head", table(merged, apart(month)), meant)
        bare = [["項目", "チェック欄", "", NOTE]]
        yield Variant(f"{month} under no head", table(bare, apart(month)), meant)
        below = [
            f"{{{item}}} | {NUMBERS[letter]} |" + (f"\n | {month} |" if letter == "b" else "")
            for item, letter in zip(ITEMS, MEANT, strict=True)
        ]
        yield Variant(
            f"{month} below the item", sheet(f"項目 | チェック欄 | {NOTE}", *below), meant
        )
    for head in WORDINGS["no_months"]:
        right = [["項目", "チェック欄", head, NOTE]]
        yield Variant(f"{head} is no due", table(right, apart("12月")), MEANT.replace("b", "B"))


# a check cell with parts


def labelled() -> Iterator[Variant]:
    """The check cell is printed with parts to fill in."""
    heads = [["項目", "チェック欄", NOTE]]
    for form, empty in WORDINGS["parts"]:

        def cells(letter: str, form: str = form, empty: str = empty) -> Sequence[str]:
            number = {"a": "①", "b": "②", "c": "③"}.get(letter, empty)
            month = "12" if letter == "b" else empty
            return (form.replace("{n}", number).replace("{m}", month), "")

        yield Variant(form, table(heads, cells))
    for text in WORDINGS["parts_unclear"]:
        yield Variant(text, table(heads, same(text, "")), UNCLEAR)


# heads and texts of rows


def _own_words(place: int, item: str) -> Sequence[str]:
    return (item, f"設問{place}")


def _guid(place: int) -> str:
    return f"3f2504e0-4f89-11d3-9a0c-0305e82c{place:04x}"


FIRST: Mapping[str, First] = {
    "ids alone": lambda _place, item: (item,),
    "half titles": lambda _place, item: (f"{item} {smartcity().item(item).title[:8]}",),
    "own short words": _own_words,
    "GUIDs in front": lambda place, item: (_guid(place), "{" + item + "}"),
    "hashes in front": lambda place, item: (f"{place * 2654435761 % 2**32:08x}", "{" + item + "}"),
    "numbers in front": lambda place, item: (f"#{place + 1}", "{" + item + "}"),
    "departments in front": lambda _place, item: ("情報政策課", "{" + item + "}"),
    "GUIDs behind": lambda place, item: ("{" + item + "}", _guid(place)),
}


def rows() -> Iterator[Variant]:
    """Other heads over the answers, other texts at the head of a row."""
    for head in WORDINGS["number_heads"]:
        yield Variant(f"{head} over answers", table([["項目", head, NOTE]], typed()))

        def numbered(_place: int, item: str) -> Sequence[str]:
            return (item, "{t " + item + "}")

        two = [["番号", "項目", head, NOTE]]
        yield Variant(f"番号 over ids, {head} over answers", table(two, typed(), first=numbered))
    before = (f"{TYPED[letter]} | {{{item}}}" for item, letter in zip(ITEMS, MEANT, strict=True))
    yield Variant("answers before the items", sheet("チェック欄 | 項目", *before))
    for name, first in FIRST.items():
        more = ["ID"] * (len(first(0, ITEMS[0])) - 1)
        texts = ["項目", *more] if name.endswith("behind") else [*more, "項目"]
        heads = [[*texts, "チェック欄", NOTE]]
        yield Variant(name, table(heads, typed(), first=first))
        yield Variant(f"{name}, no heads", table([], typed(), first=first))
    for brackets in ("%s", "（%s）"):

        def bare(place: int, item: str, brackets: str = brackets) -> Sequence[str]:
            category = smartcity().item(item).category
            again = place > 0 and smartcity().item(ITEMS[place - 1]).category == category
            number = item.removeprefix(category)
            return ("^" if again else category, brackets % number if "-" in number else item)

        heads = [["分野", "番号", "チェック欄", NOTE]]
        yield Variant(f"numbers alone, {brackets}", table(heads, typed(), first=bare))


# items across columns, and a card for each item

MARKS = [TYPED[letter] for letter in MEANT]


def _line(label: str, cells: Sequence[str]) -> str:
    return " | ".join((label, *cells))


def across() -> Iterator[Variant]:
    """The items stand beside each other."""
    notes = _line(NOTE, ["メモ"] * len(ITEMS))
    texts = _line("項目", ["{" + item + "}" for item in ITEMS])
    for label in WORDINGS["labels"]:
        answers = _line(label, MARKS)
        last = _line(f"{label}（前回）", ["①"] * len(ITEMS))
        yield Variant(label, sheet(texts, answers, notes))
        yield Variant(f"{label}, no notes", sheet(texts, answers))
        yield Variant(f"{label}, ids alone", sheet(_line("項目", ITEMS), answers))
        titles = _line("項目", ["{t " + item + "}" for item in ITEMS])
        yield Variant(f"{label}, ids over titles", sheet(_line("番号", ITEMS), titles, answers))
        head = ("別紙3-2 チェックシート", "団体名 | 若葉市", "")
        yield Variant(f"{label} below a head", sheet(*head, texts, answers, notes))
        yield Variant(f"{label} and last time", sheet(texts, last, answers))
        empty = _line(label, [""] * len(ITEMS))
        yield Variant(f"last time and empty {label}", sheet(texts, last, empty), NOTHING)
        bands = [
            line
            for part in (slice(0, 6), slice(6, None))
            for line in (
                _line("項目", ["{" + item + "}" for item in ITEMS[part]]),
                _line(label, MARKS[part]),
                "",
            )
        ]
        yield Variant(f"{label} in two bands", sheet(*bands))


CARDS = {
    "labels below": "項目 | {%i}\n%l | %m\n補足説明欄 |\n",
    "no label of the item": "{%i} | <\n%l | %m\n補足説明欄 | メモ",
    "heads side by side": "{%i} |\n%l | 補足説明欄\n%m | メモ",
    "number and title": "No. | %i\n内容 | {t %i}\n%l | %m\n補足説明欄 |",
    "labels in the row": "{%i} | %l | %m | 備考 | 策定",
    "boxes": "■%i |\n{t %i} |\n%l | %m\n理由 |\n----",
    "stacked": "{%i} |\n%l |\n%m |\n備考 |\nメモ |",
    "last time too": "{%i} |\n%l（前回） | ①\n%l | %m",
}


def cards() -> Iterator[Variant]:
    """A card for each item, with labels of its own."""

    def card(form: str, label: str) -> str:
        filled = (
            form.replace("%i", item).replace("%l", label).replace("%m", mark)
            for item, mark in zip(ITEMS, MARKS, strict=True)
        )
        return sheet(*filled)

    for label in WORDINGS["labels"]:
        for name, form in CARDS.items():
            yield Variant(f"{label}, {name}", card(form, label))
        # whose answer is it: the item's above or below?
        yield Variant(f"{label} above the items", card("%l | %m\n{%i} |", label), REFUSED)


KINDS = (
    beside,
    others,
    numbered,
    option_rows,
    option_rows_unclear,
    offices,
    merged,
    options,
    options_of_others,
    months,
    labelled,
    rows,
    across,
    cards,
)
