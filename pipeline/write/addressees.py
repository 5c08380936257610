"""宛先一覧: whom the letters go to, one row a letter, as CSV and as a workbook for mail merge.

Word's 差し込み印刷 takes the first sheet, its first row as the names of fields, and every cell as
text: nothing is merged, coloured by meaning, or a number.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline.frame.columns import encoded
from pipeline.write.blank_form import form_workbook
from pipeline.write.data import DataTable, write_csv
from pipeline.write.safe import cell_text

NAME = "宛先一覧"
HEADS = {  # with the widths of their columns
    "団体コード": 12, "団体名": 24, "事業名": 20, "担当": 18, "宛先メール": 30, "種類": 8,
    "件名": 44, "様式名": 36, "調査月": 12, "提出期限": 24, "返信期限": 24, "項目数": 8,
    "項目": 60, "添付ファイル": 48, "フォルダ": 24, "備考": 48,
}  # fmt: skip
Row = dict[str, str]


def write_addressees(folder: Path, rows: Sequence[Row]) -> None:
    """Write 宛先一覧.csv and 宛先一覧.xlsx; a head that a row does not have is empty."""
    columns = [[row.get(head, "") for row in rows] for head in HEADS]
    table = DataTable(name=NAME, heads=tuple(HEADS), columns=tuple(map(encoded, columns)))
    write_csv(folder / f"{NAME}.csv", table)
    with form_workbook(folder / f"{NAME}.xlsx", title=NAME, subject="差し込み印刷用") as book:
        sheet = book.add_worksheet(NAME)
        head = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        for place, (name, width) in enumerate(HEADS.items()):
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, name, head)
            for row, value in enumerate(columns[place], start=1):
                sheet.write_string(row, place, cell_text(value), text)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(rows), 1), len(HEADS) - 1)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
