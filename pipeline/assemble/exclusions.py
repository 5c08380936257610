"""What the coordinator sets aside: 除外 of the roster and the lines of inbox/除外.txt."""

import fnmatch
import re
import unicodedata

from pipeline.model import Respondent, Roster, RosterEntry
from pipeline.respondents import entry_id, fold_name


class Exclusions:
    """Tells why a file or a respondent does not count.

    A line names a file (``若葉市.xlsx``), a path below inbox/ (``旧/若葉市.xlsx``), a folder or an
    archive (``旧/``, ``申請.zip``), a pattern (``*_案.xlsx``), or a respondent by name or code.
    """

    def __init__(self, lines: tuple[str, ...], roster: Roster | None) -> None:
        """Take the lines of 除外.txt and the roster's own exclusions."""
        self._lines = lines
        self._files = {_plain(line).removesuffix("/"): line for line in lines}
        self._patterns = [(_pattern(line), line) for line in lines if re.search(r"[*?]", line)]
        self._names = {fold_name(line): line for line in lines if fold_name(line)}
        self._entries = {entry_id(entry): entry for entry in roster.entries} if roster else {}

    def reason(self, path: str, respondent: Respondent | None) -> str:
        """Give why a file is set aside, in words; empty where it counts."""
        line = self._file_line(path)
        if line:
            return f"除外.txt の「{line}」に当たるため、集計に入れていません。"
        if respondent is None:
            return ""
        entry = self._entries.get(respondent.id)
        if entry is not None and entry.excluded:
            return f"名簿で除外とされているため、集計に入れていません（理由: {entry.excluded}）。"
        names = (respondent.name, respondent.of_body, respondent.body_name)
        line = self._name_line(respondent.id, *names, *(entry.aliases if entry else ()))
        return f"除外.txt の「{line}」に当たるため、集計に入れていません。" if line else ""

    def covers(self, entry: RosterEntry) -> bool:
        """Tell whether a respondent on the roster is set aside as a whole."""
        names = (entry.code, entry.name, entry.shown, *entry.aliases)
        return bool(entry.excluded) or bool(self._name_line(*names))

    def _name_line(self, *names: str) -> str:
        return next((self._names[key] for n in names if (key := fold_name(n)) in self._names), "")

    def _file_line(self, path: str) -> str:
        plain = _plain(path)
        name = re.split(r"[/!]", plain)[-1]
        places = [name, plain]
        places += [plain[: found.start()] for found in re.finditer(r"[/!]", plain)]
        for place in places:
            if place in self._files:
                return self._files[place]
        for pattern, line in self._patterns:
            if pattern.fullmatch(name) or pattern.fullmatch(plain):
                return line
        return ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).replace("\\", "/").casefold()


def _pattern(line: str) -> re.Pattern[str]:
    """Compile a pattern with * and ?; brackets stand for themselves, names often hold them."""
    return re.compile(fnmatch.translate(_plain(line).replace("[", "[[]")))
