"""`torimatome sendback`: what goes back to whom, and reminders to those who have not answered.

For each respondent with items to answer again a slip (差戻し票), a letter as text and as a draft
for the mail program. A letter and its attachments hold nothing of any other respondent.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.lock import at_work
from pipeline.mails import addresses, draft, plain_letter
from pipeline.publish import publish, staging_folder
from pipeline.run import gather, judge_gathered
from pipeline.sendback.collect import MISSING, Asked, Line, Package, collect, reminders
from pipeline.sendback.letters import (
    Sending,
    listed_packages,
    listed_reminders,
    package_sendings,
    reminder_sendings,
)
from pipeline.write.slip import write_slip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.model import Batch, Finding, Respondent
    from pipeline.settings import Settings

__all__ = [
    "Asked",
    "Line",
    "Package",
    "SendBackResult",
    "collect",
    "reminders",
    "send_back",
    "write_packages",
]

SEND_BACK = "差戻し"
REMINDERS = "督促"
FORMS = "様式"
_SET_ASIDE = "対応済み"
_LIST = "一覧.txt"
_SUFFIXES = (".xlsx", ".txt", ".eml")


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBackResult:
    """What was written. ``packages`` and ``reminded`` are in roster order.

    ``nobody`` are the files to ask for again whose sender is not known; ``without_mail`` the
    names without a mail address in the roster.
    """

    folder: Path
    packages: tuple[Package, ...]
    reminded: tuple[Respondent, ...]
    nobody: tuple[str, ...] = ()
    without_mail: tuple[str, ...] = ()


def send_back(
    settings: Settings, *, asked: Sequence[Asked] = (), remind: bool = True
) -> SendBackResult:
    """Judge the month's inbox and write 差戻し/ and 督促/ below outbox/YYYY-MM/.

    Decisions of the 確認票 hold: what was accepted or corrected does not go back, what was
    decided 差戻し does, whatever its severity. Whose 未提出 was accepted is not reminded.
    ``asked`` are items to send back beside those with a finding 要修正. Raises TorimatomeError
    where nothing can be read or written; then nothing is changed.
    """
    with at_work(settings.outbox):
        return _send_back(settings, asked, remind=remind)


def _send_back(settings: Settings, asked: Sequence[Asked], *, remind: bool) -> SendBackResult:
    gathered = gather(settings)
    judged, _ = judge_gathered(gathered)
    excused = frozenset(one.respondent_id for one in judged.done if one.code == MISSING)
    return write_packages(
        judged.batch,
        judged.open,
        gathered.settings,
        asked=asked,
        remind=remind,
        excused=excused,
    )


def write_packages(
    batch: Batch,
    findings: Iterable[Finding],
    settings: Settings,
    *,
    asked: Sequence[Asked] = (),
    remind: bool = True,
    excused: frozenset[str] = frozenset(),
) -> SendBackResult:
    """Write what `send_back` writes, for a month that is already judged.

    ``excused`` are the ids of respondents who need not answer this month.
    """
    findings = tuple(findings)
    packages, nobody = collect(batch, findings, asked)
    reminded = tuple(one for one in reminders(batch, packages) if one.id not in excused)
    if not remind:
        reminded = ()
    folder = settings.outbox / settings.month
    kinds = [(SEND_BACK, package_sendings(packages, batch, settings))]
    if remind:
        kinds.append((REMINDERS, reminder_sendings(reminded, batch, settings)))
    with staging_folder(folder) as staged:
        for kind, sendings in kinds:
            _write(staged / kind, sendings, batch)
        (staged / SEND_BACK / _LIST).write_text(
            listed_packages(packages, nobody, settings), encoding="utf-8-sig", newline="\r\n"
        )
        if remind:
            (staged / REMINDERS / _LIST).write_text(
                listed_reminders(reminded, settings), encoding="utf-8-sig", newline="\r\n"
            )
        gone = [name for kind, _ in kinds for name in _set_aside(folder, staged, kind)]
        publish(staged, folder, gone=gone)
    everyone = (*(package.respondent for package in packages), *reminded)
    return SendBackResult(
        folder=folder / SEND_BACK,
        packages=packages,
        reminded=reminded,
        nobody=nobody,
        without_mail=tuple(one.name for one in everyone if not addresses(one.mail)),
    )


def _write(folder: Path, sendings: Sequence[Sending], batch: Batch) -> None:
    """Write a letter's files beside each other: slip, text and draft; forms go into 様式/."""
    folder.mkdir(parents=True, exist_ok=True)
    for sending in sendings:
        letter = sending.letter
        for form in letter.attachments:
            (folder / FORMS).mkdir(exist_ok=True)
            (folder / FORMS / form.name).write_bytes(form.content)
        if sending.slip:
            path = folder / f"{sending.name}.xlsx"
            write_slip(sending.slip, batch.checklist, path)
            letter = letter.with_attachment(path.name, path.read_bytes())
        text = plain_letter(letter)
        (folder / f"{sending.name}.txt").write_text(text, encoding="utf-8-sig", newline="\r\n")
        (folder / f"{sending.name}.eml").write_bytes(draft(letter))


def _set_aside(folder: Path, staged: Path, kind: str) -> Iterator[Path]:
    """Put what an earlier run wrote and this one did not into 対応済み/: it is not to be sent.

    Only files that carry the product's own names are moved, and nothing is deleted. Gives the
    names that are then to be taken away.
    """
    for path in sorted((folder / kind).glob(f"{kind}_*")):
        name = path.relative_to(folder)
        if (staged / name).exists() or path.suffix not in _SUFFIXES or not path.is_file():
            continue
        aside = _free(path.parent / _SET_ASIDE / path.name).relative_to(folder)
        (staged / aside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, staged / aside)
        yield name


def _free(path: Path) -> Path:
    """Give a name that nothing has yet: what was set aside before is not written over."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem} ({number})")
    return free
