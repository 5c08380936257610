"""Answers as 確認票 decided them, and what is opened again because the answer has changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.model import Answer, Batch, Precision, Status
from pipeline.model.answers import AnswerDecision, Doubt, Due, DueProblem, DueSource, ReadBy
from pipeline.model.review import Bound, Decision, ReviewKey
from pipeline.review.choices import with_chosen_files

NOTICES = {
    "R601": "判断として読めません。リストから選んでください。",
    "R604": "同じ回答への判断が食い違っています。",
    "R605": "どの指摘への記入か分かりません。",
    "R608": "選ばれたファイルが、食い違うファイルの中に見つかりません。",
}


def with_decisions(batch: Batch, decisions: Mapping[ReviewKey, Decision]) -> Batch:
    """Give a month with the files that 確認票 chose, and with its answers as decided."""
    batch = with_chosen_files(batch, decisions)
    by_answer: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for key, decision in sorted(decisions.items()):
        if key.item_id:
            by_answer[key.subject, key.item_id].append(decision)
    if not by_answer:
        return batch
    touched = {subject for subject, _ in by_answer}
    return replace(
        batch,
        submissions=tuple(
            counted
            if counted.respondent.id not in touched
            else replace(
                counted,
                submission=replace(
                    counted.submission,
                    answers=tuple(
                        _decided(answer, by_answer.get((counted.respondent.id, answer.item_id)))
                        for answer in counted.submission.answers
                    ),
                ),
            )
            for counted in batch.submissions
        ),
    )


def _decided(answer: Answer, decisions: list[Decision] | None) -> Answer:
    """Give the answer as decided; the texts of its cells stay as they were written."""
    if not decisions:
        return answer
    told = AnswerDecision(
        verdicts=tuple(dict.fromkeys(decision.verdict.value for decision in decisions)),
        status=answer.counted_status,
        due=answer.counted_due,
        reason=joined(decision.reason for decision in decisions),
        by=joined(decision.by for decision in decisions),
        on=joined(decision.on for decision in decisions),
    )
    changing = next((decision for decision in decisions if decision.changes), None)
    if changing is None or changing.status is None:
        return replace(answer, decision=told)
    due = _due(answer, changing)
    mark = replace(
        answer.mark,
        status=changing.status,
        due=due,
        read_by=ReadBy.NUMBER,
        doubt=Doubt.NONE,
        legend_untouched=False,
    )
    return replace(answer, mark=mark, due=due, decision=replace(told, changed=True))


def _due(answer: Answer, decision: Decision) -> Due:
    """Give the month in force: the one decided, else the one there was, for a plan."""
    if decision.status is not Status.PLANNED:
        return Due()
    if decision.due:
        return Due(month=decision.due, precision=Precision.MONTH, source=DueSource.DECISION)
    if answer.mark.status is Status.PLANNED and answer.due.month:
        return answer.due
    return Due(problem=DueProblem.MISSING)


def joined(texts: Iterable[str]) -> str:
    """Give the texts in one, each once."""
    return " ／ ".join(dict.fromkeys(text for text in texts if text))


def reopened(
    keys: Sequence[ReviewKey],
    bound: Sequence[Bound],
    in_force: Mapping[ReviewKey, Decision],
) -> dict[ReviewKey, Decision]:
    """Give the earlier decision of each finding whose answer says something else since."""
    earlier: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for b in bound:
        if b.key and b.decision and not b.standing:
            earlier[b.key.subject, b.key.item_id].append(b.decision)
    found: dict[ReviewKey, Decision] = {}
    for key in keys if earlier else ():
        if key in in_force:
            continue
        same = [
            decision
            for decision in earlier.get((key.subject, key.item_id), ())
            if decision.key.code == key.code or decision.changes
        ]
        if same:
            found[key] = max(same, key=lambda d: (d.on, d.key))
    return found
