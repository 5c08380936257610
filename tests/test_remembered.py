"""A second run says what a first one would, and reads nothing but what changed."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from batches import make_batch
from inboxes import (
    fingerprint,
    good,
    load,
    put,
    read_in_this_process,
    roster,
    settings_for,
    states,
    table,
)

from pipeline.frame.answers import StoredAnswers, stored
from pipeline.frame.outcomes import as_told, of_told
from pipeline.frame.packing import as_bytes
from pipeline.inbox.discover import discover
from pipeline.model import SourceFile, Submission, Unreadable
from pipeline.month import reading, remembered
from pipeline.month.reading import ReadTask
from pipeline.month.remembered import NAME
from pipeline.run import aggregate
from pipeline.sample import MONTH, write_demo
from pipeline.settings import Limits, RuleSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CHECKLIST = load()
WAKABA, MINATO, HIDAMARI = "若葉市.xlsx", "みなと市.xlsx", "ひだまり町.xlsx"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the names of the files that are read, in their order; clear it between runs."""
    names: list[str] = []

    def noting(task: Callable[[Any], Any], inputs: Sequence[Any], **others: Any) -> list[Any]:
        names.extend(each.path for each in inputs)
        return read_in_this_process(task, inputs, **others)

    monkeypatch.setattr(reading, "run_isolated", noting)
    return names


@pytest.fixture
def month(tmp_path: Path, read: list[str]) -> Path:
    """Give a folder whose month was run once, with three returns."""
    names = (WAKABA, MINATO, HIDAMARI)
    put(tmp_path, {name: good(name.removesuffix(".xlsx"), CHECKLIST) for name in names})
    aggregate(settings_for(tmp_path))
    assert sorted(read) == sorted(names)
    read.clear()
    return tmp_path


def written(folder: Path) -> dict[str, str]:
    """Give the hashes of what people and programs are given; run.json tells times."""
    return {
        name: digest
        for name, digest in fingerprint(folder / "outbox" / MONTH).items()
        if name != "run.json"
    }


def types_of(value: object) -> Any:
    """Give the types of a value and of all in it: bytes could make a text of a status."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), [types_of(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return [types_of(each) for each in value]
    return type(value)


def test_what_came_of_a_file_comes_back_as_it_went(tmp_path: Path) -> None:
    write_demo(tmp_path)
    limits = Limits()
    inbox = discover(tmp_path / "inbox", month=MONTH, limits=limits, checklist=CHECKLIST)
    task = ReadTask(checklist=CHECKLIST, limits=limits, passwords=inbox.passwords, month=MONTH)
    kinds = set()
    for source in inbox.entries:
        if not isinstance(source, SourceFile):
            continue
        outcomes = task(source)
        kinds |= {*map(type, outcomes)}
        told = as_told(outcomes)
        if any(isinstance(each, Unreadable) for each in outcomes):
            assert told is None
            continue
        assert told is not None
        for before, after in zip(outcomes, of_told(told), strict=True):
            assert before == after
            assert type(before) is type(after)
            if isinstance(before, Submission) and isinstance(after, Submission):
                own, other = before.answers, after.answers
                assert isinstance(own, StoredAnswers)
                assert isinstance(other, StoredAnswers)
                assert types_of(own.parts) == types_of(other.parts)
                assert types_of(tuple(own)) == types_of(tuple(other))
                assert own.judged
                assert other.judged
    assert len(kinds) > 2


def test_a_month_run_twice_reads_each_file_once(month: Path, read: list[str]) -> None:
    before = written(month)
    aggregate(settings_for(month))
    assert read == []
    assert written(month) == before


def test_a_file_that_changed_is_read_and_the_others_are_not(month: Path, read: list[str]) -> None:
    put(month, {MINATO: good("みなと市", CHECKLIST, "③")})
    aggregate(settings_for(month))
    assert read == [MINATO]
    marks = {(row["file"], row["mark"]) for row in table(month, "answers")}
    assert marks == {(WAKABA, "①"), (MINATO, "③"), (HIDAMARI, "①")}


def test_content_tells_a_change_where_size_and_time_do_not(month: Path, read: list[str]) -> None:
    path = month / "inbox" / MINATO
    content, status = path.read_bytes(), path.stat()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        first = package.infolist()[0]
    damaged = bytearray(content)
    damaged[first.header_offset + 30 + len(first.filename) + 5] ^= 0xFF
    path.write_bytes(damaged)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    aggregate(settings_for(month))
    assert read == [MINATO]


def test_a_new_name_is_read_anew_since_a_name_may_say_whose_a_file_is(
    month: Path, read: list[str]
) -> None:
    inbox = month / "inbox"
    (inbox / MINATO).rename(inbox / "回答.xlsx")
    aggregate(settings_for(month))
    assert read == ["回答.xlsx"]


def test_what_left_the_inbox_is_forgotten(month: Path, read: list[str]) -> None:
    inbox, content = month / "inbox", (month / "inbox" / MINATO).read_bytes()
    (inbox / MINATO).unlink()
    aggregate(settings_for(month, allow_fewer=True))
    put(month, {MINATO: content})
    aggregate(settings_for(month))
    assert read == [MINATO]
    assert states(month)[MINATO] == "counted"


@pytest.mark.parametrize(
    "changes",
    [
        {"month": "2026-12"},
        {"rules": RuleSettings(off=frozenset({"A307"}))},
        {"limits": Limits(values=500_000)},
    ],
)
def test_other_settings_read_everything_again(
    month: Path, read: list[str], changes: dict[str, Any]
) -> None:
    aggregate(settings_for(month, **changes))
    assert sorted(read) == sorted((WAKABA, MINATO, HIDAMARI))


def test_names_of_the_roster_and_passwords_belong_to_what_a_file_is_read_with(
    month: Path, read: list[str]
) -> None:
    put(month, {"名簿.xlsx": roster(("1", "若葉市", ""), ("2", "みなと市", ""))})
    aggregate(settings_for(month))
    assert len(read) == 3
    put(month, {"passwords.txt": b"secret\n"})
    aggregate(settings_for(month))
    assert len(read) == 6


def test_another_program_reads_everything_again(
    month: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_program", lambda: b"another")
    aggregate(settings_for(month))
    assert len(read) == 3


def test_the_program_is_known_by_its_code_and_by_the_libraries_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def program() -> bytes:
        remembered._program.cache_clear()
        return remembered._program()

    product, libraries = tmp_path / "product", tmp_path / "libraries"
    (product / "room").mkdir(parents=True)
    (product / "room" / "words.toml").write_text("a = 1")
    (libraries / "lxml-5.2.dist-info").mkdir(parents=True)
    monkeypatch.setattr(remembered, "_PRODUCT", product)
    monkeypatch.setattr(remembered, "_LIBRARIES", libraries)
    first = program()
    assert program() == first
    (product / "room" / "words.toml").write_text("a = 2")
    second = program()
    (libraries / "lxml-5.2.dist-info").rename(libraries / "lxml-5.3.dist-info")
    third = program()
    remembered._program.cache_clear()
    assert len({first, second, third}) == 3


def test_what_could_not_be_read_is_tried_again(tmp_path: Path, read: list[str]) -> None:
    put(tmp_path, {WAKABA: good("若葉市", CHECKLIST), MINATO: b"PK\x03\x04 broken"})
    for _ in range(2):
        aggregate(settings_for(tmp_path))
    assert sorted(read) == sorted([WAKABA, MINATO, MINATO])


def test_half_a_letter_comes_from_a_worker_and_is_read_each_time() -> None:
    """As a cell of an .xls can hold it; no encoding carries it."""
    counted = make_batch(1).submissions[0].submission
    first, *others = counted.answers
    answers = (replace(first, note=replace(first.note, raw="予算\ud83d措置")), *others)
    there = stored(replace(counted, answers=answers), ())
    assert as_told((there,)) is None
    assert tuple(pickle.loads(pickle.dumps(there)).answers) == answers  # noqa: S301 - ours


def test_what_lies_in_an_archive_is_known_by_the_archive(tmp_path: Path, read: list[str]) -> None:
    def packed(*marks: str) -> bytes:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            for name, mark in zip(("若葉市", "みなと市"), marks, strict=True):
                archive.writestr(f"{name}.xlsx", good(name, CHECKLIST, mark))
        return whole.getvalue()

    put(tmp_path, {"回答.zip": packed("①", "③")})
    aggregate(settings_for(tmp_path))
    first, status = written(tmp_path), (tmp_path / "inbox" / "回答.zip").stat()
    aggregate(settings_for(tmp_path))
    assert sorted(read) == sorted(f"回答.zip!{name}.xlsx" for name in ("若葉市", "みなと市"))
    assert written(tmp_path) == first
    put(tmp_path, {"回答.zip": packed("①", "①")})
    os.utime(tmp_path / "inbox" / "回答.zip", ns=(status.st_atime_ns, status.st_mtime_ns))
    aggregate(settings_for(tmp_path))
    assert len(read) == 4
    assert {row["mark"] for row in table(tmp_path, "answers")} == {"①"}


@pytest.mark.parametrize(
    "damage", ["nothing", "cut", "no_database", "a_letter", "strange", "null", "other_table"]
)
def test_a_damaged_memory_costs_time_alone(month: Path, read: list[str], damage: str) -> None:
    path, before = month / "outbox" / NAME, written(month)
    content = path.read_bytes()
    match damage:
        case "nothing":
            path.unlink()
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "no_database":
            path.write_bytes("これは控えではありません".encode() * 400)
        case "a_letter":
            with closing(sqlite3.connect(path)) as opened, opened:
                opened.execute("UPDATE reading SET told = replace(told, '①', '③')")
        case "strange":
            with closing(sqlite3.connect(path)) as opened, opened:
                told = as_bytes([(1, 2, 3, 4)])
                values = (hashlib.sha256(told).digest(), told)
                opened.execute("UPDATE reading SET digest = ?, told = ?", values)
        case "null":
            with closing(sqlite3.connect(path)) as opened, opened:
                opened.execute("UPDATE reading SET told = NULL")
        case "other_table":
            path.unlink()
            with closing(sqlite3.connect(path)) as opened, opened:
                opened.execute("CREATE TABLE reading (key TEXT)")
    for _ in range(3):
        aggregate(settings_for(month))
        assert written(month) == before
    assert 3 <= len(read) <= 6


def test_who_writes_there_too_costs_time_alone(month: Path, read: list[str]) -> None:
    with closing(sqlite3.connect(month / "outbox" / NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        aggregate(settings_for(month))
    assert len(read) == 3
    aggregate(settings_for(month))
    assert len(read) == 3


def test_what_was_read_before_an_interruption_is_kept(month: Path, read: list[str]) -> None:
    def interrupted(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    shutil.rmtree(month / "outbox")
    with pytest.raises(KeyboardInterrupt):
        aggregate(settings_for(month), progress=interrupted)
    read.clear()
    aggregate(settings_for(month))
    assert len(read) == 1


def test_the_folder_of_a_public_edition_holds_nothing_of_the_returns(month: Path) -> None:
    shutil.rmtree(month / "outbox")
    aggregate(settings_for(month, edition="public"))
    assert not (month / "outbox" / NAME).exists()


def test_progress_counts_what_is_known_too(month: Path, read: list[str]) -> None:
    heard: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        heard.append((done, total))

    aggregate(settings_for(month), progress=progress)
    put(month, {MINATO: good("みなと市", CHECKLIST, "③")})
    aggregate(settings_for(month), progress=progress)
    assert heard == [(1, 3), (2, 3), (3, 3)] * 2
    assert read == [MINATO]
