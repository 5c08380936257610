"""機関別: the bundles of the offices below, what each holds, and their own figure beside ours."""

from pipeline.model.report import OfficeTotal, Report
from pipeline.write.book import Book
from pipeline.write.listing import Column, Styled
from pipeline.write.table import Field
from pipeline.write.tables import of, put_table

OFFICES_SHEET = "機関別"
_DASH = Styled("－", "center")


def has_offices(report: Report) -> bool:
    """Tell whether any office sent a bundle."""
    return bool(report.offices)


def write_offices(book: Book, report: Report) -> None:
    """Write a line for each bundle, and for each prefecture that sent none."""
    sheet = book.sheet(OFFICES_SHEET)
    columns = _columns()
    sheet.columns(*(each.width for each in columns))
    lead = (
        "県などが取りまとめて提出したもの（提出用のまとまり）の一覧です。回答は1件ずつ、ほかの回答と"
        "同じように数えています。機関の集計と率が違うときは、受け取ったあとの判断か、"
        "団体から直接届いた回答によるものです。"
    )
    sheet.heading(OFFICES_SHEET, lead, last=9)
    top = 4
    put_table(sheet, top - 1, columns, report.offices, name="tbl_offices")
    sheet.raw.freeze_panes(top, 1)
    sheet.page(paper="A4", repeat=(top - 1, top - 1))


def _columns() -> list[Column]:
    def here(line: OfficeTotal) -> Field | Styled:
        share = line.counts.done_share if line.counts else None
        return _DASH if share is None else share

    def own(line: OfficeTotal) -> Field | Styled:
        return _DASH if line.own_share is None else line.own_share

    def apart(line: OfficeTotal) -> Field | Styled:
        one, other = here(line), own(line)
        if isinstance(one, float) and isinstance(other, float):
            return round((one - other) * 100, 1)
        return _DASH

    return [
        Column("機関", 18, "text", of("office")),
        Column("状態", 32, "text", of("state"), wraps=True),
        Column("作られた日時", 18, "center", of(lambda o: o.sealed_at[:16].replace("T", " "))),
        Column("数えた団体", 12, "number", of("returns")),
        Column("未提出", 10, "number", of(lambda office: len(office.missing))),
        Column("対応済み率（機関）", 16, "percent", of(own)),
        Column("対応済み率（ここ）", 16, "percent", of(here)),
        Column("差（ポイント）", 14, "number", of(apart)),
        Column("まだ回答のない団体", 44, "text", of(lambda o: "、".join(o.missing)), wraps=True),
        Column("ファイル", 40, "text", of("file"), wraps=True),
    ]
