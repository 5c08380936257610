"""An office's two months as command lines, played by any Python on any system, and what is left.

What is compared is all that the product wrote: every file's name and content, every word said.
"""

import email.policy
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewing import fill

from pipeline.errors import ExitCode
from pipeline.month.remembered import NAME as READINGS

Run = Callable[[Path, list[str], str], tuple[int, str]]  # folder, arguments, what is typed
MONTHS = ("2026-11", "2026-12")
_SETTINGS = "deadline = 2026-11-30\nreply_by = 2026-12-04\n[sender]\n担当 = '佐藤'\n"
_EARLY = 1_793_500_000  # seconds: the first of November 2026
_OF_THE_RUN = re.compile(
    rb'python(?:": ")? ?3\.\d+\.\d+|\b[0-9a-f]{64}\b'
)  # hashes of packed files
_MEASURED = {"timing", "python", "workbooks"}  # the last: hashes of what was packed
_SOME = ExitCode.SOME_UNREADABLE  # of the demo's returns, two are broken on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command with what is typed, and how it ends."""

    command: str
    typed: str = ""
    code: int = 0


_FIRST = (Typed(command="aggregate --month 2026-11", code=_SOME),)
_DECIDED = (
    Typed(command="aggregate --month 2026-11", code=_SOME),
    Typed(command="aggregate --month 2026-11 --dry-run", code=_SOME),
    Typed(command="aggregate --month 2026-11 --edition public", code=_SOME),
    Typed(command="sendback --month 2026-11"),
    Typed(command="distribute --month 2026-12 --prefill"),
    Typed(command="inspect inbox/04_星見町.xlsx --month 2026-11"),
    Typed(command="explain ②（2月） --month 2026-11"),
    Typed(command="menu --task 締め --wait", typed="\ny\n\n"),
)
_SECOND = (
    Typed(
        command="menu --task 集計 --wait mail/あとから", typed="来月\n2026年12月\n\n", code=_SOME
    ),
    Typed(command="menu --task 差戻し", typed="\n"),
    Typed(command="aggregate --month 2026-12 --json", code=_SOME),
)


def play(home: Path, mail: Path, run: Run, *, notepad: bool = False) -> list[str]:
    """Play the two months in an empty folder; give what was said. ``notepad``: who saves texts."""
    said = [*_played(home, run, (Typed(command="init"),))]
    shutil.copytree(mail, home / "inbox", dirs_exist_ok=True)
    settings = (home / "torimatome.toml").read_text(encoding="utf-8")
    at = settings.index("[sender]")
    text = settings[:at] + _SETTINGS + settings[at:].removeprefix("[sender]\n")
    save(home / "torimatome.toml", text, notepad=notepad)
    # Drawn by chance where there is none; and no file is newer in one home than in the other.
    (home / "outbox" / ".公開用の鍵").write_text(f"{'5' * 64}\n", encoding="utf-8")
    for place in home.rglob("README.txt"):
        os.utime(place, (_EARLY, _EARLY))
    said += _played(home, run, _FIRST)
    fill(home / "outbox" / "2026-11" / "確認票_2026-11.xlsx", {
        ("A307", "ガバナンス①-3"): {
            "判断": "修正", "修正後の回答": "②", "修正後の予定月": "2026-12", "理由": "電話で確認",
            "担当": "佐藤",
        },
    })  # fmt: skip
    said += _played(home, run, _DECIDED)
    shutil.copytree(mail, home / "inbox", dirs_exist_ok=True)
    shutil.copytree(mail / "再送", home / "mail" / "あとから" / "再送")
    return [*said, *_played(home, run, _SECOND)]


def save(place: Path, text: str, *, notepad: bool) -> None:
    """Save a text as an editor here does, or as Notepad does."""
    saved = text.replace("\n", "\r\n").encode("utf-8-sig") if notepad else text.encode("utf-8")
    place.write_bytes(saved)


def _played(home: Path, run: Run, lines: tuple[Typed, ...]) -> Iterator[str]:
    for line in lines:
        code, said = run(home, ["-m", "pipeline", *line.command.split(" ")], line.typed)
        assert code == line.code, f"{line.command}: {code}\n{said}"
        assert not re.search(r"Traceback|思いがけない", said), said
        letters = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), said)  # JSON's
        letters = re.sub(r"自動で開けませんでした.*\n", "", letters)  # a desktop's matter
        letters = re.sub(r'"(?:timing|seconds)": \{[^}]*\}', "", letters)
        letters = _OF_THE_RUN.sub(b"", letters.encode()).decode()
        spoken = letters.replace("\\\\", "/").replace("\\", "/").split("\n")
        yield "\n".join(sorted(spoken))  # of two streams, either may come first


def left(home: Path) -> dict[str, object]:
    """Give everything in a folder by name, as content that no library's release changes.

    What a run remembers for the next one is known by this installation alone.
    """
    return {
        place.relative_to(home).as_posix(): _content(place.name, place.read_bytes())
        for place in sorted(home.rglob("*"))
        if place.is_file() and place.name != READINGS
    }


def _content(name: str, content: bytes) -> object:
    """Give what a file says, where its bytes tell which library packed them."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return {each: _content(each, packed.read(each)) for each in packed.namelist()}
    if name.endswith(".eml"):
        mail = email.message_from_bytes(content, policy=email.policy.default)
        parts = [part for part in mail.walk() if not part.is_multipart()]
        heads = [(head, text) for head, text in mail.items() if head != "Content-Type"]
        return heads, [
            (part.get_filename(), _content(part.get_filename() or "", part.get_content()))
            if part.get_filename()
            else part.get_content()
            for part in parts
        ]
    if name.endswith("run.json"):
        return _without_measures(json.loads(content))
    if not name.endswith((".xml", ".rels", ".vml")):
        return content
    # xlsxwriter ends lines of XML as the system does; its readers see no difference.
    return _OF_THE_RUN.sub(b"", content.replace(b"\r\n", b"\n"))


def _without_measures(content: object) -> object:
    if isinstance(content, dict):
        return {
            name: _without_measures(value)
            for name, value in content.items()
            if name not in _MEASURED
        }
    return content
