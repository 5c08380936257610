"""Every count that stands in two places is one number, wherever it stands.

Sheets, terminal, 要約.txt, 概要版, 報告, run.json, CSV; a month by parts has Parquet instead.

`problems` looks at a month that was written; it knows the sheets by what a reader sees there,
nothing of the code that wrote them.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from gates import agree_mailed
from gates.books import sheets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gates.books import Row

STATUSES = {
    "done": "対応済み",
    "planned": "対応予定",
    "not_planned": "対応予定なし",
    "not_applicable": "対象外",
    "blank": "未記入",
    "unclear": "判読不能",
}
_EQUATION = re.compile(
    r"対象 ([\d,]+) = 提出 ([\d,]+) \+ 要再提出 ([\d,]+)(?: \+ 確認待ち ([\d,]+))?"
    r" \+ 未提出 ([\d,]+)(?:、名簿外 ([\d,]+))?"
)
_RATE = re.compile(r"対応済み(?:率|は)? (\d+\.\d)%")
_RETURNED = re.compile(r"回収率 (\d+\.\d)%")
_SPAN = re.compile(r"(\d+\.\d)%?(?:～|から )(\d+\.\d)%")
_TABLE_ROWS = 4  # heads of 回収状況 stand in the fourth row


def sheet_rows(folder: Path, sheet: str) -> list[Row]:
    """Give the values of a sheet of a month's workbook."""
    return _sheets(folder)[sheet]


def _sheets(folder: Path) -> dict[str, list[Row]]:
    (book,) = (path for path in folder.glob("*集計_*.xlsx") if "手直し" not in path.name)
    return sheets_of(book)


def findings_sheet(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Give the rows of 要確認 before its list, and the list with its heads."""
    top = next(n for n, row in enumerate(rows) if row[:2] == ("No.", "重要度"))
    return rows[:top], rows[top:]


def problems(folder: Path, *, terminal: Iterable[str] = ()) -> list[str]:
    """Give what disagrees in a month's folder; ``terminal`` are the last lines of the run."""
    return list(_Month(folder, tuple(terminal)).problems())


class _Month:
    def __init__(self, folder: Path, terminal: tuple[str, ...]) -> None:
        (summary,) = folder.glob("*要約.txt")
        self.folder, self.sheets = folder, _sheets(folder)
        self.run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        self.texts = {
            "画面": "\n".join(terminal),
            "要約.txt": summary.read_text(encoding="utf-8-sig"),
            "報告": agree_mailed.page_text(folder),
            **{name: self._text(name) for name in ("概況", "はじめに", "回収状況")},
        }
        self.tables = {
            name: _data_rows(folder / "data", name) for name in ("answers", "findings", "files")
        }

    def problems(self) -> Iterator[str]:
        yield from self._equations()
        yield from self._returns()
        yield from self._statuses()
        if (self.folder / "data" / "findings.csv").exists():  # by parts 要確認 lists none of them
            yield from self._findings()
        yield from self._rates()
        yield from self._files()
        yield from agree_mailed.problems(self.folder, self.sheets)

    def _text(self, sheet: str) -> str:
        rows = self.sheets.get(sheet, [])
        return "\n".join(str(cell) for row in rows for cell in row if isinstance(cell, str))

    def _equations(self) -> Iterator[str]:
        """Compare who answered wherever the equation stands; its parts make its whole."""
        told = self.run["counts"]["turnout"]
        parts = ("asked", "returned", "again", "waiting", "missing", "beside_roster")
        expected = tuple(told[part] for part in parts)
        for place, text in self.texts.items():
            if told["asked"] is None:
                continue
            found = {tuple(map(_number, match.groups())) for match in _EQUATION.finditer(text)}
            if text and found != {expected}:
                yield f"{place}: {found} と run.json の {expected}"
        if told["asked"] is not None and told["asked"] != sum(expected[1:5]):
            yield f"run.json: {expected}"

    def _returns(self) -> Iterator[str]:
        """Compare the lines of 回収状況 and the box of 概況 with run.json."""
        told = self.run["counts"]["turnout"]
        heads, *rows = self.sheets["回収状況"][_TABLE_ROWS - 1 :]
        column = heads.index("状態")
        states = Counter(str(row[column]).split()[-1] for row in rows if row[column])
        submissions = states["提出済み"] + states["未記入"]
        if submissions != self.run["counts"]["submissions"]:
            yield f"回収状況: 提出 {submissions}、run.json: {self.run['counts']['submissions']}"
        if told["asked"] is not None and states["未提出"] != told["missing"]:
            yield f"回収状況: 未提出 {states['未提出']}、run.json: {told['missing']}"
        box = self._box("提出")
        if box != told["returned"]:
            yield f"概況: 提出 {box}、run.json: {told['returned']}"

    def _statuses(self) -> Iterator[str]:
        """Compare the answers by status: sums of three sheets, はじめに, 概況, CSV, run.json."""
        told = self.run["counts"]["answers"]
        counted = Counter(row["status"] for row in self.tables["answers"])
        sums = {name: self._sums(name) for name in ("項目別集計", "分野別集計")}
        cover = self.texts["はじめに"].replace(",", "")
        for status, label in STATUSES.items():
            places = {"answers.csv": counted[status]}
            places |= {name: found[label] for name, found in sums.items()}
            shown = re.search(rf"\S {label} (\d+)件", cover)
            places["はじめに"] = int(shown[1]) if shown else -1
            places["団体別集計"] = self._column("団体別集計", label)
            for place, count in places.items():
                if count != told[status]:
                    yield f"{place}: {label} {count}、run.json: {told[status]}"
        if self._box("対応予定（②）") != told["planned"]:
            yield f"概況: 対応予定 {self._box('対応予定（②）')}、run.json: {told['planned']}"
        if self._box("未記入・判読不能") != told["blank"] + told["unclear"]:
            yield f"概況: 未記入・判読不能 {self._box('未記入・判読不能')}"

    def _findings(self) -> Iterator[str]:
        """Compare findings: lines of 要確認, findings.csv, the terminal, run.json."""
        told = self.run["counts"]["findings"]
        table, (heads, *rows) = findings_sheet(self.sheets["要確認"])
        for place, head in enumerate(("■ 要修正", "▲ 要確認"), start=1):
            sums = [row[place] or 0 for row in table if row[3] == "合計"]
            if sums != [told[head[2:]]] and sum(told[word] for word in ("要修正", "要確認")):
                yield f"要確認の表 {head}: {sums}、run.json {told[head[2:]]}"
        severity, size, impact = map(heads.index, ("重要度", "件数", "決まる回答"))
        still_open = [row for row in self.tables["findings"] if row["line"]]
        for word, count in told.items():
            lines = [row for row in rows if row[severity] and str(row[severity]).endswith(word)]
            listed = sum(row[size] for row in lines)
            written = [row for row in still_open if row["severity"] == word]
            if not listed == len(written) == count:
                yield f"指摘 {word}: 要確認 {listed}、findings.csv {len(written)}、run.json {count}"
            if sum(row[impact] for row in lines) != sum(int(row["impact"]) for row in written):
                yield f"決まる回答 {word}: 要確認と findings.csv"
            said = re.search(rf"{word} (\d+)", self.texts["画面"].partition("指摘:")[2])
            if said and int(said[1]) != count:
                yield f"画面: {word} {said[1]}、run.json: {count}"

    def _rates(self) -> Iterator[str]:
        """Compare 回収率, 対応済み率 and its range, to the digit that is shown."""
        whole = next(one for one in self.run["figures"] if one["scope"] == "all")
        turnout = self.run["counts"]["turnout"]
        share = turnout["returned"] / turnout["asked"] if turnout["asked"] else None
        expected = {
            _RATE: whole["done_rate"],
            _RETURNED: share,
        }
        for place in self.texts:
            text = self.texts[place]
            for pattern, value in expected.items():
                for match in pattern.finditer(text):
                    if value is None or match[1] != f"{value:.1%}".rstrip("%"):
                        yield f"{place}: {match[0]}、run.json: {value}"
        for place in ("画面", "要約.txt", "報告", "概況"):
            for match in _SPAN.finditer(self.texts[place]):
                span = tuple(f"{whole[end]:.1%}".rstrip("%") for end in ("least", "most"))
                if match.groups() != span:
                    yield f"{place}: {match[0]}、run.json: {span}"
        for label, value in (("対応済み率", whole["done_rate"]), ("回収率", share)):
            shown = self._box(label)
            if value is not None and abs(shown - value) > 1e-9:
                yield f"概況: {label} {shown}、run.json: {value}"

    def _files(self) -> Iterator[str]:
        """Compare the files: 処理記録 by its lines, files.csv, the terminal, はじめに, run.json."""
        told = self.run["counts"]["files"]
        paths = {row["file"] for row in self.tables["files"]}
        if len(paths) != sum(told.values()):
            yield f"files.csv: {len(paths)}、run.json: {sum(told.values())}"
        for place, pattern in (
            ("画面", r"ファイル: (\d+) 件"),
            ("はじめに", r"ファイル ([\d,]+)件"),
        ):
            match = re.search(pattern, self.texts[place])
            if match and _number(match[1]) != sum(told.values()):
                yield f"{place}: {match[0]}、run.json: {sum(told.values())}"

    def _box(self, label: str) -> Any:
        """Give the figure below its label on 概況."""
        rows = self.sheets["概況"]
        for number, row in enumerate(rows):
            if label in row[:16] and isinstance(rows[number + 1][row.index(label)], int | float):
                return rows[number + 1][row.index(label)]
        return -1

    def _sums(self, sheet: str) -> dict[str, Any]:
        """Give the first row of sums of a sheet by status."""
        rows = self.sheets[sheet]
        heads = next(row for row in rows if _status_columns(row))
        sums = next(row for row in rows if row and "合計" in row)
        return {label: sums[place] for label, place in _status_columns(heads).items()}

    def _column(self, sheet: str, label: str) -> int:
        """Add up a status over the respondents of 団体別集計."""
        rows = self.sheets[sheet]
        top = next(n for n, row in enumerate(rows) if row and row[0] == "提出番号")
        place = _status_columns(rows[top])[label]
        return sum(row[place] for row in rows[top + 1 :] if isinstance(row[0], int))


def _status_columns(row: Row) -> dict[str, int]:
    """Give the columns headed by statuses (``① 対応済み``); none where not all are there."""
    words = {label: f" {label}" for label in STATUSES.values()}
    found = {
        label: place
        for place, cell in enumerate(row)
        for label, end in words.items()
        if isinstance(cell, str) and cell.endswith(end)
    }
    return found if len(found) == len(STATUSES) else {}


def _number(text: str | None) -> int:
    return int(text.replace(",", "")) if text else 0


def _data_rows(data: Path, name: str) -> list[dict[str, str]]:
    """Give a table of data/ as texts: of its CSV, else of the parts that workers wrote."""
    if (data / f"{name}.csv").exists():
        return csv_rows(data / f"{name}.csv")
    from pyarrow import parquet  # noqa: PLC0415 - for months by parts alone

    rows = parquet.read_table(data / f"{name}.parquet").to_pylist()
    return [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in rows
    ]


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Give the rows of a data file."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
