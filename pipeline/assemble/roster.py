"""Read 名簿.xlsx: who was asked. Mistakes are told with their cells, all at once."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import (
    CellKey,
    CellKind,
    Checklist,
    ControlProblem,
    Location,
    RawCell,
    RawSheet,
    RawWorkbook,
    Roster,
    RosterEntry,
    address,
)
from pipeline.texts.addresses import addresses
from pipeline.texts.folding import fold, tidy
from pipeline.texts.local_codes import is_local_code, other_spelling
from pipeline.texts.projects import project_key
from pipeline.texts.respondents import fold_name

# The template's headers, in its order, with what people rename them to.
COLUMNS: dict[str, tuple[str, ...]] = {
    "団体コード": (
        "コード",
        "団体番号",
        "id",
        "自治体コード",
        "地方公共団体コード",
        "事業者コード",
    ),
    "団体名": ("名称", "団体名称", "事業者名", "自治体名", "回答者名", "会社名", "法人名"),
    "別名": ("略称", "通称", "別称", "別名・略称"),
    "事業名": ("提案名", "プロジェクト名", "事業", "プロジェクト", "事業・提案名", "対象事業名"),
    "役割": ("区分", "種別", "役割区分"),
    "対象分野": ("分野", "対象", "回答分野", "対象カテゴリ"),
    "担当": ("担当者", "担当者名", "担当部署", "担当課"),
    "メール": ("メールアドレス", "e-mail", "email", "mail", "連絡先メール"),
    "除外": ("除外理由", "対象外", "除外の理由"),
}
# What people call them where no column goes by one of the names above; else it is a grouping.
_LOOSER: dict[str, tuple[str, ...]] = {
    "団体コード": (
        "団体id",
        "団体cd",
        "市町村コード",
        "市区町村コード",
        "全国地方公共団体コード",
    ),
    "団体名": (
        "市町村名",
        "市区町村名",
        "市町村",
        "市区町村",
        "町村名",
        "都道府県・市町村名",
        "都道府県市町村名",
        "地方公共団体名",
        "自治体",
        "自治体名称",
        "団体",
        "組織名",
        "機関名",
        "事業者",
        "企業名",
        "会社",
        "社名",
        "法人",
        "回答団体",
        "回答団体名",
        "依頼先",
        "送付先",
        "提出者",
        "申請者名",
        "申請団体名",
        "提案団体名",
    ),
    "別名": ("旧名称", "略名", "別称・略称"),
    "担当": ("担当部署名", "担当課名", "担当者氏名", "部署", "部署名", "課名", "所属"),
    "メール": (
        "メアド",
        "メールアドレス1",
        "e-mailアドレス",
        "mailアドレス",
        "めーる",
        "アドレス",
        "連絡先アドレス",
    ),
    "除外": ("集計除外",),
}
_MOST_GROUPS = 60  # values of a column that bodies are grouped by: 都道府県 has 47
_LONGEST_GROUP = 40  # letters of such a value
_NEAR = 75  # of 100: a head so near to a known one is asked about
_LIST_SEPARATORS = str.maketrans(dict.fromkeys("、,，;；/／|\n・", "\n"))
_ALIAS_SEPARATORS = str.maketrans(dict.fromkeys("、,，;；|\n", "\n"))
_ALL = frozenset({"全て", "すべて", "全部", "全分野", "全項目", "all"})
_NOT_EXCLUDED = frozenset({"", "-", "−", "ー", "なし", "無", "いいえ", "no", "false", "0", "×"})
_EXCLUDED_UNSAID = frozenset({"○", "〇", "◯", "1", "除外", "はい", "yes", "true", "✓", "レ"})
_SHOWN_MISTAKES = 20
_NOT_GIVEN = frozenset({"", "-", "−", "ー", "なし", "無", "無し", "不明", "未定"})


def read_roster(workbook: RawWorkbook, checklist: Checklist) -> Roster:
    """Give the roster of a workbook; the header may stand on any sheet and row.

    Rows without code and name are passed over, and so is an explanation below the header row
    that starts with ``例``. Raises TorimatomeError (USAGE) that lists every mistake with file,
    sheet and cell: no header, a column twice, a code or name twice, a code without a name, an
    unknown 対象分野.
    """
    file = workbook.source.path
    found = _header(workbook.sheets, file)
    if found is None:
        near = "".join(_nearly_named(sheet, file) for sheet in workbook.sheets)
        raise TorimatomeError(
            f"名簿（{file}）に見出しが見つかりません。{near}見出しの行に「団体名」と"
            "「団体コード」などの列があるか確かめてください"
            "（templates/名簿.xlsx の見出しをそのまま使うと確実です）。",
            ExitCode.USAGE,
        )
    reading = _Reading(found, checklist)
    entries = _grouped(tuple(reading.entries()))
    mistakes = [*found.mistakes, *reading.mistakes, *_repeated(entries, found)]
    if not entries and not mistakes:
        place = f"{file}［{found.sheet.name}］"
        mistakes.append(f"{place}: 団体が1つも書かれていません。見出しの下の行に書いてください。")
    if mistakes:
        shown = mistakes[:_SHOWN_MISTAKES]
        if len(mistakes) > len(shown):
            shown.append(f"ほか {len(mistakes) - len(shown)} 件")
        raise TorimatomeError(
            "名簿に直していただきたいところがあります。"
            "直して保存してから、もう一度実行してください。\n  " + "\n  ".join(shown),
            ExitCode.USAGE,
        )
    problems = (*_near_misses(found), *reading.problems)
    return Roster(entries=entries, file=file, problems=problems, zeros_added=reading.zeros_added)


def _grouped(entries: tuple[RosterEntry, ...]) -> tuple[RosterEntry, ...]:
    """Keep of other columns those that put bodies together: some few values that several share.

    A remark, a telephone number or a running number tells one body from another.
    """
    values: dict[str, Counter[str]] = {}
    for entry in entries:
        for head, text in entry.groups:
            values.setdefault(head, Counter())[text] += 1
    kept = {
        head
        for head, counts in values.items()
        if 2 <= len(counts) <= min(_MOST_GROUPS, counts.total() // 2)
    }
    return tuple(
        replace(entry, groups=tuple(pair for pair in entry.groups if pair[0] in kept))
        for entry in entries
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """The header row found: column of each known header, and what is wrong with it."""

    file: str
    sheet: RawSheet
    row: int
    columns: dict[str, int]
    mistakes: tuple[str, ...]
    others: dict[int, str]  # heads of columns that this product has no name for

    def place(self, row: int, header: str) -> str:
        """Name a cell as a coordinator finds it."""
        column = self.columns.get(header, 0)
        return f"{self.file}［{self.sheet.name}!{address(row, column)}］"


def _header(sheets: tuple[RawSheet, ...], file: str) -> _Header | None:
    """Find the row that holds 団体名 and one more head, else one that holds 団体名 among others.

    A title may stand above it.
    """
    rows = [(sheet, row, heads) for sheet in sheets for row, heads in _rows_of(sheet)]
    for least in (2, 1):
        for sheet, row, heads in rows:
            names = _named(heads)
            # A lone cell 団体名 is the title of something, unless a list stands under it.
            enough = len({*names.values()}) >= least and (least == 2 or _heads_a_list(sheet, row))
            if "団体名" in names.values() and enough:
                return _with_columns(sheet, row, heads, file)
    return None


def _rows_of(sheet: RawSheet) -> Iterator[tuple[int, dict[int, str]]]:
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if cell.text.strip():
            rows.setdefault(row, {})[column] = cell.text
    yield from rows.items()


def _named(heads: Mapping[int, str]) -> dict[int, str]:
    """Give the known columns of a row; looser names count where nothing else has that name."""
    keys = {column: _header_key(text) for column, text in heads.items()}
    names = {column: _HEADERS[key] for column, key in keys.items() if key in _HEADERS}
    for column, key in keys.items():
        name = _looser(key)
        if name and column not in names and name not in names.values():
            names[column] = name
    return names


def _heads_a_list(sheet: RawSheet, row: int) -> bool:
    """Tell whether something stands under a row of heads; under a lone head, two lines of it."""
    own = {column for at, column in sheet.cells if at == row}
    below = [{c for at, c in sheet.cells if at == row + n and c in own} for n in (1, 2)]
    return all(below[: 2 if len(own) == 1 else 1])


def _with_columns(sheet: RawSheet, row: int, heads: Mapping[int, str], file: str) -> _Header:
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
    return _Header(
        file=file, sheet=sheet, row=row, columns=columns, mistakes=tuple(mistakes), others=others
    )


def _near(text: str) -> str:
    """Give the column whose name a head nearly is, empty where there is none."""
    key = _header_key(text)
    if len(key) < 2 or key in _HEADERS or _looser(key):
        return ""
    found = process.extractOne(key, list(_HEADERS), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if found:
        return _HEADERS[found[0]]
    # In a word of three signs a wrong one is a third.
    close = (known for known in _HEADERS if len(key) > 2 and Levenshtein.distance(key, known) == 1)
    return _HEADERS.get(next(close, ""), "")


def _nearly_named(sheet: RawSheet, file: str) -> str:
    """Tell the cells that are nearly the head 団体名 of a sheet that has none."""
    return "".join(
        f"{file}［{sheet.name}!{address(row, column)}］の「{text.strip()}」が団体の名前の列で"
        "あれば、「団体名」に直してください。"
        for row, heads in _rows_of(sheet)
        for column, text in heads.items()
        if len(heads) > 1 and _near(text) == "団体名"
    )


def _near_misses(header: _Header) -> Iterator[ControlProblem]:
    """Tell heads that are nearly those of a column the roster lacks."""
    for (row, column), cell in sorted(header.sheet.cells.items()):
        name = _near(cell.text) if row == header.row else ""
        if name and name not in header.columns:
            yield ControlProblem(
                location=Location(
                    file=header.file, sheet=header.sheet.name, cell=address(row, column)
                ),
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


def _header_key(text: str) -> str:
    key = _DASH.sub("ー", fold(text).replace(" ", ""))
    key = re.split(r"[(\[【〔]", _ORNAMENT.sub("", key))[0].replace("の", "")
    return key or fold(text)


_HEADERS = {
    _header_key(spelling): name
    for name, spellings in COLUMNS.items()
    for spelling in (name, *spellings)
}
_LOOSER_HEADERS = {
    _header_key(spelling): name for name, spellings in _LOOSER.items() for spelling in spellings
}
_ENDINGS = (
    (re.compile(r"(?:メールアドレス|メール|mail|mail-?address)$"), "メール"),
    (re.compile(r"(?:団体|市町村|自治体|会社|法人|事業者|企業|構成員|機関|組織)名称?$"), "団体名"),
)


def _looser(key: str) -> str:
    """Give the column that a head names loosely: 代表メール, 参加団体名, 会社名・団体名."""
    parts = re.split(r"[・/,、]", key)
    named = {_HEADERS.get(part) or _LOOSER_HEADERS.get(part, "") for part in parts}
    if len(named) == 1 and "" not in named:
        return named.pop()
    return next((name for ending, name in _ENDINGS if ending.search(key)), "")


class _Reading:
    """Reads the rows below a header and collects the mistakes on the way."""

    def __init__(self, header: _Header, checklist: Checklist) -> None:
        self._header = header
        self._categories = {fold(name).replace(" ", ""): name for name in checklist.categories}
        self.mistakes: list[str] = []
        numbers = list(_numbers(header))
        self.problems: list[ControlProblem] = [*_doubtful_zeros(header, numbers)]
        self.zeros_added = _lost_zeros(code for _, code in numbers)

    def entries(self) -> Iterator[RosterEntry]:
        """Give one entry for each row with a name."""
        cells = self._header.sheet.cells
        for row in sorted({row for row, _ in cells if row > self._header.row}):
            code, name = self._code(row), self._text(row, "団体名")
            if not code and not name:
                continue
            if fold(code).startswith("例") or fold(name).startswith(("例)", "例:", "(例")):
                continue
            if not name:
                self._mistake(row, "団体名", f"団体コード「{code}」の団体名がありません。")
                continue
            scope = tuple(self._scope(row))
            yield RosterEntry(
                code=code,
                name=name,
                aliases=_parts(self._text(row, "別名").translate(_ALIAS_SEPARATORS)),
                project=" ".join(self._text(row, "事業名").split()),
                role=self._text(row, "役割"),
                scope=scope,
                contact=self._text(row, "担当"),
                mail=self._mail(row),
                excluded=_exclusion(self._text(row, "除外")),
                groups=tuple(self._groups(row)),
                location=Location(
                    file=self._header.file,
                    sheet=self._header.sheet.name,
                    cell=address(row, self._header.columns["団体名"]),
                ),
            )

    def _cell(self, row: int, header: str) -> RawCell | None:
        column = self._header.columns.get(header)
        key: CellKey = (row, -1 if column is None else column)
        return self._header.sheet.cells.get(key)

    def _text(self, row: int, header: str) -> str:
        cell = self._cell(row, header)
        return tidy(cell.text).strip() if cell else ""

    def _code(self, row: int) -> str:
        code = _spelt(self._text(row, "団体コード"))
        full = other_spelling(code)
        return (
            full if full in self.zeros_added and _is_number(self._cell(row, "団体コード")) else code
        )

    def _groups(self, row: int) -> Iterator[tuple[str, str]]:
        """Give head and text of the columns that this product has no name for."""
        for column, head in self._header.others.items():
            cell = self._header.sheet.cells.get((row, column))
            text = " ".join(tidy(cell.text).split()) if cell else ""
            if text and len(text) <= _LONGEST_GROUP:
                yield head, text

    def _mail(self, row: int) -> str:
        """Give the addresses in a cell in half width; what is none is told and kept as it is."""
        written = unicodedata.normalize("NFKC", self._text(row, "メール"))
        if fold(written) in _NOT_GIVEN:
            return ""
        found = addresses(written)
        if not found or written.count("@") > len(found):
            self.problems.append(
                ControlProblem(
                    location=Location(
                        file=self._header.file,
                        sheet=self._header.sheet.name,
                        cell=address(row, self._header.columns["メール"]),
                    ),
                    written=self._text(row, "メール"),
                    problem="メールアドレスの形ではありません。",
                    fix="kikaku@city.example.jp のような形に直してください"
                    "（差戻しと督促の下書きの宛先に使います）。",
                )
            )
        return written

    def _scope(self, row: int) -> Iterator[str]:
        for part in _parts(self._text(row, "対象分野").translate(_LIST_SEPARATORS)):
            key = fold(part).replace(" ", "")
            if key in _ALL:
                continue
            if key in self._categories:
                yield self._categories[key]
            else:
                known = "、".join(self._categories.values())
                self._mistake(
                    row,
                    "対象分野",
                    f"対象分野「{part}」は様式にありません。"
                    f"使えるのは {known} です（空欄は全分野）。",
                )

    def _mistake(self, row: int, header: str, words: str) -> None:
        self.mistakes.append(f"{self._header.place(row, header)}: {words}")


def _spelt(code: str) -> str:
    return fold(code).replace(" ", "").upper()


def _is_number(cell: RawCell | None) -> bool:
    return cell is not None and cell.kind is CellKind.NUMBER


def _numbers(header: _Header) -> Iterator[tuple[int, str]]:
    """Give row and code where 団体コード is a number."""
    column = header.columns.get("団体コード", -1)
    for (row, at), cell in sorted(header.sheet.cells.items()):
        if at == column and row > header.row and _is_number(cell):
            yield row, _spelt(tidy(cell.text))


def _lost_zeros(numbers: Iterable[str]) -> frozenset[str]:
    """Give the codes whose zero Excel took, with it: all or none.

    All numbers have five or six digits, and with a zero every check digit is right. One in eleven
    is right by chance, so that a second code has to say the same.
    """
    codes = {*numbers}
    short = {code for code in codes if len(code) == 5}
    full = {other_spelling(code) for code in short}
    others = any(is_local_code(code) for code in codes - short)
    if "" in full or any(len(code) not in {5, 6} for code in codes):
        return frozenset()
    return frozenset(full) if len(full) > 1 or others else frozenset()


def _doubtful_zeros(
    header: _Header, numbers: Sequence[tuple[int, str]]
) -> Iterator[ControlProblem]:
    """Tell a column in which the zero of some codes is proven lost and that of others is not."""
    short = [(row, code) for row, code in numbers if len(code) == 5]
    odd = [(row, code) for row, code in short if not other_spelling(code)]
    # By chance one in eleven is right: running numbers of one's own are not doubted.
    if odd and len(odd) < len(short) - len(odd):
        row, code = odd[0]
        place = address(row, header.columns["団体コード"])
        yield ControlProblem(
            location=Location(file=header.file, sheet=header.sheet.name, cell=place),
            written=code,
            problem="団体コードの先頭の 0 が落ちているようですが、6桁の団体コードとして"
            f"正しくない番号が混じっている（{len(odd)} 件）ため、0 を補わずに使っています。",
            fix="番号を確かめ、6桁のコードであれば、列を文字列にして先頭の 0 から書いてください。"
            "前の月からこの番号で集計しているときは、そのままでかまいません。",
        )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split("\n") if part.strip()))


def _exclusion(text: str) -> str:
    """Give the reason for leaving a respondent out; a mere mark is a reason left unsaid."""
    key = fold(text)
    if key in _NOT_EXCLUDED:
        return ""
    return "理由の記載なし" if key in _EXCLUDED_UNSAID else text


def _repeated(entries: tuple[RosterEntry, ...], header: _Header) -> Iterator[str]:
    """Tell codes, names and 別名 that stand for two respondents; two projects are no mistake."""
    yield from _same(entries, lambda e: (e.code,), header, "団体コード")
    yield from _same(entries, lambda e: (e.name, *e.aliases), header, "団体名")


def _same(
    entries: tuple[RosterEntry, ...],
    values: Callable[[RosterEntry], tuple[str, ...]],
    header: _Header,
    column: str,
) -> Iterator[str]:
    seen: dict[str, list[RosterEntry]] = {}
    for entry in entries:
        for value in values(entry):
            key = fold(value) if column == "団体コード" else fold_name(value)
            before = seen.setdefault(key, []) if key else [entry]
            if entry in before:
                continue
            rival = next((each for each in before if not _two_projects(entry, each)), None)
            before.append(entry)
            if rival is None:
                continue
            place = entry.location.cell if entry.location else ""
            other = rival.location
            yield (
                f"{header.file}［{header.sheet.name}!{place}］: {column}「{value}」が"
                f" {other.cell if other else ''}（{rival.name}）と重なっています。"
                "別の団体であれば区別できる書き方に、同じ団体であれば1行にしてください"
                "（1つの団体の複数の事業は、行ごとに違う「事業名」を書けば別々に数えます）。"
            )


def _two_projects(one: RosterEntry, other: RosterEntry) -> bool:
    """Tell whether two lines are two projects of one body."""
    projects = {project_key(one.project), project_key(other.project)}
    return len(projects) == 2 and "" not in projects and _one_name(one, other)


def _one_name(one: RosterEntry, other: RosterEntry) -> bool:
    mine = {fold_name(name) for name in (one.name, *one.aliases)}
    return not mine.isdisjoint(fold_name(name) for name in (other.name, *other.aliases))
