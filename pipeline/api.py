"""What programs call: `aggregate` a month as the command does, `read` the answers of one return.

Both work in a script without a main guard, from standard input and in a notebook. Files are read
by worker processes here too: one that ends its reader costs itself, never the caller.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypedDict

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.forms.checklists import templates_folder
from pipeline.machine.scratch import scratch_folder
from pipeline.settings import Settings
from pipeline.settings.file import apply_settings_file
from pipeline.texts.calendar import MONTH, present_month

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from typing import Unpack

    import pandas as pd

    from pipeline.model import Finding
    from pipeline.run import RunResult

TABLES = ("answers", "findings", "files", "changes", "promises")
_PASSWORDS = "passwords.txt"


class Options(TypedDict, total=False):
    """The further options of `aggregate`."""

    previous: str
    checklist: str
    templates: Path
    jobs: int
    pivot: bool
    edition: str
    named: bool
    office: str
    deadline: str
    allow_fewer: bool


@dataclass(frozen=True, kw_only=True)
class Result:
    """What `aggregate` wrote.

    - ``month``: YYYY-MM
    - ``exit_code``: that of the command: `ExitCode.OK`, or `SOME_UNREADABLE` where a file could
      not be read
    - ``folder``, ``workbook``: the month's folder below outbox/, and the workbook in it
    - ``figures``: run.json as a mapping: ``counts``, ``figures`` (shares with least and most),
      ``checklist``, ``settings``, ``versions``
    - ``findings``: those open, the gravest first: ``code``, ``severity``, ``message``, ``fix``,
      ``location`` …
    - ``notices``: what else there is to know, in Japanese
    """

    month: str
    exit_code: ExitCode
    folder: Path
    workbook: Path
    figures: Mapping[str, Any]
    findings: tuple[Finding, ...]
    notices: tuple[str, ...]

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Every file of the month by its path below ``folder``."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path for path in found}

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """answers, findings, files, changes and promises, typed; read when first asked for.

        Missing is NA, texts and ids are ``string``, whole numbers ``Int64``, truth values
        ``boolean``. docs/data.md has the columns.
        """
        from pyarrow import parquet  # noqa: PLC0415 - slow to import, as pandas

        data = self.folder / "data"
        return {name: _typed(parquet.read_table(data / f"{name}.parquet")) for name in TABLES}


def aggregate(
    *,
    inbox: str | PathLike[str] = "inbox",
    outbox: str | PathLike[str] = "outbox",
    month: str = "",
    settings_file: str | PathLike[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Unpack[Options],
) -> Result:
    """Read the returns in ``inbox`` and write ``outbox``/``month``/, as `torimatome aggregate`.

    ``month`` is YYYY-MM; the present one in Japan where it is empty. ``settings_file`` is a
    torimatome.toml; none is looked for. ``progress`` is called with (files read, files in all).
    Further ``options``, as those of the command: ``previous``, ``checklist``, ``jobs``, ``pivot``,
    ``edition``, ``named``, ``office``, ``deadline``, ``allow_fewer``; ``templates`` is the folder
    of checklists.

    Raises `TorimatomeError` where nothing can be written (``message`` says why, in Japanese);
    the month then stands as it was. A file that cannot be read stops nothing: it is a row of
    ``frames["files"]``.
    """
    from pipeline.run import aggregate as run  # noqa: PLC0415 - `import pipeline` stays light

    settings = _settings(Path(inbox), Path(outbox), month, options)
    if settings_file is not None:
        settings = apply_settings_file(settings, Path(settings_file))
    return result_of(run(settings, progress=progress))


def read(
    path: str | PathLike[str], *, month: str = "", checklist: str = "smartcity-security"
) -> pd.DataFrame:
    """Give the answers of one returned file as rows like those of data/answers.

    A file with several returns (a zip, a workbook of several bodies) gives the rows of all that
    count; one that is no return, or cannot be read, gives none. The column ``findings`` holds the
    codes; ``attrs["findings"]`` has them whole (code, severity, item_id, sheet, cell, written,
    message, fix …) and ``attrs["files"]`` what became of the file (state, reason …), both as lists
    of mappings. ``month`` is the one by which months without a year are read (empty: the present
    one). Without a roster the body is named by what the file says. A passwords.txt beside the file
    is used.

    Raises `FileNotFoundError` where there is no such file.
    """
    # Long: one file is read, judged and laid out as a month of its own.
    from pipeline.run import gather, judge_gathered, report_of  # noqa: PLC0415 - as above
    from pipeline.write.data import data_tables  # noqa: PLC0415 - the same
    from pipeline.write.frame import frames_of  # noqa: PLC0415 - the same
    from pipeline.write.typed import arrow_table  # noqa: PLC0415 - the same

    given = Path(path)
    if not given.is_file():
        raise FileNotFoundError(given)
    with scratch_folder() as folder:
        inbox = folder / "inbox"
        inbox.mkdir()
        for each in (given, given.parent / _PASSWORDS):
            if each.is_file():
                shutil.copy2(each, inbox)
        settings = _settings(inbox, folder / "outbox", month, {"checklist": checklist})
        gathered = gather(settings)
        judged, history = judge_gathered(gathered)
        report = report_of(judged, history, gathered.settings)
    tables = {table.name: table for table in data_tables(report, frames_of(report))}
    made = {name: _typed(arrow_table(tables[name])) for name in ("answers", "findings", "files")}
    answers = made["answers"]
    answers.attrs["findings"] = _records(made["findings"])
    answers.attrs["files"] = [
        each for each in _records(made["files"]) if each["file"] != _PASSWORDS
    ]
    return answers


def result_of(done: RunResult) -> Result:
    """Give what a program is told of a run."""
    run = json.loads((done.folder / "run.json").read_text(encoding="utf-8"))
    return Result(
        month=done.month,
        exit_code=done.exit_code,
        folder=done.folder,
        workbook=done.workbook,
        figures=MappingProxyType(run),
        findings=tuple(done.findings),
        notices=done.notices,
    )


def _settings(inbox: Path, outbox: Path, month: str, options: Options) -> Settings:
    month = month or present_month()
    if not MONTH.fullmatch(month):
        raise TorimatomeError(
            f"月は 2026-11 のように「年-月」で指定してください（{month}）。", ExitCode.USAGE
        )
    settings = Settings(
        month=month, made_at="", inbox=inbox, outbox=outbox, templates=templates_folder()
    )
    return replace(settings, **options)


def _typed(table: Any) -> pd.DataFrame:
    """Give an Arrow table as a frame whose missing values are NA."""
    import pandas as pd  # noqa: PLC0415 - slow to import
    import pyarrow as pa  # noqa: PLC0415 - the same

    from pipeline.write.typed import plain_texts  # noqa: PLC0415 - the same

    kinds = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    texts = pd.StringDtype("pyarrow")
    frame: pd.DataFrame = plain_texts(table).to_pandas(
        types_mapper={**kinds, pa.string(): texts}.get, date_as_object=False
    )
    return frame


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as mappings of plain values, None where one is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
