"""Rules across submissions (B): who is missing, what replaced what, last month, twins."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import (
    Batch,
    FileRecord,
    FileState,
    Location,
    Severity,
    Status,
    came_unread,
    shown_key,
)
from pipeline.rules.registry import (
    About,
    Context,
    Effect,
    Hit,
    Threshold,
    fires,
    on_file,
    on_submission,
    rule,
    silent,
)
from pipeline.rules.similar import Twin, find_twins
from pipeline.rules.words import answer_words, listed

_NOT_READ = {FileState.UNREADABLE, FileState.NOT_CHECKLIST, FileState.IGNORED}


@rule(
    code="B501",
    compares=True,
    severity=Severity.FIX,
    title="未提出",
    because="回答がなく、送れるのはその団体だけです。こちらに届いているものは要確認です。",
    about=About.BODY,
    effect=Effect.LOST,
    message="{what}",
    fix="担当に連絡し、提出の見込みを確かめてください。",
    ask="ご回答がまだ届いていません。チェックシートをお送りください。",
    why="名簿にある団体のうち、集計に入るファイルが1つもない団体です。読めないファイルだけが届いた団体も含みます。"
    "このパソコンから開けないファイル（F112）や、締めたあとに受信フォルダに置いたままのファイル（F111）が"
    "届いている団体は、回答者に落ち度がないため要確認にし、"
    "督促の文面も作りません。",
    examples=(
        fires("名簿: 若葉市、白雲町\nファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        fires("名簿: 若葉市\nファイル: 若葉市.docx（対象外: other_kind word）"),
        fires("名簿: 若葉市\nファイル: 若葉市.xlsx（読めない: no_access）"),
        fires("名簿: 若葉市\nファイル: 若葉市.xlsx（対象外: late xlsx）"),
        fires("名簿: 若葉市\nファイル: 若葉市.xlsx（読めない: password）"),
        silent("名簿: 若葉市\nファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def missing(context: Context) -> Iterator[Hit]:
    """Find respondents on the roster without a submission that counts."""
    roster = context.batch.roster
    entries = {entry.shown: entry for entry in roster.entries} if roster else {}
    arrived = _arrived(context.batch)
    unread = came_unread(context.batch)
    asked_by = _asked_by(context.batch)
    for respondent in context.batch.missing:
        entry = entries.get(respondent.name)
        ids = (respondent.id, respondent.of_body)
        told = next(filter(None, map(arrived.get, ids)), "")
        what = told or "名簿にありますが、まだ提出されていません。"
        contact = (
            " ".join(part for part in (entry.contact, entry.mail) if part)
            if entry
            else respondent.mail
        )
        if office := asked_by.get(respondent.name):
            beside = arrived.get(respondent.id, "")
            what = f"「{office}」の提出用のまとまりに入っていません（そちらにも未提出）。{beside}"
            contact = office
        step = f"担当（{contact}）に連絡し、" if contact else "担当に連絡し、"
        step += "提出の見込みを確かめてください。"
        came = next(filter(None, map(unread.get, ids)), [])
        waiting = _waiting_here(came, arrived.get(respondent.id, ""))
        what, step = waiting or (what, step)
        yield Hit(
            location=(entry.location if entry else None)
            or Location(file=roster.file if roster else ""),
            respondent=respondent,
            subject=respondent.name,
            fields={"what": what, "step": step},
            severity=Severity.CHECK if waiting else None,
        )


def _waiting_here(came: list[FileRecord], arrived: str) -> tuple[str, str] | None:
    """Tell what came and waits for somebody here, and what to do about it."""
    if here := [record for record in came if record.closed_here]:
        return (
            f"届いたファイル{_files(here)}をこのパソコンから開けず、まだ数えていません。",
            "F112 の手順でファイルを開けるようにして、もう一度集計してください。",
        )
    if late := [record for record in came if record.came_late]:
        return (
            f"月を締めたあとに届いたファイル{_files(late)}を、まだ読んでいません。{arrived}",
            "この月の回答か確かめ、F111 の手順でもう一度集計してください。",
        )
    return None


def _asked_by(batch: Batch) -> dict[str, str]:
    """Give the office to which a respondent had not answered either, by the respondent's name."""
    return {name: bundle.office for bundle in batch.bundles for _, name in bundle.missing}


def _files(records: list[FileRecord]) -> str:
    return listed([f"「{record.source.shown}」" for record in records])


def _arrived(batch: Batch) -> dict[str, str]:
    """Say of each respondent what came of them, or may have, and does not count."""
    unread: dict[str, list[str]] = defaultdict(list)
    undecided: dict[str, list[str]] = defaultdict(list)
    disputed: dict[str, list[str]] = defaultdict(list)
    for record in batch.files:
        file = f"「{record.source.shown}」"
        if record.respondent is not None and record.state in _NOT_READ and not record.came_late:
            lacking = undecided if record.between else unread
            lacking[record.respondent.id].append(file)
        for claim in record.claims:
            disputed[claim.of_body].append(file)
    words = {
        respondent: f"届いたファイル{listed(files)}から回答を読み取れず、"
        "提出されたものとして数えていません。"
        for respondent, files in unread.items()
    }
    for respondent, files in undecided.items():
        words[respondent] = words.get(respondent, "") + (
            f"届いたファイル{listed(files)}がどの事業の回答か分からず、"
            "提出されたものとして数えていません。"
        )
    for respondent, files in disputed.items():
        words[respondent] = words.get(respondent, "") + (
            f"ファイル{listed(files)}が届いていますが、どの団体の回答か決まらないため、"
            "提出されたものとして数えていません（B509 をご覧ください）。"
        )
    return words


@rule(
    code="B503",
    compares=True,
    severity=Severity.INFO,
    title="再提出により置き換えた旧ファイル",
    because="後のものと分かるファイルを数えていて、することがありません。旧ファイルの回答も使うときなどは要確認です。",
    about=About.FILE,
    effect=Effect.NONE,
    message="{reason}",
    fix="こちらのファイルを使うときは、もう一方を 除外.txt に書いて集計し直してください。",
    why="記入日、ファイル名の修正版・再提出などの言葉や日付、差戻し票や配布した様式の控えから、後のものと"
    "分かるファイルがあるときは、そちらを使います。保存した日時だけでは置き換えません（B511）。"
    "新しいファイルに行がない項目だけは、古いファイルの回答を使い、要確認として知らせます。"
    "反映できない差戻し票も、ここで知らせます。",
    examples=(
        fires("ファイル: 若葉市.xlsx（置き換え: 若葉市_修正版.xlsx）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def superseded(context: Context) -> Iterator[Hit]:
    """Find files replaced by a later one of the same respondent, and slips that mend nothing.

    A person must look where answers of the replaced file still count, where it answers what the
    file that counts leaves blank, and where a slip has no form to mend.
    """
    for record in context.batch.files:
        lone = record.is_slip and record.state is FileState.NOT_CHECKLIST
        if record.state is not FileState.SUPERSEDED and not lone:
            continue
        unused = record.is_slip and not record.gives
        look = lone or unused or record.gives or record.withheld
        hit = on_file(record, reason=_replaced_reason(record), step=_next_step(record))
        yield replace(hit, severity=Severity.CHECK if look else None)


def _next_step(record: FileRecord) -> str:
    """Tell what else to do about a file that was replaced or could not be laid over anything."""
    if record.is_slip and record.state is FileState.NOT_CHECKLIST:
        return "反映できるまで、この票は消さずに残してください。"
    if record.is_slip:
        return "この票の回答を使うときは、記入日を確かめてください。"
    if record.gives:
        return (
            "2つのファイルを合わせて1つの回答としてよいか確かめてください。"
            "一方だけを使うときは、もう一方を 除外.txt に書いて集計し直してください。"
        )
    if record.withheld:
        return (
            "空欄が意図したものか、回答者に確かめてください。"
            "こちらのファイルを使うときは、もう一方を 除外.txt に書いて集計し直してください。"
        )
    return ""


@rule(
    code="B504",
    compares=True,
    severity=Severity.INFO,
    title="同一内容のファイル",
    because="どちらを数えても同じで、することがありません。",
    about=About.FILE,
    effect=Effect.NONE,
    message="「{other}」と{how}ため、1つだけ数えました。",
    fix="何もしなくてかまいません。",
    why="同じ添付ファイルを2回保存しても、二重には数えません。回答がすべて同じか、もう一方に"
    "含まれているファイルも同じです。",
    examples=(
        fires("ファイル: 若葉市 (1).xlsx（同一: 若葉市.xlsx）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def duplicate(context: Context) -> Iterator[Hit]:
    """Find files with the same bytes as another."""
    hashes = {record.source.sha256 for record in context.batch.files
              if record.state is not FileState.DUPLICATE}  # fmt: skip
    for record in context.batch.files:
        if record.state is FileState.DUPLICATE:
            same = record.source.sha256 in hashes
            how = "同じ内容のファイルの" if same else "回答が同じか、そこに含まれている"
            yield on_file(record, other=shown_key(record.replaced_by), how=how)


def _replaced_reason(record: FileRecord) -> str:
    reason = record.reason.strip()
    other = shown_key(record.replaced_by)
    if other not in reason:
        reason += f"集計には「{other}」を使いました。"
    return reason


@rule(
    code="B505",
    compares=True,
    severity=Severity.CHECK,
    title="他の団体と回答・補足説明がほぼ同じ",
    because="写しか共同の回答かは、聞くまでもなく分かることが多いためです。",
    about=About.BODY,
    effect=Effect.DOUBTED,
    message="「{twin}」（{file}）と、回答の{answers}%、補足説明の{notes}%が同じです{others}。",
    fix="ほかの団体のファイルを写していないか、共同で回答したのか、双方に確かめてください。",
    why="よその回答を写したまま送っていると、その団体の実情が集計に入りません。"
    "短い補足説明や、多くの団体に共通する言い回しは比べません。",
    thresholds=(
        Threshold(
            name="similar_share",
            default=0.9,
            meaning="回答・補足説明のそれぞれがこの割合以上同じときに知らせます（0.9 は90%）。",
            minimum=0.5,
            maximum=1.0,
        ),
        Threshold(
            name="similar_notes",
            default=3,
            meaning="同じ補足説明が、違う文で最低この数あるときに限ります。",
            minimum=2,
        ),
        Threshold(
            name="similar_length",
            default=15,
            meaning="この文字数より短い補足説明は比べません。",
            minimum=5,
        ),
    ),
    examples=(
        fires(
            "ファイル: 若葉市.xlsx\n"
            "運用①-1 | ① | 情報政策課が令和六年に定めた基準を全庁に通知した\n"
            "運用①-2 | ②（12月） | 委託先との契約更改に合わせて仕様書へ盛り込む\n"
            "運用①-3 | ③ | 対象となる機器を保有しておらず今後も導入しないため\n"
            "ファイル: 白雲町.xlsx\n"
            "運用①-1 | ① | 情報政策課が令和六年に定めた基準を全庁に通知した\n"
            "運用①-2 | ②（12月） | 委託先との契約更改に合わせて仕様書へ盛り込む\n"
            "運用①-3 | ③ | 対象となる機器を保有しておらず今後も導入しないため"
        ),
        silent(
            "ファイル: 若葉市.xlsx\nほかの項目: ①\n運用①-1 | ① | 規程を策定済み\n"
            "ファイル: 白雲町.xlsx\nほかの項目: ①\n運用①-1 | ① | 規程を策定済み"
        ),
        silent(
            "ファイル: 若葉市.xlsx\n"
            "運用①-1 | ① | 情報政策課が令和六年に定めた基準を全庁に通知した\n"
            "ファイル: 白雲町.xlsx\n運用①-1 | ① | 総務課の要領に基づき毎年度の初めに点検している"
        ),
    ),
)
def similar(context: Context) -> Iterator[Hit]:
    """Find submissions nearly the same as one of another respondent."""
    thresholds = context.thresholds
    twins = find_twins(
        context.batch.submissions,
        context.frame,
        share=thresholds["similar_share"],
        least_notes=int(thresholds["similar_notes"]),
        least_length=int(thresholds["similar_length"]),
    )
    for counted, twin in twins:
        yield on_submission(counted, **_twin_fields(twin))


def _twin_fields(twin: Twin) -> dict[str, str]:
    return {
        "twin": twin.other.respondent.name,
        "file": twin.other.submission.source.shown,
        "answers": str(int(twin.answers * 100)),
        "notes": str(int(twin.notes * 100)),
        "others": f"（ほかに{twin.more}団体とも同様）" if twin.more else "",
    }


@rule(
    code="B510",
    severity=Severity.CHECK,
    title="全項目が同じ回答",
    because="すべて同じ回答もありえるため、見て、聞くかどうかを決めます。",
    about=About.BODY,
    effect=Effect.DOUBTED,
    message="{count}項目すべてが{answer}です。{notes}",
    fix="1つずつ確かめて答えたものか、回答者に確かめてください。",
    why="内容を見ずに一括で入力した可能性があります。",
    thresholds=(
        Threshold(
            name="same_answer_items",
            default=10,
            meaning="答えた項目がこの数以上あり、すべて同じときに知らせます。",
            minimum=2,
        ),
    ),
    examples=(
        fires("ファイル: 若葉市.xlsx\nほかの項目: ①"),
        silent("ファイル: 若葉市.xlsx\nほかの項目: ①\n運用①-2 | ②（12月） |"),
        silent("ファイル: 若葉市.xlsx\nほかの項目: 空"),
    ),
)
def all_the_same(context: Context) -> Iterator[Hit]:
    """Find submissions in which every item asked for has one and the same answer."""
    readable = {Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE}
    least = context.thresholds["same_answer_items"]
    for counted in context.batch.submissions:
        asked = [answer for answer in counted.submission.answers if answer.in_scope]
        if len(asked) < least or asked[0].mark.status not in readable:
            continue
        status, due = asked[0].mark.status, asked[0].due.month
        if all(answer.mark.status is status and answer.due.month == due for answer in asked):
            notes = sum(not answer.note.empty for answer in asked)
            yield on_submission(
                counted,
                count=str(len(asked)),
                answer=answer_words(asked[0]),
                notes=f"補足説明は{notes}項目にあります。" if notes else "補足説明はありません。",
            )
