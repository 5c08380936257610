"""Whole forms as respondents may re-make them, labelled before they were first read.

Each is a workbook of all items, told in the notation of layouts.py, with one letter an item as in
layout_kinds.py. Two sets: the second was written after the first had been mended.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice

from layouts import smartcity

ITEMS = smartcity().items
IDS = tuple(item.id for item in ITEMS)
MEANT = "".join(islice(cycle("abcab-caab-cb"), len(IDS)))
MARK = {"a": "①", "b": "②（12月）", "c": "③", "-": ""}
NUMBER = {"a": "①", "b": "②", "c": "③", "-": ""}
WHEN = {"a": "", "b": "12月", "c": "", "-": ""}
NOTHING = "-" * len(IDS)
REFUSED = "x" * len(IDS)
LEGEND = "%LEGEND"
NOTE = "補足説明欄"

Layout = tuple[str, str, str]  # name, sheets, letters
Bodies = tuple[str, str, Mapping[str, str]]
Row = Callable[[int, str, str], Sequence[str]]  # place, id, letter -> cells


def line(*cells: str) -> str:
    return " | ".join(cells)


def sheet(*lines: str, name: str = "チェックシート") -> str:
    return "\n".join((f"== {name}", *lines)) + "\n"


def rows(row: Row, places: Sequence[int] = range(len(IDS))) -> list[str]:
    return [line(*row(place, IDS[place], MEANT[place])) for place in places]


def table(heads: Sequence[str], row: Row) -> str:
    return sheet(*heads, *rows(row))


def official(name: str) -> str:
    return "{" + name + "}"


def by_category() -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, item in enumerate(ITEMS):
        found.setdefault(item.category, []).append(place)
    return found


WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
PLAIN = str.maketrans({chr(0x2460 + n): str(n + 1) for n in range(20)})


def first_set() -> Iterator[Layout]:
    """Give the first set."""
    yield (
        "a department before the check column",
        table(
            ["項目 | 所管課 | チェック欄 | 補足説明欄"],
            lambda _, i, m: (official(i), "情報政策課", MARK[m], "メモ"),
        ),
        MEANT,
    )
    yield (
        "a deadline column",
        table(
            ["項目 | チェック欄 | 期限 | 優先度 | 補足説明欄"],
            lambda _, i, m: (official(i), NUMBER[m], WHEN[m], "高", ""),
        ),
        MEANT,
    )
    yield (
        "empty columns between",
        table(
            ["| 項目 | | チェック欄 | | 補足説明欄"],
            lambda _, i, m: ("", official(i), "", MARK[m], "", "メモ"),
        ),
        MEANT,
    )
    spaced = [
        each for one in rows(lambda _, i, m: (official(i), MARK[m], "")) for each in (one, "")
    ]
    yield "empty rows between", sheet("項目 | チェック欄 | 補足説明欄", *spaced), MEANT
    sections = []
    for category, places in by_category().items():
        sections += [f"■ {category}について", *rows(lambda _, i, m: (official(i), MARK[m]), places)]
    yield "section rows between", sheet("項目 | チェック欄", *sections), MEANT
    yield (
        "category merged, id, title and description apart",
        table(
            ["分野 | 番号 | 項目 | 内容 | チェック欄 | 補足説明欄"],
            lambda p, i, m: (
                "^" if p and ITEMS[p - 1].category == ITEMS[p].category else ITEMS[p].category,
                i,
                "{t " + i + "}",
                "{d " + i + "}",
                MARK[m],
                "",
            ),
        ),
        MEANT,
    )
    yield (
        "heads of two lines",
        table(
            ["項目 | チェック欄 | 補足説明欄", " | （①～③） | （任意）"],
            lambda _, i, m: (official(i), MARK[m], "メモ"),
        ),
        MEANT,
    )
    yield (
        "the legend in a third line of heads",
        table(
            ["項目 | チェック欄 | 補足説明欄", "^ | 番号を記入 | ^", f"^ | {LEGEND} | ^"],
            lambda _, i, m: (official(i), MARK[m], "メモ"),
        ),
        MEANT,
    )
    yield (
        "回答 over 番号 and 補足",
        table(
            ["項目 | 回答 | <", "^ | 番号 | 補足"],
            lambda _, i, m: (official(i), MARK[m], "メモ"),
        ),
        MEANT,
    )
    yield (
        "items across with categories above",
        sheet(
            line("分野", *(item.category for item in ITEMS)),
            line("項目", *map(official, IDS)),
            line("チェック欄", *(MARK[m] for m in MEANT)),
            line(NOTE, *("メモ" for _ in IDS)),
        ),
        MEANT,
    )
    halves = (range(30), range(30, len(IDS)))
    yield (
        "items across on two sheets",
        "".join(
            sheet(
                line("項目", *(official(IDS[p]) for p in half)),
                line("回答", *(MARK[MEANT[p]] for p in half)),
                name=f"その{n}",
            )
            for n, half in enumerate(halves, start=1)
        ),
        MEANT,
    )
    yield (
        "last month hidden",
        table(
            ["項目 | チェック欄（10月） | チェック欄（11月） | 補足説明欄"],
            lambda _, i, m: (official(i), "①", MARK[m], ""),
        ).replace("== チェックシート", "== チェックシート (hidden columns: B)"),
        MEANT,
    )
    yield (
        "the form's check column hidden, a new one in sight",
        table(
            ["項目 | チェック欄 | 回答 | 補足説明欄"],
            lambda _, i, m: (official(i), LEGEND, MARK[m], ""),
        ).replace("== チェックシート", "== チェックシート (hidden columns: B)"),
        MEANT,
    )
    paged: list[str] = []
    for start in range(0, len(IDS), 15):
        paged += [
            "項目 | チェック欄 | 補足説明欄",
            *rows(
                lambda _, i, m: (official(i), MARK[m], ""), range(start, min(start + 15, len(IDS)))
            ),
            f" | {start // 15 + 1}／4ページ | ",
            "",
        ]
    yield "heads again on every page", sheet(*paged), MEANT
    yield (
        "a sheet for each category",
        "".join(
            sheet(
                "項目 | チェック欄 | 補足説明欄",
                *rows(lambda _, i, m: (official(i), MARK[m], ""), places),
                name=category,
            )
            for category, places in by_category().items()
        ),
        MEANT,
    )
    yield (
        "a sheet for each category, numbers alone before the titles",
        "".join(
            sheet(
                "番号 | 項目 | チェック欄 | 補足説明欄",
                *rows(
                    lambda _, i, m, c=category: (i.removeprefix(c), "{t " + i + "}", MARK[m], ""),
                    places,
                ),
                name=category,
            )
            for category, places in by_category().items()
        ),
        MEANT,
    )
    for name, text in (
        ("ids in brackets", "【%s】{t %s}"),
        ("ids behind the titles", "{t %s}（%s）"),
        ("ids after a number of one's own", "%n．%s　{t %s}"),
        ("wide ids", "%w：{t %s}"),
        ("plain digits in ids", "%p {t %s}"),
        ("titles alone", "{t %s}"),
        ("titles and descriptions alone", "{t %s}\\n{d %s}"),
        ("Q numbers", "Q%n {t %s}"),
    ):

        def filled(place: int, item: str, text: str = text) -> str:
            wide = item.translate(PLAIN).translate(WIDE)
            made = text.replace("%n", str(place + 1)).replace("%w", wide)
            return made.replace("%p", item.translate(PLAIN)).replace("%s", item)

        yield (
            name,
            table(
                ["項目 | チェック欄 | 補足説明欄"],
                lambda p, i, m, f=filled: (f(p, i), MARK[m], ""),
            ),
            MEANT,
        )
    yield (
        "title and description in two rows, the rest merged",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *(
                each
                for i, m in zip(IDS, MEANT, strict=True)
                for each in (line("{" + i + " t}", MARK[m], ""), line("{d " + i + "}", "^", "^"))
            ),
        ),
        MEANT,
    )
    yield (
        "merged over two rows, the month in the second",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *(
                each
                for i, m in zip(IDS, MEANT, strict=True)
                for each in (line(official(i), NUMBER[m], ""), line("^", WHEN[m], "^"))
            ),
        ),
        MEANT,
    )
    yield (
        "an option a row",
        sheet(
            "項目 | 選択肢 | 該当に○ | 補足説明欄",
            *(
                each
                for i, m in zip(IDS, MEANT, strict=True)
                for each in (
                    line(official(i), "①既に対応済み", "○" if m == "a" else "", ""),
                    line("^", "②これから対応予定（12月）", "○" if m == "b" else "", "^"),
                    line("^", "③対応の予定なし", "○" if m == "c" else "", "^"),
                )
            ),
        ),
        MEANT,
    )
    yield (
        "notes before answers",
        table(
            ["項目 | 補足説明欄 | チェック欄"],
            lambda _, i, m: (official(i), "要綱第3条による", MARK[m]),
        ),
        MEANT,
    )
    yield (
        "notes last behind others",
        table(
            ["項目 | チェック欄 | 担当 | 内線 | 補足説明欄"],
            lambda p, i, m: (official(i), MARK[m], "佐藤", f"#{200 + p}", "メモ"),
        ),
        MEANT,
    )
    yield (
        "two columns of notes",
        table(
            ["項目 | チェック欄 | 取組内容 | 課題"],
            lambda _, i, m: (official(i), MARK[m], "規程あり", "特になし"),
        ),
        MEANT,
    )
    yield (
        "pasted from a text, a line a row",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *(
                each
                for item, m in zip(ITEMS, MEANT, strict=True)
                for each in (
                    line("{" + item.id + " t}", MARK[m], ""),
                    line(item.description[:20], "", ""),
                    line(item.description[20:] or "。", "", ""),
                )
            ),
        ),
        MEANT,
    )
    yield (
        "pasted from a text, heads and cells with breaks",
        table(
            ["項　目 | チェック\\n欄 | 補足\\n説明欄"],
            lambda _, i, m: (f"　{official(i)}　\\n", f"{MARK[m]}\\n" if MARK[m] else "", "　"),
        ),
        MEANT,
    )
    yield (
        "answers behind the item text",
        table(
            ["項目 | チェック欄 | 補足説明欄"],
            lambda _, i, m: (official(i) + (f"\\n→ {MARK[m]}" if MARK[m] else ""), "", ""),
        ),
        NOTHING,
    )
    ticks: Mapping[str, Sequence[str]] = {
        "a": ("○", "", ""),
        "b": ("", "12月", ""),
        "c": ("", "", "○"),
        "-": ("", "", ""),
    }
    for name, heads in (
        ("済, 予定, なし", ["項目 | 済 | 予定 | なし | 備考"]),
        ("実施済 and months", ["項目 | 実施済 | 実施予定（月） | 実施予定なし | 備考"]),
        ("under 該当に○", ["項目 | 回答（該当に○） | < | < | 備考", "^ | ①済 | ②予定 | ③なし | ^"]),
        (
            "long options",
            ["項目 | ①既に対応済み | ②これから対応予定（○月） | ③対応の予定なし | 備考"],
        ),
    ):
        yield (
            f"options: {name}",
            table(heads, lambda _, i, m: (official(i), *ticks[m], "")),
            MEANT,
        )
    yield (
        "options with a month column among them",
        table(
            ["項目 | 対応済 | 対応予定 | 予定月 | 予定なし | 備考"],
            lambda _, i, m: (
                official(i),
                "○" if m == "a" else "",
                "○" if m == "b" else "",
                WHEN[m],
                "○" if m == "c" else "",
                "",
            ),
        ),
        MEANT,
    )
    yield (
        "options the other way round",
        table(
            ["項目 | ③予定なし | ②予定 | ①対応済 | 備考"],
            lambda _, i, m: (official(i), *reversed(ticks[m]), ""),
        ),
        MEANT,
    )
    yield (
        "options ticked twice",
        table(
            ["項目 | ①対応済 | ②予定 | ③予定なし | 備考"],
            lambda _, i, m: (official(i), "レ", "レ", "", ""),
        ),
        "?" * len(IDS),
    )
    yield (
        "answers before the items",
        table(["チェック欄 | 項目 | 補足説明欄"], lambda _, i, m: (MARK[m], official(i), "メモ")),
        MEANT,
    )
    yield (
        "answers between id and title",
        table(
            ["番号 | チェック欄 | 項目 | 補足説明欄"],
            lambda _, i, m: (i, MARK[m], "{t " + i + "}", "メモ"),
        ),
        MEANT,
    )
    yield (
        "番号 over ids and over answers",
        table(
            ["番号 | 項目 | 番号（①～③） | 備考"],
            lambda _, i, m: (i, "{t " + i + "}", MARK[m], ""),
        ),
        MEANT,
    )
    for head in (
        "チェック欄\\n（①・②・③のいずれかを記入）",
        "市の対応状況（①～③）",
        "該当する番号を記入してください",
        "取組状況",
        "御回答",
    ):
        yield (
            f"head {head}",
            table([f"項目 | {head} | 補足説明欄"], lambda _, i, m: (official(i), MARK[m], "メモ")),
            MEANT,
        )
    yield "no heads", table([], lambda _, i, m: (official(i), MARK[m], "メモ")), MEANT
    yield (
        "heads far above",
        table(
            ["項目 | チェック欄 | 補足説明欄", "", "", ""],
            lambda _, i, m: (official(i), MARK[m], "メモ"),
        ),
        MEANT,
    )
    yield (
        "two tables side by side",
        sheet(
            "項目 | チェック欄 | 補足 | | 項目 | チェック欄 | 補足",
            *(
                line(
                    official(IDS[p]), MARK[MEANT[p]], "", "",
                    *((official(IDS[p + 28]), MARK[MEANT[p + 28]], "") if p + 28 < len(IDS) else ()),
                )
                for p in range(28)
            ),
        ),
        MEANT,
    )  # fmt: skip
    captions: list[str] = []
    for category, places in by_category().items():
        captions += [
            f"【{category}】",
            "番号 | 項目 | チェック欄",
            *rows(
                lambda _, i, m, c=category: (i.removeprefix(c), "{t " + i + "}", MARK[m]), places
            ),
            "",
        ]
    yield "categories as captions, numbers alone", sheet(*captions), MEANT
    yield (
        "last and this time",
        table(
            ["項目 | 前回回答 | 今回回答 | 補足説明欄"],
            lambda _, i, m: (official(i), "①", MARK[m], ""),
        ),
        MEANT,
    )
    yield (
        "last time filled, this time empty",
        table(
            ["項目 | 前回回答 | 今回回答 | 補足説明欄"],
            lambda _, i, m: (official(i), "①", "", ""),
        ),
        NOTHING,
    )
    yield (
        "a row that shows how",
        table(
            ["項目 | チェック欄 | 補足説明欄", "（例）基本方針を定めている | ②（12月） | 改定中"],
            lambda _, i, m: (official(i), MARK[m], ""),
        ),
        MEANT,
    )
    words = {
        "a": "既に対応済み",
        "b": "これから対応予定（12月）",
        "c": "対応の予定なし",
        "-": "",
    }
    yield (
        "answers in words",
        table(["項目 | チェック欄 | 補足説明欄"], lambda _, i, m: (official(i), words[m], "")),
        MEANT,
    )
    yield (
        "months as bare numbers",
        table(
            ["項目 | チェック欄 | 予定月 | 補足説明欄"],
            lambda _, i, m: (official(i), NUMBER[m], "#12" if m == "b" else "", ""),
        ),
        MEANT,
    )
    yield (
        "year and month apart",
        table(
            ["項目 | チェック欄 | 対応予定時期 | < | 補足説明欄", "^ | ^ | 年 | 月 | ^"],
            lambda _, i, m: (official(i), NUMBER[m], *(("R8", "12") if m == "b" else ("", "")), ""),
        ),
        MEANT,
    )
    yield (
        "days to finish",
        table(
            ["項目 | チェック欄 | 対応完了予定日 | 補足説明欄"],
            lambda _, i, m: (official(i), NUMBER[m], "@2026-12-15" if m == "b" else "", ""),
        ),
        MEANT,
    )
    yield (
        "months as notes",
        table(
            ["項目 | チェック欄 | 補足説明欄"],
            lambda _, i, m: (official(i), NUMBER[m], WHEN[m]),
        ),
        MEANT,
    )
    yield (
        "months under the merged head",
        table(
            ["項目 | チェック欄 | < | 補足説明欄"],
            lambda _, i, m: (official(i), NUMBER[m], f"{WHEN[m]}頃" if WHEN[m] else "", "メモ"),
        ),
        MEANT,
    )
    yield (
        "one answer merged over all",
        table(
            ["項目 | チェック欄 | 補足説明欄"],
            lambda p, i, _: (official(i), "^" if p else "③", ""),
        ),
        "c" * len(IDS),
    )
    cover = "== 表紙\n回答のお願い\n期限：令和8年11月20日\n\n== 記入要領\nチェック欄に①～③を記入\n①既に対応済み\n"
    yield (
        "a cover and instructions before",
        cover
        + table(["項目 | チェック欄 | 補足説明欄"], lambda _, i, m: (official(i), MARK[m], "")),
        MEANT,
    )
    yield (
        "cards with a month",
        sheet(
            *(
                each
                for i, m in zip(IDS, MEANT, strict=True)
                for each in (
                    line(official(i), "<"),
                    line("回答番号", NUMBER[m]),
                    line("予定時期", WHEN[m]),
                    line("補足", ""),
                    "",
                )
            )
        ),
        MEANT,
    )
    yield (
        "numbers as numbers",
        table(
            ["項目 | チェック欄 | 対応予定月 | 補足説明欄"],
            lambda _, i, m: (
                official(i),
                {"a": "#1", "b": "#2", "c": "#3", "-": ""}[m],
                WHEN[m],
                "",
            ),
        ),
        MEANT,
    )
    yield (
        "a spare copy below",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *rows(lambda _, i, m: (official(i), MARK[m], "")),
            "",
            "（控え）",
            "項目 | チェック欄 | 補足説明欄",
            *rows(lambda _, i, _m: (official(i), "①", "")),
        ),
        MEANT,
    )
    yield (
        "sorted by answer",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *rows(
                lambda _, i, m: (official(i), MARK[m], ""),
                sorted(range(len(IDS)), key=lambda p: MEANT[p]),
            ),
        ),
        MEANT,
    )
    yield (
        "rows hidden by a filter",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *(
                ("~" if m == "c" else "") + line(official(i), MARK[m], "")
                for i, m in zip(IDS, MEANT, strict=True)
            ),
        ),
        MEANT,
    )
    yield (
        "ids behind everything",
        table(
            ["項目 | チェック欄 | 補足説明欄 | 項目番号"],
            lambda _, i, m: ("{t " + i + "}", MARK[m], "", i),
        ),
        MEANT,
    )
    yield (
        "a sum below",
        sheet(
            "項目 | チェック欄 | 補足説明欄",
            *rows(lambda _, i, m: (official(i), MARK[m], "")),
            "①の数 | #17 |",
            "合計 | #55 |",
        ),
        MEANT,
    )
    yield (
        "the prefecture looks it over",
        table(
            ["項目 | 回答（市） | 確認（県） | 備考"],
            lambda _, i, m: (official(i), MARK[m], "レ", ""),
        ),
        MEANT,
    )
    yield (
        "English heads",
        table(["Item | Answer | Remarks"], lambda _, i, m: (official(i), MARK[m], "")),
        MEANT,
    )


def first_bodies() -> Iterator[Bodies]:
    """Give layouts with the answers of several bodies."""
    two = {"甲市": MEANT, "乙町": "c" * len(IDS)}
    yield (
        "two towns in columns",
        table(["項目 | 甲市 | 乙町 | 備考"], lambda _, i, m: (official(i), MARK[m], "③", "")),
        two,
    )
    yield (
        "two towns in columns with notes each",
        table(
            ["項目 | 戊市 | < | 己町 | <", "^ | 番号 | 補足 | 番号 | 補足"],
            lambda _, i, m: (official(i), MARK[m], "戊のメモ", "③", "己のメモ"),
        ),
        {"戊市": MEANT, "己町": "c" * len(IDS)},
    )
    yield (
        "two towns in rows",
        sheet(
            line("団体名", *map(official, IDS)),
            line("丙市", *(MARK[m] for m in MEANT)),
            line("丁町", *("③" for _ in IDS)),
        ),
        {"丙市": MEANT, "丁町": "c" * len(IDS)},
    )
