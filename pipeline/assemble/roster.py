"""Read 名簿.xlsx: who was asked. Mistakes are told with their cells, all at once."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.assemble.roster_codes import (
    doubtful_zeros,
    is_number,
    lost_zeros,
    numbered_codes,
    spelt_code,
)
from pipeline.assemble.roster_heads import RosterHeader, header_of, near_misses, nearly_named
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import (
    Checklist,
    ControlProblem,
    RawCell,
    RawWorkbook,
    Roster,
    RosterEntry,
)
from pipeline.texts.addresses import addresses
from pipeline.texts.folding import fold, squeezed, tidy
from pipeline.texts.local_codes import other_spelling
from pipeline.texts.projects import project_key
from pipeline.texts.respondents import fold_name

_MOST_GROUPS = 60  # values of a column that bodies are grouped by: 都道府県 has 47
_LONGEST_GROUP = 40  # letters of such a value
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
    found = header_of(workbook.sheets, file)
    if found is None:
        near = "".join(nearly_named(sheet, file) for sheet in workbook.sheets)
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
    problems = (*near_misses(found), *reading.problems)
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
        if 2 <= len(counts) <= _MOST_GROUPS and 2 * len(counts) <= counts.total()
    }
    return tuple(
        replace(entry, groups=tuple(pair for pair in entry.groups if pair[0] in kept))
        for entry in entries
    )


class _Reading:
    """Reads the rows below a header and collects the mistakes on the way."""

    def __init__(self, header: RosterHeader, checklist: Checklist) -> None:
        self._header = header
        self._categories = {squeezed(name): name for name in checklist.categories}
        self.mistakes: list[str] = []
        numbers = list(numbered_codes(header))
        self.problems: list[ControlProblem] = [*doubtful_zeros(header, numbers)]
        self.zeros_added = lost_zeros(code for _, code in numbers)

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
                location=self._header.location(row, self._header.columns["団体名"]),
            )

    def _cell(self, row: int, header: str) -> RawCell | None:
        column = self._header.columns.get(header)
        return None if column is None else self._header.sheet.cells.get((row, column))

    def _text(self, row: int, header: str) -> str:
        cell = self._cell(row, header)
        return tidy(cell.text).strip() if cell else ""

    def _code(self, row: int) -> str:
        code = spelt_code(self._text(row, "団体コード"))
        full = other_spelling(code)
        return (
            full if full in self.zeros_added and is_number(self._cell(row, "団体コード")) else code
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
                    location=self._header.location(row, self._header.columns["メール"]),
                    written=self._text(row, "メール"),
                    problem="メールアドレスの形ではありません。",
                    fix="kikaku@city.example.jp のような形に直してください"
                    "（差戻しと督促の下書きの宛先に使います）。",
                )
            )
        return written

    def _scope(self, row: int) -> Iterator[str]:
        for part in _parts(self._text(row, "対象分野").translate(_LIST_SEPARATORS)):
            key = squeezed(part)
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


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split("\n") if part.strip()))


def _exclusion(text: str) -> str:
    """Give the reason for leaving a respondent out; a mere mark is a reason left unsaid."""
    key = fold(text)
    if key in _NOT_EXCLUDED:
        return ""
    return "理由の記載なし" if key in _EXCLUDED_UNSAID else text


def _repeated(entries: tuple[RosterEntry, ...], header: RosterHeader) -> Iterator[str]:
    """Tell codes, names and 別名 that stand for two respondents; two projects are no mistake."""
    yield from _same(entries, lambda e: (e.code,), header, "団体コード")
    yield from _same(entries, lambda e: (e.name, *e.aliases), header, "団体名")


def _same(
    entries: tuple[RosterEntry, ...],
    values: Callable[[RosterEntry], tuple[str, ...]],
    header: RosterHeader,
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
