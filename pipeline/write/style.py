"""The look of the workbook: one font, one palette, and the named styles built from them.

The palette is safe for the common kinds of colour blindness (blue, amber, vermilion, purple,
greys differ in lightness too), and a symbol or word stands beside every colour.
"""

from pipeline.model import Severity, Status
from pipeline.texts.tables import table_of

FONT = "游ゴシック"  # on every Office of the last ten years, Windows and Mac
NAVY, LINE, SOFT, WHITE, INK, MUTED = (
    "#1F3A5F",
    "#BFC7D1",
    "#EEF2F7",
    "#FFFFFF",
    "#1B1F24",
    "#5B6673",
)
BAR_DONE, BAR_OTHER = "#5B9BD5", "#A9B1BA"  # data bars, in the half of a cell without the number
LINK = "#0B57A4"

LABELS = {
    Status.DONE: "対応済み",
    Status.PLANNED: "対応予定",
    Status.NOT_PLANNED: "対応予定なし",
    Status.NOT_APPLICABLE: "対象外",
    Status.BLANK: "未記入",
    Status.UNCLEAR: "判読不能",
}
SYMBOLS = {
    Status.DONE: "①",
    Status.PLANNED: "②",
    Status.NOT_PLANNED: "③",
    Status.NOT_APPLICABLE: "－",
    Status.BLANK: "空",
    Status.UNCLEAR: "？",
}
# Fill of charts and bars, tint of a cell, ink on the tint. Told apart in grey (ΔL* of at least 12
# for ①②, ②③, ③？, ①？) and by the colour-blind (ΔE of at least 15); － is hatched in cells.
COLOURS = {
    Status.DONE: ("#12355F", "#ACD6F7", "#0B2F57"),
    Status.PLANNED: ("#F5B93A", "#E69B1C", "#2E2000"),
    Status.NOT_PLANNED: ("#DC6B40", "#BE4F2C", "#FFFFFF"),
    Status.NOT_APPLICABLE: ("#9EA6AF", "#F1F3F5", "#3F4851"),
    Status.BLANK: ("#EEF1F4", "#FFFFFF", "#5B6673"),
    Status.UNCLEAR: ("#7A56A8", "#A088D2", "#24104A"),
}
_HATCHED = 14  # light diagonal lines
SEVERITY_COLOURS = {
    Severity.FIX: ("#F6CFC2", "#76210A"),
    Severity.CHECK: ("#FDEBC1", "#5F4300"),
    Severity.INFO: ("#E1E4E8", "#3F4851"),
}
# Groups of sheets, by which their tabs are coloured.
TO_READ, TO_ACT_ON, TO_LOOK_UP = "読む", "直す", "資料"
TABS = {TO_READ: "#2B6CB0", TO_ACT_ON: "#D9822B", TO_LOOK_UP: "#8A94A0"}

SEVERITY_SYMBOLS = {Severity.FIX: "■", Severity.CHECK: "▲", Severity.INFO: "・"}

Props = dict[str, object]


def cell_fill(status: Status) -> Props:
    """Give the look of a cell that says a status, beside its symbol."""
    _, tint, ink = COLOURS[status]
    look: Props = {"bg_color": tint, "font_color": ink}
    if status is Status.NOT_APPLICABLE:
        look |= {"pattern": _HATCHED, "fg_color": COLOURS[status][0]}
    return look


_CELL: Props = {"border": 1, "border_color": LINE, "valign": "vcenter"}
_PALETTE = {"NAVY": NAVY, "LINE": LINE, "SOFT": SOFT, "WHITE": WHITE, "MUTED": MUTED, "LINK": LINK}


def _style(written: Props) -> Props:
    frame = _CELL if written.pop("frame", False) else {}
    return {**frame, **{key: _PALETTE.get(str(it), it) for key, it in written.items()}}


STYLES = {name: _style(written) for name, written in table_of(__file__).items()}
for _status in Status:
    STYLES[f"status_{_status.value}"] = {**_CELL, "align": "center", **cell_fill(_status)}
    STYLES[f"head_{_status.value}"] = {
        **_CELL, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True,
        **cell_fill(_status),
    }  # fmt: skip
for _severity, (_tint, _ink) in SEVERITY_COLOURS.items():
    STYLES[f"severity_{_severity.value}"] = {
        **_CELL, "align": "center", "bg_color": _tint, "font_color": _ink,
    }  # fmt: skip
