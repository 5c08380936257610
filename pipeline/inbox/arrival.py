"""When a return came and whether in time: the mail that brought it proves that, no file's time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.model import Batch, FileRecord, FileState, Receipt, SourceFile
from pipeline.texts.calendar import is_past


class InTime(StrEnum):
    """Whether a return came by the deadline, as files.csv has it."""

    YES = "yes"
    NO = "no"
    UNKNOWN = ""  # no deadline, or nothing tells when it came


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When a return was there. ``received`` is ISO 8601 with offset, empty where it is unknown."""

    received: str = ""
    in_time: InTime = InTime.UNKNOWN
    by_sender: bool = False  # no server wrote it down: it is the time that the sender's clock told


UNKNOWN_ARRIVAL = Arrival()


def _received(source: SourceFile) -> str:
    return "" if source.receipt is Receipt.FUTURE else source.received


def in_time(source: SourceFile, deadline: str) -> InTime:
    """Tell of one file whether it came by the deadline.

    What was passed on in time was in time; what was passed on later may have been.
    """
    received = _received(source)
    if not deadline or not received:
        return InTime.UNKNOWN
    if not is_past(deadline, received):
        return InTime.YES
    return InTime.UNKNOWN if source.passed_on or source.sealed else InTime.NO


def arrivals(batch: Batch) -> Mapping[str, Arrival]:
    """Give the arrival of each counted return, by the key of its form.

    Of several returns that count together the last one completes it. A slip mends what was there
    and has a date of its own; the same bytes count from the first mail that brought them.
    """
    doubles: dict[tuple[str, str], list[SourceFile]] = defaultdict(list)
    together: dict[str, list[FileRecord]] = defaultdict(list)
    for record in batch.files:
        if record.state is FileState.DUPLICATE:
            doubles[record.replaced_by, record.source.sha256].append(record.source)
        elif record.is_form:
            together[record.source.key].append(record)
        elif record.state is FileState.COUNTED and not record.is_slip:
            together[record.replaced_by].append(record)

    def first(record: FileRecord) -> SourceFile:
        own = record.source
        known = [one for one in (own, *doubles[own.key, own.sha256]) if _received(one)]
        return min(known, key=_received, default=own)

    return {
        key: _completed(map(first, records), batch.deadline) for key, records in together.items()
    }


def _completed(sources: Iterable[SourceFile], deadline: str) -> Arrival:
    """Give the arrival of returns that count together: that of the last one, where all are known.

    One that was late makes the whole late, whenever the others came.
    """
    parts = [
        Arrival(
            received=_received(one),
            in_time=in_time(one, deadline),
            by_sender=one.receipt is Receipt.SENDER,
        )
        for one in sources
    ]
    late = [part for part in parts if part.in_time is InTime.NO]
    if not late and not all(part.received for part in parts):
        return UNKNOWN_ARRIVAL
    last = max(late or parts, key=lambda part: part.received)
    unsure = any(part.in_time is InTime.UNKNOWN for part in parts) and not late
    return replace(last, in_time=InTime.UNKNOWN) if unsure else last
