"""`torimatome distribute`: form and letter for each respondent asked, and a zip with all forms.

Each form carries the respondent's name and a hidden id, so that what comes back is known whatever
it is called. With `prefill` it starts from last month's answers, marked as such.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.assemble.known import respondent_of
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.forms.checklists import load_checklist
from pipeline.forms.slips import CHECKLIST, EDITION, MONTH, RESPONDENT, prefill_properties
from pipeline.inbox.discover import discover
from pipeline.loop.letters import Kind, common_values, lacking, load_wordings
from pipeline.loop.mails import Attachment
from pipeline.loop.outgoing import Sending, body_folders, told_of, write_sendings
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.machine.zipped import write_archive
from pipeline.model import Checklist, Roster, RosterEntry, Status
from pipeline.model.history import PastAnswer, PastMonth
from pipeline.month.judgement import earlier_months
from pipeline.month.reading import roster_of
from pipeline.settings import Settings
from pipeline.texts.calendar import day_words, is_past, month_words
from pipeline.texts.folding import circled
from pipeline.texts.respondents import entry_id
from pipeline.write.blank_form import Handout
from pipeline.write.names import unique_names


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributeResult:
    """What was written: the forms by respondent id, and the archive that holds them all.

    ``prefilled_from`` is the month whose answers were filled in (YYYY-MM), empty where none
    were; ``without_answers`` are the names that this month has no answers of. ``notices`` are
    plain Japanese for the coordinator.
    """

    folder: Path
    forms: Mapping[str, Path]
    archive: Path
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
    places = body_folders(roster)
    names = form_names(checklist, asked)
    forms = {key: places[key] / name for key, name in names.items()}
    common = common_values(checklist.title, settings)

    def sendings() -> Iterator[Sending]:
        for entry in asked:
            form = form_of(entry, names[entry_id(entry)], checklist, settings, past)
            filled = past is not None and entry_id(entry) in past.respondents
            words = {
                "団体名": entry.shown,
                "様式": form.name,
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
    return DistributeResult(
        folder=folder,
        forms={key: folder / path for key, path in forms.items()},
        archive=folder / archive,
        prefilled_from=past.month if past else "",
        without_answers=tuple(e.shown for e in asked if past and entry_id(e) not in known),
        excluded=tuple(entry.shown for entry in roster.entries if entry.excluded),
        notices=notices,
    )


def form_words(checklist: Checklist) -> str:
    """Give the words that the file names of forms begin with: 別紙3-2_チェックシート."""
    return f"{checklist.version}_チェックシート"


def form_names(checklist: Checklist, asked: tuple[RosterEntry, ...]) -> dict[str, str]:
    """Give the file name of each respondent's form by id: 別紙3-2_チェックシート_若葉市.xlsx."""
    words = form_words(checklist)
    return unique_names(
        {
            entry_id(entry): "_".join(filter(None, (words, entry.name, entry.project)))
            for entry in asked
        },
        suffix=".xlsx",
    )


def form_of(
    entry: RosterEntry,
    name: str,
    checklist: Checklist,
    settings: Settings,
    past: PastMonth | None = None,
) -> Attachment:
    """Make the form of one respondent as a file of that name; see `handout_for`."""
    from pipeline.write.blank_form import write_handout  # noqa: PLC0415 - xlsxwriter is slow

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_handout(checklist, path, handout_for(entry, checklist, settings, past))
        return Attachment(name=name, content=path.read_bytes())


def _overdue(settings: Settings, now: str) -> tuple[str, ...]:
    """Tell a deadline that is over: most likely that of the month before."""
    if not now or not settings.deadline or not is_past(settings.deadline, now):
        return ()
    return (
        f"提出期限（{day_words(settings.deadline)}）が過ぎています。様式と手紙にはこの期限が入って"
        "います。torimatome.toml の deadline を直して、もう一度実行してください。",
    )


def handout_for(
    entry: RosterEntry, checklist: Checklist, settings: Settings, past: PastMonth | None = None
) -> Handout:
    """Make the form of one respondent, with the answers of ``past`` filled in if given."""
    from pipeline.write.blank_form import Handout  # noqa: PLC0415 - xlsxwriter is slow
    from pipeline.write.choices import choices_of  # noqa: PLC0415 - the same

    filled = _filled(entry, checklist, past)
    properties = {
        RESPONDENT: entry_id(entry),
        MONTH: settings.month,
        CHECKLIST: checklist.id,
        EDITION: checklist.version,
    }
    if past and filled:
        properties |= prefill_properties(
            past.month, [filled.get(item.id) for item in checklist.items]
        )
    return Handout(
        head={
            checklist.respondent_labels[0]: entry.name,
            **project_head(checklist, entry.project),
            **dict.fromkeys((*checklist.date_labels[:1], *checklist.other_labels[:1]), ""),
        },
        lines=_lines(checklist, settings, past.month if past and filled else ""),
        properties=properties,
        choices=choices_of(checklist, settings.month),
        prefill=filled,
    )


def project_head(checklist: Checklist, project: str) -> dict[str, str]:
    """Give the line of a form's head that says its project, where it has one."""
    return dict.fromkeys(checklist.project_labels[:1], project) if project else {}


def _lines(checklist: Checklist, settings: Settings, prefilled_from: str) -> tuple[str, ...]:
    """Explain how to fill in the form, in the words of the official legend."""
    options = "　".join(line for line in checklist.legend if not line.startswith("※"))
    mark, note = checklist.mark_headers[0], checklist.note_headers[0]
    lines = [
        f"【記入のしかた】{mark}のセルを選ぶと▼が出ます。▼の一覧から番号を選んでください。"
        "②は予定の年月まで選びます（一覧にない月は、②（2030年3月）のように入力してください）。",
        f"【番号の意味】{options}",
        f"{note}には、必要に応じて状況や理由を書いてください。"
        "色の付いたセルのほかは変更できないようになっています。",
    ]
    if prefilled_from:
        lines.append(
            f"【前月の回答】{month_words(prefilled_from)}の回答を、青の斜体であらかじめ入れています。"
            "変わった項目だけ直してください（直すと青の斜体ではなくなります）。"
            "変わらない項目は、そのままで今月の回答として扱います。"
        )
    if settings.deadline:
        lines.append(f"【提出期限】{day_words(settings.deadline)}")
    return tuple(lines)


def _filled(
    entry: RosterEntry, checklist: Checklist, past: PastMonth | None
) -> dict[str, tuple[str, str]]:
    """Give mark and note of last month by item, as far as there is something to fill in."""
    if past is None:
        return {}
    result = {}
    for item in checklist.items:
        answer = past.answers.get((entry_id(entry), item.id))
        if answer is None:
            continue
        text = _mark_text(answer, checklist)
        if text or answer.note.strip():
            result[item.id] = (text, answer.note)
    return result


def _mark_text(answer: PastAnswer, checklist: Checklist) -> str:
    """Write last month's answer as the drop-down would; what was unclear is left to be answered.

    ② without a month stays without one, so that it is asked for again.
    """
    from pipeline.write.choices import planned_text  # noqa: PLC0415 - xlsxwriter is slow

    for option in checklist.options:
        if option.status is not answer.status:
            continue
        if answer.status is Status.PLANNED and answer.due:
            return planned_text(option.number, answer.due)
        return circled(option.number)
    return answer.mark if answer.status is Status.NOT_APPLICABLE else ""


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
