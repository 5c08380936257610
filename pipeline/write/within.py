"""What of a month a workbook can hold: beyond that, totals stay whole and lists are cut.

Excel opens some two million lines of 明細 (on two sheets) with patience, and nobody reads more.
A cut is by whole submissions, so that 一覧表 and 明細 show the same ones, and is always said:
`Report.beyond` makes はじめに name the file that holds everything.
"""

from dataclasses import replace

from pipeline.model.report import Report
from pipeline.model.report_rows import ReportedLine


def within(report: Report, rows: int) -> Report:
    """Give the report with at most `rows` answers and lines of 要確認 in its lists.

    Counts and shares are those of all answers, as `summarise` gave them. What points to an answer
    that is left out points to none.
    """
    if max(len(report.answers), len(report.lines)) <= rows:
        return report
    size = len(report.items)
    kept = len(report.answers) if len(report.answers) <= rows else rows // size * size

    def pointing(entry: ReportedLine) -> ReportedLine:
        here = entry.answer is None or entry.answer < kept
        return entry if here else replace(entry, answer=None)

    changes = tuple(change for change in report.months.changes if change.answer < kept)
    return replace(
        report,
        answers=report.answers[:kept],
        planned=tuple(index for index in report.planned if index < kept),
        notes=tuple(index for index in report.notes if index < kept),
        lines=tuple(pointing(entry) for entry in report.lines[:rows]),
        contacts=tuple(
            replace(one, lines=tuple(n for n in one.lines if n < rows)) for one in report.contacts
        ),
        months=replace(report.months, changes=changes),
        beyond=len(report.answers) - kept,
        lines_beyond=max(0, len(report.lines) - rows),
    )
