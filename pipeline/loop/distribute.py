"""`torimatome distribute`: form and letter for each respondent asked, and a zip with all forms.

Each form carries the respondent's name and a hidden id, so that what comes back is known whatever
it is called. With `prefill` it starts from last month's answers, marked as such.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.assemble.known import respondent_of
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.forms.checklists import load_checklist
from pipeline.inbox.discover import discover
from pipeline.loop.forms import Forms, form_names
from pipeline.loop.letters import (
    FOLDER,
    Kind,
    Wordings,
    common_values,
    lacking,
    load_wordings,
)
from pipeline.loop.outgoing import Sending, body_folders, told_of, write_sendings
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.machine.zipped import write_archive
from pipeline.model import Checklist, Roster, RosterEntry
from pipeline.model.history import PastMonth
from pipeline.month.judgement import earlier_months
from pipeline.month.reading import roster_of
from pipeline.rules.words import listed
from pipeline.settings import Settings
from pipeline.texts.calendar import day_words, is_past, month_words
from pipeline.texts.respondents import entry_id

_OURS = ("▼", "青の斜体")  # what only forms drawn by this product have


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeResult:
    """What was written: the forms by respondent id, and the archive that holds them all.

    ``issued`` is the ministry's own form where that was filled in (None: they are drawn).
    ``prefilled_from`` is the month whose answers were filled in (YYYY-MM), empty where none
    were; ``without_answers`` are the names that this month has no answers of. ``notices`` are
    plain Japanese for the coordinator.
    """

    folder: Path
    forms: Mapping[str, Path]
    archive: Path
    issued: Path | None = None
    prefilled_from: str = ""
    without_answers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def distribute(
    settings: Settings, *, prefill: bool = False, into: Path | None = None, now: str = ""
) -> DistributeResult:
    """Write form and letter for each respondent on the roster who is not excluded.

    They go to outbox/配布_YYYY-MM/ or ``into``. ``now`` is the local time, by which a deadline that
    is over is told. Raises TorimatomeError where there is no roster,
    nobody to ask, or nothing to fill in; then nothing is written.
    """
    # Long: the order of the steps, and the letter that goes with each form.
    checklist = load_checklist(settings.templates / settings.checklist)
    wordings = load_wordings(settings.templates, Kind.HANDOUT)
    roster = _roster(settings, checklist)
    asked = tuple(entry for entry in roster.entries if not entry.excluded)
    if not asked:
        raise TorimatomeError(
            f"名簿（{roster.file}）に配布先の団体がありません。除外の欄を確かめてください。",
            ExitCode.USAGE,
        )
    notices: tuple[str, ...] = ()
    past: PastMonth | None = None
    if prefill:
        past, notices = _last_month(settings, checklist, asked)
    notices += (*wordings.notices, *lacking(settings, reply=False), *_overdue(settings, now))
    folder = into or settings.outbox / f"配布_{settings.month}"
    made = Forms(checklist, settings, past)
    places = body_folders(roster)
    names = form_names(checklist, asked)
    forms = {key: places[key] / name for key, name in names.items()}
    common = common_values(checklist.title, settings)

    def sendings() -> Iterator[Sending]:
        for entry in asked:
            form = made.of(entry, names[entry_id(entry)])
            filled = past is not None and entry_id(entry) in past.respondents
            words = {
                "団体名": entry.shown,
                "様式": form.name,
                "記入方法": made.way,
                "番号の意味": "、".join(t for t in checklist.legend if not t.startswith("※")),
                "前月": month_words(past.month) if past and filled else "",
            }
            letter = wordings.of[Kind.HANDOUT].letter(common | words, entry.mail)
            yield Sending(
                respondent_id=entry_id(entry),
                letter=replace(letter, attachments=(form,)),
                told=told_of(roster, entry_id(entry), entry.shown),
            )

    archive = f"配布_{settings.month}.zip"
    with at_work(folder.parent), staging_folder(folder) as staged:
        write_sendings(staged, Kind.HANDOUT, sendings(), places, common)
        packed = {form.as_posix(): [(staged / form).read_bytes()] for form in forms.values()}
        write_archive(staged / archive, packed)
        publish(staged, folder)
    known = past.respondents if past else {}
    notices += _told_of_forms(made, wordings, past)
    return DistributeResult(
        folder=folder,
        forms={key: folder / path for key, path in forms.items()},
        archive=folder / archive,
        issued=made.issued.path if made.issued else None,
        prefilled_from=past.month if past else "",
        without_answers=tuple(e.shown for e in asked if past and entry_id(e) not in known),
        excluded=tuple(entry.shown for entry in roster.entries if entry.excluded),
        notices=notices,
    )


def _told_of_forms(made: Forms, wordings: Wordings, past: PastMonth | None) -> tuple[str, ...]:
    """Tell what the ministry's own form could not take, and a letter that speaks of ours."""
    if made.issued is None:
        return ()
    told = [*made.issued.notices]
    if made.left:
        names = [f"{name}（{listed(items, '項目')}）" for name, items in made.left.items()]
        told.append(
            f"{made.issued.path} の欄に、前の月の回答を入れられなかった項目があります（空欄のまま"
            f"です）: {listed(names, '団体')}"
        )
    body = wordings.of[Kind.HANDOUT].body
    wrong = [word for word in _OURS if word in body and (past or word == _OURS[0])]
    if wrong:
        told.append(
            f"手紙の文面（{FOLDER}/{Kind.HANDOUT}.txt）に「{'」「'.join(wrong)}」とあります。"
            f"{made.issued.path.name} に合うように直して、もう一度実行してください。"
        )
    return tuple(told)


def _overdue(settings: Settings, now: str) -> tuple[str, ...]:
    """Tell a deadline that is over: most likely that of the month before."""
    if not now or not settings.deadline or not is_past(settings.deadline, now):
        return ()
    return (
        f"提出期限（{day_words(settings.deadline)}）が過ぎています。様式と手紙にはこの期限が入って"
        "います。torimatome.toml の deadline を直して、もう一度実行してください。",
    )


def _roster(settings: Settings, checklist: Checklist) -> Roster:
    inbox = discover(settings.inbox, month=settings.month, limits=settings.limits)
    roster = roster_of(inbox, checklist, settings)
    if roster is None:
        raise TorimatomeError(
            f"名簿がありません。名簿.xlsx（ひな形は templates の中。torimatome init やキットでは"
            f"作業フォルダの中）に配布先の団体を書き、{settings.inbox} に入れてから、"
            "もう一度実行してください。",
            ExitCode.USAGE,
        )
    return roster


def _last_month(
    settings: Settings, checklist: Checklist, asked: tuple[RosterEntry, ...]
) -> tuple[PastMonth | None, tuple[str, ...]]:
    history = earlier_months(settings, checklist, map(respondent_of, asked))
    if history.compare_with is None:
        raise TorimatomeError(
            f"前月の回答を入れられません。{settings.outbox} に {settings.month} より前の月の集計が"
            "ありません。--prefill を付けずに実行するか、前月を集計してから実行してください。",
            ExitCode.USAGE,
        )
    return history.compare_with, history.notices
