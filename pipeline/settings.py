"""Everything a run may be told: command line and torimatome.toml, as one frozen value."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Severity
from pipeline.model.month_files import MonthFiles, month_files
from pipeline.texts.addresses import NOBODY, SENDER_KEYS, Sender, addresses
from pipeline.texts.calendar import JAPAN, MONTH
from pipeline.texts.saved import saved_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of the guard; docs/limits.md gives the reason for each. Sizes are in bytes."""

    file_size: int = 50 << 20
    expanded_size: int = 600 << 20
    part_size: int = 300 << 20
    ratio: int = 300
    ratio_from: int = 8 << 20  # a high ratio is harmless below this expanded size
    entries: int = 2_000
    values: int = 600_000  # cells that hold a value
    merged_area: int = 200_000
    merges: int = 20_000
    shared_strings: int = 64 << 20
    archive_members: int = 2_000
    memory: int = 1 << 30  # address space a worker may use beyond its start
    seconds: float = 60.0  # wall time for one file


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """Switches of the rules: codes turned off, severities changed, thresholds by name."""

    off: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict, compare=False)  # where each is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run. ``month`` is YYYY-MM; ``made_at`` is ISO 8601 (the clock is an argument).

    ``allow_fewer``: the month may be written over by one with far fewer bodies.
    """

    month: str
    made_at: str
    inbox: Path
    outbox: Path
    templates: Path
    checklist: str = "smartcity-security"
    jobs: int = 0  # 0: one per core
    pivot: bool = True
    edition: str = "internal"
    named: bool = False
    deadline: str = ""  # 提出期限, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS (Japan), or empty
    office: str = ""  # who seals, where it is another than `sender`
    target: float = 0.0  # 目標 of 対応済み率, a fraction; 0: none
    reply_by: str = ""  # until when a reply to 差戻し or 督促 is asked for, as deadline
    sender: Sender = NOBODY  # who signs the letters
    previous: str = ""  # the month to compare with, YYYY-MM; empty: the latest before
    inbox_url: str = ""  # where the inbox is no folder of this machine: s3://…; read instead of it
    data_url: str = ""  # where data/ goes as well, as a data set partitioned by month
    scheduler: str = ""  # a Dask cluster to read on (tcp://…, local); empty: processes of our own
    by_parts: bool = False  # answers stay in the parts that the cluster's workers write
    allow_fewer: bool = False
    detail_rows: int = 2_000_000  # answers 明細 holds at most; docs/scale.md gives the reason
    limits: Limits = Limits()
    rules: RuleSettings = RuleSettings()

    @property
    def own_name(self) -> str:
        """Give the name of the office that aggregates, empty where nothing says it."""
        return self.office or self.sender.office

    @property
    def edition_name(self) -> str:
        """Give the words that tell the edition, on every sheet and in the names of files."""
        if self.edition != "public":
            return "取扱注意（庁内限り）"
        return "配布用（団体名あり）" if self.named else "配布用"

    @property
    def folder(self) -> Path:
        """Give the month's folder below outbox/; each edition has its own."""
        month = self.outbox / self.month
        return month / self.edition_name if self.edition == "public" else month

    @property
    def files(self) -> MonthFiles:
        """Give the names of what is written for people to read."""
        return month_files(self.month, self.edition_name if self.edition == "public" else "")

    @property
    def workbook(self) -> str:
        """Give the file name of the consolidated workbook."""
        return self.files.workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """What torimatome.toml says. None where it says nothing: the command line goes first."""

    month: str | None = None  # YYYY-MM
    checklist: str | None = None
    deadline: str | None = None  # as in Settings
    target: float | None = None
    reply_by: str | None = None
    sender: Sender = NOBODY
    jobs: int | None = None
    pivot: bool | None = None
    edition: str | None = None
    named: bool | None = None
    detail_rows: int | None = None
    limits: Limits = Limits()
    rules: RuleSettings = RuleSettings()


def load_settings_file(path: Path) -> SettingsFile:
    """Read torimatome.toml. `TorimatomeError` (usage) names the key that is wrong.

    Whether the codes and thresholds of [rules] exist is checked by `check.refuse_unknown`,
    which knows the rules; this layer does not.
    """
    try:
        written = tomllib.loads(_as_toml(saved_text(path.read_bytes())))
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
    _refuse_keys(path, "", written, (*_TOP, "sender", "limits", "rules"))
    values = {key: read(path, key, written[key]) for key, read in _TOP.items() if key in written}
    return replace(
        SettingsFile(**values),
        sender=_sender(path, _table(path, "sender", written.get("sender", {}))),
        limits=_limits(path, _table(path, "limits", written.get("limits", {}))),
        rules=_rules(path, _table(path, "rules", written.get("rules", {}))),
    )


def apply_settings_file(settings: Settings, path: Path) -> Settings:
    """Fill in from torimatome.toml what the command line left at its default.

    The command line wins wherever it says something else than the default; a month that it does
    not name is empty.
    """
    found = load_settings_file(path)
    defaults = {entry.name: entry.default for entry in fields(Settings)} | {"month": ""}
    told = {
        entry.name: getattr(found, entry.name)
        for entry in fields(SettingsFile)
        if getattr(found, entry.name) is not None
    }
    unset = {
        name: value
        for name, value in told.items()
        if name == "rules" or getattr(settings, name) == defaults[name]
    }
    return replace(settings, **unset)


def _wrong(path: Path, text: str) -> TorimatomeError:
    return TorimatomeError(f"設定ファイル {path.name} {text}", ExitCode.USAGE)


def _bad(path: Path, key: str, told: str) -> TorimatomeError:
    """Say of a key that its value is wrong, with its line; ``[limits] seconds`` is in a section."""
    section, _, name = key.rpartition("] ")
    return _wrong(path, f"{_line_of(path, section.removeprefix('['), name)}の「{key}」{told}")


def _refuse_keys(
    path: Path, section: str, table: Mapping[str, Any], known: tuple[str, ...]
) -> None:
    for key in table:
        if key not in known:
            where = f"の [{section}] " if section else "の"
            raise _wrong(
                path,
                f"{_line_of(path, section, key)}{where}「{key}」という設定はありません。"
                f"{_meant(section, key, known)}使えるのは {'、'.join(known)} です。",
            )


def _line_of(path: Path, section: str, key: str) -> str:
    """Tell in which line a key of a section stands: the reader of TOML does not say."""
    here = ""
    lines = saved_text(path.read_bytes()).splitlines()
    for number, line in enumerate(lines, start=1):
        header = re.fullmatch(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?", line)
        here = header[1] if header else here
        own = re.match(r"""\s*["']?([^"'=\s.]+)["']?\s*[=.]""", line)
        under = f"{section}.{key}" if section else key
        if (header and f"{here}.".startswith(f"{under}.")) or (
            own and here == section and own[1] == key
        ):
            return f"{number}行目"
    return ""


def _lines_with(path: Path, words: Iterable[str]) -> dict[str, str]:
    """Tell in which line each word of a list, or key under its section, stands first."""
    lines = [line.partition("#")[0] for line in saved_text(path.read_bytes()).splitlines()]
    found = {
        word: next((n for n, line in enumerate(lines, 1) if word in line), 0) for word in words
    }
    return {word: f"{number}行目" if number else "" for word, number in found.items()}


def _meant(section: str, key: str, known: tuple[str, ...]) -> str:
    """Tell what a key may have been meant for: one spelled nearly so, or of another section."""
    if section and key in _TOP:
        return f"「{key}」は [{section}] より上、ファイルの先頭のほうに書いてください。"
    limits = [entry.name for entry in fields(Limits)]
    sections = (("sender", tuple(SENDER_KEYS)), ("limits", limits), ("rules", _RULE_KEYS))
    for name, keys in sections:
        if section != name and key in keys:
            return f"「{key}」は [{name}] の見出しの下に書いてください。"
    near = get_close_matches(key.lower().replace("-", "_"), known, n=1)
    return f"「{near[0]}」のことではありませんか。" if near else ""


def _table(path: Path, key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _bad(path, key, f"は [{key}] の見出しの下に書いてください。")
    return value


def _text(path: Path, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _bad(path, key, f'は "…" で囲んだ文字にしてください（今の値: {value}）。')
    return value


def _switch(path: Path, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad(path, key, f"は true か false にしてください（今の値: {value}）。")
    return value


def _number(path: Path, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**63:
        raise _bad(path, key, f"は0以上の数にしてください（今の値: {value}）。")
    return value


def _whole(path: Path, key: str, value: Any) -> int:
    number = _number(path, key, value)
    if not isinstance(number, int):
        raise _bad(path, key, f"は整数にしてください（今の値: {value}）。")
    return number


def _day_or_hour(path: Path, key: str, value: Any) -> str:
    """Give a day as YYYY-MM-DD, or an hour of one in Japan's time as YYYY-MM-DDTHH:MM:SS.

    TOML knows dates, and a text is taken too.
    """
    moment = value if isinstance(value, date) else _written_date(path, key, value)
    if not isinstance(moment, datetime):  # which is a date, too
        return moment.isoformat()
    local = moment.astimezone(JAPAN) if moment.tzinfo else moment
    return local.replace(tzinfo=None).isoformat(timespec="seconds")


def _written_date(path: Path, key: str, value: Any) -> date:
    text = _text(path, key, value).strip()
    try:
        return date.fromisoformat(text) if len(text) <= _DAY else datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(
            path,
            key,
            "は 2026-11-30 のような日付か、2026-11-30T17:00:00 のような日時にしてください"
            f"（今の値: {value}）。",
        ) from error


def _share(path: Path, key: str, value: Any) -> float:
    """Give a share that is written in percent."""
    number = _number(path, key, value)
    if not 0 < number <= 100:
        raise _bad(
            path,
            key,
            f"は 80 のように、1から100までのパーセントにしてください（今の値: {value}）。",
        )
    return number / 100


def _edition(path: Path, key: str, value: Any) -> str:
    if value not in _EDITIONS:
        raise _bad(
            path,
            key,
            f"は {'・'.join(_EDITIONS)} のどちらかにしてください（今の値: {value}）。",
        )
    return _text(path, key, value)


def _month(path: Path, key: str, value: Any) -> str:
    text = _text(path, key, value)
    if not MONTH.fullmatch(text):
        raise _bad(path, key, f'は "2026-11" のように書いてください（今の値: {value}）。')
    return text


_EDITIONS = ("internal", "public")
_RULE_KEYS = ("off", "severity", "thresholds")
_DAY = len("2026-11-30")

_TOP: Mapping[str, Callable[[Path, str, Any], Any]] = {
    "month": _month,
    "checklist": _text,
    "deadline": _day_or_hour,
    "target": _share,
    "reply_by": _day_or_hour,
    "jobs": _whole,
    "pivot": _switch,
    "edition": _edition,
    "named": _switch,
    "detail_rows": _whole,
}


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


def _sender(path: Path, table: Mapping[str, Any]) -> Sender:
    _refuse_keys(path, "sender", table, tuple(SENDER_KEYS))
    values: dict[str, str] = {}
    for key, value in table.items():
        name = f"[sender] {key}"
        text = _text(path, name, value).strip()
        if not text.isprintable() and not text.replace("\u3000", " ").isprintable():
            raise _bad(path, name, "は1行で書いてください。")
        if key == "メール" and text and addresses(text) != (text,):
            raise _bad(
                path,
                name,
                f"は kikaku@example.lg.jp のようなアドレス1つにしてください（今の値: {text}）。",
            )
        if key == "電話" and text and not any(letter.isdigit() for letter in text):
            raise _bad(path, name, f"は電話番号を書いてください（今の値: {text}）。")
        values[SENDER_KEYS[key]] = text
    return Sender(**values)


def _limits(path: Path, table: Mapping[str, Any]) -> Limits:
    known = {entry.name: entry.type for entry in fields(Limits)}
    _refuse_keys(path, "limits", table, tuple(known))
    values: dict[str, Any] = {}
    for key, value in table.items():
        read = _number if known[key] is float else _whole
        values[key] = read(path, f"[limits] {key}", value)
        if not values[key]:
            raise _bad(path, f"[limits] {key}", "は0より大きい数にしてください。")
    return Limits(**values)


def _rules(path: Path, table: Mapping[str, Any]) -> RuleSettings:
    _refuse_keys(path, "rules", table, _RULE_KEYS)
    off = table.get("off", [])
    if not isinstance(off, list):
        raise _bad(path, "[rules] off", f'は ["N401"] のように書いてください（今の値: {off}）。')
    severity = _table(path, "rules.severity", table.get("severity", {}))
    thresholds = _table(path, "rules.thresholds", table.get("thresholds", {}))
    return RuleSettings(
        off=frozenset(_text(path, "[rules] off", code) for code in off),
        severity={code: _severity(path, code, value) for code, value in severity.items()},
        thresholds={
            name: _number(path, f"[rules.thresholds] {name}", value)
            for name, value in thresholds.items()
        },
        lines=_lines_with(path, (*off, *severity, *thresholds)),
    )


def _severity(path: Path, code: str, value: Any) -> Severity:
    words = [severity.value for severity in Severity]
    if value not in words:
        raise _bad(
            path,
            f"[rules.severity] {code}",
            f"は {'・'.join(words)} のどれかにしてください（今の値: {value}）。",
        )
    return Severity(value)
