"""Lay out the next 確認票: every open finding, and every entry that anybody ever made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from sys import intern

import numpy as np

from pipeline.frame.findings import Findings
from pipeline.model import Checklist, Finding, Location, Severity, Status, address, rivals_of
from pipeline.model.review import (
    BODY_CHOICES,
    BULK_SHEET,
    COLUMNS,
    DECIDED_SHEET,
    ENTRIES,
    FACTS,
    FILE_CHOICE,
    HEADER_ROW,
    OPEN_SHEET,
    REMARK,
    ROWS,
    Bound,
    Decision,
    FindingState,
    FormRow,
    Reach,
    ReviewForm,
    ReviewKey,
    Verdict,
)
from pipeline.review.bulk import gather_writings
from pipeline.review.decide import respondents_of
from pipeline.review.keys import shown_text
from pipeline.review.lines import Draft, lines_of
from pipeline.review.settled import Reviewed, Settled
from pipeline.review.states import words_of
from pipeline.review.verdicts import numbered, says_done
from pipeline.rules import OF_THE_FORM
from pipeline.rules.grouping import cause_of
from pipeline.texts.folding import circled

_UNKNOWN = "対象不明"
_ABSENT = "該当なし"  # this month has no such answer or finding
_ASKED = (Severity.FIX, Severity.CHECK)
_LONGEST_LIST = 255  # letters of a drop-down's words that Excel keeps
_NO_ENTRIES = ("",) * len(ENTRIES)


def lay_out(settled: Settled, reviewed: Reviewed, *, made_at: str) -> ReviewForm:
    """Give the form: open findings with what was written beside them, then all other entries."""
    layout = _Layout(settled, reviewed)
    checklist = reviewed.source.checklist
    bulk, rows = gather_writings(layout.open_rows())
    return ReviewForm(
        month=reviewed.source.month,
        made_at=made_at,
        title=checklist.title,
        answers=_offered(checklist),
        open=tuple(lines_of(rows)),
        bulk=bulk,
        decided=tuple(lines_of(layout.decided_rows())),
        resolved=tuple(lines_of(layout.resolved_rows())),
        extra=layout.extra,
    )


def relocated(findings: Findings, form: ReviewForm) -> Findings:
    """Point findings about entries to their cells in the new form, where people will look."""
    moved: dict[Location, Location] = {}
    for name, rows in (
        (OPEN_SHEET, form.open),
        (BULK_SHEET, form.bulk),
        (DECIDED_SHEET, form.decided),
    ):
        for index, row in enumerate(rows):
            part, line = divmod(index, ROWS)
            for number, old in enumerate(row.origin):
                head = ENTRIES[number % len(ENTRIES)]  # several rows may have become one
                cell = address(HEADER_ROW + 1 + line, COLUMNS.index(head))
                sheet = f"{name}({part + 1})" if part else name
                moved[old] = Location(file=form.file, sheet=sheet, cell=cell)
    about = np.flatnonzero(findings.where("code", OF_THE_FORM)).tolist()
    return findings.replaced(
        {
            row: replace(finding, location=moved[finding.location])
            for row, finding in zip(about, findings.at(about), strict=True)
            if finding.location in moved
        }
    )


class _Layout:
    """Places each finding and each entry exactly once."""

    def __init__(self, settled: Settled, reviewed: Reviewed) -> None:
        self._settled = settled
        self._reviewed = reviewed
        self._binder = reviewed.binder
        self._subjects = {
            subject: number for number, subject in enumerate(reviewed.keys.frame["subject"].values)
        }
        self._items = {item.id: n for n, item in enumerate(reviewed.source.checklist.items)}
        items = reviewed.source.checklist.items
        self._titles = {item.id: f"{item.id}\n{item.title}".strip() for item in items}
        self._people = respondents_of(reviewed.source)
        self.extra = reviewed.extra
        self._entries: dict[ReviewKey, list[Bound]] = defaultdict(list)
        for bound in reviewed.bound:
            if bound.key:
                self._entries[bound.key].append(bound)
        for entries in self._entries.values():
            entries.sort(key=self._place)
        found = settled.open
        asked = found.where("severity", _ASKED) & ~found.where("code", OF_THE_FORM)
        rows = np.flatnonzero(asked)
        self._shown = [*zip(settled.open_keys.take(rows), found.at(rows.tolist()), strict=True)]
        open_keys = {key for key, _ in self._shown}
        self._elsewhere = sorted(
            (b for b in reviewed.bound if b.key not in open_keys), key=self._place
        )

    def open_rows(self) -> Iterator[Draft]:
        """Give the rows to decide on; at the end entries that can be bound to nothing."""
        placed: set[ReviewKey] = set()
        for key, finding in self._shown:
            entries = () if key in placed else self._entries.get(key, ())
            placed.add(key)
            for bound in entries or (None,):
                yield self._row(finding, key, bound, self._notice(finding, key, bound))
        for bound in self._elsewhere:
            if bound.notice or bound.key is None:
                yield self._kept(bound, _UNKNOWN)

    def decided_rows(self) -> Iterator[Draft]:
        """Give the rows that are decided, and decisions that wait for their answer to return."""
        closed = dict(zip(self._settled.closed_keys, self._settled.closed, strict=True))
        reopened = {id(decision) for decision in self._reviewed.reopened.values()}
        for bound in self._elsewhere:
            if bound.notice or bound.key is None:
                continue
            finding = closed.get(bound.key)
            if finding is not None:
                yield self._row(finding, bound.key, bound, "")
            elif bound.standing and bound.decision:
                yield self._kept(bound, _state_of(bound.decision))
            else:
                again = bound.decision is not None and id(bound.decision) in reopened
                yield self._kept(bound, FindingState.REOPENED.value if again else _ABSENT)

    def resolved_rows(self) -> Iterator[Draft]:
        """Give the findings that are gone."""
        for finding in self._settled.resolved:
            yield self._draft(finding, FormRow(facts=self._facts(finding)))

    def _place(self, bound: Bound) -> tuple[object, ...]:
        """Order entries as the findings are, never by the row they stood in."""
        key, entry = bound.key, bound.entry
        text = (key.text if key else "", entry.facts[1:], entry.written, entry.extra)
        if key is None:
            return (len(self._subjects) + 1, 0, text)
        subject = self._subjects.get(key.subject, len(self._subjects))
        return (subject, self._items.get(key.item_id, -1), text)

    def _draft(self, finding: Finding, row: FormRow) -> Draft:
        cause = cause_of(finding)
        return Draft(row=row, cause=cause, item_id=finding.item_id, finding=finding)

    def _row(self, finding: Finding, key: ReviewKey, bound: Bound | None, notice: str) -> Draft:
        row = FormRow(
            facts=self._facts(finding),
            entries=_entries(bound) if bound else _NO_ENTRIES,
            notice=notice,
            key=key.text,
            extra=self._extra(bound),
            verdicts=self._verdicts(finding),
            offered=self._offered_files(finding),
            origin=bound.entry.places if bound else (),
        )
        draft = self._draft(finding, row)
        return replace(draft, bound_to=key, reach=bound.entry.reach if bound else Reach.ONE)

    def _verdicts(self, finding: Finding) -> tuple[str, ...]:
        """Give the verdicts that fit besides the usual ones: ① as it stands, here or everywhere."""
        if finding.code != REMARK:
            return ()
        if not says_done(self._binder.answer(finding.respondent_id, finding.item_id)):
            return ()
        return tuple(verdict.value for verdict in Verdict if verdict.counts)

    def _offered_files(self, finding: Finding) -> tuple[str, ...]:
        """Give the files or bodies to choose from, as far as Excel's 255 letters hold them."""
        roster = self._reviewed.source.roster
        if finding.code in BODY_CHOICES and roster and not finding.item_id:
            bodies = tuple(dict.fromkeys(entry.name for entry in roster.entries))
            return bodies if _fitting(bodies) else ()
        if finding.code != FILE_CHOICE:
            return ()
        records = self._reviewed.source.files
        of_one = (r for r in records if r.respondent and r.respondent.id == finding.respondent_id)
        names = [record.source.shown for record in rivals_of(of_one)]
        return tuple(names if _fitting(names) else numbered(names))

    def _kept(self, bound: Bound, state: str) -> Draft:
        """Give an entry without a finding of this month as it stood."""
        key, entry = bound.key, bound.entry
        facts = dict(zip(FACTS, (state, *entry.facts[1:]), strict=True))
        shared = key if entry.shared else None
        if key and entry.reach is Reach.ALL and key.subject in self._people:
            facts["団体名"] = self._people[key.subject].name
        if shared:
            facts["項目"] = self._titles.get(shared.item_id, shared.item_id)
        row = FormRow(
            facts=tuple(facts.values()),
            entries=_entries(bound),
            notice=bound.notice or _WAITING.get(state, ""),
            key=key.text if key else "",
            extra=self._extra(bound),
            origin=entry.places,
        )
        if shared is None:
            return Draft(row=row)
        cause = tuple(text for head, text in facts.items() if head != "項目")
        return Draft(row=row, cause=cause, item_id=shared.item_id)

    def _facts(self, finding: Finding) -> tuple[str, ...]:
        where = finding.location
        return (
            finding.state,
            finding.severity.value,
            finding.code,
            finding.respondent,
            self._titles.get(finding.item_id, finding.item_id),
            shown_text(finding, self._binder.said(finding.respondent_id, finding.item_id)),
            finding.problem or finding.message,
            finding.fix,
            where.file,
            intern("!".join(part for part in (where.sheet, where.cell) if part)),
        )

    def _extra(self, bound: Bound | None) -> tuple[str, ...]:
        texts = dict(bound.entry.extra) if bound else {}
        return tuple(texts.get(head, "") for head in self.extra)

    def _notice(self, finding: Finding, key: ReviewKey, bound: Bound | None) -> str:
        if bound and bound.notice:
            return bound.notice
        if bound and bound.decision and bound.decision.verdict is Verdict.SEND_BACK:
            return (
                "回答者に答え直してもらう項目として記録しました。"
                "差戻し（sendback）を実行すると、差戻し票に載ります。"
            )
        if bound and bound.decision:
            told = "修正は反映しましたが、修正後の予定月にも同じ指摘があります。"
            if finding.severity is Severity.FIX:
                return f"{told}修正後の予定月を見直してください。"
            return f"{told}月が正しければ、このままでかまいません。"
        earlier = self._reviewed.reopened.get(key)
        if earlier is None:
            return ""
        return (
            f"前回の判断: {words_of(earlier)}{_details(earlier)}。"
            "その後に回答や補足説明が変わったため、もう一度ご判断ください。"
        )


_WAITING = {
    FindingState.REOPENED.value: "その後に回答や補足説明が変わったため、今月は使っていません。",
    _ABSENT: "今月は同じ回答や指摘がないため使っていません。同じ回答が戻れば、また使います。",
}


def _state_of(decision: Decision) -> str:
    if decision.changes:
        return FindingState.CORRECTED.value
    return FindingState.ACCEPTED.value if decision.verdict is Verdict.ACCEPT else "差戻し"


def _entries(bound: Bound) -> tuple[str, ...]:
    """Give what was written; a month that was understood, as YYYY-MM.

    It means the same then in every later month, also where 3月 was written.
    """
    written = bound.entry.written
    decision = bound.decision
    if decision is None or not decision.due:
        return written
    return tuple(
        decision.due if head == "修正後の予定月" else text
        for head, text in zip(ENTRIES, written, strict=True)
    )


def _details(decision: Decision) -> str:
    parts = (("理由", decision.reason), ("担当", decision.by), ("日付", decision.on))
    return "".join(f"　{name}: {text}" for name, text in parts if text)


def _offered(checklist: Checklist) -> tuple[str, ...]:
    """Give the words of the drop-down; numbers alone where Excel's 255 letters do not hold them."""
    words = tuple(
        f"{circled(option.number)}{option.label.split('（')[0]}"
        for option in checklist.options
        if option.status is not Status.UNCLEAR
    )
    return words if _fitting(words) else tuple(word[0] for word in words)


def _fitting(words: Sequence[str]) -> bool:
    """Tell whether a drop-down holds these words."""
    return len(",".join(words)) <= _LONGEST_LIST and not any("," in word for word in words)
