"""The letters' wording: text files in templates/手紙/ that a coordinator may change.

A word in braces is filled in. There is nothing else to know: no conditions, no loops. A line whose
word has nothing to fill in is left out, and with all its lines a paragraph under a heading. What
is filled in is never looked at again: respondents' text is data.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.loop.mails import Letter, one_line
from pipeline.machine.refusals import reason
from pipeline.settings import Settings
from pipeline.texts.addresses import NOBODY
from pipeline.texts.calendar import day_words, month_words
from pipeline.texts.saved import saved_text
from pipeline.texts.tables import table_of

FOLDER = "手紙"
_SUBJECT = re.compile(r"\s*件名\s*[:：](.*)")
_WORD = re.compile(r"[{｛]([^{}｛｝\n]*)[}｝]")
_HEADED = tuple("■□◆◇●【―─━=＝")  # a heading, or the line of a frame
_LARGEST = 100_000  # bytes; a letter is a page or two


class Kind(StrEnum):
    """The letters there are; also the names of their files and folders."""

    SEND_BACK = "差戻し"
    REMINDER = "督促"
    HANDOUT = "配布"
    THANKS = "お礼"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A word that letters may hold in braces; ``only`` names the letters, empty for all."""

    name: str
    meaning: str
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one letter, its fields still in braces."""

    subject: str
    body: str

    def letter(self, values: Mapping[str, str], mail: str) -> Letter:
        """Fill in the words. Fields without a value take their line along."""
        body = "\n\n".join(
            filled
            for paragraph in re.split(r"\n{2,}", self.body)
            if (filled := _paragraph(paragraph, values))
        )
        return Letter(subject=one_line(_line(self.subject, values)), body=f"{body}\n", mail=mail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """The letters of a run. ``notices`` tell which of them are not the coordinator's own."""

    of: Mapping[Kind, Wording]
    notices: tuple[str, ...] = ()


def load_wordings(templates: Path, *kinds: Kind) -> Wordings:
    """Read letters from templates/手紙/. `TorimatomeError` (usage) lists every mistake in them.

    For a file that is not there the product's own wording is taken, which is told.
    """
    found: dict[Kind, Wording] = {}
    mistakes: list[str] = []
    missing: list[Path] = []
    for kind in kinds:
        path = templates / FOLDER / f"{kind}.txt"
        if path.is_file():
            text, problems = _text_of(path)
        else:
            text, problems = _own()[kind], []
            missing.append(path)
        wording, wrong = read_wording(text, kind)
        found[kind] = wording
        mistakes += [f"{path}: {each}" for each in problems or wrong]
    if mistakes:
        raise TorimatomeError(
            "手紙の文面に直していただきたいところがあります（何も書き出していません）。直して保存して"
            "から、もう一度実行してください。元の文面に戻すには、そのファイルを消して"
            "「torimatome template build」を実行します。\n  " + "\n  ".join(mistakes),
            ExitCode.USAGE,
        )
    notices = tuple(f"{path} がないため、元の文面を使いました。" for path in missing)
    return Wordings(of=found, notices=notices)


def read_wording(text: str, kind: Kind) -> tuple[Wording, list[str]]:
    """Read one letter; give its wording and its mistakes, each with its line."""
    allowed = [field.name for field in _fields() if not field.only or kind in field.only]
    lines = [(n, line.rstrip()) for n, line in enumerate(text.splitlines(), start=1)]
    lines = [(n, line) for n, line in lines if not line.startswith(("#", "＃"))]
    mistakes = [f"{n}行目: {told}" for n, line in lines for told in _mistakes(line, allowed)]
    written = [(n, line) for n, line in lines if line]
    subject = _SUBJECT.fullmatch(written[0][1]) if written else None
    if subject is None or not subject[1].strip():
        at = written[0][0] if written else 1
        mistakes.insert(
            0, f"{at}行目: はじめの行に「件名: 【ご確認のお願い】…」のように件名を書いてください。"
        )
        return Wording(subject="", body=""), mistakes
    if len(written) == 1:
        mistakes.append(f"{written[0][0]}行目: 件名の下に本文がありません。")
    body = "\n".join(line for n, line in lines if n > written[0][0]).strip("\n")
    return Wording(subject=subject[1].strip(), body=body), mistakes


def common_values(title: str, settings: Settings) -> dict[str, str]:
    """Give what stands in every letter of a month."""
    sender = settings.sender
    return {
        "様式名": title,
        "調査月": month_words(settings.month),
        "提出期限": day_words(settings.deadline) if settings.deadline else "",
        "返信期限": day_words(settings.reply_by) if settings.reply_by else "",
        "所属": sender.office,
        "担当": sender.person,
        "電話": sender.phone,
        "メール": sender.mail,
    }


def lacking(settings: Settings, *, reply: bool) -> tuple[str, ...]:
    """Tell what the letters could say and torimatome.toml does not."""
    wanted = {
        "連絡先（[sender] の 所属・担当・電話・メール）": settings.sender != NOBODY,
        "提出期限（deadline）": bool(settings.deadline),
        "返信期限（reply_by）": bool(settings.reply_by) or not reply,
    }
    missing = [words for words, there in wanted.items() if not there]
    if not missing:
        return ()
    return (
        f"文面に{'、'.join(missing)}が入っていません。torimatome.toml に書いて、もう一度実行すると"
        "入ります。",
    )


def first_files() -> dict[str, str]:
    """Give the files of templates/手紙/ as they are at first, by name."""
    return {f"{kind}.txt": _explained(kind) for kind in Kind}


def _explained(kind: Kind) -> str:
    """Give a letter with how to change it above."""
    words = [f for f in _fields() if not f.only or kind in f.only]
    head = [
        f"「{kind}」の手紙の文面です。自由に書き換えて、上書き保存してください（メモ帳で開けます）。",
        "・# で始まる行は、相手に届きません。はじめの「件名:」の行が、メールの件名になります。",
        "・{ } で囲んだ言葉には、団体ごとの内容が入ります。使えるのは下の言葉だけです。",
        "・入れる内容がないときは、その行が出ません。■ や ―― で始まる段落は、入れる内容が",
        "  1つもなければ、段落ごと出ません。段落は、空の行で区切ります。",
        *(f"    {{{field.name}}} … {field.meaning}" for field in words),
    ]
    return "".join(f"# {line}\n" for line in head) + "\n" + _own()[kind]


def _text_of(path: Path) -> tuple[str, list[str]]:
    """Read a file as Notepad and others save it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return "", [f"開けません（{reason(error)}）。"]
    if len(content) > _LARGEST:
        return "", ["手紙としては大きすぎます。文面のファイルか確かめてください。"]
    try:
        return saved_text(content), []
    except UnicodeDecodeError:
        return "", ["文字コードが分かりません。UTF-8 で保存してください。"]


def _mistakes(line: str, allowed: list[str]) -> list[str]:
    told = [
        f"{{{word}}} という言葉は使えません。{_meant(word, allowed)}"
        for word in _WORD.findall(line)
        if word.strip() not in allowed
    ]
    if re.search(r"[{}｛｝]", _WORD.sub("", line)):
        told.append("{ と } が組になっていません。{団体名} のように囲んでください。")
    return told


def _meant(word: str, allowed: list[str]) -> str:
    near = get_close_matches(word.strip(), allowed, n=1, cutoff=0.5)
    meant = f"{{{near[0]}}} のことではありませんか。" if near else ""
    return f"{meant}使えるのは {'、'.join(allowed)} です。"


def _paragraph(text: str, values: Mapping[str, str]) -> str:
    """Fill in a paragraph, without the lines whose words have no value.

    Under a heading or in a frame it is empty where none of its words has one.
    """
    lines = text.split("\n")
    words = [word.strip() for line in lines for word in _WORD.findall(line)]
    if words and text.startswith(_HEADED) and not any(values.get(word) for word in words):
        return ""
    kept = (
        _line(line, values)
        for line in lines
        if all(values.get(word.strip()) for word in _WORD.findall(line))
    )
    return "\n".join(kept).strip("\n")


def _line(line: str, values: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: values.get(found[1].strip(), ""), line)


_TABLE = table_of(__file__)


def _own() -> dict[Kind, str]:
    return {Kind(name): text for name, text in _TABLE["letter"].items()}


def _fields() -> list[Field]:
    return [
        Field(name=f["name"], meaning=f["meaning"], only=frozenset(f.get("only", ())))
        for f in _TABLE["field"]
    ]
