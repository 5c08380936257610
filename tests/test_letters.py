"""The wording of letters: what a coordinator may change, and what is told where it breaks."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inboxes import TEMPLATES, settings_for

from pipeline.cli.templates import build_templates
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.loop.letters import (
    FOLDER,
    Kind,
    common_values,
    first_files,
    lacking,
    load_wordings,
    read_wording,
)
from pipeline.loop.mails import plain_letter
from pipeline.texts.addresses import Sender

CASES = tomllib.loads(
    (Path(__file__).parent / "cases" / "letters.toml").read_text(encoding="utf-8")
)["letter"]
VALUES = {"団体名": "若葉市", "調査月": "2026年11月"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_letters_as_they_are_changed(tmp_path: Path, case: dict[str, Any]) -> None:
    kind = Kind(case["kind"])
    path = tmp_path / FOLDER / f"{kind}.txt"
    path.parent.mkdir()
    path.write_text(case["text"], encoding=case.get("encoding", "utf-8"))
    if "told" in case:
        with pytest.raises(TorimatomeError) as caught:
            load_wordings(tmp_path, kind)
        assert caught.value.exit_code is ExitCode.USAGE
        assert [word for word in (*case["told"], str(path)) if word not in str(caught.value)] == []
        return
    wordings = load_wordings(tmp_path, kind)
    assert wordings.notices == ()
    text = plain_letter(wordings.of[kind].letter(VALUES, ""))
    assert [words for words in case["gives"] if words not in text] == []
    assert [words for words in case.get("without", ()) if words in text] == []


def test_a_letter_that_is_not_there_is_told(tmp_path: Path) -> None:
    wordings = load_wordings(tmp_path, Kind.THANKS)
    assert "ありがとうございました" in wordings.of[Kind.THANKS].body
    (notice,) = wordings.notices
    assert "お礼.txt" in notice
    assert "元の文面" in notice


def test_every_mistake_of_every_letter_is_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "督促.txt").write_text("件名: a\n\n{ア}\n{イ}", encoding="utf-8")
    (folder / "差戻し.txt").write_bytes(b"\x81\xff\xff\x00\x80")
    (folder / "お礼.txt").write_bytes(b"x" * 200_000)
    with pytest.raises(TorimatomeError) as caught:
        load_wordings(tmp_path, *Kind)
    told = str(caught.value)
    for words in ("3行目: {ア}", "4行目: {イ}", "文字コード", "大きすぎます"):
        assert words in told


@pytest.mark.parametrize("kind", list(Kind))
def test_the_letters_that_come_with_the_product_are_sound(tmp_path: Path, kind: Kind) -> None:
    shipped = (TEMPLATES / FOLDER / f"{kind}.txt").read_text(encoding="utf-8-sig")
    assert shipped == first_files()[f"{kind}.txt"], "run `make docs`"
    wording, mistakes = read_wording(shipped, kind)
    assert mistakes == []
    office = Sender(office="県庁企画課", person="佐藤", phone="000", mail="a@example.jp")
    settings = settings_for(tmp_path, sender=office, deadline="2026-11-30", reply_by="2026-12-04")
    values = {**common_values("様式", settings), "団体名": "若葉市"}
    text = plain_letter(wording.letter(values, ""))
    assert "若葉市　ご担当者様" in text
    assert "県庁企画課の佐藤です。" in text
    assert "電話: 000" in text
    assert "基準月" not in text
    assert "{" not in text
    bare = plain_letter(wording.letter({"様式名": "様式", "団体名": "若葉市"}, ""))
    assert "――" not in bare, "no empty frame where nobody is named"
    assert "担当:" not in bare


def test_what_the_letters_lack_is_told(tmp_path: Path) -> None:
    (told,) = lacking(settings_for(tmp_path), reply=True)
    for word in ("[sender]", "deadline", "reply_by"):
        assert word in told
    whole = settings_for(tmp_path, deadline="2026-11-30", sender=Sender(office="課"))
    assert lacking(whole, reply=False) == ()


def test_building_the_templates_keeps_a_changed_letter(tmp_path: Path) -> None:
    assert (
        len([path for path in build_templates(TEMPLATES, tmp_path) if path.suffix == ".txt"]) == 4
    )
    changed = tmp_path / FOLDER / "督促.txt"
    changed.write_text("件名: 私の\n\n文面", encoding="utf-8")
    (tmp_path / FOLDER / "お礼.txt").unlink()
    again = [path.name for path in build_templates(TEMPLATES, tmp_path) if path.suffix == ".txt"]
    assert again == ["お礼.txt"]
    assert changed.read_text(encoding="utf-8") == "件名: 私の\n\n文面"


@given(st.text(), st.text(min_size=1))
def test_what_is_filled_in_is_never_read_again(name: str, items: str) -> None:
    wording, _ = read_wording("件名: {団体名}\n\n-{項目}-\n\n{項目数}", Kind.SEND_BACK)
    letter = wording.letter({"団体名": name, "項目": items, "項目数": "{団体名}"}, "")
    assert letter.body.startswith(f"-{items}-")
    assert letter.body.endswith("{団体名}\n")
