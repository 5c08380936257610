"""Answers and findings of many returns as Parquet parts: what workers write, and what sums them up.

A worker reads, locates, parses and judges a chunk of files, and writes what they say as one part
of answers and one of findings. What it hands back of each file is its head alone: whose it is,
when it was filled in, where it stands. The machine that runs the month settles by these heads
which returns count and reads the parts one after the other; it never holds all answers.

Only a return that stands for itself is handed over so. Slips and damaged files are judged beside
others, and are read once more, whole, by whoever settles them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.frame.answers import answers_of
from pipeline.frame.columns import Coded
from pipeline.frame.findings import keys_of_files
from pipeline.machine.isolate import Failure
from pipeline.model import (
    Batch,
    Checklist,
    CountedSubmission,
    FileRecord,
    FileState,
    Outcome,
    Respondent,
    Severity,
    Status,
    Submission,
)
from pipeline.model.report_rows import AnswerRows
from pipeline.rules import RULES
from pipeline.rules.check import check
from pipeline.settings import RuleSettings
from pipeline.summarise.contacts import impacts
from pipeline.summarise.counts import PLACES, Tally, no_counts
from pipeline.summarise.ranges import READABLE, Cell, in_question, open_lines
from pipeline.summarise.rows import answer_rows, find_places
from pipeline.write.data import ANSWERS, FINDINGS, DataTable, answers_table, findings_table
from pipeline.write.frame import answer_frame, finding_frame
from pipeline.write.typed import arrow_table, plain_texts

# Notes of all returns beside one another, and earlier months: not asked where returns are parts.
NOT_ASKED = ("B505", "B506", "B507", "B514", "M701", "R")
_OF_THE_SENDER = ("respondent_id", "respondent", "role", "project")
_ROWS = 1_000_000  # of a part that stays


def of_one_return(code: str) -> bool:
    """Tell whether a finding is about one return by itself."""
    return not RULES[code].compares


def stands_alone(submission: Submission) -> bool:
    """Tell whether nothing but the return itself is needed to judge it."""
    return submission.overrides is None and not submission.damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What came of one file: heads of its returns, and the part in which the rest stands."""

    outcomes: tuple[Outcome, ...]
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWriter:
    """Writes what a chunk of files says below a folder that every worker sees.

    A part bears the name of its chunk and is moved there whole: a chunk that runs twice writes
    the same again.
    """

    folder: Path
    checklist: Checklist
    month: str
    rules: RuleSettings

    def __call__(
        self, name: str, outcomes: Sequence[tuple[Outcome, ...] | Failure]
    ) -> list[Handed | Failure]:
        """Write the parts of a chunk and give the heads."""
        returns = [
            outcome
            for each in outcomes
            if not isinstance(each, Failure)
            for outcome in each
            if isinstance(outcome, Submission) and stands_alone(outcome)
        ]
        if returns:
            self._write(name, returns)
        return [
            each
            if isinstance(each, Failure)
            else Handed(outcomes=tuple(map(_head, each)), part=name if returns else "")
            for each in outcomes
        ]

    def _write(self, name: str, returns: Sequence[Submission]) -> None:
        batch = _by_themselves(returns, self.checklist, self.month)
        found = check(batch, self.rules, compares=False)
        frame, places = answers_of(batch.submissions), find_places(batch)
        rows = answer_rows(batch, frame, found, places)
        open_rows = open_lines(frame, in_question(batch, frame, found, places.line))
        keys = [one.source.key for one in returns]
        whose = Coded(tuple(keys), frame["number"].codes)
        settled = impacts(batch, found, Counter(map(whose.at, open_rows)), open_rows, places)
        answers = table_of(rows, self.checklist, self.month)
        findings = findings_table(finding_frame(found, impacts=settled), self.month)
        _save(self.folder / "answers" / f"{name}.parquet", answers, whose)
        _save(self.folder / "findings" / f"{name}.parquet", findings, keys_of_files(found))


def _head(outcome: Outcome) -> Outcome:
    """Give what others need to know of a return whose answers were handed over."""
    if not isinstance(outcome, Submission) or not stands_alone(outcome):
        return outcome
    return replace(outcome, answers=(), repeated=(), extra_rows=(), uncounted=())


def _by_themselves(returns: Sequence[Submission], checklist: Checklist, month: str) -> Batch:
    """Give a month of returns; who sent them is settled by others, and which count."""
    people = [Respondent(id=one.source.key, name=one.source.key) for one in returns]
    records = (
        FileRecord(
            source=one.source,
            state=FileState.COUNTED,
            reason="",
            kind=one.kind,
            content=one,
            respondent=person,
        )
        for one, person in zip(returns, people, strict=True)
    )
    submissions = map(_counted, people, returns)
    return Batch(
        month=month, checklist=checklist, files=tuple(records), submissions=tuple(submissions)
    )


def _counted(respondent: Respondent, submission: Submission) -> CountedSubmission:
    return CountedSubmission(respondent=respondent, submission=submission)


def table_of(rows: AnswerRows, checklist: Checklist, month: str) -> DataTable:
    """Give answers with the columns of data/answers."""
    return answers_table(answer_frame(rows, checklist=checklist, month=month))


def _save(path: Path, table: DataTable, keys: Coded) -> None:
    """Write a table with the key of the return of each row, and move it to its place."""
    from pyarrow import parquet  # noqa: PLC0415 - slow to import

    whole = replace(table, heads=(*table.heads, "key"), columns=(*table.columns, keys))
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(".writing")
    parquet.write_table(arrow_table(whole), made, compression="zstd", store_schema=False)
    made.replace(path)


def merge(
    parts: Path,
    into: Path,
    counted: Mapping[str, Mapping[str, Respondent]],
    beside: Mapping[str, DataTable],
) -> dict[str, int]:
    """Write answers and findings of the returns that count as parts of a million rows.

    ``counted`` gives by part the respondents of the returns to take from it, by the key of the
    return; ``beside`` further rows of each table. One part at a time is in memory. Gives the
    number of rows of each table.
    """
    rows: dict[str, int] = {}
    for table, names in (("answers", ANSWERS), ("findings", FINDINGS)):
        writer = _Rolling(into / f"{table}.parquet", names)
        for part in sorted(counted):
            writer.write(_of_senders(parts / table / f"{part}.parquet", counted[part]))
        writer.write(arrow_table(beside[table]))
        rows[table] = writer.close()
    return rows


def _of_senders(path: Path, senders: Mapping[str, Respondent]) -> Any:
    """Give the rows of a part that count, with who sent them in place of the keys."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.compute as pc  # noqa: PLC0415 - the same
    from pyarrow import parquet  # noqa: PLC0415 - the same

    table = parquet.read_table(path)
    keys = pa.array(list(senders), pa.string())
    table = table.filter(pc.is_in(table["key"], value_set=keys))
    places = pc.index_in(table["key"], value_set=keys)
    told = {
        "respondent_id": [each.id for each in senders.values()],
        "respondent": [each.name for each in senders.values()],
        "role": [each.role for each in senders.values()],
        "project": [each.project for each in senders.values()],
    }
    for name in _OF_THE_SENDER:
        if name in table.column_names:
            values = pa.array([text or None for text in told[name]], pa.string())
            place = table.column_names.index(name)
            table = table.set_column(place, name, pc.take(values, places))
    return table.drop_columns(["key"])


class _Rolling:
    """Writes tables one behind the other into parts of a million rows."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._folder = folder
        self._names = list(names)
        self._writer: Any = None
        self._room = _ROWS
        self._parts = 0
        self._rows = 0
        folder.mkdir(parents=True)

    def write(self, table: Any) -> None:
        """Write a table."""
        from pyarrow import parquet  # noqa: PLC0415 - slow to import

        table = plain_texts(table.select(self._names))
        while table.num_rows or not self._parts:
            if self._writer is None:
                path = self._folder / f"part-{self._parts:05}.parquet"
                self._writer = parquet.ParquetWriter(path, table.schema, compression="zstd")
                self._parts, self._room = self._parts + 1, _ROWS
            piece = table.slice(0, self._room)
            self._writer.write_table(piece)
            self._rows, self._room = self._rows + piece.num_rows, self._room - piece.num_rows
            table = table.slice(piece.num_rows)
            if not self._room:
                self._end()

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def close(self) -> int:
        """End the last part and give the count of all rows."""
        self._end()
        return self._rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """The sums of a data set of answers and one of findings."""

    tally: Tally
    codes: Mapping[tuple[str, str], int]  # findings by code and severity
    severities: Mapping[str, Mapping[str, int]]  # by respondent's id
    questioned: Mapping[Cell, Status]  # see `summarise.ranges.in_question`

    @property
    def severities_of_all(self) -> Counter[str]:
        """Count all findings by severity."""
        found: Counter[str] = Counter()
        for (_, severity), count in self.codes.items():
            found[severity] += count
        return found


def summed(data: Path, batch: Batch) -> Summed:
    """Sum up the parts of `merge`, some rows at a time."""
    numbers = {one.respondent.id: n for n, one in enumerate(batch.submissions, start=1)}
    items = {item.id: n for n, item in enumerate(batch.checklist.items, start=1)}
    by_number: defaultdict[int, list[int]] = defaultdict(no_counts)
    by_item: defaultdict[int, list[int]] = defaultdict(no_counts)
    overdue: Counter[int] = Counter()
    due: Counter[tuple[str, str]] = Counter()
    tags: Counter[tuple[str, Status]] = Counter()
    places = {status.value: place for status, place in PLACES.items()}
    for rows in _scanned(data / "answers.parquet", "respondent_id", "item_id", "category", "status",
                         "due", "tags"):  # fmt: skip
        for sender, status, count in _grouped(rows, "respondent_id", "status"):
            by_number[numbers[sender]][places[status]] += count
        for item, status, count in _grouped(rows, "item_id", "status"):
            by_item[items[item]][places[status]] += count
        for sender, category, status, month, count in _grouped(
            rows, "respondent_id", "category", "status", "due"
        ):
            if status == Status.PLANNED:
                due[month or "", category] += count
                overdue[numbers[sender]] += count * ("" < (month or "") < batch.month)
        for tag, status, count in _grouped(_with_each(rows, "tags"), "tags", "status"):
            tags[tag, Status(status)] += count
    codes: Counter[tuple[str, str]] = Counter()
    severities: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rows in _scanned(data / "findings.parquet", "respondent_id", "code", "severity"):
        for sender, code, severity, count in _grouped(rows, "respondent_id", "code", "severity"):
            codes[code, severity] += count
            severities[sender or ""][severity] += count
    tally = Tally.of_counts(
        batch, by_number=by_number, by_item=by_item, overdue=overdue, due=due, tags=tags
    )
    return Summed(
        tally=tally,
        codes=codes,
        severities=severities,
        questioned=_questioned(data, numbers, items),
    )


def _questioned(
    data: Path, numbers: Mapping[str, int], items: Mapping[str, int]
) -> dict[Cell, Status]:
    """Give the answers whose status some finding leaves in question; both are numbered from 1."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    codes = pa.array([code for code, rule in RULES.items() if rule.leaves_open], pa.string())
    asked = ["respondent_id", "item_id"]
    told = [
        rows.filter(
            pc.and_(
                pc.is_in(rows["code"], value_set=codes),
                pc.not_equal(rows["severity"], Severity.INFO.value),
            )
        ).select(asked)
        for rows in _scanned(data / "findings.parquet", *asked, "code", "severity")
    ]
    found: dict[Cell, Status] = {}
    if not told:
        return found
    wanted = pa.concat_tables(told).group_by(asked).aggregate([])
    for rows in _scanned(data / "answers.parquet", *asked, "status"):
        for sender, item, status in zip(
            *rows.join(wanted, asked, join_type="inner").to_pydict().values(), strict=True
        ):
            if Status(status) in READABLE:
                found[numbers[sender] - 1, items[item] - 1] = Status(status)
    return found


def _scanned(folder: Path, *columns: str) -> Iterator[Any]:
    """Give a data set some rows at a time."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    from pyarrow import dataset  # noqa: PLC0415 - the same

    for batch in dataset.dataset(folder, format="parquet").to_batches(columns=list(columns)):
        yield pa.Table.from_batches([batch])


def _with_each(rows: Any, column: str) -> Any:
    """Give a row for each entry of a list; none where the list is empty."""
    import pyarrow.compute as pc  # noqa: PLC0415 - slow to import

    lists = rows[column]
    whole = rows.drop_columns([column]).take(pc.list_parent_indices(lists))
    return whole.append_column(column, pc.list_flatten(lists))


def _grouped(rows: Any, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Give each combination of values with the count of its rows."""
    groups = rows.group_by(list(columns)).aggregate([([], "count_all")])
    return zip(*(groups[name].to_pylist() for name in (*columns, "count_all")), strict=True)
