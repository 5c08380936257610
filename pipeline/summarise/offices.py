"""Which offices' bundles count, what they hold, and which of the roster's have sent none."""

from collections.abc import Iterator

from pipeline.model import Batch, Bundle, BundleProblem, RosterEntry
from pipeline.model.report import OfficeTotal
from pipeline.summarise.counts import Tally, summed
from pipeline.texts.respondents import body_id, entry_id, fold_name

_STATES = {
    BundleProblem.NONE: "数えました",
    BundleProblem.CHANGED: "書き換えられているため使っていません",
    BundleProblem.OLDER: "より新しいものがあるため使っていません",
    BundleProblem.STALE: "前回数えたものより古いため使っていません",
    BundleProblem.TWICE: "同じものがもう1つあるため使っていません",
    BundleProblem.MONTH: "違う月のため使っていません",
    BundleProblem.CHECKLIST: "違う様式（版）のため使っていません",
}
_NOT_SENT = "まとまりが届いていません"
_COLUMN = "都道府県"  # of the roster: the office by which a body's return is expected


def offices(batch: Batch, tally: Tally) -> tuple[OfficeTotal, ...]:
    """Give a line for each bundle, by office, then for each prefecture that sent nothing.

    Nothing where no bundle came: then nobody counts by offices.
    """
    bundles = [record for record in batch.files if isinstance(record.content, Bundle)]
    if not bundles:
        return ()
    paths = [counted.submission.source.path for counted in batch.submissions]
    of_bundle = {record.source.path: f"{record.source.path}!" for record in bundles}
    keys = [next((b for b, start in of_bundle.items() if path.startswith(start)), "")
            for path in paths]  # fmt: skip
    counts = summed(zip(keys, tally.numbers, strict=True))
    lines = [
        OfficeTotal(
            office=record.content.office or "（読めません）",
            state=_STATES[record.content.problem],
            file=record.source.path,
            sealed_at=record.content.sealed_at,
            returns=keys.count(record.source.path),
            missing=tuple(name for _, name in record.content.missing),
            own_share=record.content.done_share,
            counts=counts.get(record.source.path),
        )
        for record in bundles
        if isinstance(record.content, Bundle)
    ]
    lines.sort(key=lambda line: (line.office, line.file))
    return (*lines, *_silent(batch))


def _silent(batch: Batch) -> Iterator[OfficeTotal]:
    """Give the prefectures of the roster of which neither a bundle nor any return counts."""
    entries = batch.roster.entries if batch.roster else ()
    of: dict[str, list[RosterEntry]] = {}
    for entry in entries:
        name = dict(entry.groups).get(_COLUMN)
        if name and not entry.excluded:
            of.setdefault(name, []).append(entry)
    sent = {fold_name(bundle.office) for bundle in batch.bundles}
    answered = {one.respondent.id for one in batch.submissions}
    answered |= {one.respondent.of_body for one in batch.submissions}
    for name, asked in of.items():
        if fold_name(name) in sent or {*map(entry_id, asked), *map(body_id, asked)} & answered:
            continue
        yield OfficeTotal(
            office=name, state=_NOT_SENT, missing=tuple(entry.shown for entry in asked)
        )
