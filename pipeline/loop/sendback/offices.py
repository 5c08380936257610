"""What goes back through the office that counted a return: one package for each such office."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.inbox.asks import FromAbove, read_asks, write_asks
from pipeline.loop.sendback.collect import Asked, Package
from pipeline.model import Batch, Respondent, Skipped, SkipReason
from pipeline.settings import Limits, Settings
from pipeline.texts.calendar import month_words
from pipeline.write.names import safe_name

LIST = "はじめにお読みください.txt"


def asked_from_above(batch: Batch, limits: Limits) -> tuple[Asked, ...]:
    """Give the items that packages in the inbox ask of bodies that count here.

    What stands otherwise in the check cell by now has been answered since, and is left out.
    """
    answers = {one.respondent.id: one.submission.answers for one in batch.submissions}
    found: dict[tuple[str, str], Asked] = {}
    for record in batch.files:
        content, source = record.content, record.source
        if not (isinstance(content, Skipped) and content.reason is SkipReason.ASKED_ABOVE):
            continue
        for ask in read_asks(source, limits):
            marks = {one.item_id: one.mark.raw for one in answers.get(ask.respondent_id, ())}
            if marks.get(ask.item_id) == ask.written:
                found[ask.respondent_id, ask.item_id] = Asked(
                    respondent_id=ask.respondent_id, item_id=ask.item_id, reason=ask.reason
                )
    return tuple(found.values())


def offices_of(batch: Batch) -> Mapping[str, str]:
    """Give the office through which a body is reached, by the body's id.

    It is the office that counted the body's return, or to which it had not answered either.
    """
    found = {
        one.respondent.id: one.submission.office
        for one in batch.submissions
        if one.submission.office
    }
    missing = {one.name: one.id for one in batch.missing}
    for bundle in batch.bundles:
        for _, name in bundle.missing:
            if name in missing:
                found.setdefault(missing[name], bundle.office)
    return found


def write_office_packages(
    folder: Path,
    packages: Sequence[Package],
    missing: Iterable[Respondent],
    slips: Mapping[str, Path],
    batch: Batch,
    settings: Settings,
) -> list[Path]:
    """Write 差戻し_<office>.zip for each office through which something goes back.

    ``slips`` are the slips written for bodies, by id; the package has them beside the asks.
    """
    through = offices_of(batch)
    by_office: defaultdict[str, list[Package]] = defaultdict(list)
    for package in packages:
        if package.respondent.id in through:
            by_office[through[package.respondent.id]].append(package)
    absent: defaultdict[str, list[str]] = defaultdict(list)
    for one in missing:
        if one.id in through:
            absent[through[one.id]].append(one.name)
    written = []
    for office in sorted({*by_office, *absent}):
        path = folder / f"差戻し_{safe_name(office)}.zip"
        listed = _list(office, by_office[office], absent[office], batch, settings)
        files = {LIST: ("\ufeff" + listed.replace("\n", "\r\n")).encode()}
        for package in by_office[office]:
            slip = slips.get(package.respondent.id)
            if slip is not None and slip.exists():
                files[slip.name] = slip.read_bytes()
        write_asks(
            path,
            _asks(by_office[office], batch),
            files,
            office=settings.own_name,
            asked=office,
            month=batch.month,
        )
        written.append(path)
    return written


def _asks(packages: Iterable[Package], batch: Batch) -> list[FromAbove]:
    counted = {one.respondent.id: one.submission for one in batch.submissions}
    asks = []
    for package in packages:
        submission = counted.get(package.respondent.id)
        if submission is None or submission.sealed is None:
            continue
        marks = {answer.item_id: answer.mark.raw for answer in submission.answers}
        asks += [
            FromAbove(
                respondent_id=submission.sealed.unit,
                item_id=line.item_id,
                written=marks.get(line.item_id, ""),
                reason="".join((*line.problems, *line.asks)),
            )
            for line in package.lines
        ]
    return asks


def _list(
    office: str,
    packages: Sequence[Package],
    absent: Sequence[str],
    batch: Batch,
    settings: Settings,
) -> str:
    """Give the words to the office: what to do with the package, and what is in it."""
    by = f"（{settings.own_name}より）" if settings.own_name else ""
    lines = [
        f"{office} 御中{by}",
        "",
        f"「{batch.checklist.title}」（{month_words(batch.month)}分）について、"
        "貴機関が取りまとめられた団体に、次の項目の確認をお願いします。",
        "",
        "このファイルは開かずに受信フォルダ（inbox）に置き、「torimatome sendback」を実行すると、"
        "貴機関からの差戻し票に、ここでの確認事項が加わります。",
        "取りまとめをお使いでないときは、中の差戻し票（差戻し_団体名.xlsx）を各団体へお渡しください。",
        "回答が戻ったら、集計し直し、「torimatome seal」で作ったファイルをもう一度お送りください。",
        "",
        f"■ 確認をお願いしたい団体（{len(packages)} 団体）",
    ]
    for package in packages:
        lines.append(f"・{package.respondent.name}（{len(package.lines)} 項目）")
        lines += [f"　　{file}" for file in package.files]
    if absent:
        lines += ["", f"■ 貴機関にもまだ回答のない団体（{len(absent)} 団体）"]
        lines += [f"・{name}" for name in absent]
    return "\n".join((*lines, ""))
