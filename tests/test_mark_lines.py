"""The option lines in a cell, one by one: where each ends, its month, what was added, its signs."""

from rows import every_row

from pipeline.model import CellKind, Decoration, Mark, RawCell, Run
from pipeline.texts.marks import read_mark
from pipeline.texts.marks.legend import _surroundings, read_legend
from pipeline.texts.marks.options import (
    Segment,
    form_of,
    instruction_mask,
    option_lines,
    squeeze,
)

MONTH = "2026-11"
LEGEND = ("①既に対応済み", "②これから対応予定（○月）", "③対応の予定なし", "※番号を記載ください。")
FACTS = {
    "official": "form",  # in the words of the form
    "filled": "❶",
    "wordless": "alone",  # the number alone is left
    "altered": "added",  # something was added, or nobody can tell
    "foreign": "own",  # in words that do not say what the number says
}


def lines(
    text: str, legend: tuple[str, ...] = LEGEND
) -> tuple[tuple[str, ...], list[Segment], list[bool]]:
    """Give each option line as text, its month and its facts; and what they are made of."""
    squeezed, form = squeeze(text), form_of(legend)
    asks = instruction_mask(squeezed, form)
    found = option_lines(squeezed, form, asks, MONTH)

    def told(line: Segment) -> str:
        month = f" ={line.due_text}" if line.due_text else ""
        facts = [word for name, word in FACTS.items() if getattr(line, name)]
        return f"{squeezed.text[line.start : line.end]}{month}{' +' * bool(facts)}{','.join(facts)}"

    return tuple(map(told, found)), found, asks


def read(text: str, decoration: Decoration | None = None) -> Mark:
    cell = RawCell(kind=CellKind.TEXT, text=text)
    return read_mark(cell, month=MONTH, legend=LEGEND, decoration=decoration)


DONE, PLANNED, NOT = "①対応済", "②対応予定(○月)", "③予定なし"
OWN = f"{DONE}\n{PLANNED}\n{NOT}"


def only(number: int, line: str) -> tuple[str, tuple[str, ...]]:
    """Give a legend in other words with one line written otherwise; the others stay as they are."""
    all_lines = [DONE, PLANNED, NOT]
    all_lines[number - 1] = line
    return "\n".join(all_lines), tuple(x for n, x in enumerate(all_lines, 1) if n != number)


@every_row(
    ("number", "line", "told"),
    [
        # a sign behind a line chooses it, in a bracket of its own or not; it is none of its words
        (1, "①対応済 ○", "①対応済"),
        (1, "①対応済○○", "①対応済"),
        (1, "①対応済 ×", "①対応済"),
        (1, "①対応済 （○）", "①対応済"),
        (1, "①対応済 （○×）", "①対応済"),
        (1, "①対応済 （）", "①対応済"),
        (1, "①対応済 （○）×", "①対応済"),
        (1, "①対応済 （○", "①対応済"),
        (1, "①対応済 ○）", "①対応済"),
        (1, "①対応済（全部） （○）", "①対応済(全部)"),
        (1, "① （○）", "① +alone"),
        (3, "③予定なし （○）", "③予定なし"),
        (3, "③予定なし ○", "③予定なし"),
        # but no letter is a sign, no bracket joined to the words, and none that holds words
        (1, "①対応済 x", "①対応済x +own"),
        (1, "①対応済 v", "①対応済v +own"),
        (1, "①対応済（○）", "①対応済(○) +added,own"),
        (1, "①対応済（全部）（○）", "①対応済(全部)(○) +added,own"),
        (1, "①対応済 （○）（全部）", "①対応済(○)(全部) +added,own"),
        (1, "①対応済 （済）", "①対応済(済)"),
        (1, "①対応済 （○済）", "①対応済(○済) +added,own"),
        (1, "①対応済 （○）済", "①対応済(○)済 +added,own"),
        # ② keeps its place for the month
        (2, "②対応予定 （○）", "②対応予定(○)"),
        (2, "②対応予定（○月） （○）", "②対応予定(○月)(○)"),
        (2, "②対応予定（○月）○", "②対応予定(○月)"),
        (2, "②（　　）", "②()"),
        (2, "②対応予定（令和　年　月）", "②対応予定(令和年月)"),
        # a month filled in, and what is none
        (2, "②対応予定（三月）", "②対応予定(三月) =三月"),
        (2, "②対応予定（令和九年三月）", "②対応予定(令和九年三月) =令和九年三月"),
        (2, "②対応予定（12月）", "②対応予定(12月) =12月"),
        (2, "②対応予定（12月", "②対応予定(12月 =12月"),
        (2, "②（12月）", "②(12月) =12月"),
        (2, "②対応予定（12月末）", "②対応予定(12月末) =12月末"),
        (2, "②対応予定（12/15）", "②対応予定(12/15) =12/15"),
        (2, "②対応予定（令和9年3月）", "②対応予定(令和9年3月) =令和9年3月"),
        (2, "②12月対応予定（12月）", "②12月対応予定(12月) =12月 +added"),
        (2, "②対応予定（12月予定）", "②対応予定(12月予定) +added"),
        (2, "②対応予定（12月）済", "②対応予定(12月)済 +added"),
        (2, "②（12月）対応予定", "②(12月)対応予定 +added"),
        (2, "②対応予定（年度末）", "②対応予定(年度末)"),
        (2, "②対応予定（第4四半期）", "②対応予定(第4四半期) +added"),
        (2, "②対応予定 12月", "②対応予定12月 +added"),
        (1, "①対応済（12月）", "①対応済(12月) +added"),
        (3, "③予定なし（12月）", "③予定なし(12月) +added"),
        # something added: a number, words that go on from the number, words apart in the last line
        (3, "③予定なし3年", "③予定なし3年 +added"),
        (3, "③予定なし 済", "③予定なし済 +added,own"),
        (3, "③予定 なし", "③予定なし +added"),
        (3, "③予定なし ・済", "③予定なし・済 +added,own"),
        (3, "③予定なし （済）", "③予定なし(済) +added,own"),
        (3, "③予定なし （未定）", "③予定なし(未定)"),
        (3, "③予定なし（理由は 補足）", "③予定なし(理由は補足)"),
        (3, "③予定なし（理由） （補足）", "③予定なし(理由)(補足)"),
        (3, "③予定なし（理由） 補足", "③予定なし(理由)補足"),
        (3, "③予定なし（理由は 補足）を 別紙 に", "③予定なし(理由は補足)を別紙に +added"),
        (3, "③ 予定なし", "③予定なし"),
        (3, "③．予定なし", "③.予定なし"),
        (3, "③… 予定なし", "③...予定なし"),
        (1, "①対応 済", "①対応済"),
        (1, "①は対応済", "①は対応済 +added"),
        (1, "①・が対応済", "①・が対応済 +added"),
        (3, "③もなし", "③もなし +added"),
        (3, "③はい", "③はい"),
        (3, "③いまはなし", "③いまはなし"),
        # the number alone, without a letter beside it
        (1, "①", "① +alone"),
        (1, "①（対応済）", "①(対応済) +alone"),
        (3, "③（ ）", "③() +alone"),
        (3, "③―", "③ +alone"),
        (2, "②", "② +alone"),
        (2, "②（対応予定）", "②(対応予定)"),
        # in words of its own
        (1, "①はい", "①はい +own"),
        (1, "①未対応", "①未対応 +own"),
        (3, "③対応済", "③対応済 +own"),
        (3, "③予定なし済", "③予定なし済 +own"),
        (3, "③未定（予定）", "③未定(予定) +added,own"),
        # where a line ends
        (1, "①対応済※全部", "①対応済"),
        (1, "①対応済\n（全部）", "①対応済(全部)"),
        (1, "①対応済\n（全部\nの）", "①対応済(全部"),
        (1, "①対応済\nみ", "①対応済"),
        (2, "②対応予定\n（○月）", "②対応予定(○月)"),
        (3, "③予定なし\n④対象外", "③予定なし"),
        (1, "❶対応済", "①対応済 +❶"),
        (1, "⓵対応済", "①対応済 +❶"),
        (1, "➀対応済", "①対応済"),
    ],
)
def test_one_line_of_a_legend_in_other_words(number: int, line: str, told: str) -> None:
    text, others = only(number, line)
    found, segments, _ = lines(text)
    assert found[number - 1] == told
    assert others == tuple(x for n, x in enumerate(found, 1) if n != number)
    assert [segment.number for segment in segments] == [1, 2, 3]
    for segment in segments:
        assert segment.lines == {
            squeeze(text).line_at[at] for at in range(segment.start, segment.end)
        }


@every_row(
    ("text", "told"),
    [
        ("1.済 2.予定 3.なし", "1.済 2.予定 3.なし"),
        ("1済 2予定 3なし", "1済 2予定 3なし"),
        ("1、済 2、予定 3、なし", "1、済 2、予定 3、なし"),
        ("1:済 2:予定 3:なし", "1:済 2:予定 3:なし"),
        ("1)済 2)予定 3)なし", "1)済 2)予定 3)なし"),
        ("1=済 2=予定 3=なし", "1=済 2=予定 3=なし"),
        ("1-済 2_予定 3-なし", "1-済 2_予定 3-なし"),
        ("(1)済 (2)予定 (3)なし", "(1)済 (2)予定 (3)なし"),
        ("(①)済 (②)予定 (③)なし", "(①)済 (②)予定 (③)なし"),
        ("[1]済 [2]予定 [3]なし", "(1)済 (2)予定 (3)なし"),
        ("①.済②.予定③.なし", "①.済 ②.予定 ③.なし"),
        ("①済②予定③なし", "①済 ②予定 ③なし"),
        ("□1済 ☑2予定 □3なし", "1済 2予定 3なし"),
        ("3.なし 2.予定 1.済", "3.なし 2.予定 1.済"),
        ("1.済 2.予定", "1.済 2.予定"),
        ("2.予定 1.済", "2.予定 1.済"),
        ("1.済 3.なし", "1.済 3.なし"),
        ("① ①済 ②予定 ③なし", "①済 ②予定 ③なし"),
        ("1 ①済 ②予定 ③なし", "①済 ②予定 ③なし"),
        ("①済 ②予定 ③なし ①", "①済 ②予定 ③なし"),
        ("①第三者が対応 ②二次対応 ③五年度", "①第三者が対応 ②二次対応 ③五年度"),
        ("①済 ②予定 ③なし 1", "①済 ②予定 ③なし"),
        ("1.月次 2.年次 3.日次", "1.月次 2.年次 3.日次"),
        # counts, times and parts of words are no options, nor are two numbers in circles
        ("1件 2件 3件", ""),
        ("1月 2月 3月", ""),
        ("1日 2予定 3なし", ""),
        ("1% 2% 3%", ""),
        ("1つ 2つ 3つ", ""),
        ("1~3 2~3 3~3", ""),
        ("A1済 A2予定 A3なし", ""),
        ("済1 予定2 なし3", ""),
        ("1.済2.予定3.なし", ""),
        ("①済 ②予定", ""),
        ("①済 2.予定", ""),
        ("1.済 1.予定", ""),
        ("1.済 2.", ""),
        ("1. 2.予定", ""),
        ("前 1.済 2.予定", ""),
        ("2.予定 3.なし 1.済", ""),
        ("1.済 2.予定 2.予定", ""),
        ("0.済 4.予定 5.なし", ""),
    ],
)
def test_what_leads_an_option_line(text: str, told: str) -> None:
    found = " ".join(line.partition(" +")[0] for line in lines(text)[0])
    assert found == told
    broken = "\n".join(text.split(" "))
    assert " ".join(line.partition(" +")[0] for line in lines(broken)[0]) == told


@every_row(
    ("text", "told"),
    [
        ("\n".join(LEGEND),
         ("①既に対応済み +form", "②これから対応予定(○月) =○月 +form", "③対応の予定なし +form")),
        ("③対応の予定なし\n①既に対応済み", ("③対応の予定なし +form", "①既に対応済み +form")),
        ("1既に対応済み 2.これから対応予定（12月",
         ("1既に対応済み", "2.これから対応予定(12月 =12月")),
        ("❶既に対応済み\n②これから対応予定（）",
         ("①既に対応済み +form,❶", "②これから対応予定() +form")),
        ("(1)既に対応済み", ("(1)既に対応済み +form",)),
        ("既に対応済み", ("既に対応済み +form",)),
        # two lines of the form, and all three in other words: the whole legend goes first
        ("②これから対応予定（三月）", ("②これから対応予定(三月) =三月 +form",)),
        ("②これから対応予定（十二月", ("②これから対応予定(十二月 =十二月 +form",)),
        ("①既に対応済み\n②今後対応（○月）\n③対応の予定なし",
         ("①既に対応済み", "②今後対応(○月)", "③対応の予定なし")),
        ("①既に対応済み\n②これから対応予定（○月）\n③なし",
         ("①既に対応済み", "②これから対応予定(○月)", "③なし")),
    ],
)  # fmt: skip
def test_the_lines_of_the_form(text: str, told: tuple[str, ...]) -> None:
    found, segments, _ = lines(text)
    assert found == told
    line_at = squeeze(text).line_at
    assert [line.lines for line in segments] == [
        set(line_at[line.start : line.end]) for line in segments
    ]


@every_row(
    ("text", "legend", "asks"),
    [
        ("※番号を記載ください。\n①", LEGEND, "※番号を記載ください。"),
        ("①\n※番号を記載ください。", LEGEND, "※番号を記載ください。"),
        ("①※当てはまる番号を記入してください", LEGEND, "※当てはまる番号を記入してください"),
        ("①②※どれかを選択すること。済", LEGEND, "※どれかを選択すること。"),
        ("プルダウンから\n①済", (*LEGEND, "プルダウンから"), "プルダウンから"),
        ("①済\nプルダウンから", ("プルダウンから", *LEGEND), "プルダウンから"),
        ("①済 プルダウンから プルダウンから", (*LEGEND, "プルダウンから"), "プルダウンから"),
        ("①済\nプルダウンから", LEGEND, ""),
        ("①済", (*LEGEND, ""), ""),
        # what asks in any words does so only where there is something to choose from
        ("選択肢 ①済 ②予定", LEGEND, "選択肢"),
        ("①済 ②予定 回答欄：", LEGEND, "回答欄:"),
        ("番号を選択してください 1.済 2.予定", LEGEND, "番号を選択してください"),
        ("番号を選択してください ①", LEGEND, ""),
        ("番号を選択してください", LEGEND, ""),
        ("①済 ②予定 番号を選択してください済", LEGEND, ""),
        ("回答 ① ②\n回答", LEGEND, "回答回答"),
        ("① 回答 ②", LEGEND, "回答"),
        ("済 ①② 回答", LEGEND, "回答"),
    ],
)
def test_what_only_asks(text: str, legend: tuple[str, ...], asks: str) -> None:
    squeezed = squeeze(text)
    mask = instruction_mask(squeezed, form_of(legend))
    assert len(mask) == len(squeezed.text)
    assert "".join(sign for sign, one in zip(squeezed.text, mask, strict=True) if one) == asks


def test_a_line_of_the_form_may_hold_two_brackets() -> None:
    ((number, pattern),) = form_of(("②対応予定（○月）（未定も可）",)).options
    found = pattern.fullmatch("②対応予定(12月)")
    assert number == 2
    assert found is not None
    assert found["due"] == "12月"
    ((_, plain),) = form_of(("③予定なし",)).options
    assert not plain.fullmatch("③予定なし()")


# --- signs between the lines, and what stands outside ---------------------------------------------

ONE, TWO, THREE = "①既に対応済み", "②これから対応予定（○月）", "③対応の予定なし"
WHOLE = "\n".join(LEGEND)


@every_row(
    ("text", "signs", "outside"),
    [
        (f"{ONE}\n{TWO}\n{THREE}", ("", "", ""), ""),
        (f"○{ONE}\n{TWO}\n{THREE}", ("○", "", ""), ""),
        (f"○ {ONE}\n□{TWO}\n□ {THREE}", ("○", "□", "□"), ""),
        (f"{ONE}○\n{TWO} ○\n{THREE}○", ("|○", "|○", "|○"), ""),
        (f"{ONE}（○）\n{TWO}（　）\n{THREE}（　）", ("|(○)", "|()", "|()"), ""),
        # on one line a sign belongs to what it touches, else to what follows
        (f"{ONE}○{TWO}{THREE}", ("", "○", ""), ""),
        (f"{ONE} ○{TWO} {THREE}", ("", "○", ""), ""),
        (f"{ONE} ○ {TWO} {THREE}", ("", "○", ""), ""),
        (f"{ONE}○ {TWO} {THREE}", ("|○", "", ""), ""),
        (f"{ONE}□ {TWO}○ {THREE}□", ("|□", "|○", "|□"), ""),
        (f"□{ONE} ○{TWO} □{THREE}", ("□", "○", "□"), ""),
        # a sign alone on its line belongs to none
        (f"○\n{ONE}\n{TWO}\n{THREE}", ("", "", ""), "○"),
        (f"{ONE}\n{TWO}\n{THREE}\n○", ("", "", ""), "○"),
        (f"{ONE}\n○\n{TWO}\n{THREE}", ("", "", ""), "○"),
        (f"{ONE}\n※番号を記載ください。○\n{TWO}\n{THREE}", ("", "", ""), "○"),
        (f"【{ONE}】\n{TWO}\n{THREE}", ("(|)", "", ""), ""),
        ("①対応済\n②○\n③予定なし", ("", "|○", ""), ""),
        ("①○\n②対応予定\n③予定なし", ("|○", "", ""), ""),
        # words are no signs, nor is a sign with words
        (f"{ONE} 済\n{TWO}\n{THREE}", ("", "", ""), "済"),
        (f"済 {ONE}\n{TWO}\n{THREE}", ("", "", ""), "済"),
        (f"○済{ONE}\n{TWO}\n{THREE}", ("", "", ""), "○済"),
        (f"②\n{ONE}\n{TWO}\n{THREE}\n（12月）", ("", "", ""), "② (12月)"),
        (f"{ONE}\n検討中\n未定\n{TWO}\n{THREE}", ("", "", ""), "検討中 未定"),
        (f"{ONE}\n{TWO}\n{THREE}※番号を記載ください。①", ("", "", ""), "①"),
    ],
)
def test_what_stands_around_the_lines(text: str, signs: tuple[str, ...], outside: str) -> None:
    _, segments, asks = lines(text)
    untouched = [False] * len(asks)
    found, around = _surroundings(squeeze(text), segments, asks, untouched)
    assert (tuple(line.signs for line in found), around) == (signs, outside)
    assert [line.number for line in found] == [1, 2, 3]


def test_what_was_struck_stands_nowhere() -> None:
    text = f"○{ONE}\n○{TWO} 済\n{THREE}済検討"
    _, segments, asks = lines(text)
    squeezed = squeeze(text).text
    struck = [False] * len(asks)
    for at in (0, squeezed.index("○②") + 2 + len("これから対応予定(○月)"), len(squeezed) - 3):
        struck[at] = True
    found, around = _surroundings(squeeze(text), segments, asks, struck)
    assert [line.signs for line in found] == ["", "○", ""]
    assert around == "検討"


@every_row(
    ("text", "status", "notation", "read_by", "due", "untouched"),
    [
        # one line left is the answer; a sign before it makes it plainer, a box says nothing
        (ONE, "done", "done-with-remark", "number", "", False),
        (f"○{ONE}", "done", "done-with-remark", "legend_mark", "", False),
        (f"☑{ONE}", "done", "done-with-remark", "legend_mark", "", False),
        (f"○{ONE} 検討中", "unclear", "done-with-doubt", "nothing", "", False),
        (f"×{ONE}", "unclear", "number-denied", "nothing", "", False),
        (f"×{ONE}\n{LEGEND[3]}", "unclear", "number-denied", "nothing", "", False),
        (f"{ONE}\n{LEGEND[3]}", "done", "done-with-remark", "number", "", False),
        (f"○{ONE}\n{LEGEND[3]}", "done", "done-with-remark", "legend_mark", "", False),
        ("○②これから対応予定（12月）", "planned", "planned-with-remark", "legend_mark",
         "2026-12", False),
        (f"②これから対応予定（12月）\n{LEGEND[3]}", "planned", "planned-with-remark", "number",
         "2026-12", False),
        # the line that asks, alone or with an answer of any kind
        (LEGEND[3], "blank", "", "nothing", "", True),
        (f"{LEGEND[3]}\n①", "done", "done-number", "number", "", False),
        (f"②（12月）{LEGEND[3]}", "planned", "planned-with-remark", "number", "2026-12", False),
        (f"{LEGEND[3]}\n検討中", "unclear", "progress-words", "nothing", "", False),
        (f"① {LEGEND[3]} （予定）", "unclear", "done-contradicted", "nothing", "", False),
    ],
)  # fmt: skip
def test_few_lines_are_left(
    text: str, status: str, notation: str, read_by: str, due: str, untouched: bool
) -> None:
    mark = read(text)
    assert (mark.status, mark.notation, mark.read_by) == (status, notation, read_by)
    assert (mark.due.month, mark.legend_untouched, mark.raw) == (due, untouched, text)


@every_row(
    ("text", "numbers"),
    [
        (WHOLE, (1, 2, 3)),
        (f"{THREE}\n{ONE}", (3, 1)),
        (f"○{ONE}", (1,)),
        (f"{THREE}\n{LEGEND[3]}", (3,)),
        (f"{THREE}\n{LEGEND[3]}\n済", (3,)),
        (LEGEND[3], ()),
        (f"① {LEGEND[3]}", ()),
        (ONE, None),
        (f"{ONE} 済", None),
        ("①対応済みです。", None),
        ("①済", None),
    ],
)
def test_which_lines_an_object_may_point_at(text: str, numbers: tuple[int, ...] | None) -> None:
    found = read_legend(text, LEGEND, MONTH, None)
    assert (None if found is None else found.numbers) == numbers


# --- formatting of the lines ----------------------------------------------------------------------

STRUCK, BOLD, LINED = (
    Run(text="", struck=True),
    Run(text="", bold=True),
    Run(text="", underlined=True),
)
RED, BLUE, GREEN, GREY = (
    Run(text="", color=each) for each in ("FFFF0000", "FF0000FF", "FF00B050", "FF808080")
)


def dressed(text: str, *dresses: tuple[str, Run]) -> Decoration:
    """Give the runs of a text in which each of some pieces has a look of its own."""
    runs = []
    for piece, look in dresses:
        before, found, text = text.partition(piece)
        assert found
        runs += [Run(text=before)] if before else []
        runs.append(
            Run(
                text=piece,
                struck=look.struck,
                bold=look.bold,
                underlined=look.underlined,
                color=look.color,
            )
        )
    return Decoration(runs=(*runs, Run(text=text)))


@every_row(
    ("dresses", "told"),
    [
        # struck: half of a line, or its number; less than half says nothing
        ((("①既に対", STRUCK), (THREE, STRUCK)), ("planned", "", "format", "取り消し線")),
        ((("①既に対応", STRUCK),), ("unclear", "several", "nothing", "")),
        ((("に対応済", STRUCK), (THREE, STRUCK)), ("planned", "", "format", "取り消し線")),
        ((("に対応", STRUCK), (THREE, STRUCK)), ("unclear", "several", "nothing", "")),
        ((("対応", STRUCK),), ("blank", "", "nothing", "")),
        ((("①", STRUCK), (THREE, STRUCK)), ("planned", "", "format", "取り消し線")),
        ((("①", STRUCK),), ("unclear", "several", "nothing", "")),
        (((ONE, STRUCK), (TWO, STRUCK), (THREE, STRUCK)), ("unclear", "no_number", "nothing",
         "取り消し線で消されています")),
        (((ONE, STRUCK), ("対応の予", STRUCK)),
         ("planned", "", "format", "取り消し線")),
        (((ONE, STRUCK), ("対応の", STRUCK)), ("unclear", "several", "nothing", "")),
        # of two lines left one may stand out; of one left nothing is asked
        (((ONE, STRUCK), (TWO, BOLD)), ("planned", "", "emphasis", "取り消し線・太字")),
        (((ONE, STRUCK), (TWO, RED)), ("planned", "", "emphasis", "取り消し線・文字の色")),
        (((ONE, STRUCK), (TWO, BOLD), (THREE, STRUCK)), ("planned", "", "format", "取り消し線")),
        (((ONE, STRUCK), (TWO, STRUCK), (THREE, BOLD)),
         ("not_planned", "", "format", "取り消し線")),
        (((ONE, STRUCK), (TWO, BOLD), (THREE, BOLD)), ("unclear", "several", "nothing", "")),
        # bold, underlined, coloured: in a part of the line, too
        ((("既に", BOLD),), ("done", "", "emphasis", "太字")),
        ((("既に", LINED),), ("done", "", "emphasis", "下線")),
        ((("既に", RED),), ("done", "", "emphasis", "文字の色")),
        (((ONE, BOLD), (THREE, LINED)), ("unclear", "several", "nothing", "")),
        (((ONE, BOLD), (TWO, BOLD)), ("unclear", "several", "nothing", "")),
        (((ONE, LINED), (TWO, LINED)), ("unclear", "several", "nothing", "")),
        (((ONE, BOLD), (TWO, BOLD), (THREE, BOLD)), ("blank", "", "nothing", "")),
        (((ONE, RED), (TWO, RED)), ("unclear", "several", "nothing", "")),
        (((ONE, RED), (TWO, BLUE)), ("unclear", "several", "nothing", "")),
        (((ONE, RED), (TWO, RED), (THREE, RED)), ("blank", "", "nothing", "")),
        (((ONE, RED), (TWO, BLUE), (THREE, GREEN)), ("blank", "", "nothing", "")),
        (((ONE, BLUE), (TWO, RED), (THREE, BLUE)), ("planned", "", "emphasis", "文字の色")),
        (((ONE, BLUE), (TWO, BLUE), (THREE, RED)), ("not_planned", "", "emphasis", "文字の色")),
        (((ONE, GREY), (TWO, GREY)), ("unclear", "several", "nothing", "")),
        (((ONE, GREY), (TWO, GREY), (THREE, GREY)), ("blank", "", "nothing", "")),
        (((ONE, BOLD), (TWO, GREY)), ("done", "", "emphasis", "太字")),
        (((ONE, RED), (TWO, GREY), (THREE, GREY)), ("unclear", "several", "nothing", "")),
        # outside the lines nothing is chosen
        (((LEGEND[3], BOLD),), ("blank", "", "nothing", "")),
        (((LEGEND[3], STRUCK),), ("blank", "", "nothing", "")),
    ],
)  # fmt: skip
def test_how_the_lines_look(
    dresses: tuple[tuple[str, Run], ...], told: tuple[str, str, str, str]
) -> None:
    mark = read(WHOLE, dressed(WHOLE, *dresses))
    assert (mark.status, mark.doubt, mark.read_by, mark.object_text) == told
    assert mark.legend_untouched is (told[0] == "blank")
    assert mark.raw == WHOLE


@every_row(
    ("line", "piece", "due"),
    [
        ("②これから対応予定（12月→1月）", "12月", "2027-01"),
        ("②これから対応予定（12月→1月）", "12月→", "2027-01"),
        ("②これから対応予定（12月1月）", "1月", "2026-12"),
        ("②12月対応予定（12月）", "12月", "2026-12"),
    ],
)
def test_a_month_that_was_struck_is_none(line: str, piece: str, due: str) -> None:
    text = WHOLE.replace(TWO, line)
    before = text.rindex(piece) if piece == "1月" else text.index(piece)
    runs = (
        Run(text=text[:before]),
        Run(text=piece, struck=True),
        Run(text=text[before + len(piece) :]),
    )
    mark = read(text, Decoration(runs=runs))
    assert (mark.status, mark.due.month, mark.read_by) == ("planned", due, "filled_month")


def test_a_month_struck_behind_the_lines_is_not_the_one_within() -> None:
    text = WHOLE.replace("○月", "12月") + "\n12月"
    mark = read(text, Decoration(runs=(Run(text=text[:-3]), Run(text="12月", struck=True))))
    assert (mark.status, mark.due.month, mark.read_by) == ("planned", "2026-12", "filled_month")


def test_an_option_chosen_and_struck() -> None:
    signed = "○" + WHOLE
    mark = read(signed, dressed(signed, (ONE, STRUCK)))
    assert (mark.status, mark.doubt) == ("unclear", "several")
    answered = "①\n" + WHOLE
    mark = read(answered, dressed(answered, (ONE, STRUCK)))
    assert (mark.status, mark.read_by) == ("done", "number")
    against = "②\n" + WHOLE
    mark = read(against, dressed(against, (TWO, STRUCK), (THREE, STRUCK)))
    assert (mark.status, mark.doubt) == ("unclear", "several")


def test_planned_beside_lines_without_its_own() -> None:
    mark = read(f"②\n{ONE}\n{THREE}")
    assert (mark.status, mark.due.month, mark.due.problem) == ("planned", "", "missing")


def test_the_only_month_struck_leaves_the_legend_as_it_was_printed() -> None:
    for text in (WHOLE.replace("○月", "12月"), OWN.replace("○月", "12月")):
        assert read(text).status == "planned"
        mark = read(text, dressed(text, ("12月", STRUCK)))
        assert (mark.status, mark.legend_untouched) == ("blank", True)


@every_row(
    ("text", "status"),
    [
        ("1済2予3無", "unclear"),
        ("①済②予③無", "blank"),
        ("①済②③", "unclear"),
        ("①②③", "unclear"),
    ],
)
def test_the_shortest_legend_has_six_signs(text: str, status: str) -> None:
    mark = read(text)
    assert (mark.status, mark.legend_untouched) == (status, status == "blank")


def test_the_longest_cell_that_is_searched_for_a_legend() -> None:
    whole = WHOLE.ljust(1999, "\n") + "①"
    assert len(whole) == 2000
    assert read(whole).status == "done"
    longer = read("\n" + whole)
    assert (longer.status, longer.doubt) == ("unclear", "several")
