"""Files in the inbox that look meant for the run itself and bear nearly the right name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pipeline.model import ControlProblem, FileRecord, FileState, Location, Roster

# What people call them; a copy's number, a date and a second ending are left out before.
_MEANT = {
    "passwords.txt": ("passwords", "password", "passwd", "パスワード", "パスワード一覧"),
    "除外.txt": ("除外", "除外リスト", "除外一覧", "除外ファイル", "除外団体"),
    "名簿.xlsx": (
        "名簿",
        "団体名簿",
        "団体一覧",
        "依頼先",
        "依頼先一覧",
        "依頼先名簿",
        "送付先一覧",
    ),
}
_BY_NAME = {name: control for control, names in _MEANT.items() for name in names}
_ENDINGS = re.compile(r"(?:\.(?:txt|csv|xlsx|xlsm|xls|ods|docx|text|md))+\Z")
_COPY = re.compile(r"[\s_]*(?:\(\d+\)|-?\s*コピー|copy|\d+月|令和\d+年度?|20\d{2}|r\d+)\Z")
_UNUSED = frozenset({FileState.IGNORED, FileState.NOT_CHECKLIST, FileState.UNREADABLE})


def misnamed(
    records: Iterable[FileRecord], roster: Roster | None, month: str
) -> Iterator[ControlProblem]:
    """Tell each file at the top that was used for nothing, with the name it should have."""
    for record in records:
        path = record.source.path
        top = path.removeprefix(f"{month}/")
        control = _BY_NAME.get(_bare(top))
        beside = control == "名簿.xlsx" and roster is not None  # which one is meant is known then
        if record.state not in _UNUSED or control is None or top.casefold() == control or beside:
            continue
        yield ControlProblem(
            location=Location(file=path),
            written="",
            problem=f"「{control}」に似た名前ですが、違うため使っていません。",
            fix=f"「{control}」として書いたものであれば、名前を「{control}」に直して"
            "（Windowsで「.txt」などが表示されていないときは、付け足さずに）、もう一度集計してください。",
        )


def _bare(name: str) -> str:
    """Give a file's name without endings and what copies and months add to it."""
    bare = _ENDINGS.sub("", unicodedata.normalize("NFKC", name).casefold())
    while (shorter := _COPY.sub("", bare)) != bare:
        bare = shorter
    return bare.strip()
