"""`torimatome seal`: what this office counted, as one file for the office above it.

The month is read and judged once more, and must be what the last run published: what is sealed is
what the office has in its own workbook. The office above counts every return of the bundle by
itself, so that its totals are those of the returns, not sums of sums.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.frame.answers import answers_of
from pipeline.history.record import RUN, DamagedError, open_table, read_record
from pipeline.inbox.bundle import Manifest, named_parts, sealed_return, write_bundle
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.model import Accepted, Batch, CountedSubmission, Sealed, Submission, Wanted
from pipeline.model.review import FindingState
from pipeline.month.judgement import Judged
from pipeline.run import gather, judge_gathered
from pipeline.settings import Settings
from pipeline.summarise.counts import Tally

_TABLES = ("answers", "findings", "files", "promises", "changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealResult:
    """What was sealed: the file, how many returns it holds and how many are still missing."""

    path: Path
    returns: int
    missing: int


def seal(settings: Settings, *, sealed_at: str) -> SealResult:
    """Write 提出用_YYYY-MM.zip into the month's folder. ``sealed_at`` is ISO 8601.

    Raises TorimatomeError where no name of the office is known, where the month was not
    aggregated, and where inbox or 確認票 say something else by now than its workbook.
    """
    if not settings.own_name:
        raise TorimatomeError(
            "提出する機関の名前が分かりません。torimatome.toml の [sender] に "
            '`所属 = "青海県"` のように書くか、--office で指定してください。',
            ExitCode.USAGE,
        )
    with at_work(settings.outbox):
        gathered = gather(settings)
        judged, _ = judge_gathered(gathered)
        _insist_on_published(judged.batch, settings)
        return _write(judged, gathered.settings, sealed_at)


def _write(judged: Judged, settings: Settings, sealed_at: str) -> SealResult:
    batch, folder = judged.batch, settings.outbox / settings.month
    accepted = _accepted(judged)
    returns = [_sealed(one, settings.own_name, accepted) for one in batch.submissions]
    names = named_parts(batch.submissions)
    parts = {name: sealed_return(one) for name, one in zip(names, returns, strict=True)}
    parts |= {
        f"data/{table}.parquet": (folder / "data" / f"{table}.parquet").read_bytes()
        for table in _TABLES
    }
    parts["data/decisions.parquet"] = _decisions(judged)
    parts[RUN] = _without_times((folder / RUN).read_bytes())
    manifest = Manifest(
        office=settings.own_name,
        wanted=Wanted(
            month=settings.month, checklist=batch.checklist.id, version=batch.checklist.version
        ),
        sealed_at=sealed_at,
        returns=names,
        missing=tuple((one.id, one.name) for one in batch.missing),
        done_share=Tally(batch, answers_of(batch.submissions)).all().done_share,
    )
    name = f"提出用_{settings.month}.zip"
    with staging_folder(folder) as staged:
        write_bundle(staged / name, manifest, parts)
        publish(staged, folder)
    return SealResult(path=folder / name, returns=len(returns), missing=len(batch.missing))


def _without_times(run: bytes) -> bytes:
    """Give run.json without how long the run took: one month, sealed twice, is the same file."""
    told = json.loads(run.decode("utf-8-sig"))
    told.pop("timing", None)
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _decisions(judged: Judged) -> bytes:
    """Give the decisions in force as a table, an answer or a finding each."""
    import pyarrow as pa  # noqa: PLC0415 - for this command alone
    from pyarrow import parquet  # noqa: PLC0415 - the same

    heads = ("respondent_id", "item_id", "code", "verdict", "status", "due", "reason", "by", "on")
    lines = [
        (key.subject, key.item_id, key.code, one.verdict.value, one.status.value if one.status
         else None, one.due or None, one.reason, one.by, one.on)
        for key, one in sorted(judged.decisions.items())
    ]  # fmt: skip
    columns = zip(*lines, strict=True) if lines else ((),) * len(heads)
    arrays = [pa.array(column, pa.string()) for column in columns]
    saved = io.BytesIO()
    parquet.write_table(pa.table(arrays, names=list(heads)), saved, compression="zstd")
    return saved.getvalue()


def _accepted(judged: Judged) -> dict[str, tuple[Accepted, ...]]:
    """Give the findings of each respondent that 確認票 lets stand, by id."""
    found: dict[str, list[Accepted]] = {}
    kept = {(one.respondent_id, one.item_id, one.code) for one in judged.done
            if one.state == FindingState.ACCEPTED}  # fmt: skip
    for key, decision in judged.decisions.items():
        if (key.subject, key.item_id, key.code) in kept:
            found.setdefault(key.subject, []).append(
                Accepted(
                    item_id=key.item_id,
                    code=key.code,
                    digest=key.digest,
                    reason=decision.reason,
                    by=decision.by,
                    on=decision.on,
                )
            )
    return {subject: tuple(each) for subject, each in found.items()}


def _sealed(
    counted: CountedSubmission, office: str, accepted: dict[str, tuple[Accepted, ...]]
) -> Submission:
    who = counted.respondent
    return replace(
        counted.submission,
        project=who.project or counted.submission.project,
        sealed=Sealed(
            office=office,
            id=who.of_body,
            name=who.own_name,
            unit=who.id,
            role=who.role,
            mail=who.mail,
            accepted=accepted.get(who.id, ()),
        ),
    )


def _insist_on_published(batch: Batch, settings: Settings) -> None:
    """Refuse to seal what differs from the workbook that people have looked at."""
    folder = settings.outbox / settings.month
    try:
        with open_table(read_record(folder), "answers") as table:
            columns = table.columns("respondent_id", "item_id", "status", "due")
            published = sorted((table.written(one), *rest) for one, *rest in columns)
    except DamagedError as error:
        raise TorimatomeError(
            f"{settings.month} の集計（outbox/{settings.month}）が見つからないか、読めません。"
            "先に集計してください（make aggregate）。",
            ExitCode.USAGE,
        ) from error
    if published != sorted(_counted(batch)):
        raise TorimatomeError(
            "集計表を作ったあとで、受信フォルダか確認票が変わっています。"
            "もう一度集計し、集計表を確かめてから、提出用のファイルを作ってください。",
            ExitCode.USAGE,
        )


def _counted(batch: Batch) -> Iterator[tuple[str, str, str, str]]:
    frame = answers_of(batch.submissions)
    ids = [counted.respondent.id for counted in batch.submissions]
    columns = (frame[name] for name in ("number", "item_id", "status", "due"))
    for number, item, status, due in zip(*columns, strict=True):
        yield ids[number], item, status.value, due
