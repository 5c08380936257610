"""The look of the workbook: one font, one palette, and the named styles built from them.

The palette is safe for the common kinds of colour blindness (blue, amber, vermilion, purple,
greys differ in lightness too), and a symbol or word stands beside every colour.
"""

from pipeline.model import Severity, Status

FONT = "游ゴシック"  # on every Office of the last ten years, Windows and Mac
NAVY, LINE, SOFT, PALE, WHITE, INK, MUTED = (
    "#1F3A5F",
    "#BFC7D1",
    "#EEF2F7",
    "#F7F9FB",
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
_SUM: Props = {**_CELL, "bold": True, "bg_color": SOFT, "align": "right", "indent": 1}
_FLAG: Props = {"align": "center", "bold": True}
STYLES: dict[str, Props] = {
    "title": {"font_size": 18, "bold": True, "font_color": NAVY, "valign": "vcenter"},
    "lead": {"font_color": MUTED, "text_wrap": True, "valign": "top"},
    "section": {
        "font_size": 12,
        "bold": True,
        "font_color": NAVY,
        "bottom": 2,
        "bottom_color": NAVY,
        "valign": "bottom",
    },
    "plain": {"valign": "top"},
    "body": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": LINK, "underline": 1, "valign": "top"},
    "head": {
        **_CELL,
        "bold": True,
        "font_color": WHITE,
        "bg_color": NAVY,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "text": {**_CELL, "text_wrap": True, "indent": 1},
    "long": {**_CELL, "text_wrap": True, "indent": 1, "valign": "top"},
    "line": {**_CELL, "indent": 1},
    "center": {**_CELL, "align": "center"},
    "number": {**_CELL, "num_format": "#,##0", "align": "right", "indent": 1},
    "points": {**_CELL, "num_format": "0.0", "align": "right", "indent": 1},
    "remark": {**_CELL, "text_wrap": True, "indent": 1, "valign": "top", "bg_color": "#FFFBE6"},
    "percent": {**_CELL, "num_format": "0.0%", "align": "right", "indent": 1},
    "date": {**_CELL, "align": "center"},
    "number_link": {
        **_CELL,
        "font_color": LINK,
        "underline": 1,
        "num_format": "#,##0",
        "align": "center",
    },
    "celllink": {**_CELL, "font_color": LINK, "underline": 1, "align": "center"},
    "total_text": {**_CELL, "bold": True, "bg_color": SOFT, "indent": 1},
    "total_number": {**_SUM, "num_format": "#,##0"},
    "total_percent": {**_SUM, "num_format": "0.0%"},
    "figure_label": {
        "font_color": MUTED,
        "align": "center",
        "bg_color": SOFT,
        "top": 2,
        "top_color": NAVY,
    },
    "figure": {
        "font_size": 20,
        "bold": True,
        "font_color": NAVY,
        "align": "center",
        "bg_color": SOFT,
        "num_format": "#,##0",
    },
    "figure_percent": {
        "font_size": 20,
        "bold": True,
        "font_color": NAVY,
        "align": "center",
        "bg_color": SOFT,
        "num_format": "0.0%",
    },
    "figure_note": {"font_size": 9, "font_color": MUTED, "align": "center", "bg_color": SOFT},
    "ok": {**_CELL, **_FLAG, "font_color": "#0B3C6B", "bg_color": "#CFE2F3"},
    "bad": {**_CELL, **_FLAG, "font_color": "#76210A", "bg_color": "#F6CFC2"},
}
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
