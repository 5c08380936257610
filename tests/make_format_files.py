"""Makes tests/golden/formats/ with LibreOffice: one sheet in each format that it writes.

Run by hand (``python tests/make_format_files.py``) where a file is to be renewed; the tests read
the files that are there and need no LibreOffice.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from drawn import everything
from workbooks import Control, Sheet, line, rich, shape, table, two_cell, xlsx

FOLDER = Path(__file__).parent / "golden" / "formats"
LEGEND = "①既に対応済み\\n②これから対応予定（○月）\\n③対応の予定なし"
ROWS = table(f"""
    項目 | チェック欄 | 補足説明欄
    ガバナンス①-1 | {LEGEND} | 円で囲む
    ガバナンス①-2 | {LEGEND} | チェックボックス
    ガバナンス①-3 | {LEGEND} | 取消線
    ガバナンス①-4 | ②（12月） | 　全角の空白
    ガバナンス①-5 | | 数値
    ガバナンス①-6 | | 真偽
    ガバナンス①-7 | | 日付
    ガバナンス①-8 | | エラー
    ガバナンス②-1 | | 数式
    ガバナンス②-2 | ③ | 行が非表示
    ガバナンス②-3 | ① | 結合
    ガバナンス③-1 | | 塗りつぶし
""")


def workbook() -> bytes:
    """Give the sheet as xlsx: each type of cell, each kind of decoration, one of each object."""
    ticks = [
        Control(
            anchor=(1, 2, 2, 25 * n + 2, 1, 20, 2, 25 * n + 22),
            checked=n == 1,
            label=f"選択{n + 1}",
        )
        for n in range(3)
    ]
    first = Sheet(
        rows=ROWS,
        styles={"B2": 1, "B3": 8, "B5": 8, "B12": 2},
        xml={
            "B4": rich("B4", ("①既に対応済み", "<strike/>"), ("\n②これから", ""),
                       ("\n③対応の予定なし", "<strike/>"), style=8),
            "B6": '<c r="B6"><v>2</v></c>',
            "B7": '<c r="B7" t="b"><v>1</v></c>',
            "B8": '<c r="B8" s="4"><v>46063</v></c>',
            "B9": '<c r="B9" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            "B10": '<c r="B10"><f>B6+1</f><v>3</v></c>',
            "B13": '<c r="B13" s="3" t="inlineStr"><is><t>①</t></is></c>',
        },
        heights={2: 75, 3: 75, 4: 75},
        widths={1: 20, 2: 30, 3: 20},
        hidden_rows=[11],
        merged=["C12:C13"],
        comments={"B5": "確認中です"},
        anchors=[
            two_cell((1, 2, 1, 38, 1, 120, 1, 62), shape()),
            two_cell((1, 2, 4, 10, 1, 100, 4, 10), line()),
            two_cell((2, 2, 5, 2, 2, 60, 5, 18), shape("rect", text="別紙参照")),
        ],
        controls=ticks,
    )  # fmt: skip
    return xlsx(first, Sheet(rows=table("x | y"), name="隠し", state="hidden"))


def main() -> None:
    """Convert the sheets into each format."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out"
        for book, content in {"libreoffice": workbook(), "objects": xlsx(everything())}.items():
            given = Path(name) / f"{book}.xlsx"
            given.write_bytes(content)
            for suffix in ("xls", "ods", "xlsx"):
                subprocess.run(
                    ["soffice", "--headless", f"-env:UserInstallation=file://{name}/profile",
                     "--convert-to", suffix, "--outdir", out, given],
                    check=True, capture_output=True,
                )  # fmt: skip
                shutil.copy(out / given.with_suffix(f".{suffix}").name, FOLDER)


if __name__ == "__main__":
    main()
