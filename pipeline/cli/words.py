"""Words of the terminal that several commands say."""

from pipeline.model import FileState

STATES = {
    FileState.COUNTED: "集計",
    FileState.SUPERSEDED: "再提出で置換え",
    FileState.DUPLICATE: "重複",
    FileState.DISPUTED: "団体の確認待ち",
    FileState.EXCLUDED: "除外",
    FileState.NOT_CHECKLIST: "チェックシートではない",
    FileState.UNREADABLE: "読めない",
    FileState.IGNORED: "対象外",
}
