"""One earlier month, as its data/ tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from pathlib import Path

from pipeline.history.record import RUN, DamagedError, Table, open_table, read_record
from pipeline.model import FileState, Status
from pipeline.model.history import ItemAsked, PastAnswer, PastMonth, PastProblem, PastRespondent
from pipeline.texts.calendar import MONTH

_NEEDED = frozenset(
    {
        "respondent_id", "respondent", "role", "checklist", "checklist_version", "item_id",
        "status", "due", "mark", "file",
    }
)  # fmt: skip


class Shared:
    """Equal texts, keys and answers once for all months: most are as in the month before."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.answers: dict[tuple[str, ...], PastAnswer] = {}

    def key(self, respondent: str, item: str) -> tuple[str, str]:
        """Give the key of an answer."""
        key = (self.texts.setdefault(respondent, respondent), self.texts.setdefault(item, item))
        return self.keys.setdefault(key, key)

    def answer(self, sha256: str, *written: str) -> PastAnswer:
        """Give the answer of a line that stands in the file with that hash."""
        known = self.answers.get((sha256, *written))
        if known is None:
            known = self.answers[sha256, *written] = _answer(sha256, *written)
        return known


def read_month(
    folder: Path, checklist: str, shared: Shared, problems: list[PastProblem]
) -> PastMonth | str:
    """Give a month, or the notice that says why it is not compared, empty where a problem does."""
    # Long: three tables of one record, read before the first of them is believed.
    if not (folder / RUN).exists() and not (folder / "data").exists():
        return f"{folder.name} は集計の結果（data フォルダ）がないため、比較に使っていません。"
    try:
        record = read_record(folder)
        with open_table(record, "files") as table:
            problems += _copied(folder, "files", table.doubt)
            files = [
                (table.written(path), digest, state)
                for path, digest, state in table.columns("file", "sha256", "state")
            ]
        with open_table(record, "answers") as table:
            problems += _copied(folder, "answers", table.doubt)
            first = next(table.lines, None)
            if first is not None and not table.places.keys() >= _NEEDED:
                raise DamagedError("data/answers.csv", "列が足りません")
            rows = chain([first] if first else [], table.lines)
            hashes = {path: digest for path, digest, _ in files}
            said = _said(replace(table, lines=rows), checklist, hashes, shared)
        with open_table(record, "findings") as table:  # read later, by `past_findings`
            problems += _copied(folder, "findings", table.doubt)
    except DamagedError as error:
        place = f"{folder.name}/{error.name}"
        problems.append(PastProblem(month=folder.name, file=place, problem=error.problem))
        return ""
    if first and not said.respondents:
        return f"{folder.name} は別の様式の集計のため、比較に使っていません。"
    versions, counts = record.part("versions"), record.part("counts")
    return replace(
        said,
        month=folder.name,
        product_version=str(versions.get("torimatome", "")),
        asked=_count(counts.get("asked")),
        missing=_count(counts.get("missing")),
        checked=bool(record.stated),
        counted={
            digest: path for path, digest, state in files if digest and state == FileState.COUNTED
        },
    )


def _copied(folder: Path, name: str, doubt: str) -> Iterator[PastProblem]:
    """Tell that the copy of a table was read."""
    if doubt:
        place = f"{folder.name}/data/{name}.csv"
        yield PastProblem(month=folder.name, file=place, problem=doubt, copied=True)


_PICKED = ("checklist", "checklist_version", "respondent_id", "respondent", "role", "item_id",
           "file", "project", "status", "due", "due_inferred", "mark", "note", "item", "category",
           "section")  # fmt: skip


def _said(table: Table, checklist: str, hashes: Mapping[str, str], shared: Shared) -> PastMonth:
    """Give what the lines of answers.csv say of a checklist, one after the other."""
    places, written = table.places, table.written
    version = ""
    answers: dict[tuple[str, str], PastAnswer] = {}
    people: dict[str, tuple[str, str, str]] = {}
    items: dict[str, ItemAsked] = {}
    nowhere = -1  # every line ends with an empty text
    pick = itemgetter(*(places.get(name, nowhere) for name in _PICKED))
    for row in table.lines:
        of, its_version, respondent, name, role, item, file, project, *said = pick(row)
        status, due, due_inferred, mark, note, *text = said
        if of != checklist:
            continue
        if item not in items:
            items[item] = ItemAsked(id=item, title=written(text[0]), category=text[1],
                                    section=text[2])  # fmt: skip
        version = version if people else its_version
        key = shared.key(written(respondent), item)
        people[key[0]] = (written(name), role, written(project))
        answers[key] = shared.answer(
            hashes.get(written(file), ""), status, due, due_inferred, written(mark), written(note)
        )
    return PastMonth(
        month="",
        product_version="",
        checklist=checklist,
        checklist_version=version,
        answers=answers,
        items=tuple(items.values()),
        respondents={
            id_: PastRespondent(id=id_, name=name, role=role, project=project)
            for id_, (name, role, project) in people.items()
        },
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_STATUSES = {status.value: status for status in Status}


def _answer(
    sha256: str, status: str, due: str, due_inferred: str, mark: str, note: str
) -> PastAnswer:
    return PastAnswer(
        # of a version that knew more: nothing is assumed of a status unknown here
        status=_STATUSES.get(status, Status.UNCLEAR),
        due=due if MONTH.fullmatch(due) else "",
        due_inferred=due_inferred.lower() == "true",
        mark=mark,
        sha256=sha256,
        note=note,
    )
