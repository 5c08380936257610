"""Nothing is lost: the proof that a batch adds up, made before anything is written."""

from collections import Counter
from collections.abc import Collection

from pipeline.frame.answers import StoredAnswers, item_ids
from pipeline.model import Batch, FileState, shown_key
from pipeline.texts.respondents import entry_id

_POINTING = (FileState.SUPERSEDED, FileState.DUPLICATE)


def conservation(batch: Batch, *, handed: Collection[str] = ()) -> tuple[str, ...]:
    """Give what does not add up, in words; empty where everything does.

    ``handed`` are the returns (by key) whose answers stand elsewhere and are counted there.

    Every file in one state, one submission for every counted form, one answer for every item,
    one counted submission a respondent, and everyone on the roster accounted for. A send-back
    slip counts without a submission of its own: it gives answers to the form it points to, and
    each of them stands there; no answer comes from a file that is not said to give it.
    """
    return (*_files(batch), *_answers(batch, handed), *_givers(batch), *_respondents(batch))


def _files(batch: Batch) -> list[str]:
    wrong = [
        f"{shown_key(path)}: ファイルが {count} 回記録されています"
        for path, count in Counter(record.source.key for record in batch.files).items()
        if count > 1
    ]
    counted = {r.source.key for r in batch.files if r.is_form}
    submitted = Counter(c.submission.source.key for c in batch.submissions)
    wrong += [
        f"{shown_key(path)}: 集計対象なのに回答がありません"
        for path in sorted(counted - {*submitted})
    ]
    wrong += [
        f"{shown_key(path)}: 回答が {count} 件、集計対象のファイルは {int(path in counted)} 件です"
        for path, count in sorted(submitted.items())
        if count != 1 or path not in counted
    ]
    wrong += [
        f"{r.source.shown}: 代わりに集計したはずの「{shown_key(r.replaced_by)}」が"
        "集計対象にありません"
        for r in batch.files
        if (r.replaced_by or r.state in _POINTING) and r.replaced_by not in counted
    ]
    wrong += [f"{r.source.shown}: 扱いの理由がありません" for r in batch.files if not r.reason]
    return wrong


def _answers(batch: Batch, handed: Collection[str]) -> list[str]:
    items = tuple(item.id for item in batch.checklist.items)
    return [
        f"{c.submission.source.shown}: 項目 {len(items)} 件に対し"
        f"回答 {len(c.submission.answers)} 件"
        for c in batch.submissions
        if c.submission.source.key not in handed and item_ids(c.submission.answers) != items
    ]


def _givers(batch: Batch) -> list[str]:
    """Compare what files are said to give with where the counted answers stand."""
    said = {
        (record.replaced_by, item, record.source.key)
        for record in batch.files
        for item in record.gives
    }
    forms = {c.submission.source.key: c.submission for c in batch.submissions}
    found = {
        (path, answer.item_id, file)
        for path, submission in forms.items()
        if not isinstance(submission.answers, StoredAnswers)
        for answer in submission.answers
        for file in answer.files
        if file != path
    }
    lacking = said - found
    placed = {
        (path, answer.item_id)
        for path in {path for path, _, _ in lacking} & forms.keys()
        for answer in forms[path].answers
        if answer.files
    }
    wrong = [
        f"{shown_key(file)}: 「{item}」の出どころが記録されていません"
        for _, item, file in found - said
    ]
    wrong += [
        f"{shown_key(file)}: 「{item}」の回答が「{shown_key(path)}」に反映されていません"
        for path, item, file in lacking
        if (path, item) in placed
    ]
    return sorted(wrong)


def _respondents(batch: Batch) -> list[str]:
    counted = Counter(c.respondent.id for c in batch.submissions)
    wrong = [f"{i}: 回答が {n} 件集計されています" for i, n in sorted(counted.items()) if n > 1]
    answered = {*counted, *(c.respondent.of_body for c in batch.submissions)}
    missing = [respondent.id for respondent in batch.missing]
    wrong += [f"{i}: 提出済みなのに未提出とされています" for i in missing if i in counted]
    if batch.roster is not None:
        asked = {entry_id(entry) for entry in batch.roster.entries}
        excluded = {entry_id(entry) for entry in batch.roster.entries if entry.excluded}
        lost = asked - excluded - answered - {*missing} - {*batch.excluded}
        wrong += [f"{i}: 名簿にあるのに提出済みでも未提出でもありません" for i in sorted(lost)]
    return wrong
