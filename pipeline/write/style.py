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
BAR_DONE, BAR_OTHER = "#9CC3E6", "#C9D0D8"  # data bars: light, the number stays readable
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
# fill of charts and bars, tint of a cell, ink on the tint
COLOURS = {
    Status.DONE: ("#2B6CB0", "#CFE2F3", "#0B3C6B"),
    Status.PLANNED: ("#E3A21A", "#FDEBC1", "#5F4300"),
    Status.NOT_PLANNED: ("#C8502D", "#F6CFC2", "#76210A"),
    Status.NOT_APPLICABLE: ("#9AA3AD", "#E1E4E8", "#3F4851"),
    Status.BLANK: ("#D5DAE0", "#FFFFFF", "#5B6673"),
    Status.UNCLEAR: ("#7B5EA7", "#E4DAF0", "#432A6B"),
}
SEVERITY_COLOURS = {
    Severity.FIX: ("#F6CFC2", "#76210A"),
    Severity.CHECK: ("#FDEBC1", "#5F4300"),
    Severity.INFO: ("#E1E4E8", "#3F4851"),
}
SEVERITY_SYMBOLS = {Severity.FIX: "■", Severity.CHECK: "▲", Severity.INFO: "・"}

Props = dict[str, object]
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
    "percent": {**_CELL, "num_format": "0.0%", "align": "right", "indent": 1},
    "date": {**_CELL, "align": "center"},
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
for _status, (_fill, _tint, _ink) in COLOURS.items():
    STYLES[f"status_{_status.value}"] = {
        **_CELL, "align": "center", "bg_color": _tint, "font_color": _ink,
    }  # fmt: skip
    STYLES[f"head_{_status.value}"] = {
        **_CELL, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True,
        "bg_color": _tint, "font_color": _ink,
    }  # fmt: skip
for _severity, (_tint, _ink) in SEVERITY_COLOURS.items():
    STYLES[f"severity_{_severity.value}"] = {
        **_CELL, "align": "center", "bg_color": _tint, "font_color": _ink,
    }  # fmt: skip
