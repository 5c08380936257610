"""Earlier months as their data files tell them, and what this month makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.model.checklist import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAnswer:
    """An item's answer in an earlier month. ``due`` is YYYY-MM or empty.

    ``sha256`` is that of the file it stood in, empty where the month does not tell.
    """

    status: Status
    due: str = ""
    due_inferred: bool = False
    mark: str = ""
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRespondent:
    """A respondent who was counted in an earlier month."""

    id: str
    name: str
    role: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAsked:
    """An item as another edition has it: as the data of an earlier month tells of it."""

    id: str
    title: str
    category: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMonth:
    """One earlier month, as counted then. ``answers`` go by (respondent id, item id).

    ``items`` are those asked then, as they were. Where the checklist has another edition now,
    ``answers`` go by the present ids, and ``moved`` gives the present id of each id then, empty
    for a question that is not asked any more; it is empty where nothing moved. ``renamed`` gives
    the present id of each respondent who had another one then; all else goes by the present ids.

    ``asked`` and ``missing`` count the roster's respondents; None where the month had no roster
    or does not tell. ``counted`` are the files that counted, by hash; the value is the path.
    ``checked``: its data files are known to be as its run wrote them.
    """

    month: str  # YYYY-MM
    product_version: str
    checklist: str
    checklist_version: str
    answers: Mapping[tuple[str, str], PastAnswer]
    respondents: Mapping[str, PastRespondent]
    items: tuple[ItemAsked, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    asked: int | None = None
    missing: int | None = None
    counted: Mapping[str, str] = field(default_factory=dict)
    checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PastProblem:
    """A file of an earlier month that is not as its run wrote it. ``file`` is below outbox/.

    ``problem`` tells in Japanese how it differs. ``copied``: its untouched copy was read instead;
    otherwise the month is out of every comparison.
    """

    month: str  # YYYY-MM
    file: str
    problem: str
    copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every earlier month of the same checklist, oldest first.

    ``notices`` say in Japanese which month is missing or made by another version; ``problems``
    are the files that somebody or something changed. ``compare_with`` is the month that 前月比
    looks at: the latest, or the one asked for.
    """

    months: tuple[PastMonth, ...] = ()
    notices: tuple[str, ...] = ()
    problems: tuple[PastProblem, ...] = ()
    compare_with: PastMonth | None = None

    def since(self, month: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Give `PastMonth.moved` and `renamed` of a month; empty for one not among them."""
        known = ((past.moved, past.renamed) for past in self.months if past.month == month)
        return next(known, ({}, {}))


class Movement(StrEnum):
    """How an answer moved since the month compared with. The value is the word shown."""

    IMPROVED = "進んだ"  # towards ①
    REGRESSED = "後戻り"  # away from ①, or an answer that can no longer be read
    POSTPONED = "先送り"  # still ②, a later month
    ADVANCED = "前倒し"  # still ②, an earlier month
    CHANGED = "変更"  # another answer that is neither better nor worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item of one respondent whose answer is another than in the month compared with."""

    respondent_id: str
    respondent: str
    item_id: str
    category: str
    movement: Movement
    old_status: Status
    old_due: str
    new_status: Status
    new_due: str
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """This month beside an earlier one. ``returned`` and ``gone`` are (id, name) pairs.

    ``unchanged_files`` are the ids of respondents whose file is the same, byte for byte: their
    answers were carried over, not given anew. ``carried`` are all such answers as (respondent id,
    item id), also those of a respondent who sent another file for some items.
    """

    month: str
    compared_with: str
    changes: tuple[Change, ...]
    returned: tuple[tuple[str, str], ...]
    gone: tuple[tuple[str, str], ...]
    unchanged_files: frozenset[str]
    carried: frozenset[tuple[str, str]] = frozenset()


class Outcome(StrEnum):
    """What became of a promise (②). The value is the word shown."""

    OPEN = "期限前"  # still ②, the month has not passed
    UNDATED = "時期未定"  # still ②, no month was ever given
    OVERDUE = "期限超過"  # still ②, the month has passed
    KEPT = "期限内に対応"  # ① was reported by the promised month
    LATE = "遅れて対応"  # ① was reported, after the promised month
    UNDATED_DONE = "時期未定のまま対応"  # ① was reported; no month was ever given, none was kept
    WITHDRAWN = "取り下げ"  # ② became something other than ①


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An item that a respondent answered with ②, followed from month to month.

    ``first_due`` is the month first promised and ``due`` the one in force (YYYY-MM, empty where
    none); ``first_said`` is the collection month it was first said in. ``slips`` counts how often
    the month was put off, ``slipped_months`` how far in all. ``overdue_since`` is the first month
    after the one in force, where that has passed. ``last_said`` is the latest collection month
    that has an answer: an earlier one where the respondent sent nothing this month.
    """

    respondent_id: str
    respondent: str
    role: str
    item_id: str
    category: str
    first_said: str
    first_due: str
    due: str
    slips: int
    slipped_months: int
    overdue_since: str
    outcome: Outcome
    last_said: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRate:
    """How many promises of a respondent or category were kept, of those that can be judged.

    ``key`` is the respondent's id, or the category again: two respondents may share a name.
    """

    key: str
    name: str
    promises: int
    kept: int
    late: int
    overdue: int
    withdrawn: int
    slipped: int

    @property
    def judged(self) -> int:
        """Give the promises whose month has come or that were settled."""
        return self.kept + self.late + self.overdue + self.withdrawn

    @property
    def kept_share(self) -> float | None:
        """Give kept promises as a fraction of those judged, None where none was."""
        return self.kept / self.judged if self.judged else None
