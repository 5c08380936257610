"""What the coordinator sets aside: 除外 of the roster and the lines of inbox/除外.txt."""

import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from pipeline.model import (
    ControlLine,
    ControlProblem,
    FileRecord,
    Location,
    Respondent,
    Roster,
    RosterEntry,
)
from pipeline.texts.respondents import entry_id, fold_name

FILE = "除外.txt"
_REASON = re.compile(r"\s*[：:\t→]\s*")  # 楓村：試験のため
_ENDING = re.compile(r"\.[A-Za-z]{3,4}$")  # of a file's name
_LIKE = 60  # of 100: how near a name is to a line that it is offered for it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of 除外.txt as one of its readings: the whole of it, or what stands before a colon."""

    number: int
    what: str
    why: str = ""

    @property
    def reason(self) -> str:
        return f"（理由: {self.why}）" if self.why else ""


class Exclusions:
    """Tells why a file or a respondent does not count.

    A line names a file (``若葉市.xlsx``), a path below inbox/ (``旧/若葉市.xlsx``), a folder or an
    archive (``旧/``, ``申請.zip``), a pattern (``*_案.xlsx``), or a respondent by name or code. A
    reason may follow behind a colon or a tab.
    """

    def __init__(self, lines: tuple[ControlLine, ...], roster: Roster | None) -> None:
        """Take the lines of 除外.txt and the roster's own exclusions."""
        read = [reading for line in lines for reading in _readings(line)]
        self._lines = lines
        self._files = {_plain(line.what).removesuffix("/"): line for line in read}
        self._patterns = [
            (_pattern(line.what), line) for line in read if re.search(r"[*?]", line.what)
        ]
        self._names = {fold_name(line.what): line for line in read if fold_name(line.what)}
        self._entries = {entry_id(entry): entry for entry in roster.entries} if roster else {}

    def reason(self, path: str, respondent: Respondent | None) -> str:
        """Give why a file is set aside, in words; empty where it counts."""
        line = next(self._file_lines(path), None)
        entry = self._entries.get(respondent.id) if respondent else None
        if line is None and entry is not None and entry.excluded:
            return f"名簿で除外とされているため、集計に入れていません（理由: {entry.excluded}）。"
        if line is None and respondent is not None:
            aliases = entry.aliases if entry else ()
            line = next(self._name_lines(*_own_names(respondent), *aliases), None)
        if line is None:
            return ""
        return f"{FILE} の「{line.what}」に当たるため、集計に入れていません{line.reason}。"

    def covers(self, entry: RosterEntry) -> bool:
        """Tell whether a respondent on the roster is set aside as a whole."""
        return bool(entry.excluded) or any(self._name_lines(*_names(entry)))

    def unmatched(self, records: Iterable[FileRecord]) -> Iterator[ControlProblem]:
        """Tell the lines that fit no file and nobody, with what they may have been meant for."""
        records = tuple(records)
        names = {name for entry in self._entries.values() for name in _names(entry)}
        used: set[int] = set()
        for record in records:
            used |= {line.number for line in self._file_lines(record.source.path)}
            names.add(re.split(r"[/!]", record.source.path)[-1])
            if record.respondent:
                names.add(record.respondent.name)
                own = self._name_lines(*_own_names(record.respondent))
                used |= {line.number for line in own}
        for entry in self._entries.values():
            used |= {line.number for line in self._name_lines(*_names(entry))}
        for line in self._lines:
            if line.number not in used:
                yield _unmatched(line, sorted(names))

    def _name_lines(self, *names: str) -> Iterator[_Line]:
        keys = (fold_name(name) for name in names)
        return (self._names[key] for key in keys if key in self._names)

    def _file_lines(self, path: str) -> Iterator[_Line]:
        plain = _plain(path)
        name = re.split(r"[/!]", plain)[-1]
        places = [name, plain]
        places += [plain[: found.start()] for found in re.finditer(r"[/!]", plain)]
        yield from (self._files[place] for place in places if place in self._files)
        for pattern, line in self._patterns:
            if pattern.fullmatch(name) or pattern.fullmatch(plain):
                yield line


def _readings(line: ControlLine) -> Iterator[_Line]:
    """Give a line as a whole, and as name and reason: a file's name may hold a colon itself."""
    yield _Line(number=line.number, what=line.text)
    what, *why = _REASON.split(line.text, maxsplit=1)
    if what and why:
        yield _Line(number=line.number, what=what, why=why[0])


def _names(entry: RosterEntry) -> tuple[str, ...]:
    return (entry.code, entry.name, entry.shown, *entry.aliases)


def _own_names(respondent: Respondent) -> tuple[str, ...]:
    return (respondent.id, respondent.name, respondent.of_body, respondent.body_name)


def _unmatched(line: ControlLine, names: Iterable[str]) -> ControlProblem:
    what = _REASON.split(line.text, maxsplit=1)[0] or line.text
    alike = [name for name in names if bool(_ENDING.search(name)) is bool(_ENDING.search(what))]
    near = _nearest(fold_name(what), alike)
    hint = f"「{near}」のことであれば、そう書き直してください。" if near else ""
    return ControlProblem(
        location=Location(file=FILE),
        subject=f"{line.number}行目",
        written=line.text,
        problem="どのファイルにも、どの団体にも当たりません。何も除いていません。",
        fix=f"{hint}ファイル名か団体名を1行に1つ書いてください（理由は「楓村：試験のため」のように"
        "後ろに書けます）。もう要らない行は消してください。",
    )


def _nearest(key: str, names: Iterable[str]) -> str:
    """Give the longest name that stands in a line, else the likest one; empty for none."""
    keys = {name: fold_name(name) for name in names}
    inside = [name for name, own in keys.items() if len(own) > 1 and own in key]
    if inside:
        return max(inside, key=lambda name: len(keys[name]))
    likest = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return likest[2] if likest else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).replace("\\", "/").casefold()


def _pattern(line: str) -> re.Pattern[str]:
    """Compile a pattern with * and ?; brackets stand for themselves, names often hold them."""
    return re.compile(fnmatch.translate(_plain(line).replace("[", "[[]")))
