"""Everything a run may be told: command line and torimatome.toml, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of the guard; docs/limits.md gives the reason for each. Sizes are in bytes."""

    file_size: int = 50 << 20
    expanded_size: int = 600 << 20
    part_size: int = 300 << 20
    ratio: int = 300
    ratio_from: int = 8 << 20  # a high ratio is harmless below this expanded size
    entries: int = 2_000
    cells: int = 3_000_000  # bounding box of cells that hold a value
    values: int = 600_000  # cells that hold a value
    merged_area: int = 200_000
    merges: int = 20_000
    shared_strings: int = 64 << 20
    archive_members: int = 2_000
    memory: int = 1 << 30  # address space a worker may use beyond its start
    seconds: float = 60.0  # wall time for one file


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """Switches of the rules: codes turned off, severities changed, thresholds by name."""

    off: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run. ``month`` is YYYY-MM; ``made_at`` is ISO 8601 (the clock is an argument)."""

    month: str
    made_at: str
    inbox: Path
    outbox: Path
    templates: Path
    checklist: str = "smartcity-security"
    jobs: int = 0  # 0: one per core
    pivot: bool = True
    edition: str = "internal"
    named: bool = False
    limits: Limits = Limits()
    rules: RuleSettings = RuleSettings()
