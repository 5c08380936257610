"""The roster's 団体コード: numbers whose leading zero a spreadsheet took away."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.assemble.roster_heads import RosterHeader
from pipeline.model import CellKind, ControlProblem, RawCell
from pipeline.texts.folding import squeezed, tidy
from pipeline.texts.local_codes import is_local_code, other_spelling


def spelt_code(code: str) -> str:
    """Give a code as all of its spellings are written."""
    return squeezed(code).upper()


def is_number(cell: RawCell | None) -> bool:
    """Tell a code that a spreadsheet took for a number."""
    return cell is not None and cell.kind is CellKind.NUMBER


def numbered_codes(header: RosterHeader) -> Iterator[tuple[int, str]]:
    """Give row and code where 団体コード is a number."""
    column = header.columns.get("団体コード")
    for (row, at), cell in sorted(header.sheet.cells.items()):
        if at == column and row > header.row and is_number(cell):
            yield row, spelt_code(tidy(cell.text))


def lost_zeros(numbers: Iterable[str]) -> frozenset[str]:
    """Give the codes whose zero Excel took, with it: all or none.

    All numbers have five or six digits, and with a zero every check digit is right. One in eleven
    is right by chance, so that a second code has to say the same.
    """
    codes = {*numbers}
    short = {code for code in codes if len(code) == 5}
    full = {other_spelling(code) for code in short}
    others = any(is_local_code(code) for code in codes - short)
    if "" in full or any(len(code) not in {5, 6} for code in codes):
        return frozenset()
    return frozenset(full) if len(full) > 1 or others else frozenset()


def doubtful_zeros(
    header: RosterHeader, numbers: Sequence[tuple[int, str]]
) -> Iterator[ControlProblem]:
    """Tell a column in which the zero of some codes is proven lost and that of others is not."""
    short = [(row, code) for row, code in numbers if len(code) == 5]
    odd = [(row, code) for row, code in short if not other_spelling(code)]
    # By chance one in eleven is right: running numbers of one's own are not doubted.
    if odd and len(odd) < len(short) - len(odd):
        row, code = odd[0]
        yield ControlProblem(
            location=header.location(row, header.columns["団体コード"]),
            written=code,
            problem="団体コードの先頭の 0 が落ちているようですが、6桁の団体コードとして"
            f"正しくない番号が混じっている（{len(odd)} 件）ため、0 を補わずに使っています。",
            fix="番号を確かめ、6桁のコードであれば、列を文字列にして先頭の 0 から書いてください。"
            "前の月からこの番号で集計しているときは、そのままでかまいません。",
        )
