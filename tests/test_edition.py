"""The public edition tells nobody's name, words or file."""

import csv
import io
import json
import shutil
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from batches import make_batch, make_findings, make_settings
from hypothesis import given
from hypothesis import strategies as st
from inboxes import fingerprint, good, load, numbers, put, settings_for
from opened import opened
from openpyxl.comments import Comment

from pipeline.cli.report import summary_lines
from pipeline.errors import TorimatomeError
from pipeline.history.aliases import KEY_FILE, Aliases, aliases_for
from pipeline.model import Batch, Finding, Respondent
from pipeline.model.history import History
from pipeline.month.edition import (
    SMALL_ROLES,
    public_edition,
    public_people,
    public_report,
    suppressed,
)
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.summarise import summarise
from pipeline.write import write

KEY = Aliases(key=bytes(range(32)))


def people_of(
    batch: Batch, findings: tuple[Finding, ...] = (), *, named: bool = False
) -> dict[str, Respondent]:
    return public_people(batch, findings, History(), KEY, named=named)


def edition_of(
    batch: Batch, findings: tuple[Finding, ...] = (), *, named: bool = False, key: Aliases = KEY
) -> tuple[Batch, tuple[Finding, ...]]:
    people = public_people(batch, findings, History(), key, named=named)
    return public_edition(batch, findings, people, key, named=named)


def everything_written(folder: Path) -> dict[str, str]:
    """Give every byte below a folder as text, the parts of workbooks unpacked."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as package:
                for name in package.namelist():
                    found[f"{path.name}!{name}"] = package.read(name).decode("utf-8", "replace")
        elif path.suffix == ".parquet":
            from pyarrow import parquet  # noqa: PLC0415 - slow, only here

            found[path.name] = str(parquet.read_table(path).to_pylist())
        elif path.is_file():
            found[path.name] = path.read_text(encoding="utf-8-sig")
    return found


def secrets_of(batch: Batch) -> set[str]:
    """Give every text that must not be passed on."""
    secrets: set[str] = set()
    for record in batch.files:
        secrets |= {record.source.path, record.source.sha256, str(record.source.location)}
        if record.respondent:
            secrets |= {record.respondent.name, record.respondent.mail, record.respondent.evidence}
    for person in batch.missing:
        secrets |= {person.name, person.mail}
    for counted in batch.submissions:
        secrets |= {counted.respondent.name, counted.respondent.id}
        for answer in counted.submission.answers:
            if not answer.note.empty:  # 特になし and the like are nobody's words
                secrets.add(answer.note.raw)
    # Texts too short to be anybody's secret (a lone digit) stand everywhere.
    return {secret for secret in secrets if len(secret) > 3}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> tuple[Batch, dict[str, str], set[str]]:
    batch = make_batch(respondents=12, hostile=False)
    findings = make_findings(batch)
    secrets = secrets_of(batch)
    settings = replace(make_settings(), edition="public", pivot=True)
    folder = tmp_path_factory.mktemp("public")
    report = public_report(
        edition_of(batch, findings),
        lambda shown, told: summarise(shown, told, settings),
        key_number=KEY.number,
    )
    write(report, folder, settings)
    return batch, everything_written(folder), secrets


def test_no_name_note_or_file_stands_anywhere(
    public: tuple[Batch, dict[str, str], set[str]],
) -> None:
    _, written, secrets = public
    assert len(secrets) > 30
    leaks = {
        (secret, place) for place, text in written.items() for secret in secrets if secret in text
    }
    assert not leaks


def test_counts_stay_true(public: tuple[Batch, dict[str, str], set[str]]) -> None:
    batch, written, _ = public
    lines = written["answers.csv"].splitlines()
    head = lines[0].split(",")
    place = head.index("status")
    # The items' texts of this checklist hold no comma, so a plain split counts apart.
    shown = Counter(line.split(",")[place] for line in lines[1:])
    meant = Counter(
        answer.mark.status.value
        for counted in batch.submissions
        for answer in counted.submission.answers
    )
    assert shown == meant


def test_the_order_is_the_aliases_and_not_the_rosters() -> None:
    batch = make_batch(respondents=12)
    shown, _ = edition_of(batch)
    assert edition_of(batch)[0] == shown
    ids = [counted.respondent.id for counted in shown.submissions]
    assert ids == sorted(set(ids))
    people = people_of(batch)
    rostered = [people[counted.respondent.id].id for counted in batch.submissions]
    assert rostered != ids
    assert shown.roster
    assert [entry.code for entry in shown.roster.entries] == sorted(
        entry.code for entry in shown.roster.entries
    )
    order = [record.respondent.id for record in shown.files if record.respondent]
    assert order != [people[r.respondent.id].id for r in batch.files if r.respondent]


def test_another_key_gives_other_aliases_and_another_order_of_files() -> None:
    batch = make_batch(respondents=12)
    other = Aliases(key=bytes(32))
    mine, theirs = edition_of(batch)[0], edition_of(batch, key=other)[0]
    assert not {c.respondent.id for c in mine.submissions} & {
        c.respondent.id for c in theirs.submissions
    }
    assert [r.kind for r in mine.files] != [r.kind for r in theirs.files]


def test_an_alias_does_not_depend_on_who_else_is_there() -> None:
    many = KEY.bodies(f"B{n}" for n in range(2_000))
    assert len(set(many.values())) == 2_000
    few = KEY.bodies(["B7", "B1999"])
    assert all(many[id_].startswith(alias) for id_, alias in few.items())
    assert sum(many[id_] == alias for id_, alias in KEY.bodies(["B7"]).items()) == 1


def test_aliases_that_would_be_one_grow_until_they_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.history.aliases._SHORTEST", 1)
    many = KEY.bodies(f"B{n}" for n in range(200))
    assert len(set(many.values())) == 200


def test_named_keeps_names_and_nothing_else() -> None:
    batch = make_batch(respondents=4)
    shown, _ = edition_of(batch, named=True)
    known = {c.respondent.name for c in batch.submissions if c.respondent.on_roster}
    assert known
    assert known <= {c.respondent.name for c in shown.submissions}
    assert all(not a.note.raw for c in shown.submissions for a in c.submission.answers)


def with_roles(*roles: str) -> Batch:
    batch = make_batch(respondents=len(roles), roster=False)
    submissions = tuple(
        replace(counted, respondent=replace(counted.respondent, role=role))
        for counted, role in zip(batch.submissions, roles, strict=True)
    )
    return replace(batch, submissions=submissions, missing=(), files=())


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"推進": 4, "基盤": 3}, {"推進": 4, "基盤": 3}),
        ({"推進": 4, "基盤": 2, "資産": 1}, {"推進": 4, SMALL_ROLES: 3}),
        ({"推進": 5, "資産": 3, "基盤": 1}, {"推進": 5, SMALL_ROLES: 4}),  # one more is merged
        ({"推進": 4, "": 2}, {SMALL_ROLES: 6}),
    ],
)
def test_a_role_of_few_is_merged(sizes: dict[str, int], shown: dict[str, int]) -> None:
    batch = with_roles(*(role for role, size in sizes.items() for _ in range(size)))
    found = Counter(person.role for person in people_of(batch).values())
    assert found == shown


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=5
        )
    )
)
def test_no_withheld_count_can_be_worked_out(table: list[list[int]]) -> None:
    withheld = suppressed(table)
    for r, row in enumerate(table):
        for c, count in enumerate(row):
            assert (r, c) in withheld or not 0 < count < 3
    lines = [[(r, c) for c in range(len(table[0]))] for r in range(len(table))]
    lines += [[(r, c) for r in range(len(table))] for c in range(len(table[0]))]
    for line in lines:
        hidden = [cell for cell in line if cell in withheld]
        shown = [table[r][c] for r, c in line if (r, c) not in withheld]
        assert len(hidden) != 1 or not any(shown)


def test_only_the_table_by_role_tells_roles(
    public: tuple[Batch, dict[str, str], set[str]],
) -> None:
    batch, written, _ = public
    roles = {counted.respondent.role for counted in batch.submissions} - {""}
    assert roles
    for place in ("answers.csv", "answers.parquet", "files.csv"):
        assert not any(role in written[place] for role in roles)


# --- through the whole run -----------------------------------------------------------------------

FORM = load()
PLANTED = "月影市"  # a body's name planted wherever a respondent can write
ROSTER = """団体コード,団体名,役割,メール
A01,月影市,推進主体,kage@example.jp
A02,若葉市,推進主体,
A03,白雲町,,
"""


def planted() -> bytes:
    """Give a return with the body's name in the title, notes, comments, sheets and added rows."""
    book = openpyxl.load_workbook(io.BytesIO(good(PLANTED, FORM, "①", f"{PLANTED}で対応済み")))
    sheet = book.worksheets[0]
    sheet.title = f"{PLANTED}_回答"
    marked = [cell for row in sheet.iter_rows() for cell in row if cell.value == "①"]
    words = (f"①{PLANTED}", f"②（12月）{PLANTED}の予算", PLANTED, "③", f"①（{PLANTED}議会へ）")
    for written, cell in zip(words, marked, strict=False):
        sheet.cell(cell.row, cell.column, written)
        sheet.cell(cell.row, cell.column).comment = Comment(f"{PLANTED}より", f"{PLANTED}職員")
    for beside in sheet[marked[0].row]:
        if isinstance(beside.value, str) and beside.value.startswith("ガバナンス"):
            beside.value = f"{beside.value}（{PLANTED}追記）"
    sheet.cell(sheet.max_row + 2, 1, f"{PLANTED}独自の項目")
    book.create_sheet(f"{PLANTED}_控え")["A1"] = PLANTED
    book.properties.creator = f"{PLANTED}職員"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a month of both editions whose files are full of a body's name."""
    folder = tmp_path_factory.mktemp("month")
    put(folder, {
        f"{PLANTED}/{PLANTED}_別紙3-2.xlsx": planted(),
        f"{PLANTED}_観光MaaS事業.xlsx": good(PLANTED, FORM, "③"),
        "若葉市.xlsx": good("若葉市", FORM, "②"),
        f"{PLANTED}より.pdf": b"%PDF-1.4",
        f"破損_{PLANTED}.xlsx": b"PK\x03\x04broken",
        "名簿.csv": ROSTER.encode("utf-8-sig"),
        "除外.txt": f"{PLANTED}の控え.xlsx\n".encode(),
    })  # fmt: skip
    aggregate(settings_for(folder, pivot=True))
    aggregate(settings_for(folder, edition="public", pivot=True))
    return folder


def test_a_name_planted_everywhere_stands_nowhere(month: Path) -> None:
    inside = everything_written(month / "outbox" / MONTH)
    assert any(PLANTED in text for text in inside.values())
    written = everything_written(month / "outbox" / MONTH / "配布用")
    assert any(place.endswith("document.xml") or "sheet1.xml" in place for place in written)
    for secret in (PLANTED, "若葉市", "白雲町", "A01", "kage@", "観光MaaS", "職員", "議会"):
        assert not [place for place, text in written.items() if secret in text]


def test_the_counts_are_the_internal_ones(month: Path) -> None:
    inside = month / "outbox" / MONTH / f"集計_{MONTH}.xlsx"
    public = month / "outbox" / MONTH / "配布用" / f"配布用_集計_{MONTH}.xlsx"
    for title in (
        "概況",
        "回収状況",
        "項目別集計",
        "分野別集計",
        "一覧表",
        "対応予定",
        "要確認",
        "明細",
    ):
        shown = numbers(inside, title)
        assert shown
        assert numbers(public, title) == shown, title
    found = [
        {(row["code"], row["severity"], row["item_id"]) for row in csv_of(folder, "findings")}
        for folder in (inside.parent, public.parent)
    ]
    assert found[0] == found[1]


def csv_of(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / "data" / f"{name}.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_sheet_and_the_properties_say_which_edition(month: Path) -> None:
    outbox = month / "outbox" / MONTH
    for path, footer, mark in (
        (outbox / f"集計_{MONTH}.xlsx", "取扱注意（庁内限り）", False),
        (outbox / "配布用" / f"配布用_集計_{MONTH}.xlsx", "配布用", True),
    ):
        book = opened(path)
        assert footer in book.properties.title
        for sheet in book.worksheets:
            if sheet.title != "ピボット":
                assert sheet.oddFooter
                assert sheet.oddFooter.center.text == footer, sheet.title
            if sheet["A1"].value and sheet.title != "明細":
                assert ("【配布用】" in str(sheet["A1"].value)) is mark, sheet.title


def test_the_named_edition_stands_beside_and_names_only_who_is_known(
    month: Path, tmp_path: Path
) -> None:
    shutil.copytree(month, tmp_path, dirs_exist_ok=True)
    put(tmp_path, {
        "碧海団_別紙3-2.xlsx": good("", FORM, "①"),
        "緑川株式会社.xlsx": good("緑川株式会社", FORM, "①"),
    })  # fmt: skip
    nameless = fingerprint(tmp_path / "outbox" / MONTH / "配布用")
    result = aggregate(settings_for(tmp_path, edition="public", named=True, pivot=False))
    assert fingerprint(tmp_path / "outbox" / MONTH / "配布用") == nameless
    assert result.workbook.name == f"配布用（団体名あり）_集計_{MONTH}.xlsx"
    written = everything_written(result.folder)
    shown = written["answers.csv"]
    assert "月影市" in shown
    assert "若葉市" in shown
    for secret in ("緑川", "碧海団", "議会", "職員", "kage@"):
        assert not [place for place, text in written.items() if secret in text]


def test_without_a_roster_nobody_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", FORM), "月影市.xlsx": good("月影市", FORM)})
    result = aggregate(settings_for(tmp_path, edition="public", named=True, pivot=False))
    assert not any("若葉市" in text for text in everything_written(result.folder).values())


# --- the key -------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_never_published(month: Path, tmp_path: Path) -> None:
    shutil.copytree(month, tmp_path, dirs_exist_ok=True)
    key = (tmp_path / "outbox" / KEY_FILE).read_text(encoding="ascii").strip()
    assert len(bytes.fromhex(key)) == 32
    assert not any(key in text for text in everything_written(tmp_path / "outbox" / MONTH).values())
    before = fingerprint(tmp_path / "outbox" / MONTH / "配布用" / "data")
    result = aggregate(settings_for(tmp_path, edition="public"))
    assert fingerprint(tmp_path / "outbox" / MONTH / "配布用" / "data") == before
    assert result.notices == ()


def test_a_lost_key_is_told(month: Path, tmp_path: Path) -> None:
    shutil.copytree(month, tmp_path, dirs_exist_ok=True)
    old = {row["respondent"] for row in csv_of(tmp_path / "outbox" / MONTH / "配布用", "answers")}
    (tmp_path / "outbox" / KEY_FILE).unlink()
    result = aggregate(settings_for(tmp_path, edition="public", pivot=False))
    told = "\n".join(summary_lines(result))
    assert "なくなっていたため" in told
    assert "別名が、前に作った配布用" in told
    new = {row["respondent"] for row in csv_of(result.folder, "answers")}
    assert not old & new


def test_another_key_is_told_and_the_first_one_announced(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    aliases, notices = aliases_for(outbox)
    assert "新しく作りました" in notices[0]
    assert aliases_for(outbox) == (aliases, ())
    run = outbox / "2026-10" / "配布用" / "run.json"
    run.parent.mkdir(parents=True)
    run.write_text(json.dumps({"aliases": aliases.number}), encoding="utf-8")
    assert aliases_for(outbox) == (aliases, ())
    (outbox / KEY_FILE).write_text("00" * 32, encoding="ascii")
    assert aliases.number in aliases_for(outbox)[1][0]
    assert repr(aliases) == "Aliases()"


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 16])
def test_a_damaged_key_stops_the_run(tmp_path: Path, content: str) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", FORM)})
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / KEY_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(TorimatomeError, match="鍵"):
        aggregate(settings_for(tmp_path, edition="public", pivot=False))
    assert not (tmp_path / "outbox" / MONTH).exists()
