"""Carry the decisions out: answers corrected, findings closed, and a word for every bad entry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from pipeline.frame.columns import Frame
from pipeline.frame.findings import findings_of
from pipeline.model import Batch, Finding, Respondent, contents_of, file_digest
from pipeline.model.batch import EntryProblem
from pipeline.model.history import PastMonth
from pipeline.model.review import (
    BODY_CHOICES,
    ENTRIES,
    REMARK,
    SPREADING,
    Bound,
    Decision,
    Entry,
    Reach,
    Review,
    ReviewKey,
    Verdict,
)
from pipeline.review.decided import NOTICES, joined, reopened, with_decisions
from pipeline.review.keys import Binder, digest_of, digest_of_past, shown_text
from pipeline.review.settled import Reviewed
from pipeline.review.verdicts import EntryError, decision_of, says_done, verdict_of
from pipeline.texts.folding import fold
from pipeline.texts.marks.table import matching_key


def apply_review(
    batch: Batch,
    findings: Iterable[Finding],
    review: Review,
    *,
    past: PastMonth | None = None,
    frame: Frame | None = None,
) -> Reviewed:
    """Carry out what stands in a 確認票. ``findings`` are those of ``batch`` before any decision.

    ``frame`` are the answers of the batch, where they are known.

    A decision holds where the respondent's answer to the item (or the file) says the same as
    when it was taken. The raw texts of an answer stay; status and month become those decided.
    ``past`` is the month before: a form that was handed out filled in with its answers words
    them anew (②（6月） as ②（2026年6月）), and a respondent who leaves them has said nothing else.
    """
    found = findings_of(findings)
    binder = Binder(batch, frame)
    keys = binder.keys(found)
    if not review.entries:
        return Reviewed(batch=batch, source=batch, findings=found, keys=keys, binder=binder)
    reviewing = _Reviewing(batch, binder, found, keys, _as_handed_out(batch, past))
    bound = reviewing.bind(review)
    in_force = {b.key: b.decision for b in bound if b.key and b.decision and b.standing}
    after = with_decisions(batch, in_force)
    if reviewing.problems:
        after = replace(after, entry_problems=tuple(reviewing.problems))
    return Reviewed(
        batch=after,
        source=batch,
        findings=found,
        keys=keys,
        binder=binder,
        bound=bound,
        extra=review.extra,
        decisions=in_force,
        reopened=reopened(keys, bound, in_force),
    )


class _Reviewing:
    """Binds entries to findings and reads them; collects what is wrong."""

    def __init__(
        self,
        batch: Batch,
        binder: Binder,
        findings: Sequence[Finding],
        keys: Sequence[ReviewKey],
        handed: Mapping[tuple[str, str], str],
    ) -> None:
        self.batch = batch
        self.problems: list[EntryProblem] = []
        self._binder = binder
        self._handed = handed
        self._findings = findings
        self._keys = keys
        self._known = frozenset(keys)
        self._respondents = respondents_of(batch)
        self._files = {file_digest(record.source.sha256) for record in batch.files}

    def bind(self, review: Review) -> tuple[Bound, ...]:
        """Give each entry with its key and, where it can be carried out, its decision."""
        groups: dict[ReviewKey, list[Entry]] = defaultdict(list)
        bound: list[Bound] = []
        for entry in review.entries:
            key = entry.key or self._by_sight(entry)
            if key is None:
                bound.append(self._unbound(entry))
            else:
                groups[self._as_worded_now(key, entry)].append(entry)
        for key, entries in groups.items():
            bound += self._group(key, entries)
        return self._spread(self._without_contradictions(bound))

    def _spread(self, bound: tuple[Bound, ...]) -> tuple[Bound, ...]:
        """Give each equal writing an entry of its own, where one decision is meant for all.

        What somebody wrote about an answer himself goes before.
        """
        told = {(b.key.subject, b.key.item_id) for b in bound if b.key and any(b.entry.written)}
        added: list[Bound] = []
        for each in bound:
            key, decision = each.key, each.decision
            if not (key and decision and each.standing and decision.verdict in SPREADING):
                continue
            said = self._writing(key)
            for other in self._keys:
                place = (other.subject, other.item_id)
                of_body = decision.verdict is Verdict.COUNT_OF_BODY
                if place in told or (of_body and other.subject != key.subject):
                    continue
                if said and self._writing(other) == said and not self._denied(other):
                    told.add(place)
                    added.append(_alike(each, decision, other))
        return (*bound, *added)

    def _denied(self, key: ReviewKey) -> bool:
        """Tell whether a note beside an answer says that it is not done: a person looks there."""
        answer = self._binder.answer(key.subject, key.item_id)
        beside = (answer.note, answer.aside.comment) if answer and answer.aside else ()
        return any(note.says_not_done for note in (beside or (answer.note,) if answer else ()))

    def _writing(self, key: ReviewKey) -> str:
        """Give what a check cell says as it is matched, where it may be counted as ①."""
        answer = self._binder.answer(key.subject, key.item_id) if key.code == REMARK else None
        return matching_key(answer.mark.raw) if answer and says_done(answer) else ""

    def _as_worded_now(self, key: ReviewKey, entry: Entry) -> ReviewKey:
        """Bind a decision about last month's answer to the words that the form gave it.

        A corrected answer was handed out as corrected: there is nothing left to correct.
        """
        leaves = verdict_of(entry) in {Verdict.ACCEPT, Verdict.SEND_BACK}
        if not leaves or self._handed.get((key.subject, key.item_id)) != key.digest:
            return key
        answer = self._binder.answer(key.subject, key.item_id)
        return key._replace(digest=digest_of(answer)) if answer else key

    def _by_sight(self, entry: Entry) -> ReviewKey | None:
        """Find the finding that a row without a sound key tells of, where only one fits."""
        fitting = self._seen.get(_visible(entry, entry.fact("書かれていた内容")), set())
        return next(iter(fitting)) if len(fitting) == 1 else None

    @cached_property
    def _seen(self) -> Mapping[tuple[str, ...], set[ReviewKey]]:
        """Give the findings by what a person sees of them; few forms have a row that asks."""
        seen: dict[tuple[str, ...], set[ReviewKey]] = defaultdict(set)
        for finding, key in zip(self._findings, self._keys, strict=True):
            said = self._binder.said(finding.respondent_id, finding.item_id)
            seen[_visible(finding, shown_text(finding, said))].add(key)
        return seen

    def _unbound(self, entry: Entry) -> Bound:
        if not any(entry.written):
            return Bound(entry=entry)
        head = next(head for head in ENTRIES if entry.text(head))
        mistake = EntryError("R605", head)
        return Bound(entry=entry, notice=self._tell(entry, None, mistake))

    def _group(self, key: ReviewKey, entries: list[Entry]) -> list[Bound]:
        """Read the entries of one finding: nearly always one, several where a row was copied.

        What somebody wrote about it alone goes before what stands in a line for several, and
        that before a line for a body or for all.
        """
        nearest = min((each.reach for each in entries if any(each.written)), default=Reach.ALL)
        entries = [each for each in entries if each.reach <= nearest]
        standing = self._standing(key)
        bound = [self._read(key, entry, standing=standing) for entry in entries]
        taken = [b.decision for b in bound if b.decision]
        if len({_outcome(decision) for decision in taken}) > 1:
            return [self._contradicted(b) if b.decision else b for b in bound]
        return bound

    def _read(self, key: ReviewKey, entry: Entry, *, standing: bool) -> Bound:
        try:
            decision = decision_of(key, entry, self.batch)
            if decision and decision.verdict.counts and standing and not self._writing(key):
                raise EntryError("R601", "判断")  # the list of this row does not offer it
        except EntryError as mistake:
            # Of an answer that is gone there is nothing to mend; a chosen file may be gone alone.
            told = standing or (mistake.code == "R608" and self._in_part(key))
            notice = self._tell(entry, key, mistake) if told else ""
            return Bound(entry=entry, key=key, standing=standing, notice=notice)
        return Bound(entry=entry, key=key, decision=decision, standing=standing)

    def _standing(self, key: ReviewKey) -> bool:
        answer = self._binder.answer(key.subject, key.item_id)
        if answer is None:
            return key in self._known or (key.code in BODY_CHOICES and key.digest in self._files)
        return digest_of(answer) == key.digest

    def _in_part(self, key: ReviewKey) -> bool:
        """Tell whether some of the returns that a choice was about are still here."""
        here = {contents_of([record.source]) for record in self.batch.files}
        return bool(here & {*key.digest.split(".")})

    def _without_contradictions(self, bound: list[Bound]) -> tuple[Bound, ...]:
        """Refuse decisions that make two different answers of one."""
        outcomes: dict[tuple[str, str], set[tuple[object, ...]]] = defaultdict(set)
        for b in bound:
            if b.key and b.standing and b.decision and b.decision.changes:
                outcomes[b.key.subject, b.key.item_id].add((b.decision.status, b.decision.due))
        several = {place for place, found in outcomes.items() if len(found) > 1}
        return tuple(
            self._contradicted(b)
            if b.key
            and b.standing
            and b.decision
            and b.decision.changes
            and (b.key.subject, b.key.item_id) in several
            else b
            for b in bound
        )

    def _contradicted(self, bound: Bound) -> Bound:
        notice = ""
        if bound.standing:
            notice = self._tell(bound.entry, bound.key, EntryError("R604", "判断"))
        return replace(bound, decision=None, notice=notice)

    def _tell(self, entry: Entry, key: ReviewKey | None, mistake: EntryError) -> str:
        """Note a problem and give the words that stand beside the entry in the next form."""
        column = ENTRIES.index(mistake.head)
        written = entry.written[column]
        item = key.item_id if key and not entry.shared else ""
        of_one = entry.reach is not Reach.ALL
        problem = EntryProblem(
            code=mistake.code,
            location=entry.places[column],
            respondent=self._respondents.get(key.subject) if key and of_one else None,
            item_id=item,
            subject="" if item else mistake.head,
            written=written,
            fields={"what": mistake.what} if mistake.what else {},
        )
        if problem not in self.problems:  # a line for several findings is told of once
            self.problems.append(problem)
        words = mistake.what or NOTICES[mistake.code]
        return f"{mistake.code}: {words}この行の記入は使っていません。"


def _alike(each: Bound, decision: Decision, key: ReviewKey) -> Bound:
    """Give an equal writing the decision that was taken about one of them."""
    reason = joined((decision.reason, "同じ書き方をまとめて判断"))
    written = (Verdict.COUNT.value, "", "", reason, decision.by, decision.on)
    return Bound(
        entry=replace(each.entry, key=key, written=written, places=(), extra=()),
        key=key,
        decision=replace(decision, key=key, verdict=Verdict.COUNT, reason=reason),
        standing=True,
    )


def _as_handed_out(batch: Batch, past: PastMonth | None) -> dict[tuple[str, str], str]:
    """Give what stood for last month's answer, where it came back as the form was filled in."""
    found: dict[tuple[str, str], str] = {}
    for counted in batch.submissions if past else ():
        submission, respondent = counted.submission, counted.respondent.id
        if past is None or submission.prefilled_from != past.month:
            continue
        kept = frozenset(submission.as_handed_out)
        for answer in submission.answers:
            place = (respondent, answer.item_id)
            in_form = answer.location and answer.location.key == submission.source.key
            if answer.item_id in kept and in_form and place in past.answers:
                found[place] = digest_of_past(past.answers[place])
    return found


def _outcome(decision: Decision) -> tuple[object, ...]:
    return (decision.verdict, decision.status, decision.due, decision.file, decision.body)


def _visible(row: Finding | Entry, written: str) -> tuple[str, ...]:
    """Give what tells a row to a person: code, respondent, item, file, what was written."""
    if isinstance(row, Entry):
        code, name, item, file = (
            row.fact(head) for head in ("コード", "団体名", "項目", "ファイル")
        )
        item = item.split("\n", maxsplit=1)[0]
    else:
        code, name, item, file = row.code, row.respondent, row.item_id, row.location.file
    return tuple(fold(text) for text in (code, name, item, file, written))


def respondents_of(batch: Batch) -> dict[str, Respondent]:
    """Give everybody a month knows of, by id."""
    known = {r.respondent.id: r.respondent for r in batch.files if r.respondent}
    known |= {respondent.id: respondent for respondent in batch.missing}
    return known | {counted.respondent.id: counted.respondent for counted in batch.submissions}
