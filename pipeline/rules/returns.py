"""Rules about several returns of one respondent that count together (B511, B512)."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import (
    CountedSubmission,
    FileRecord,
    FileState,
    Location,
    Severity,
    contents_of,
    rivals_of,
)
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_submission, rule, silent
from pipeline.rules.words import listed


def _together(context: Context) -> Iterator[tuple[CountedSubmission, list[FileRecord]]]:
    """Give each counted submission with the files that count through it or speak against it."""
    through: dict[str, list[FileRecord]] = {}
    forms: dict[str, FileRecord] = {}
    for record in context.batch.files:
        if record.is_form and record.respondent:
            forms[record.respondent.id] = record
        elif record.respondent and (record.state is FileState.COUNTED or record.differs):
            through.setdefault(record.respondent.id, []).append(record)
    for counted in context.batch.submissions:
        others = through.get(counted.respondent.id)
        if others:
            yield counted, [forms[counted.respondent.id], *others]


@rule(
    code="B511",
    compares=True,
    severity=Severity.FIX,
    title="食い違う回答があり、どれが最新か（どの事業か）分からない",
    because="どれが最新か（どの事業か）は回答者にしか分かりません。",
    about=About.BODY,
    effect=Effect.CONTRADICTED,
    message="{what}",
    fix="使うファイルが分かるときは、確認票の B511 の行で「修正する」を選び、"
    "「修正後の回答」で使うファイルを選んでください。事業が分からないときは、シートの事業名の欄かファイル名に事業名を入れてください。",
    ask="どのファイルが最新か（どの事業の回答か）お知らせいただくか、記入日と事業名を入れた最新の"
    "チェックシートをお送りください。",
    why="後から届いたものと言えるのは、記入日（両方にあるとき）、ファイル名の修正版・再提出などの言葉や日付、"
    "差戻し票と配布した様式の控えで分かるときだけです。保存した日時や「(1)」は、写しただけでも変わるため、"
    "新旧の根拠にしません。回答の同じ項目はそのまま数えます。",
    examples=(
        fires("ファイル: 若葉市.xlsx（食い違い: 若葉市 (1).xlsx）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx（合わせた: 若葉市_都市OS事業者.xlsx）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def disagreeing(context: Context) -> Iterator[Hit]:
    """Find returns that differ, none proven the later, and those of a project nobody can tell."""
    for record in context.batch.files:
        if record.between:
            projects = "か".join(f"「{project}」" for project in record.between)
            yield Hit(
                location=Location(file=record.source.path, sheet=""),
                respondent=record.respondent,
                subject=record.respondent.name if record.respondent else "",
                fields={
                    "what": f"{projects}のどちらの回答か分かりません。どちらにも数えていません。",
                    "step": "シートの事業名の欄かファイル名に事業名を入れて、集計し直してください。"
                    "分からないときは回答者に確かめてください。",
                },
            )
    for counted, records in _together(context):
        rivals = rivals_of(records)
        if not rivals:
            continue
        names = [record.source.shown for record in rivals]
        files = "と".join(f"「{name}」" for name in names)
        items = {item for record in rivals for item in record.differs}
        told = on_submission(
            counted,
            "、".join(names),
            what=f"{files}の回答が {len(items)} 項目で食い違い、どれが最新か分かりません。"
            "食い違う項目は、どちらとも数えず判読不能にしています。",
            step="使うファイルが分かるときは、確認票のこの行で「修正する」を選び、「修正後の回答」で"
            "使うファイルを選んでください。分からないときは回答者に確かめてください。",
        )
        # A choice holds as long as these very files are here, whatever they are called.
        yield replace(told, quoted=False, bound=contents_of(record.source for record in rivals))


@rule(
    code="B512",
    compares=True,
    severity=Severity.INFO,
    title="複数の関係者のファイルを項目ごとに合わせた",
    because="受け持つ項目が重ならず、そのまま合わせられます。",
    about=About.FILE,
    effect=Effect.NONE,
    message="{files}を項目ごとに合わせて、1つの回答として数えました。",
    fix="合わせてよければ何もしなくてかまいません。別の回答であれば、使わないファイルを 除外.txt に"
    "書いて集計し直してください。",
    why="1つの団体の関係者が、それぞれの受け持つ項目だけを書いて送ることがあります。"
    "どの項目がどのファイルの回答かは、明細のファイル名とセルで分かります。",
    examples=(
        fires("ファイル: 若葉市.xlsx（合わせた: 若葉市_都市OS事業者.xlsx）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx（食い違い: 若葉市 (1).xlsx）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def merged(context: Context) -> Iterator[Hit]:
    """Find submissions made of several forms."""
    for counted, records in _together(context):
        giving = [
            record
            for record in records[1:]
            if record.gives and not record.is_slip and record.state is FileState.COUNTED
        ]
        if giving:
            said = [f"「{records[0].source.shown}」"]
            said += [f"「{r.source.shown}」（{len(r.gives)} 項目）" for r in giving]
            yield on_submission(counted, files=listed(said, "ファイル"))
