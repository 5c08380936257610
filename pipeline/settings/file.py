"""Read torimatome.toml: what it says, and in plain Japanese what it may not say."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Severity
from pipeline.settings import Limits, RuleSettings, Settings
from pipeline.texts.addresses import SENDER_KEYS, Sender, addresses
from pipeline.texts.calendar import JAPAN, MONTH
from pipeline.texts.saved import saved_text

_EDITIONS = ("internal", "public")
_SEVERITIES = tuple(severity.value for severity in Severity)
_RULE_KEYS = ("off", "severity", "thresholds")
_LIMITS = {entry.name: entry.type for entry in fields(Limits)}
_DAY = len("2026-11-30")


def apply_settings_file(settings: Settings, path: Path) -> Settings:
    """Fill in from torimatome.toml what the command line left at its default.

    The command line wins wherever it says something else than the default; a month that it does
    not name is empty.
    """
    defaults = {entry.name: entry.default for entry in fields(Settings)} | {"month": ""}
    unset = {
        name: value
        for name, value in load_settings_file(path).items()
        if name == "rules" or getattr(settings, name) == defaults[name]
    }
    return replace(settings, **unset)


def load_settings_file(path: Path) -> Mapping[str, Any]:
    """Read torimatome.toml: what it says, by the names of `Settings`.

    `TorimatomeError` (usage) names the key that is wrong. Whether the codes and thresholds of
    [rules] exist is checked by `check.refuse_unknown`, which knows the rules; this layer does not.
    """
    try:
        text = saved_text(path.read_bytes())
        written = tomllib.loads(_as_toml(text))
    except FileNotFoundError as error:
        raise _wrong(path, "が見つかりません。ファイルの場所を確かめてください。") from error
    except OSError as error:
        raise _wrong(path, "を開けません。権限を確かめてください。") from error
    except UnicodeDecodeError as error:
        raise _wrong(path, "の文字コードが分かりません。UTF-8で保存してください。") from error
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        place = f"{at[1]}行目の{at[2]}文字目" if at else "終わり"
        raise _wrong(
            path,
            f"の書き方に誤りがあります（{place}あたり）。"
            '`deadline = "2026-11-30"` のように、文字は " " で囲み、1行に1つずつ書いてください。',
        ) from error
    file = _File(path, text.splitlines())
    return {
        entry.name: (_TOP.get(entry.name) or _SECTIONS[entry.name])(entry)
        for entry in file.entries("", written, (*_TOP, *_SECTIONS))
    }


def _wrong(path: Path, text: str) -> TorimatomeError:
    return TorimatomeError(f"設定ファイル {path.name} {text}", ExitCode.USAGE)


@dataclass(frozen=True, slots=True)
class _File:
    """The file and its lines: the reader of TOML does not say where something stands."""

    path: Path
    lines: list[str]

    def entries(
        self, section: str, table: Mapping[str, Any], known: tuple[str, ...] = ()
    ) -> "Iterator[_Entry]":
        """Give what a section says; a key that is none of those known is refused first of all."""
        for key in table if known else ():
            if key not in known:
                where = f"の [{section}] " if section else "の"
                raise _wrong(
                    self.path,
                    f"{self.line_of(section, key)}{where}「{key}」という設定はありません。"
                    f"{_meant(section, key, known)}使えるのは {'、'.join(known)} です。",
                )
        return (_Entry(self, section, key, value) for key, value in table.items())

    def line_of(self, section: str, key: str) -> str:
        """Tell in which line a key of a section stands."""
        here = ""
        for number, line in enumerate(self.lines, start=1):
            header = re.fullmatch(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?", line)
            here = header[1] if header else here
            own = re.match(r"""\s*["']?([^"'=\s.]+)["']?\s*[=.]""", line)
            under = f"{section}.{key}" if section else key
            if (header and f"{here}.".startswith(f"{under}.")) or (
                own and here == section and own[1] == key
            ):
                return f"{number}行目"
        return ""

    def lines_with(self, words: Iterable[str]) -> dict[str, str]:
        """Tell in which line each word of a list, or key under its section, stands first."""
        bare = [line.partition("#")[0] for line in self.lines]
        found = {w: next((n for n, line in enumerate(bare, 1) if w in line), 0) for w in words}
        return {word: f"{number}行目" if number else "" for word, number in found.items()}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of a section and what is written there."""

    file: _File
    section: str
    name: str
    value: Any

    def bad(self, told: str, *, now: bool = True) -> TorimatomeError:
        """Say of the value that it is wrong, with its line and, for ``now``, as it stands."""
        place = self.file.line_of(self.section, self.name)
        key = f"[{self.section}] {self.name}" if self.section else self.name
        written = f"（今の値: {self.value}）。" if now else ""
        return _wrong(self.file.path, f"{place}の「{key}」{told}{written}")

    def table(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            name = f"{self.section}.{self.name}" if self.section else self.name
            raise replace(self, section="", name=name).bad(
                f"は [{name}] の見出しの下に書いてください。", now=False
            )
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.bad('は "…" で囲んだ文字にしてください')
        return self.value

    def switch(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.bad("は true か false にしてください")
        return self.value

    def number(self) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**63:
            raise self.bad("は0以上の数にしてください")
        return value

    def whole(self) -> int:
        number = self.number()
        if not isinstance(number, int):
            raise self.bad("は整数にしてください")
        return number

    def share(self) -> float:
        """Give a share that is written in percent."""
        number = self.number()
        if not 0 < number <= 100:
            raise self.bad("は 80 のように、1から100までのパーセントにしてください")
        return number / 100

    def edition(self) -> str:
        if self.value not in _EDITIONS:
            raise self.bad(f"は {'・'.join(_EDITIONS)} のどちらかにしてください")
        return self.text()

    def month(self) -> str:
        if not MONTH.fullmatch(self.text()):
            raise self.bad('は "2026-11" のように書いてください')
        return self.text()

    def severity(self) -> Severity:
        if self.value not in _SEVERITIES:
            raise self.bad(f"は {'・'.join(_SEVERITIES)} のどれかにしてください")
        return Severity(self.value)

    def day_or_hour(self) -> str:
        """Give a day as YYYY-MM-DD, or an hour of one in Japan's time as YYYY-MM-DDTHH:MM:SS.

        TOML knows dates, and a text is taken too.
        """
        moment = self.value if isinstance(self.value, date) else self._written_date()
        if not isinstance(moment, datetime):  # which is a date, too
            return moment.isoformat()
        local = moment.astimezone(JAPAN) if moment.tzinfo else moment
        return local.replace(tzinfo=None).isoformat(timespec="seconds")

    def _written_date(self) -> date:
        text = self.text().strip()
        try:
            return date.fromisoformat(text) if len(text) <= _DAY else datetime.fromisoformat(text)
        except ValueError as error:
            raise self.bad(
                "は 2026-11-30 のような日付か、2026-11-30T17:00:00 のような日時にしてください"
            ) from error

    def sender(self) -> Sender:
        """Give who signs the letters."""
        entries = self.file.entries(self.name, self.table(), tuple(SENDER_KEYS))
        return Sender(**{SENDER_KEYS[entry.name]: entry.of_sender() for entry in entries})

    def of_sender(self) -> str:
        text = self.text().strip()
        if not text.replace("\u3000", " ").isprintable():
            raise self.bad("は1行で書いてください。", now=False)
        if self.name == "メール" and text and addresses(text) != (text,):
            raise self.bad("は kikaku@example.lg.jp のようなアドレス1つにしてください")
        if self.name == "電話" and text and not any(letter.isdigit() for letter in text):
            raise self.bad("は電話番号を書いてください")
        return text

    def limits(self) -> Limits:
        """Give the caps of the guard; what is not told stays."""
        values: dict[str, Any] = {}
        for entry in self.file.entries(self.name, self.table(), tuple(_LIMITS)):
            number = entry.number() if _LIMITS[entry.name] is float else entry.whole()
            if not number:
                raise entry.bad("は0より大きい数にしてください。", now=False)
            values[entry.name] = number
        return Limits(**values)

    def rules(self) -> RuleSettings:
        """Give the switches of the rules."""
        told = {e.name: e for e in self.file.entries(self.name, self.table(), _RULE_KEYS)}
        off = told.get("off", replace(self, value=[]))
        if not isinstance(off.value, list):
            raise off.bad('は ["N401"] のように書いてください')
        severity, thresholds = (
            told[key].table() if key in told else {} for key in ("severity", "thresholds")
        )
        return RuleSettings(
            off=frozenset(replace(off, value=code).text() for code in off.value),
            severity={
                each.name: each.severity()
                for each in self.file.entries(f"{self.name}.severity", severity)
            },
            thresholds={
                each.name: each.number()
                for each in self.file.entries(f"{self.name}.thresholds", thresholds)
            },
            lines=self.file.lines_with((*off.value, *severity, *thresholds)),
        )


_TOP: Mapping[str, Callable[[_Entry], Any]] = {
    "month": _Entry.month,
    "checklist": _Entry.text,
    "deadline": _Entry.day_or_hour,
    "target": _Entry.share,
    "reply_by": _Entry.day_or_hour,
    "jobs": _Entry.whole,
    "pivot": _Entry.switch,
    "edition": _Entry.edition,
    "named": _Entry.switch,
    "detail_rows": _Entry.whole,
}
_SECTIONS: Mapping[str, Callable[[_Entry], Any]] = {
    "sender": _Entry.sender,
    "limits": _Entry.limits,
    "rules": _Entry.rules,
}
_KEYS = {"sender": tuple(SENDER_KEYS), "limits": tuple(_LIMITS), "rules": _RULE_KEYS}


def _meant(section: str, key: str, known: tuple[str, ...]) -> str:
    """Tell what a key may have been meant for: one spelled nearly so, or of another section."""
    if section and key in _TOP:
        return f"「{key}」は [{section}] より上、ファイルの先頭のほうに書いてください。"
    for name, keys in _KEYS.items():
        if section != name and key in keys:
            return f"「{key}」は [{name}] の見出しの下に書いてください。"
    near = get_close_matches(key.lower().replace("-", "_"), known, n=1)
    return f"「{near[0]}」のことではありませんか。" if near else ""


# TOML wants keys in Japanese in quotes; who fills in the sample need not know.
_QUOTELESS = re.compile(rf"^([ \t]*)({'|'.join(SENDER_KEYS)})([ \t]*=)", re.MULTILINE)

# TOML 1.0 wants the seconds, too; who writes a deadline does not.
_TO_THE_MINUTE = re.compile(
    r"^([ \t]*(?:deadline|reply_by)[ \t]*=[ \t]*\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(?=[ \t]*(?:#.*)?$)",
    re.MULTILINE,
)


def _as_toml(written: str) -> str:
    """Give the text of torimatome.toml as TOML has it."""
    return _TO_THE_MINUTE.sub(r"\1:00", _QUOTELESS.sub(r'\1"\2"\3', written))
