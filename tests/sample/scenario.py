"""The demo's inbox: the files of `cases` as bytes, the roster, and what everybody meant."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.model import Checklist, Item, Status
from sample import official, workbooks
from sample.cases import (
    ABSENT,
    ASSET,
    BROKEN,
    CASES,
    CITY,
    PASSWORDS,
    PLATFORM,
    SERVICE,
    Case,
)
from sample.forms import ReturnedForm, pages
from sample.hands import Entry, answer

# Share of ① by position of the category: governance first, the platform last.
_PROGRESS = (0.78, 0.60, 0.36, 0.50, 0.46, 0.58, 0.42)
_STRONG_IN = {CITY: 0, SERVICE: 1, PLATFORM: 2, ASSET: 3}
_BONUS = 0.22
_PLANNED_OF_REST = 0.7
_FILES = Path(__file__).parent / "files"
# A stub in place of a VBA project: readers only look whether there is one, none opens it.
_PROJECT_STUB = b"no macros here"


def expected_answers(checklist: Checklist) -> Mapping[tuple[str, str], tuple[Status, str]]:
    """Give status and due month (YYYY-MM or empty) that the writer of each counted sheet meant.

    By respondent (with its project) and item id. A cell meant as an answer but written so that it
    determines none is ``UNCLEAR`` here: nobody may guess it. What the roster does not ask somebody
    for and they left empty is ``NOT_APPLICABLE``.
    """
    expected = {}
    for case in CASES:
        if case.counted:
            asked = [checklist.categories[position] for position in case.scope]
            for item, entry in zip(checklist.items, entries(case, checklist), strict=True):
                if not _fills(case, item, checklist):
                    continue  # another stakeholder's file answers it
                not_asked = bool(asked) and item.category not in asked
                empty = entry.status is Status.BLANK
                status = Status.NOT_APPLICABLE if not_asked and empty else entry.status
                expected[case.unit, item.id] = (status, entry.due)
    return expected


def returned(case: Case, checklist: Checklist) -> ReturnedForm:
    """Give one case's filled form."""
    return ReturnedForm(
        respondent=case.name,
        entries=entries(case, checklist),
        look=case.look,
        filled_on=case.filled_on,
    )


def entries(case: Case, checklist: Checklist) -> tuple[Entry, ...]:
    """Give one case's entries in the checklist's order."""
    # The seed is the case's own text: reproducible, nothing secret.
    dice = random.Random(case.seed or f"{case.code}{case.reached}")  # noqa: S311 - sample data
    tables: set[int] = set()
    written = []
    for number, item in enumerate(checklist.items):
        first = item.table not in tables
        tables.add(item.table)
        status = _status(case, checklist.categories.index(item.category), dice)
        if not _fills(case, item, checklist):
            status = Status.BLANK
        entry = answer(case.hand, status, dice, first=first, talkative=case.talkative)
        written.append(case.odd.get(number, entry))
    return tuple(written)


def _fills(case: Case, item: Item, checklist: Checklist) -> bool:
    return not case.fills or checklist.categories.index(item.category) in case.fills


def _status(case: Case, category: int, dice: random.Random) -> Status:
    if case.always is not None:
        return case.always
    if case.scope and category not in case.scope:
        return Status.BLANK
    share = _PROGRESS[category % len(_PROGRESS)] + case.reached
    share += _BONUS if _STRONG_IN[case.role] == category else 0.0
    if dice.random() < min(max(share, 0.05), 0.97):
        return Status.DONE
    return Status.PLANNED if dice.random() < _PLANNED_OF_REST else Status.NOT_PLANNED


def inbox(checklist: Checklist) -> dict[str, bytes]:
    """Give every file of the inbox by its path."""
    plain = [case for case in CASES if "!" not in case.path]
    packed = [case for case in CASES if "!" in case.path]
    shared = Counter(case.path for case in plain)
    files = {case.path: _content(case, checklist) for case in plain if shared[case.path] == 1}
    for path in (path for path, cases in shared.items() if cases > 1):
        files[path] = _together([case for case in plain if case.path == path], checklist)
    for archive, group in groupby(packed, key=lambda case: case.path.partition("!")[0]):
        members = {case.path.partition("!")[2]: _content(case, checklist) for case in group}
        files[archive] = workbooks.zip_bytes(members)
    files |= {
        "名簿.xlsx": _roster(checklist),
        "passwords.txt": ("\n".join(PASSWORDS) + "\n").encode(),
        "令和9年度予算要求書.xlsx": _budget(),
        "送付状.pdf": _PDF,
        "~$別紙3-2_チェックシート_若葉市.xlsx": b"\x08jimukyok" + b"\x20" * 156,
        "再送/Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    }
    return files


def _together(cases: Sequence[Case], checklist: Checklist) -> bytes:
    """Give one workbook with the forms of several respondents, a sheet each."""
    laid = (
        replace(page, name=case.name)
        for case in cases
        for page in pages(returned(case, checklist), checklist)
    )
    return workbooks.xlsx(tuple(laid), checklist)


def _content(case: Case, checklist: Checklist) -> bytes:
    if case.premade:
        return (_FILES / case.premade).read_bytes()
    if case.official:
        return official.filled(returned(case, checklist), checklist)
    laid = pages(returned(case, checklist), checklist)
    if case.path.endswith(".csv"):
        return workbooks.csv_bytes(laid[0], checklist)
    project = _PROJECT_STUB if case.path.endswith(".xlsm") else b""
    content = workbooks.xlsx(laid, checklist, project=project)
    return content[: len(content) * 3 // 5] if case.path == BROKEN else content


def _roster(checklist: Checklist) -> bytes:
    header = (
        "団体コード", "団体名", "別名", "役割", "対象分野", "担当", "メール", "除外", "事業名"
    )  # fmt: skip
    listed = {(case.code, case.project): case for case in CASES if case.on_roster}
    rows = [
        (
            case.code, case.name, case.alias, case.role,
            "、".join(checklist.categories[position] for position in case.scope),
            "情報政策担当" if case.role == CITY else "営業担当",
            _mail(case.code), case.excluded, case.project,
        )
        for case in listed.values()
    ]  # fmt: skip
    rows += [
        (absent.code, absent.name, "", absent.role, "", "", _mail(absent.code), "", "")
        for absent in ABSENT
    ]
    return workbooks.plain_table("名簿", (header, *sorted(rows)))


def _mail(code: str) -> str:
    return f"{code.lower()}@example.jp"


def _budget() -> bytes:
    """Give a workbook that has nothing to do with the checklist."""
    rows: tuple[tuple[Any, ...], ...] = (
        ("令和9年度 予算要求書",),
        ("款", "項", "目", "節", "要求額（千円）", "備考"),
        (2, 1, 5, "委託料", 12800, "データ連携基盤 保守"),
        (2, 1, 5, "使用料及び賃借料", 4200, "クラウド利用料"),
        (2, 1, 5, "備品購入費", 1650, "センサー更新"),
        ("", "", "", "計", 18650, ""),
    )
    return workbooks.plain_table("歳出", rows)


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
