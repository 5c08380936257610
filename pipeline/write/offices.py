"""機関別: the bundles of the offices below, what each holds, and their own figure beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.book import Book

OFFICES_SHEET = "機関別"
_HEADS = (
    "機関", "状態", "作られた日時", "数えた団体", "未提出", "対応済み率（機関）",
    "対応済み率（ここ）", "差（ポイント）", "まだ回答のない団体", "ファイル",
)  # fmt: skip


def has_offices(report: Report) -> bool:
    """Tell whether any office sent a bundle."""
    return bool(report.offices)


def write_offices(book: Book, report: Report) -> None:
    """Write a line for each bundle, and for each prefecture that sent none."""
    sheet = book.sheet(OFFICES_SHEET)
    sheet.columns(18, 32, 18, 12, 10, 16, 16, 14, 44, 40)
    lead = (
        "県などが取りまとめて提出したもの（提出用のまとまり）の一覧です。回答は1件ずつ、ほかの回答と"
        "同じように数えています。機関の集計と率が違うときは、受け取ったあとの判断か、"
        "団体から直接届いた回答によるものです。"
    )
    sheet.heading(OFFICES_SHEET, lead, last=9)
    top = 4
    sheet.table(top - 1, 0, len(report.offices), _HEADS, "tbl_offices")
    for row, line in enumerate(report.offices, start=top):
        sheet.text(row, 0, line.office, "text")
        sheet.text(row, 1, line.state, "text")
        sheet.text(row, 2, line.sealed_at[:16].replace("T", " "), "center")
        sheet.number(row, 3, line.returns)
        sheet.number(row, 4, len(line.missing))
        here = line.counts.done_share if line.counts else None
        for place, share in ((5, line.own_share), (6, here)):
            if share is None:
                sheet.text(row, place, "－", "center")
            else:
                sheet.number(row, place, share, "percent")
        if line.own_share is None or here is None:
            sheet.text(row, 7, "－", "center")
        else:
            sheet.number(row, 7, round((here - line.own_share) * 100, 1))
        names = "、".join(line.missing)
        sheet.text(row, 8, names, "text")
        sheet.text(row, 9, line.file, "text")
        sheet.fit(row, ((1, line.state), (8, names), (9, line.file)))
    sheet.raw.freeze_panes(top, 1)
    sheet.page(paper="A4", repeat=(top - 1, top - 1))
