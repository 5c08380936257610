"""Everything a run may be told: command line and torimatome.toml, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Severity
from pipeline.model.month_files import MonthFiles, month_files
from pipeline.texts.addresses import NOBODY, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps of the guard; docs/limits.md gives the reason for each. Sizes are in bytes."""

    file_size: int = 50 << 20
    expanded_size: int = 600 << 20
    part_size: int = 300 << 20
    ratio: int = 300
    ratio_from: int = 8 << 20  # a high ratio is harmless below this expanded size
    entries: int = 2_000
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
    lines: Mapping[str, str] = field(default_factory=dict, compare=False)  # where each is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run. ``month`` is YYYY-MM; ``made_at`` is ISO 8601 (the clock is an argument).

    ``allow_fewer``: the month may be written over by one with far fewer bodies.
    """

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
    deadline: str = ""  # 提出期限, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS (Japan), or empty
    office: str = ""  # who seals, where it is another than `sender`
    target: float = 0.0  # 目標 of 対応済み率, a fraction; 0: none
    reply_by: str = ""  # until when a reply to 差戻し or 督促 is asked for, as deadline
    sender: Sender = NOBODY  # who signs the letters
    previous: str = ""  # the month to compare with, YYYY-MM; empty: the latest before
    inbox_url: str = ""  # where the inbox is no folder of this machine: s3://…; read instead of it
    data_url: str = ""  # where data/ goes as well, as a data set partitioned by month
    scheduler: str = ""  # a Dask cluster to read on (tcp://…, local); empty: processes of our own
    by_parts: bool = False  # answers stay in the parts that the cluster's workers write
    allow_fewer: bool = False
    remember: bool = True  # what was read, for the next run
    detail_rows: int = 2_000_000  # answers 明細 holds at most; docs/scale.md gives the reason
    limits: Limits = Limits()
    rules: RuleSettings = RuleSettings()

    @property
    def own_name(self) -> str:
        """Give the name of the office that aggregates, empty where nothing says it."""
        return self.office or self.sender.office

    @property
    def edition_name(self) -> str:
        """Give the words that tell the edition, on every sheet and in the names of files."""
        if self.edition != "public":
            return "取扱注意（庁内限り）"
        return "配布用（団体名あり）" if self.named else "配布用"

    @property
    def folder(self) -> Path:
        """Give the month's folder below outbox/; each edition has its own."""
        month = self.outbox / self.month
        return month / self.edition_name if self.edition == "public" else month

    @property
    def files(self) -> MonthFiles:
        """Give the names of what is written for people to read."""
        return month_files(self.month, self.edition_name if self.edition == "public" else "")

    @property
    def workbook(self) -> str:
        """Give the file name of the consolidated workbook."""
        return self.files.workbook
