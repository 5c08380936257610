"""One sheet with an object of each kind that people lay over check cells, for every format."""

from workbooks import Control, Sheet, freehand, group, line, picture, shape, table, two_cell

_LEGEND = "①既に対応済み\\n②これから対応予定（○月）\\n③対応の予定なし"
_PIXEL = 9525
_TALL = (2, 3, 4, 7, 8, 9, 10, 11, 13)  # rows that hold a legend, 100 pixels high
_WHITE = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'


def _three(kind: str, row: int, chosen: int) -> list[Control]:
    """Give a control beside each line of a legend."""
    return [
        Control(
            type=kind,
            anchor=(1, 2, row, 25 * n + 2, 1, 20, row, 25 * n + 22),
            checked=n == chosen,
            label=f"選択{n + 1}",
        )
        for n in range(3)
    ]


def _in_row(kind: str, left: int, row: int = 5, **more: object) -> Control:
    anchor = (1, left, row, 1, 1, left + 40, row, 20)
    return Control(type=kind, anchor=anchor, **more)  # type: ignore[arg-type]


def _turned() -> str:
    """Give an ellipse turned by ten degrees round the middle of the second line."""
    place = (147 * _PIXEL, 26 * _PIXEL, 118 * _PIXEL, 24 * _PIXEL)
    return shape(place=place).replace("<a:xfrm>", '<a:xfrm rot="600000">')


def everything() -> Sheet:
    """Give the sheet. Its rows are told by what lies over column B."""
    whole = (0, 0, 200 * _PIXEL, 100 * _PIXEL)
    inner = shape(place=(2 * _PIXEL, 52 * _PIXEL, 100 * _PIXEL, 22 * _PIXEL))
    label = shape("rect", text="別紙", place=(120 * _PIXEL, 2 * _PIXEL, 60 * _PIXEL, 20 * _PIXEL))
    loop = freehand([(0, 0), (50, 0), (100, 50), (50, 100), (0, 50)], close=True)
    stroke = freehand([(0, 0), (50, 0), (100, 50), (100, 100)], close=False)
    return Sheet(
        rows=table(f"""
            項目 | チェック欄 | 補足説明欄 |
            ガバナンス①-1 | {_LEGEND} | 円 | ①
            ガバナンス①-2 | {_LEGEND} | チェックボックス | ②
            ガバナンス①-3 | {_LEGEND} | オプションボタン | ③
            ガバナンス①-4 | | ドロップダウン |
            ガバナンス①-5 | | リスト、チェックボックス、枠、ボタン |
            ガバナンス①-6 | {_LEGEND} | グループ |
            ガバナンス①-7 | {_LEGEND} | 回した円 |
            ガバナンス①-8 | {_LEGEND} | 白い四角 |
            ガバナンス①-9 | {_LEGEND} | 手書き |
            ガバナンス①-10 | {_LEGEND} | 結合したセルの角丸四角 |
            ガバナンス①-11 | | 非表示の行の円 |
            ガバナンス①-12 | {_LEGEND} | 線 |
        """),
        styles={f"B{row}": 8 for row in _TALL},
        heights=dict.fromkeys(_TALL, 75),
        widths={1: 20, 2: 30, 3: 20},
        hidden_rows=[12],
        merged=["B11:C11"],
        anchors=[
            two_cell((1, 2, 1, 26, 1, 120, 1, 50), shape()),
            two_cell((1, 0, 6, 0, 1, 200, 6, 100), group(whole, whole, inner, label)),
            two_cell((1, 2, 7, 26, 1, 120, 7, 50), _turned()),
            two_cell((1, 2, 8, 2, 1, 100, 8, 24), shape("rect", fill=_WHITE)),
            two_cell((1, 2, 9, 26, 1, 100, 9, 50), shape(geometry=loop)),
            two_cell((1, 102, 9, 26, 1, 180, 9, 50), shape(geometry=stroke)),
            two_cell((1, 2, 10, 26, 1, 120, 10, 50), shape("roundRect")),
            two_cell((1, 2, 11, 2, 1, 100, 11, 18), shape()),
            two_cell((1, 2, 12, 10, 1, 150, 12, 10), line()),
            two_cell((2, 2, 1, 2, 2, 60, 1, 30), picture()),
        ],
        controls=[
            *_three("CheckBox", 2, 1),
            *_three("Radio", 3, 2),
            _in_row("Drop", 1, 4, choices="$D$2:$D$4", chosen=2),
            _in_row("Drop", 100, 4, choices="$D$2:$D$4"),
            _in_row("List", 1, choices="$D$2:$D$4", chosen=3),
            _in_row("CheckBox", 50, checked=True),
            _in_row("CheckBox", 100, checked=None),
            _in_row("GBox", 150, label="枠"),
            _in_row("Button", 160, label="押す"),
        ],
    )
