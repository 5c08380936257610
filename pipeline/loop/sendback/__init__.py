"""`torimatome sendback`: what goes back to whom, and reminders to those who have not answered.

For each respondent with items to answer again a slip (差戻し票), a letter as text and as a draft
for the mail program. A letter and its attachments hold nothing of any other respondent.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.loop.forms import Forms, form_words
from pipeline.loop.letters import Kind, Wordings, lacking, load_wordings
from pipeline.loop.outgoing import Sending, body_folders, write_sendings
from pipeline.loop.sendback.collect import (
    MISSING,
    Asked,
    Package,
    accepted,
    collect,
    may_be_anyones,
    people_of,
    reminders,
)
from pipeline.loop.sendback.letters import (
    Post,
    listed_packages,
    listed_reminders,
    listed_thanks,
    package_sendings,
    reminder_sendings,
    thanks_sendings,
)
from pipeline.loop.sendback.offices import asked_from_above, offices_of, write_office_packages
from pipeline.machine.disk import free_name
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.model import Respondent
from pipeline.month.judgement import Judged
from pipeline.run import gather, judge_gathered
from pipeline.settings import Settings
from pipeline.texts.addresses import addresses
from pipeline.texts.calendar import day_words, is_past

SEND_BACK = Kind.SEND_BACK.value
_SET_ASIDE = "対応済み"
_LIST = "一覧.txt"
_SUFFIXES = (".xlsx", ".txt", ".eml", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which letters are written beside 差戻し.

    ``remind`` None: reminders where the deadline is over at ``now`` (local time, ISO 8601), or
    where either is not known. ``thanks``: letters to those whose return is settled.
    """

    remind: bool | None = None
    thanks: bool = False
    now: str = ""

    def reminds(self, deadline: str) -> bool:
        """Tell whether reminders are to be written."""
        if self.remind is not None:
            return self.remind
        return not (deadline and self.now) or is_past(deadline, self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBackResult:
    """What was written. ``packages`` and the respondents are in roster order.

    ``nobody`` are the files to ask for again whose sender is not known; ``without_mail`` the
    names without a mail address in the roster. ``early`` are those who have not answered and are
    not reminded, since the deadline is not over; ``unknown`` the files that may be a reminded
    body's; ``offices`` those through which something goes back, a package each; ``waiting`` whose
    return is counted and neither settled nor sent back. ``notices`` are plain Japanese.
    """

    folder: Path
    packages: tuple[Package, ...]
    reminded: tuple[Respondent, ...]
    nobody: tuple[str, ...] = ()
    without_mail: tuple[str, ...] = ()
    early: tuple[Respondent, ...] = ()
    unknown: tuple[str, ...] = ()
    thanked: tuple[Respondent, ...] = ()
    waiting: tuple[Respondent, ...] = ()
    offices: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def send_back(
    settings: Settings, *, asked: Sequence[Asked] = (), ask: Ask = Ask()
) -> SendBackResult:
    """Judge the month's inbox and write 差戻し/, 督促/ and お礼/ below outbox/YYYY-MM/.

    Decisions of the 確認票 hold: what was accepted or corrected does not go back, what was
    decided 差戻し does, whatever its severity. Whose 未提出 was accepted is not reminded.
    ``asked`` are items to send back beside those with a finding 要修正. Raises TorimatomeError
    where nothing can be read or written, a letter's wording is broken, or the day asked for is
    over; then nothing is changed.
    """
    wordings = load_wordings(settings.templates, Kind.SEND_BACK, Kind.REMINDER, Kind.THANKS)
    if ask.now and settings.reply_by and is_past(settings.reply_by, ask.now):
        raise TorimatomeError(
            f"返信期限（{day_words(settings.reply_by)}）が過ぎているため、手紙を作っていません。"
            "torimatome.toml の reply_by を直して（または行の先頭に # を付けて）、もう一度実行して"
            "ください。",
            ExitCode.USAGE,
        )
    with at_work(settings.outbox):
        gathered = gather(settings)
        judged, _ = judge_gathered(gathered)
        return _write_packages(judged, gathered.settings, wordings, asked, ask)


def _write_packages(
    judged: Judged,
    settings: Settings,
    wordings: Wordings,
    asked: Sequence[Asked],
    ask: Ask,
) -> SendBackResult:
    """Write what `send_back` writes, for a month that is judged."""
    # Long: the order of the steps, and a line for each part of the result.
    batch, findings = judged.batch, judged.open
    asked = (*asked, *asked_from_above(batch, settings.limits))
    packages, nobody = collect(batch, findings, asked)
    through = offices_of(batch)  # whoever has not answered an office is that office's to remind
    unanswered = _unanswered(judged, packages)
    absent = tuple(one for one in unanswered if one.id in through)
    missing = tuple(one for one in unanswered if one.id not in through)
    remind = ask.reminds(settings.deadline)
    reminded = missing if remind else ()
    unknown = may_be_anyones(batch) if reminded else ()
    thanked, waiting = accepted(batch, findings, packages)
    places = body_folders(batch.roster, people_of(batch).values())
    forms = Forms(batch.checklist, settings)
    post = Post(batch=batch, settings=settings, wordings=wordings, places=places, forms=forms)
    kinds: list[tuple[Kind, Iterable[Sending], str]] = [
        (
            Kind.SEND_BACK,
            package_sendings(packages, post),
            listed_packages(packages, nobody, settings),
        )
    ]
    if remind:
        told = listed_reminders(reminded, unknown, settings)
        kinds.append((Kind.REMINDER, reminder_sendings(reminded, unknown, post), told))
    if ask.thanks:
        told = listed_thanks(thanked, waiting, settings)
        kinds.append((Kind.THANKS, thanks_sendings(thanked, post), told))

    def at_offices(staged: Path) -> None:
        slips = {one: staged / place / f"{SEND_BACK}_{place.name}.xlsx"
                 for one, place in places.items()}  # fmt: skip
        write_office_packages(staged, packages, absent, slips, batch, settings)

    _publish(post, kinds, at_offices)
    everyone = (
        *(package.respondent for package in packages),
        *reminded,
        *(thanked if ask.thanks else ()),
    )
    return SendBackResult(
        folder=settings.outbox / settings.month / SEND_BACK,
        packages=packages,
        reminded=reminded,
        nobody=nobody,
        without_mail=tuple(one.name for one in everyone if not addresses(one.mail)),
        early=() if remind or ask.remind is False else missing,
        unknown=unknown,
        thanked=thanked if ask.thanks else (),
        waiting=waiting if ask.thanks else (),
        offices=_offices(through, packages, absent),
        notices=(*wordings.notices, *(lacking(settings, reply=True) if everyone else ())),
    )


def _unanswered(judged: Judged, packages: Sequence[Package]) -> tuple[Respondent, ...]:
    """Give the bodies asked to answer at all, without those whom 確認票 excuses."""
    excused = {one.respondent_id for one in judged.done if one.code == MISSING}
    missing = reminders(judged.batch, packages)
    return tuple(one for one in missing if one.id not in excused)


def _offices(
    through: Mapping[str, str], packages: Sequence[Package], absent: Sequence[Respondent]
) -> tuple[str, ...]:
    """Give the offices through which something goes back."""
    bodies = (*(package.respondent.id for package in packages), *(one.id for one in absent))
    return tuple(sorted({through[body] for body in bodies if body in through}))


def _publish(
    post: Post,
    kinds: Sequence[tuple[Kind, Iterable[Sending], str]],
    at_offices: Callable[[Path], None],
) -> None:
    """Write the letters of each kind with their list, and move them all into place at once.

    ``at_offices`` adds to the folder of what goes back what goes through other offices.
    """
    folder = post.settings.outbox / post.settings.month
    gone: list[Path] = []
    with staging_folder(folder) as staged:
        for kind, sendings, told in kinds:
            write_sendings(staged / kind, kind, sendings, post.places, post.common)
            (staged / kind / _LIST).write_text(told, encoding="utf-8-sig", newline="\r\n")
            if kind is Kind.SEND_BACK:
                at_offices(staged / kind)
            gone += _set_aside(folder, staged, kind, form_words(post.batch.checklist))
        publish(staged, folder, gone=gone)
    for name in gone:
        _remove_empty((folder / name).parent)


def _set_aside(folder: Path, staged: Path, kind: str, form: str) -> Iterator[Path]:
    """Put what an earlier run wrote and this one did not into 対応済み/: it is not to be sent.

    Only files that carry the product's own names are moved, and nothing is deleted. Gives the
    names that are then to be taken away.
    """
    for path in sorted((folder / kind).rglob("*")):
        inside = path.relative_to(folder / kind)
        own = path.suffix in _SUFFIXES and path.name.startswith((f"{kind}_", f"{form}_"))
        if not own or inside.parts[0] == _SET_ASIDE or (staged / kind / inside).exists():
            continue
        if not path.is_file():
            continue
        free = free_name(folder / kind / _SET_ASIDE / inside) or path  # what was aside stays
        aside = staged / free.relative_to(folder)
        aside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, aside)
        yield path.relative_to(folder)


def _remove_empty(folder: Path) -> None:
    """Take away a body's folder that nothing is left in, and the hundred it was in."""
    with contextlib.suppress(OSError):  # something of the coordinator's own lies in it
        for each in (folder, folder.parent):
            each.rmdir()
