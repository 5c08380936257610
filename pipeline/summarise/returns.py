"""Who answered: one line per respondent asked, those who did not answer first."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from pipeline.frame.findings import Findings, keys_of_files
from pipeline.inbox.arrival import UNKNOWN_ARRIVAL, Arrival, InTime, arrivals
from pipeline.model import (
    Batch,
    FileRecord,
    FileState,
    Respondent,
    RosterEntry,
    Severity,
    came_unread,
)
from pipeline.model.plan import Turnout
from pipeline.model.report import RespondentTotal
from pipeline.model.report_rows import ReturnRow, SeverityCounts
from pipeline.rules.words import listed
from pipeline.summarise.rows import severity_counts
from pipeline.texts.respondents import entry_id

MISSING = "未提出"
UNREADABLE = "要再提出"
WAITING = "確認待ち"  # what came may be theirs
EMPTY = "未記入"
RETURNED = "提出済み"
EXCLUDED = "集計対象外"
Told = defaultdict[tuple[str, str], list[Severity]]  # by (respondent id, "") and ("", file)
_PUNCTUAL = {InTime.YES: "期限内", InTime.NO: "期限後", InTime.UNKNOWN: "不明"}
ORDER = (MISSING, UNREADABLE, WAITING, EMPTY, RETURNED, EXCLUDED)


def list_returns(
    batch: Batch, totals: tuple[RespondentTotal, ...], findings: Findings
) -> tuple[ReturnRow, ...]:
    """Give the lines of 回収状況: by state as in ORDER, then in roster order."""
    # Long: returned, waiting and missing make the lines of one list.
    entries = {entry_id(entry): entry for entry in batch.roster.entries} if batch.roster else {}
    told = _told(findings)
    unread = came_unread(batch)
    records = {record.source.key: record for record in batch.files}
    came = arrivals(batch)
    rows = [
        _returned(batch, total, records[total.key], entries, came.get(total.key, UNKNOWN_ARRIVAL))
        for total in totals
    ]
    seen = {total.respondent.id for total in totals}
    for respondent in batch.missing:
        if respondent.id not in seen:
            seen.add(respondent.id)
            files = unread.get(respondent.id) or unread.get(respondent.of_body) or []
            again = [record for record in files if _to_send_again(record)]
            rows.append(
                _unreadable(again[0], respondent, entries, told)
                if again
                else _missing(respondent, files, entries, told)
            )
    rows += [
        _unreadable(record, record.respondent, entries, told)
        for record in batch.files
        if record.state is FileState.UNREADABLE
        and record.respondent
        and record.respondent.id not in seen | {one.of_body for one in batch.missing}
    ]
    rows += [
        ReturnRow(
            state=EXCLUDED,
            reason=entry.excluded,
            respondent=Respondent(id=id_, name=entry.shown, role=entry.role, on_roster=True),
            contact=entry.contact,
            file="",
            modified="",
            filled_on="",
            counts=None,
            findings=SeverityCounts(),
        )
        for id_, entry in entries.items()
        if entry.excluded and id_ not in seen
    ]
    places = {id_: place for place, id_ in enumerate(entries)}
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                ORDER.index(row.state),
                places.get(row.respondent.id, places.get(row.respondent.of_body, len(places))),
            ),
        )
    )


def asked_entries(batch: Batch) -> list[RosterEntry]:
    """Give the entries of the roster that are asked this month."""
    aside = set(batch.excluded)
    entries = batch.roster.entries if batch.roster else ()
    return [entry for entry in entries if not entry.excluded and entry_id(entry) not in aside]


def turnout_of(batch: Batch, rows: Iterable[ReturnRow]) -> Turnout:
    """Give who answered as one equation; ``rows`` are from `list_returns`."""
    if batch.roster is None:
        return Turnout(asked=None, returned=len(batch.submissions))
    absent = {respondent.id for respondent in batch.missing}
    states = Counter(row.state for row in rows if row.respondent.id in absent)
    asked = len(asked_entries(batch))
    return Turnout(
        asked=asked,
        returned=asked - len(absent),
        again=states[UNREADABLE],
        waiting=states[WAITING],
        missing=states[MISSING],
        beside_roster=sum(one.respondent.on_roster is False for one in batch.submissions),
    )


def _returned(
    batch: Batch,
    total: RespondentTotal,
    record: FileRecord,
    entries: dict[str, RosterEntry],
    arrival: Arrival,
) -> ReturnRow:
    counts = total.counts
    empty = counts.blank + counts.not_applicable == counts.total and counts.blank > 0
    submission = batch.submissions[total.number - 1].submission
    reason = record.reason
    if empty:
        reason = "すべて空欄のまま返送されています。記入を依頼してください。"
    elif total.respondent.on_roster is False:
        reason = "名簿にない回答者です。名簿への追加か、名前の確認をしてください。"
    return ReturnRow(
        number=total.number,
        state=EMPTY if empty else RETURNED,
        reason=reason,
        respondent=total.respondent,
        contact=_contact(total.respondent, entries),
        file=record.source.path,
        modified=record.source.modified,
        filled_on=submission.filled_on,
        counts=counts,
        findings=total.findings,
        received=arrival.received,
        punctual=_PUNCTUAL[arrival.in_time] if batch.deadline else "",
    )


def _told(findings: Findings) -> Told:
    """Give the severities of what is found of each respondent and of each file."""
    told: Told = defaultdict(list)
    whose, severities = findings.frame["respondent_id"], findings.frame["severity"]
    for who, file, severity in zip(whose, keys_of_files(findings), severities, strict=True):
        told[who, ""].append(severity)
        told["", file].append(severity)
    return told


def _to_send_again(record: FileRecord) -> bool:
    """Tell a return that only its sender can mend from one of this computer, and from a letter."""
    return record.state is not FileState.IGNORED and not record.waits_here


def _missing(
    respondent: Respondent,
    files: list[FileRecord],
    entries: dict[str, RosterEntry],
    told: Told,
) -> ReturnRow:
    """Give the line of one who did not answer; ``files`` came and hold no answers."""
    reason = "回答ファイルが見つかりません。提出を依頼してください。"
    if files:
        names = listed([f"「{record.source.shown}」" for record in files])
        reason = f"{names}が届いています。{files[0].reason}"
    return ReturnRow(
        state=MISSING,
        reason=reason,
        respondent=respondent,
        contact=_contact(respondent, entries),
        file=files[0].source.path if files else "",
        modified=files[0].source.modified if files else "",
        filled_on="",
        counts=None,
        findings=severity_counts(told[respondent.id, ""]),
        received=files[0].source.received if files else "",
    )


def _unreadable(
    record: FileRecord,
    respondent: Respondent,
    entries: dict[str, RosterEntry],
    told: Told,
) -> ReturnRow:
    return ReturnRow(
        state=WAITING if record.claims else UNREADABLE,
        reason=record.reason,
        respondent=respondent,
        contact=_contact(respondent, entries),
        file=record.source.path,
        modified=record.source.modified,
        filled_on="",
        counts=None,
        findings=severity_counts(told["", record.source.key]),
        received=record.source.received,
    )


def _contact(respondent: Respondent, entries: dict[str, RosterEntry]) -> str:
    entry = entries.get(respondent.id) or entries.get(respondent.of_body)
    if entry is None:
        return respondent.mail
    return " ".join(part for part in (entry.contact, entry.mail) if part)
