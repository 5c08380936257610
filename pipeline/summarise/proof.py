"""Count the same things in two ways, so that a loss shows: files, submissions, answers, totals."""

from collections.abc import Mapping

from pipeline.model import Batch, FileState, states_of_files
from pipeline.model.report import Check
from pipeline.model.report_rows import FileRow
from pipeline.summarise.counts import Tally


def reconcile(
    batch: Batch, rows: int, files: tuple[FileRow, ...], tally: Tally
) -> tuple[Check, ...]:
    """Give the lines of the reconciliation on 処理記録; ``rows`` counts the answers as written."""
    # Long: a line for each two ways of counting the same.
    joined = sum(r.state is FileState.COUNTED and not r.is_form for r in batch.files)
    counted = sum(row.state is FileState.COUNTED for row in files) - joined
    forms = "集計したファイル（合わせたファイル・差戻し票を除く）" if joined else "集計したファイル"
    paths = {row.file for row in files}
    if len(paths) < len(files):
        forms += "とシート（1つのブックに複数の団体）"
    states = states_of_files((row.file, row.state) for row in files)
    size = len(batch.checklist.items)
    items, groups = tally.items(), tally.groups()
    lines = (
        ("ファイル", "受信フォルダのファイル", len(paths), "状態別の合計", _sum(states)),
        ("提出", forms, counted, "集計した提出", len(batch.submissions)),
        ("回答", f"集計した提出×{size}項目", len(batch.submissions) * size, "明細の行", rows),
        ("項目別集計", "明細の行", rows, "項目別の合計", sum(t.counts.total for t in items)),
        (
            "分野別集計",
            "明細の行",
            rows,
            "分野別の合計",
            sum(group.counts.total for group in groups if not group.section),
        ),
        (
            "団体別集計",
            "明細の行",
            rows,
            "団体別の合計",
            sum(counts.total for counts in tally.submissions()),
        ),
        (
            "対応予定",
            "②の回答",
            tally.all().planned,
            "予定月別の合計",
            sum(sum(month.by_category) for month in tally.due_months()),
        ),
    )
    return tuple(
        Check(title=title, left=left, left_count=a, right=right, right_count=b)
        for title, left, a, right, b in lines
    )


def _sum(states: Mapping[str, FileState]) -> int:
    found = [*states.values()]
    return sum(found.count(state) for state in FileState)
