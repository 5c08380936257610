"""The public edition tells nobody's name, words or file."""

import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from batches import make_batch, make_findings, make_settings
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edition import (
    SMALL_ROLES,
    alias_of,
    public_edition,
    public_names,
    public_report,
    suppressed,
)
from pipeline.model import Batch
from pipeline.summarise import summarise
from pipeline.write import write


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
        batch, findings, settings, lambda shown, told: summarise(shown, told, settings)
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


def test_the_order_is_stable_and_not_the_rosters() -> None:
    batch = make_batch(respondents=12)
    shown, _ = public_edition(batch, ())
    again, _ = public_edition(batch, ())
    assert shown == again
    ids = [counted.respondent.id for counted in shown.submissions]
    assert len(set(ids)) == len(ids)
    assert ids != sorted(ids)


def test_named_keeps_names_and_nothing_else() -> None:
    batch = make_batch(respondents=4)
    shown, _ = public_edition(batch, (), named=True)
    assert {c.respondent.name for c in shown.submissions} == {
        c.respondent.name for c in batch.submissions
    }
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
    found = Counter(person.role for person in public_names(batch).values())
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


@pytest.mark.parametrize(("index", "alias"), [(0, "団体A"), (25, "団体Z"), (26, "団体AA")])
def test_aliases_count_on_after_z(index: int, alias: str) -> None:
    assert alias_of(index) == alias
