"""What the people of the story mean, month by month and stage by stage, told from its tables.

Nothing of the product's reading, deciding or counting is used here: tests compare with it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.model import Checklist, Status
from story.tables import (
    DECISIONS,
    MONTHS,
    SLIPS,
    By,
    Decision,
    Line,
    Member,
    Slip,
    Stage,
    Verdict,
    item_of,
    member_of,
    said,
    senders,
    thread_of,
)

Place = tuple[str, str]  # respondent's code, item id


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as it counts, and what stands in the cells.

    ``mark`` and ``note`` are the texts as they stand in ``file``. ``before`` is the answer that
    ``decision`` replaced, None where it replaced none.
    """

    status: Status
    due: str
    mark: str
    note: str
    file: str
    decision: Decision | None = None
    before: tuple[Status, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The whole story. ``asked`` are the items of the slips, in form order."""

    answers: Mapping[tuple[str, Stage], Mapping[Place, Said]]
    # what the cells say before any decision
    written: Mapping[tuple[str, Stage], Mapping[Place, Said]]
    asked: Mapping[tuple[str, str], tuple[str, ...]]  # by month and code
    # the items whose cells a respondent fills in; the others of a prefilled form stay as they are
    to_write: Mapping[tuple[str, str], Mapping[str, Line]]


def form_name(member: Member, checklist: Checklist) -> str:
    """Give the name under which a respondent's form is handed out."""
    return f"{checklist.version}_チェックシート_{member.name}.xlsx"


def file_of(member: Member, month: str, checklist: Checklist) -> str:
    """Give the path below inbox/ of what a respondent sends in a month."""
    return member.in_month(month).name or form_name(member, checklist)


def slip_file(slip: Slip) -> str:
    """Give the name of a slip that comes back."""
    return slip.name or f"差戻し_{member_of(slip.code).name}.xlsx"


def slip_line(slip: Slip, item: str, checklist: Checklist) -> Line | None:
    """Give what a slip says at an item, None where its line stays empty."""
    member = member_of(slip.code)
    number = next(n for n, each in enumerate(checklist.items) if each.id == item)
    line = slip.answers.get(thread_of(member, number))
    return line and replace(line, note=line.note.format(name=member.name))


def meant(checklist: Checklist) -> Meant:
    """Tell the story from beginning to end."""
    teller = _Teller(checklist)
    for month in MONTHS:
        teller.tell(month)
    return Meant(
        answers=teller.answers,
        written=teller.written,
        asked=teller.asked,
        to_write=teller.to_write,
    )


class _Teller:
    """Walks through the months; it lives for one telling."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self.answers: dict[tuple[str, Stage], dict[Place, Said]] = {}
        self.written: dict[tuple[str, Stage], dict[Place, Said]] = {}
        self.asked: dict[tuple[str, str], tuple[str, ...]] = {}
        self.to_write: dict[tuple[str, str], dict[str, Line]] = {}
        # each decision with the texts it is about
        self._taken: list[tuple[Decision, Place, str, str]] = []

    def tell(self, month: str) -> None:
        """Tell one month: forms, decisions, slips."""
        cells: dict[Place, Said] = {}
        for member in senders(month):
            cells |= self._returned(member, month)
        self._lay_over(cells, [s for s in SLIPS if s.comes == month != s.month and s.late])
        self._settle(month, Stage.RETURNED, cells)
        for decision in DECISIONS:
            if decision.month == month and decision.usable:
                place = (decision.code, item_of(decision, self.checklist))
                if place in cells:
                    mark, note = cells[place].mark, cells[place].note
                    self._taken.append((decision, place, mark, note))
        self._settle(month, Stage.DECIDED, cells)
        for member in senders(month):
            self.asked[month, member.code] = tuple(
                item.id
                for item in self.checklist.items
                if _goes_back(self.answers[month, Stage.DECIDED][member.code, item.id])
            )
        cells = dict(cells)
        self._lay_over(cells, [s for s in SLIPS if s.comes == month == s.month])
        self._settle(month, Stage.MENDED, cells)

    def _returned(self, member: Member, month: str) -> dict[Place, Said]:
        """Give what stands in a respondent's form, and note what is to be written into it."""
        by = member.in_month(month).by
        told = MONTHS[MONTHS.index(month) - 1] if by is By.AGAIN else month
        file = file_of(member, month, self.checklist)
        handed = self._handed_out(member, month) if by in {By.FORM, By.UNPROTECTED} else {}
        found, to_write = {}, {}
        for number, item in enumerate(self.checklist.items):
            line = said(member, number, told)
            before = handed.get(item.id)
            if before is not None and line == said(member, number, _before(month)):
                place = (member.code, item.id)
                found[place] = replace(before, file=file)
                self._word_anew(place, self.answers[_before(month), Stage.MENDED][place], before)
                continue
            to_write[item.id] = line
            found[member.code, item.id] = Said(
                status=line.status,
                due=line.due,
                mark=member.spelled(line.text, told),
                note=line.note,
                file=file,
            )
        self.to_write[month, member.code] = to_write
        return found

    def _word_anew(self, place: Place, old: Said, new: Said) -> None:
        """Bind decisions that change no answer to the words of the form handed out."""
        self._taken = [
            (decision, at, new.mark, new.note)
            if at == place and (mark, note) == (old.mark, old.note) and not decision.changes
            else (decision, at, mark, note)
            for decision, at, mark, note in self._taken
        ]

    def _handed_out(self, member: Member, month: str) -> dict[str, Said]:
        """Give last month's answers that stand in the form handed out, as the form words them."""
        if month == MONTHS[0]:
            return {}
        last = self.answers[_before(month), Stage.MENDED]
        handed = {}
        for item in self.checklist.items:
            answer = last.get((member.code, item.id))
            words = _prefilled(answer) if answer else ""
            if answer and words:
                aside = answer.status is Status.NOT_APPLICABLE  # in the respondent's own words
                handed[item.id] = Said(
                    status=Line(text=words).status if aside else answer.status,
                    due=answer.due,
                    mark=words,
                    note=answer.note,
                    file="",
                )
        return handed

    def _lay_over(self, cells: dict[Place, Said], slips: Iterable[Slip]) -> None:
        """Put the lines of slips in the place of the answers they mend."""
        for slip in slips:
            for item in self.asked[slip.month, slip.code]:
                line = slip_line(slip, item, self.checklist)
                if line is None:
                    continue
                old = cells[slip.code, item]
                cells[slip.code, item] = Said(
                    status=line.status,
                    due=line.due,
                    mark=line.text,
                    note=line.note or old.note,
                    file=slip_file(slip),
                )

    def _settle(self, month: str, stage: Stage, cells: Mapping[Place, Said]) -> None:
        self.written[month, stage] = dict(cells)
        answers = dict(cells)
        for decision, place, mark, note in self._taken:
            answer = cells.get(place)
            if answer is None or (answer.mark, answer.note) != (mark, note):
                continue  # nobody decided about what is written now
            decided = replace(answer, decision=decision)
            if decision.changes:
                decided = replace(
                    decided,
                    status=decision.status,
                    due=decision.due,
                    before=(answer.status, answer.due),
                )
            answers[place] = decided
        self.answers[month, stage] = answers


def _before(month: str) -> str:
    return MONTHS[MONTHS.index(month) - 1]


def _prefilled(answer: Said) -> str:
    """Word an answer as the drop-down does; what nobody could read is left empty."""
    if answer.status is Status.PLANNED and answer.due:
        return f"②（{answer.due[:4]}年{int(answer.due[5:])}月）"
    words = {Status.DONE: "①", Status.PLANNED: "②", Status.NOT_PLANNED: "③"}
    return words.get(
        answer.status, answer.mark if answer.status is Status.NOT_APPLICABLE else ""
    )  # fmt: skip


def _goes_back(answer: Said) -> bool:
    """Tell whether a respondent is asked again: nothing readable, no month, or sent back."""
    verdict = answer.decision.verdict if answer.decision else None
    lacks = answer.status in {Status.BLANK, Status.UNCLEAR} or (
        answer.status is Status.PLANNED and not answer.due
    )
    return verdict is Verdict.SEND_BACK or (lacks and verdict is not Verdict.ACCEPT)
