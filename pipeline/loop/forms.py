"""The form of each respondent: the ministry's own filled in where there is one, else ours."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.forms.slips import CHECKLIST, EDITION, MONTH, RESPONDENT, prefill_properties
from pipeline.loop.issued import open_issued
from pipeline.loop.mails import Attachment
from pipeline.model import Checklist, RosterEntry, Status
from pipeline.model.history import PastAnswer, PastMonth
from pipeline.settings import Settings
from pipeline.texts.calendar import day_words, month_words
from pipeline.texts.folding import circled
from pipeline.texts.respondents import entry_id
from pipeline.write.blank_form import Handout, write_handout
from pipeline.write.choices import choices_of, planned_text
from pipeline.write.names import unique_names


class Forms:
    """Makes the forms of a month, with the answers of ``past`` filled in if given."""

    def __init__(
        self, checklist: Checklist, settings: Settings, past: PastMonth | None = None
    ) -> None:
        """Open the ministry's form where it is kept; `TorimatomeError` where it cannot be used."""
        self._checklist, self._settings, self._past = checklist, settings, past
        self.issued = open_issued(settings.templates / settings.checklist, checklist, settings)
        self.left: dict[str, tuple[str, ...]] = {}  # items not filled in, by name of the body

    @property
    def way(self) -> str:
        """Tell how a check cell of these forms is filled in."""
        mark = self._checklist.mark_headers[0]
        if self.issued:
            return f"{mark}に、当てはまる番号を記入してください"
        return f"{mark}のセルを選ぶと▼が出ます。▼の一覧から番号を選んでください"

    def of(self, entry: RosterEntry, name: str) -> Attachment:
        """Make the form of one respondent as a file of that name."""
        filled = _filled(entry, self._checklist, self._past)
        before = self._past.month if self._past and filled else ""
        if self.issued is None:
            return Attachment(name=name, content=self._drawn(entry, filled, before))
        content, left = self.issued.filled(entry, filled, self._marks(entry), before)
        if left:
            self.left[entry.shown] = left
        return Attachment(name=name, content=content)

    def _drawn(
        self, entry: RosterEntry, filled: Mapping[str, tuple[str, str]], before: str
    ) -> bytes:
        checklist, settings = self._checklist, self._settings
        properties = self._marks(entry)
        if filled:
            each = [filled.get(item.id) for item in checklist.items]
            properties |= prefill_properties(before, each)
        handout = Handout(
            head={
                checklist.respondent_labels[0]: entry.name,
                **project_head(checklist, entry.project),
                **dict.fromkeys((*checklist.date_labels[:1], *checklist.other_labels[:1]), ""),
            },
            lines=_lines(checklist, settings, before),
            properties=properties,
            choices=choices_of(checklist, settings.month),
            prefill=filled,
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "form.xlsx"
            write_handout(checklist, path, handout)
            return path.read_bytes()

    def _marks(self, entry: RosterEntry) -> dict[str, str]:
        return {
            RESPONDENT: entry_id(entry),
            MONTH: self._settings.month,
            CHECKLIST: self._checklist.id,
            EDITION: self._checklist.version,
        }


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
    for option in checklist.options:
        if option.status is not answer.status:
            continue
        if answer.status is Status.PLANNED and answer.due:
            return planned_text(option.number, answer.due)
        return circled(option.number)
    return answer.mark if answer.status is Status.NOT_APPLICABLE else ""
