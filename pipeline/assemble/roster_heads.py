"""The heads of 名簿.xlsx: which column is which, also where somebody wrote them anew."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from pipeline.model import ControlProblem, Location, RawSheet, address
from pipeline.texts.folding import fold, squeezed, tidy
from pipeline.texts.tables import table_of

COLUMNS = table_of(__file__)
_NEAR = 75  # of 100: a head so near to a known one is asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterHeader:
    """The header row found: column of each known header, and what is wrong with it."""

    file: str
    sheet: RawSheet
    row: int
    columns: dict[str, int]
    mistakes: tuple[str, ...]
    others: dict[int, str]  # heads of columns that this product has no name for

    def location(self, row: int, column: int) -> Location:
        """Give a cell as the place of a problem."""
        return Location(file=self.file, sheet=self.sheet.name, cell=address(row, column))

    def place(self, row: int, header: str) -> str:
        """Name a cell as a coordinator finds it."""
        return f"{self.file}［{self.sheet.name}!{address(row, self.columns[header])}］"


def header_of(sheets: tuple[RawSheet, ...], file: str) -> RosterHeader | None:
    """Find the row that holds 団体名 and one more head, else one that holds 団体名 among others.

    A title may stand above it.
    """
    rows = [(sheet, row, heads) for sheet in sheets for row, heads in rows_of(sheet)]
    for least in (2, 1):
        for sheet, row, heads in rows:
            names = _named(heads)
            # A lone cell 団体名 is the title of something, unless a list stands under it.
            enough = len({*names.values()}) >= least and (least == 2 or _heads_a_list(sheet, row))
            if "団体名" in names.values() and enough:
                return _with_columns(sheet, row, heads, file)
    return None


def rows_of(sheet: RawSheet) -> Iterator[tuple[int, dict[int, str]]]:
    """Give the texts of each row by column."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if cell.text.strip():
            rows.setdefault(row, {})[column] = cell.text
    yield from rows.items()


def _named(heads: Mapping[int, str]) -> dict[int, str]:
    """Give the known columns of a row; looser names count where nothing else has that name."""
    keys = {column: header_key(text) for column, text in heads.items()}
    names = {column: _HEADERS[key] for column, key in keys.items() if key in _HEADERS}
    for column, key in keys.items():
        name = _looser(key)
        if name and column not in names and name not in names.values():
            names[column] = name
    return names


def _heads_a_list(sheet: RawSheet, row: int) -> bool:
    """Tell whether something stands under a row of heads; under a lone head, two lines of it."""
    own = [column for at, column in sheet.cells if at == row]
    below = range(row + 1, row + (3 if len(own) == 1 else 2))
    return all(any((line, column) in sheet.cells for column in own) for line in below)


def _with_columns(sheet: RawSheet, row: int, heads: Mapping[int, str], file: str) -> RosterHeader:
    names = _named(heads)
    columns: dict[str, int] = {}
    mistakes: list[str] = []
    for column, name in sorted(names.items()):
        if name in columns:
            first = address(row, columns[name])
            mistakes.append(
                f"{file}［{sheet.name}!{address(row, column)}］: 「{name}」に当たる列が"
                f" {first} にもあります。どちらか一方にしてください。"
            )
        columns.setdefault(name, column)
    others: dict[int, str] = {}
    for column, text in sorted(heads.items()):
        head = " ".join(tidy(text).split())
        if column not in names and head and head not in others.values() and not _near(text):
            others[column] = head
    return RosterHeader(
        file=file, sheet=sheet, row=row, columns=columns, mistakes=tuple(mistakes), others=others
    )


def _near(text: str) -> str:
    """Give the column whose name a head nearly is, empty where there is none."""
    key = header_key(text)
    if _looser(key):
        return ""
    found = process.extractOne(key, list(_HEADERS), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if found:
        return _HEADERS[found[0]]
    # In a word of three signs a wrong one is a third.
    close = [known for known in _HEADERS if len(key) > 2 and Levenshtein.distance(key, known) == 1]
    return _HEADERS[close[0]] if close else ""


def nearly_named(sheet: RawSheet, file: str) -> str:
    """Tell the cells that are nearly the head 団体名 of a sheet that has none."""
    return "".join(
        f"{file}［{sheet.name}!{address(row, column)}］の「{text.strip()}」が団体の名前の列で"
        "あれば、「団体名」に直してください。"
        for row, heads in rows_of(sheet)
        for column, text in heads.items()
        if len(heads) > 1 and _near(text) == "団体名"
    )


def near_misses(header: RosterHeader) -> Iterator[ControlProblem]:
    """Tell heads that are nearly those of a column the roster lacks."""
    for (row, column), cell in sorted(header.sheet.cells.items()):
        name = _near(cell.text) if row == header.row else ""
        if name and name not in header.columns:
            yield ControlProblem(
                location=header.location(row, column),
                written=cell.text.strip(),
                problem=f"見出しが「{name}」に似ていますが、違うため使っていません。",
                fix=f"「{name}」の列であれば、見出しを「{name}」に直して、もう一度集計してください。"
                "別の列であれば、何もしなくてかまいません。",
            )


_BRACKETED = r"(?:[【\[(〔][^】\])〕]*[】\])〕])"
_ORNAMENT = re.compile(
    rf"^(?:[\s①-⑳■□●○◆◇・※*]|{_BRACKETED})+|(?:[\s※*:]|{_BRACKETED}|等|など|欄)+$"
)
_DASH = re.compile(r"(?<=[ァ-ヶ])[-‐－―─](?=[ァ-ヶ]|$)")  # メ－ル


def header_key(text: str) -> str:
    """Give a head as it is compared: without ornaments, brackets and signs that vary."""
    key = _DASH.sub("ー", squeezed(text))
    key = re.split(r"[(\[【〔]", _ORNAMENT.sub("", key))[0].replace("の", "")
    return key or fold(text)


_HEADERS: dict[str, str] = {
    header_key(spelling): name
    for name, spellings in COLUMNS["heads"].items()
    for spelling in (name, *spellings)
}
_LOOSER_HEADERS: dict[str, str] = {
    header_key(spelling): name
    for name, spellings in COLUMNS["looser"].items()
    for spelling in spellings
}
_ENDINGS = (
    (re.compile(r"(?:メールアドレス|メール|mail|mail-?address)$"), "メール"),
    (re.compile(r"(?:団体|市町村|自治体|会社|法人|事業者|企業|構成員|機関|組織)名称?$"), "団体名"),
)


def _looser(key: str) -> str | None:
    """Give the column that a head names loosely: 代表メール, 参加団体名, 会社名・団体名."""
    parts = re.split(r"[・/,、]", key)
    named = {_HEADERS.get(part) or _LOOSER_HEADERS.get(part, "") for part in parts}
    if len(named) == 1 and "" not in named:
        return named.pop()
    return next((name for ending, name in _ENDINGS if ending.search(key)), None)
