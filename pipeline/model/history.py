"""Earlier months as their data files tell them, and what this month makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRespondent:
    """A respondent who was counted in an earlier month."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMonth:
    """One earlier month, as counted then. ``answers`` go by (respondent id, item id)."""

    month: str  # YYYY-MM
    product_version: str
    checklist: str
    checklist_version: str
    answers: Mapping[tuple[str, str], PastAnswer]
    respondents: Mapping[str, PastRespondent]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every earlier month of the same checklist, oldest first.

    ``notices`` say in Japanese which month is missing, broken or made by another version.
    ``compare_with`` is the month that 前月比 looks at: the latest, or the one asked for.
    """

    months: tuple[PastMonth, ...] = ()
    notices: tuple[str, ...] = ()
    compare_with: PastMonth | None = None
