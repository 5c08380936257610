"""What the text of a mail answers: shown beside the submission, never counted."""

import itertools
import zipfile
from pathlib import Path

import pytest
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, mail, named

from pipeline.inbox.mail_answers import answers_in
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


@pytest.mark.parametrize("body", SAYS)
def test_a_sentence_that_answers_is_kept(body: str) -> None:
    assert answers_in(f"{GREETING}{body}\nよろしくお願いします。", load()) == body


@pytest.mark.parametrize("body", SAYS_NOTHING)
def test_a_letter_that_answers_nothing_is_not(body: str) -> None:
    assert not answers_in(GREETING + body, load())


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
