"""What the text of a mail answers: shown beside the submission, never counted."""

import itertools
import zipfile
from pathlib import Path

import pytest
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, mail, named

from pipeline.inbox.mail_answers import answers_in, says_an_answer
from pipeline.run import aggregate

GREETING = "お世話になっております。若葉市情報政策課の田中です。\n"
SAYS = [
    "アセットは該当しません。",
    "ガバナンス①-3は③でお願いします。",
    "ガバナンス①-3について、別紙のとおりです。",
    "その他の項目は全て対応済みです。",
    "No.4は未実施です。",
    "当市では検討中です。",
    "規程は12月に策定予定です。",
    "クラウドは対象外と考えています。",
    "研修は実施しておりません。",
]
SAYS_NOTHING = [
    "添付のとおり提出します。ご確認をお願いいたします。",
    "ご対応のほどよろしくお願いいたします。",
    "11月20日までに提出予定です。",
    "担当が不在のため、回答が遅れて申し訳ありません。",
    "パスワードは別途お送りします。",
    "①チェックシート ②参考資料",
    "",
]


# In any words, as towns write; labelled before they were read.
SAYS_TOO = [
    "空欄は③と読み替えていただきますよう、ご確認ください。",
    "ほかは先月お答えしたとおりです。",
    "なお、②の項目は来年度予算で対応いたします。",
    "セキュリティポリシーはまだ作っておりません。",
    "監査の欄が空欄ですが、実績がないためです。",
    "前回から変更ありません。",
    "前回の回答と同じです。",
    "別紙のうち、運用の部分は委託先に確認中です。",
    "空欄は③と読み替えてください。",
    "空欄の箇所はすべて「対応済み」と解してください。",
    "○を付けたものは実施しているという意味です。",
    "②とした項目はいずれも令和9年3月完了見込みです。",
    "当町ではスマートシティ事業を実施していないため、回答は不要と認識しております。",
    "今回は該当事業なしです。",
    "未記入の項目は来年度以降の検討とさせてください。",
    "教育については毎年4月に行っています。",
    "シートの3行目は誤りで、正しくは③です。",
    "回答できる項目のみ記入しました。",
    "不明な点は空欄としております。",
    "ガバナンスの1番は対応しました。",
    "表の5番目は完了しております。",
    "すべて①です。",
    "該当なしでお願いします。",
    "回答なし（該当事業なし）",
    "昨年度と同様の状況です。",
    "回答欄に書ききれない分は以下のとおりです。",
    "バックアップは外部委託先が取得しています。",
    "規程の改定は年度内に終わる予定です。",
    "本市の回答はすべて「3」となります。",
    "2番と5番は担当課が異なるため未回答です。",
    "現時点では具体的な予定はありません。",
    "11月時点での状況は10月と変わりありません。",
    "当村はシステムを保有しておりません。",
    "番号のない項目は実施していないという意味です。",
    "ログの取得は来年4月から開始します。",
    "空白の箇所は分からないため空けております。",
    "委託先から回答が来次第、③を①に直します。",
    "セキュリティ研修を10月に実施いたしました。",
    "本町は対象事業がございません。",
    "チェックが入っていないところは未着手です。",
]
SAYS_FREELY = [
    "クラウドサービスは使っていないので、その欄は斜線にしました。",
    "暗号化は導入を見送る方針です。",
    "手順書は現在改訂作業をしています。",
    "委託契約に盛り込んでおらず、次回契約時に見直します。",
    "本事業は令和7年度で終わったため、今回が最後の回答です。",
    "センサーの更新時期に合わせて対応する考えです。",
    "人員不足により、当面は難しい状況です。",
    "設問の意味が分からなかったため、3番は空けてあります。",
]
OF_THE_LETTER = [
    "対象事業の回答票をお送りします。",
    "担当者は前回と同じです。",
    "お忙しいところ恐れ入りますが、よろしくお願いいたします。",
    "ご不明な点がございましたら、下記担当までご連絡ください。",
    "今後ともよろしくお願いいたします。",
    "標記の件について、別添のとおり回答します。",
    "令和8年11月5日付け事務連絡で照会のあった標記の件について、別添のとおり提出します。",
    "提出が遅くなり申し訳ございません。",
    "前任の田中から変更になりました。",
    "本メールは自動送信です。",
    "ファイルが開けない場合はお知らせください。",
    "11月10日は休暇のため不在にしております。",
    "12月の会議の件、承知しました。",
    "ウイルスチェック済みです。",
    "このメールはスキャン済みです。",
    "件名の件、送付いたします。",
    "期限までに提出できず申し訳ありません。",
    "新型コロナ対応中のため在宅勤務を実施しております。",
    "当課では毎週水曜日はノー残業デーを実施しています。",
    "メールアドレスが変更になりました。",
    "ご対応ありがとうございました。",
    "お世話になります。若葉市の佐藤と申します。",
    "調査票を提出いたしますので、ご査収ください。",
    "お手数ですが、受領の確認をお願いします。",
    "回答期限を過ぎてしまい申し訳ございません。",
    "本日、別便にてパスワードをお送りします。",
    "ご不明な項目がありましたらお知らせください。",
    "担当者が4月に変わりましたので、連絡先を更新してください。",
    "全ての項目に記入のうえ提出します。",
    "修正版を再送いたします。",
    "取り急ぎメールにて失礼いたします。",
    "上司の確認中のため、正式には来週提出します。",
    "ファイル名は指定のとおりとしました。",
    "今月分を送付します。",
    "10月28日付けで照会のありました件について回答いたします。",
    "当方の受信容量の都合で分割して送ります。",
    "いつもありがとうございます。",
    "回答票をお送りしますのでよろしくお取り計らいください。",
    "添付ファイルは2つです。",
    "本件の担当は企画課に移りました。",
    "メールが重複していましたら申し訳ありません。",
    "容量が大きいためzipにしています。",
    "送信者: 若葉市情報政策課",
    "セキュリティの都合でリンクは開けません。",
]


@pytest.mark.parametrize("body", [*SAYS, *SAYS_TOO])
def test_a_sentence_that_answers_is_kept(body: str) -> None:
    assert answers_in(f"{GREETING}{body}\nよろしくお願いします。", load()) == body


@pytest.mark.parametrize("body", SAYS_FREELY)
def test_what_no_letter_says_is_kept_and_asks_nobody(body: str) -> None:
    assert answers_in(f"{GREETING}{body}\nよろしくお願いします。", load()) == body
    assert not says_an_answer(body, load())


@pytest.mark.parametrize("body", [*SAYS_NOTHING, *OF_THE_LETTER])
def test_a_letter_that_answers_nothing_is_not(body: str) -> None:
    assert not answers_in(GREETING + body, load())


def test_what_asks_comes_first() -> None:
    body = "人員が足りません。\nアセットは該当しません。"
    assert answers_in(body, load()) == "アセットは該当しません。／人員が足りません。"


def test_an_item_is_known_by_its_title() -> None:
    item = load().items[7]
    assert answers_in(f"{item.title}の件、補足です", load())


def test_an_id_is_no_head_of_a_longer_one() -> None:
    assert not answers_in("ガバナンス①-399を参照", load())


def test_broken_lines_are_joined() -> None:
    body = "三つ目の表にあるアセットの項目につきましては、当団体では該当しま\nせん。以上です。"
    assert answers_in(body, load()).endswith("該当しません。")


@pytest.mark.parametrize(
    "quoted",
    [
        "> アセットは対応済みですか。",
        "-----Original Message-----\nアセットは対応済みですか。",
        "From: 県 <a@pref.example.jp>\n該当しない項目も③としてください。",
        "2026年11月2日(月) 10:00 県庁 <a@pref.example.jp>:のメール\n対応済みなら①です。",
        "________________________________\n差出人: 県\n対応済みなら①です。",
    ],
)
def test_what_somebody_else_wrote_is_not_looked_at(quoted: str) -> None:
    assert not answers_in(f"提出します。\n\n{quoted}", load())


def test_no_password_is_kept() -> None:
    kept = answers_in(
        "アセットは該当なし。\nパスワードは対応済みXk7mQ2\nガバナンス①-3 Xk7m", load()
    )
    assert kept == "アセットは該当なし。"


def test_hostile_letters_end() -> None:
    for body in ("あ" * 20_000, "該当しません。" * 3000, "\n" * 20_000, "①-" * 10_000):
        assert len(answers_in(body, load())) <= 300


def run(
    folder: Path, files: dict[str, bytes]
) -> tuple[dict[str, dict[str, str]], list[dict[str, str]]]:
    put(folder, {"名簿.xlsx": roster(("1", "若葉市"), ("2", "白雲町")), **files})
    aggregate(settings_for(folder))
    told = [row for row in table(folder, "findings") if row["code"] == "F113"]
    return {row["file"]: row for row in table(folder, "files")}, told


def sent(body: str, *, name: str = "若葉市", answer: str = "①") -> bytes:
    return mail(attachment(named("様式.xlsx"), good(name, load(), answer)), body=body)


def texts_of(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        parts = [book.read(name) for name in book.namelist() if name.endswith(".xml")]
    return b"".join(parts).decode("utf-8", "replace")


def test_it_is_shown_beside_the_submission_and_never_counted(tmp_path: Path) -> None:
    said, quiet = tmp_path / "said", tmp_path / "quiet"
    rows, told = run(said, {"a.eml": sent("研修は実施しておりません。", answer="")})
    run(quiet, {"a.eml": sent("提出します。", answer="")})
    (finding,) = told
    assert finding["severity"] == "要確認"
    assert finding["file"] == "a.eml!様式.xlsx"
    assert "「研修は実施しておりません。」" in finding["message"]
    assert "研修は実施しておりません" in rows["a.eml!様式.xlsx"]["reason"]
    month = said / "outbox" / "2026-11"
    for pattern in ("確認票*.xlsx", "集計*.xlsx"):
        (book,) = month.glob(pattern)
        assert "研修は実施しておりません" in texts_of(book), pattern
    counted = [
        [
            (row["item_id"], row["status"], row["mark"], row["note"])
            for row in table(each, "answers")
        ]
        for each in (said, quiet)
    ]
    assert counted[0] == counted[1]


def test_a_mail_without_a_workbook_is_asked_about(tmp_path: Path) -> None:
    _, told = run(tmp_path, {"a.eml": mail(body="すべて対応済みです。"), "b.eml": mail()})
    assert [row["file"] for row in told] == ["a.eml"]


def test_two_returns_of_one_mail_are_both_asked_about(tmp_path: Path) -> None:
    books = [attachment(named(f"{n}.xlsx"), good(n, load())) for n in ("若葉市", "白雲町")]
    for number, order in enumerate(itertools.permutations(books)):
        _, told = run(tmp_path / str(number), {"a.eml": mail(*order, body="研修は未実施です。")})
        assert [row["file"] for row in told] == ["a.eml!白雲町.xlsx", "a.eml!若葉市.xlsx"] or [
            row["file"] for row in told
        ] == ["a.eml!若葉市.xlsx", "a.eml!白雲町.xlsx"]


def test_the_edition_for_others_does_not_tell_it(tmp_path: Path) -> None:
    put(
        tmp_path,
        {"名簿.xlsx": roster(("1", "若葉市")), "a.eml": sent("研修は実施しておりません。")},
    )
    aggregate(settings_for(tmp_path, edition="public"))
    for path in (tmp_path / "outbox").rglob("*.csv"):
        assert "実施しておりません" not in path.read_text("utf-8-sig"), path
    for path in (tmp_path / "outbox").rglob("*.xlsx"):
        assert "研修は実施しておりません" not in texts_of(path), path
