"""Two tiers: what a prefecture sealed counts above it as its returns would have counted there."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from every_case import workbooks_once
from inboxes import good, load, partly, put, roster, settings_for
from pyarrow import parquet
from reviewing import fill, heads, lines
from story.tiers import PREFECTURES, TOWNS, play_tiers

from pipeline.cli import main
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.loop.seal import seal
from pipeline.loop.sendback import send_back
from pipeline.loop.sendback.offices import asked_from_above
from pipeline.model.review import HEADER_ROW
from pipeline.run import RunResult, aggregate, gather
from pipeline.sample import write_demo
from pipeline.settings import Limits

pytestmark = pytest.mark.workbook_once

MONTHS = ("2026-11", "2026-12")
SEALED_AT = "2026-11-29T10:00:00+09:00"
CHECKLIST = load()
ITEMS = [item.id for item in CHECKLIST.items]
Answers = Mapping[tuple[str, str], Mapping[str, str]]
# Where an answer stands is told by another name above, and which findings of its file there are.
PLACES = ("file", "sheet", "findings")
# What a prefecture has to do with its files, and has done: differences by design (docs/tiers.md).
OF_FILES = frozenset("FB")
DONE_BELOW = ("修正済み", "認容", "解消")


def counted(folder: Path, **changes: Any) -> RunResult:
    return aggregate(settings_for(folder, pivot=False, **changes))


def rows(folder: Path, name: str, month: str = MONTHS[0]) -> list[dict[str, str]]:
    path = folder / "outbox" / month / "data" / f"{name}.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def answers(folder: Path, month: str = MONTHS[0]) -> Answers:
    return {
        (row["respondent_id"], row["item_id"]): {k: v for k, v in row.items() if k not in PLACES}
        for row in rows(folder, "answers", month)
    }


def findings(folder: Path, month: str = MONTHS[0]) -> Counter[tuple[str, ...]]:
    """Count the findings about somebody's answers that are still open."""
    return Counter(
        (row["respondent_id"], row["item_id"], row["code"], row["severity"], row["written"])
        for row in rows(folder, "findings", month)
        if row["respondent_id"]
        and row["code"][0] not in OF_FILES
        and row["state"] not in DONE_BELOW
    )


def codes(result: RunResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


def sealed(folder: Path, office: str, month: str = MONTHS[0], at: str = SEALED_AT) -> Path:
    settings = settings_for(folder, pivot=False, month=month, office=office)
    aggregate(settings)
    return seal(settings, sealed_at=at).path


def bundled(
    tmp_path: Path, files: Mapping[str, bytes], office: str = "青海県", **told: str
) -> bytes:
    """Seal a small office of its own."""
    folder = tmp_path / f"office{len(list(tmp_path.iterdir()))}"
    put(folder, files)
    return sealed(folder, office, **told).read_bytes()


def test_the_demo_counts_above_as_it_counted_below(tmp_path: Path) -> None:
    """Every answer of 33 messy returns, with slips, several bodies in a book and decisions."""
    below, above = tmp_path / "below", tmp_path / "above"
    below.mkdir()
    write_demo(below)
    counted(below)
    form = below / "outbox" / MONTHS[0] / f"確認票_{MONTHS[0]}.xlsx"
    fill(form, decisions(form))
    bundle = sealed(below, "青海県")
    put(above, {"県から.zip": bundle.read_bytes()})
    shutil.copy(below / "inbox" / "名簿.xlsx", above / "inbox" / "名簿.xlsx")
    counted(above)
    assert answers(above) == answers(below)
    assert any(row["decision"] for row in answers(above).values())
    assert findings(above) == findings(below)
    missing = [row["respondent"] for row in rows(above, "findings") if row["code"] == "B501"]
    assert missing == [
        row["respondent"] for row in rows(below, "findings") if row["code"] == "B501"
    ]
    told = [row["message"] for row in rows(above, "findings") if row["code"] == "B501"]
    assert all("「青海県」の提出用のまとまりに入っていません" in message for message in told)


def decisions(form: Path) -> dict[tuple[str, str], dict[str, object]]:
    """Accept some findings of the demo's 確認票 and correct others."""
    accepted = {"判断": "そのまま認める", "理由": "電話で確かめた", "担当": "山田"}
    corrected = {"判断": "修正する", "修正後の回答": "③", "担当": "山田"}
    wanted = {"N402": accepted, "N405": accepted, "A313": accepted, "A302": corrected}
    return {
        (line["コード"], line["項目"].split("\n")[0]): {**wanted[line["コード"]]}
        for line in lines(form)
        if line["コード"] in wanted
    }


def prefecture(folder: Path, number: int, month: str) -> None:
    """Give a prefecture its month: three towns, one of them sends twice, one sends nothing."""
    names = [f"第{number}{place}市" for place in "東西南"]
    put(
        folder,
        {
            "名簿.xlsx": roster(*((f"{number}0{place}", name) for place, name in enumerate(names))),
            f"{names[0]}.xlsx": partly(
                names[0], CHECKLIST, range(1, len(ITEMS)), "①" if number % 2 else "②（令和9年3月）"
            ),
            f"{names[1]}.xlsx": good(names[1], CHECKLIST, "②10月"),
            f"{names[1]}_修正版.xlsx": good(
                names[1], CHECKLIST, "②（1月）" if month > MONTHS[0] else "②（12月）"
            ),
        },
    )


@pytest.fixture(scope="module")
def tiers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Count two months of three prefectures twice: through their bundles, and all at once."""
    with workbooks_once("tiers"):
        return play_both(tmp_path_factory.mktemp("tiers"))


def play_both(base: Path) -> tuple[Path, Path]:
    """Give the folders in which both ways were counted."""
    above, direct = base / "above", base / "direct"
    names = [
        (f"{n}0{place}", f"第{n}{town}市") for n in (1, 2, 3) for place, town in enumerate("東西南")
    ]
    for month in MONTHS:
        for folder in (above, direct):
            shutil.rmtree(folder / "inbox", ignore_errors=True)
            put(folder, {"名簿.xlsx": roster(*names)})
        for number in (1, 2, 3):
            office = base / f"県{number}"
            shutil.rmtree(office / "inbox", ignore_errors=True)
            prefecture(office, number, month)
            decided(office, month)
            bundle = sealed(office, f"第{number}県", month)
            put(above, {f"第{number}県.zip": bundle.read_bytes()})
            for path in (office / "inbox").glob("第*.xlsx"):
                put(direct, {path.name: path.read_bytes()})
        decided(direct, month)
        for folder in (above, direct):
            counted(folder, month=month)
    return above, direct


def decided(folder: Path, month: str) -> None:
    """Count a month and correct the first item of every first town, as each office does."""
    counted(folder, month=month)
    form = folder / "outbox" / month / f"確認票_{month}.xlsx"
    book = openpyxl.load_workbook(form)
    sheet: Any = book["確認票"]
    columns = heads(sheet)
    for row in range(HEADER_ROW + 2, sheet.max_row + 1):
        item = str(sheet.cell(row, columns["項目"]).value or "").split("\n")[0]
        if item == ITEMS[0] and sheet.cell(row, columns["コード"]).value == "A301":
            sheet.cell(row, columns["判断"]).value = "修正する"
            sheet.cell(row, columns["修正後の回答"]).value = "③"
            sheet.cell(row, columns["担当"]).value = "山田"
    book.save(form)


@pytest.mark.parametrize("month", MONTHS)
def test_three_prefectures_equal_direct_consolidation(tiers: tuple[Path, Path], month: str) -> None:
    above, direct = tiers
    assert answers(above, month) == answers(direct, month)
    assert len(answers(above, month)) == 6 * len(ITEMS)
    corrected = [row for row in answers(above, month).values() if row["decision"]]
    assert [row["status"] for row in corrected] == ["not_planned"] * 3
    assert findings(above, month) == findings(direct, month)
    for name in ("promises", "changes"):
        kept = [
            [{k: v for k, v in row.items() if k not in PLACES} for row in rows(folder, name, month)]
            for folder in tiers
        ]
        assert kept[0] == kept[1]
    figures = [
        json.loads((folder / "outbox" / month / "run.json").read_text(encoding="utf-8"))
        for folder in tiers
    ]
    assert figures[0].get("figures") == figures[1].get("figures")


def rezipped(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Give a bundle with some parts changed, its zip in order."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return told.getvalue()


def upwards(parts: dict[str, bytes]) -> None:
    part = "returns/0001.json"
    parts[part] = parts[part].replace(b'"status":"not_planned"', b'"status":"done"')


def another_office(parts: dict[str, bytes]) -> None:
    first = parts["torimatome.json"]
    parts["torimatome.json"] = first.replace("青海県".encode(), "白峰県".encode())


CHANGES: Mapping[str, Callable[[dict[str, bytes]], None]] = {
    "an answer": upwards,
    "the office": another_office,
    "a part is gone": lambda parts: parts.__delitem__("returns/0002.json"),
    "a part more": lambda parts: parts.update({"returns/0009.json": parts["returns/0001.json"]}),
    "no manifest any more": lambda parts: parts.update({"torimatome.json": b"[1, 2]"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_bundle_is_refused_whole(tmp_path: Path, change: str) -> None:
    bundle = bundled(tmp_path, {f"{n}.xlsx": good(n, CHECKLIST, "③") for n in ("甲市", "乙市")})
    put(
        tmp_path,
        {"県.zip": rezipped(bundle, CHANGES[change]), "丙市.xlsx": good("丙市", CHECKLIST)},
    )
    result = counted(tmp_path)
    assert {key[0] for key in answers(tmp_path)} == {
        row["respondent_id"] for row in rows(tmp_path, "files") if row["file"] == "丙市.xlsx"
    }
    assert codes(result)["B515"] == 1
    assert result.exit_code is ExitCode.SOME_UNREADABLE
    assert [row["state"] for row in rows(tmp_path, "files")] == ["counted", "unreadable"]


def test_a_part_that_answers_other_items_costs_itself(tmp_path: Path) -> None:
    """A bundle made by hand, seal and all: the month goes on without that return."""
    from pipeline.inbox import bundle  # noqa: PLC0415 - its seal is made as a forger would make it

    def shorter(parts: dict[str, bytes]) -> None:
        part = "returns/0001.json"
        told = json.loads(parts[part])
        told["answers"] = told["answers"][:3]
        parts[part] = json.dumps(told).encode()
        manifest = json.loads(parts["torimatome.json"])
        manifest.pop("seal")
        manifest["parts"][part] = hashlib.sha256(parts[part]).hexdigest()
        manifest["seal"] = bundle._seal(manifest)
        parts["torimatome.json"] = json.dumps(manifest).encode()

    made = bundled(tmp_path, {f"{n}.xlsx": good(n, CHECKLIST, "③") for n in ("甲市", "乙市")})
    put(tmp_path, {"県.zip": rezipped(made, shorter)})
    counted(tmp_path)
    assert len(answers(tmp_path)) == len(ITEMS)
    states = Counter(row["state"] for row in rows(tmp_path, "files"))
    assert states == {"ignored": 1, "counted": 1, "unreadable": 1}


def test_the_last_bundle_of_an_office_counts(tmp_path: Path) -> None:
    old = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "①")})
    new = bundled(
        tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "③")}, at="2026-11-30T09:00:00+09:00"
    )
    put(tmp_path, {"a.zip": new, "b.zip": old, "c/また.zip": new})
    result = counted(tmp_path)
    assert {row["status"] for row in answers(tmp_path).values()} == {"not_planned"}
    told = {
        finding.location.file: finding.severity.value
        for finding in result.findings
        if finding.code == "B515"
    }
    assert told == {"b.zip": "要確認", "c/また.zip": "参考"}


def test_an_older_bundle_alone_does_not_take_the_place_of_the_newer(tmp_path: Path) -> None:
    """The newer one was taken out of the inbox by mistake: its answers do not go back to ①."""
    old = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "①")})
    new = bundled(
        tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "③")}, at="2026-11-30T09:00:00+09:00"
    )
    put(tmp_path, {"a.zip": old})
    counted(tmp_path)
    put(tmp_path, {"a.zip": new})
    assert codes(counted(tmp_path))["B515"] == 0
    put(tmp_path, {"a.zip": old, "乙市.xlsx": good("乙市", CHECKLIST, "③")})
    assert codes(counted(tmp_path))["B515"] == 1
    assert {row["status"] for row in answers(tmp_path).values()} == {"not_planned"}


def test_decisions_travel_as_a_table_too(tmp_path: Path) -> None:
    put(tmp_path, {"甲市.xlsx": partly("甲市", CHECKLIST, range(1, len(ITEMS)))})
    counted(tmp_path)
    form = tmp_path / "outbox" / MONTHS[0] / f"確認票_{MONTHS[0]}.xlsx"
    (line,) = (each for each in lines(form) if each["項目"].split("\n")[0] == ITEMS[0])
    decided = {"判断": "修正する", "修正後の回答": "③", "理由": "電話で確認", "担当": "山田"}
    fill(form, {(line["コード"], ITEMS[0]): decided})
    with zipfile.ZipFile(sealed(tmp_path, "青海県")) as archive:
        table = parquet.read_table(io.BytesIO(archive.read("data/decisions.parquet")))
    assert table.select(["item_id", "verdict", "status", "reason"]).to_pylist() == [
        {
            "item_id": ITEMS[0],
            "verdict": "修正する",
            "status": "not_planned",
            "reason": "電話で確認",
        }
    ]


def test_two_offices_of_one_name_both_count(tmp_path: Path) -> None:
    one = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST)}, "企画課")
    other = bundled(tmp_path, {"乙市.xlsx": good("乙市", CHECKLIST)}, "企画課")
    put(tmp_path, {"1.zip": one, "2.zip": other})
    assert codes(counted(tmp_path))["B515"] == 0
    assert len(answers(tmp_path)) == 2 * len(ITEMS)


def test_another_month_or_edition_does_not_count(tmp_path: Path) -> None:
    bundle = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST)}, month="2026-10")
    put(tmp_path, {"県.zip": bundle})
    result = counted(tmp_path)
    assert codes(result)["B515"] == 1
    assert not answers(tmp_path)
    result = counted(tmp_path, month="2026-10")
    assert codes(result)["B515"] == 0


def test_a_bundle_of_another_edition_is_told_and_does_not_count(tmp_path: Path) -> None:
    from pipeline.inbox import bundle  # noqa: PLC0415 - sealed as an office with an older form seals

    def older(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["torimatome.json"])
        manifest.pop("seal")
        manifest["checklist_version"] = "別の版"
        manifest["seal"] = bundle._seal(manifest)
        parts["torimatome.json"] = json.dumps(manifest).encode()

    made = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "①")})
    put(tmp_path, {"県.zip": rezipped(made, older), "乙市.xlsx": good("乙市", CHECKLIST, "③")})
    result = counted(tmp_path)
    (told,) = (finding for finding in result.findings if finding.code == "B515")
    assert "違う様式（版）" in told.message
    assert {row["status"] for row in answers(tmp_path).values()} == {"not_planned"}


def test_a_body_that_also_sent_itself_is_a_dispute(tmp_path: Path) -> None:
    own = good("甲市", CHECKLIST, "①")
    bundle = bundled(tmp_path, {"甲市.xlsx": partly("甲市", CHECKLIST, [0], "③")})
    put(tmp_path, {"県.zip": bundle, "甲市_最終_令和8年11月28日.xlsx": own})
    result = counted(tmp_path)
    assert codes(result)["B511"] == 1
    statuses = {row["item_id"]: row["status"] for row in rows(tmp_path, "answers")}
    assert statuses[ITEMS[0]] == "unclear"


def test_the_same_file_by_both_ways_is_one(tmp_path: Path) -> None:
    own = good("甲市", CHECKLIST, "①")
    put(tmp_path, {"県.zip": bundled(tmp_path, {"甲市.xlsx": own}), "甲市.xlsx": own})
    result = counted(tmp_path)
    assert codes(result)["B511"] == 0
    assert len(answers(tmp_path)) == len(ITEMS)


def test_the_command_says_what_was_sealed_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(
        tmp_path,
        {"甲市.xlsx": good("甲市", CHECKLIST), "名簿.xlsx": roster(("1", "甲市"), ("2", "乙市"))},
    )
    places = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox")]
    given = [*places, "--month", MONTHS[0]]
    assert main(["aggregate", *given, "--no-pivot", "--yes"]) == ExitCode.OK
    capsys.readouterr()
    assert main(["seal", *given, "--office", "青海県"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "提出用_2026-11.zip" in told
    assert "回答 1 件と、確認票の判断を入れました（未提出 1 件は含みません）" in told
    assert main(["seal", *given]) == ExitCode.USAGE
    assert "torimatome.toml" in capsys.readouterr().err


def test_only_what_was_published_is_sealed(tmp_path: Path) -> None:
    put(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "①")})
    settings = settings_for(tmp_path, pivot=False, office="青海県")
    with pytest.raises(TorimatomeError, match="先に集計してください"):
        seal(settings, sealed_at=SEALED_AT)
    aggregate(settings)
    with pytest.raises(TorimatomeError, match="機関の名前"):
        seal(replace(settings, office=""), sealed_at=SEALED_AT)
    put(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "③")})
    with pytest.raises(TorimatomeError, match="もう一度集計"):
        seal(settings, sealed_at=SEALED_AT)


@pytest.mark.workbook_once(but="bytes are compared")
def test_the_same_month_sealed_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    put(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "①")})
    settings = settings_for(tmp_path, pivot=False, office="青海県")
    aggregate(settings)
    first = seal(settings, sealed_at=SEALED_AT).path.read_bytes()
    aggregate(settings)  # takes another time
    assert seal(settings, sealed_at=SEALED_AT).path.read_bytes() == first
    assert str(tmp_path).encode() not in first


def test_a_bundle_within_a_zip_counts(tmp_path: Path) -> None:
    bundle = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "①")})
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("提出用_2026-11.zip", bundle)
    put(tmp_path, {"送付.zip": outer.getvalue()})
    counted(tmp_path)
    assert len(answers(tmp_path)) == len(ITEMS)
    kept: Sequence[str] = [row["file"] for row in rows(tmp_path, "files")]
    assert kept == [
        "送付.zip",
        "送付.zip!提出用_2026-11.zip",
        "送付.zip!提出用_2026-11.zip!甲市.xlsx",
    ]


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Send a question down through the prefecture, and its answer up again."""
    base = tmp_path_factory.mktemp("round")
    below, above = base / "below", base / "above"
    names = roster(("101", "甲市"), ("102", "乙市"), ("103", "丙市"))
    put(below, {"名簿.xlsx": names, "甲市.xlsx": good("甲市", CHECKLIST, "①")})
    put(below, {"乙市.xlsx": partly("乙市", CHECKLIST, range(1, len(ITEMS)))})
    put(above, {"名簿.xlsx": names})
    first = sealed(below, "青海県")
    put(above, {"青海県_1.zip": first.read_bytes()})
    counted(above)
    asked = send_back(settings_for(above, office="国"))
    package = asked.folder / "差戻し_青海県.zip"
    put(below, {"国から.zip": package.read_bytes()})
    counted(below)
    handed = send_back(settings_for(below, office="青海県"))
    (slip,) = handed.folder.rglob("差戻し_乙市.xlsx")
    put(below, {"差戻し_乙市.xlsx": answered(slip)})
    second = sealed(below, "青海県", at="2026-12-02T10:00:00+09:00")
    put(above, {"青海県_2.zip": second.read_bytes()})
    counted(above)
    return {"below": below, "above": above, "package": package}


def answered(slip: Path) -> bytes:
    """Fill in the one item of a slip as its body does."""
    book = openpyxl.load_workbook(slip)
    sheet: Any = book["差戻し票"]
    row = next(cell.row for cell in sheet["A"] if str(cell.value).startswith(f"{ITEMS[0]}："))
    sheet.cell(row, 6).value = "③"
    sheet.cell(row, 7).value = "該当する機器がないため"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_a_package_holds_what_its_office_has_to_ask(round_trip: dict[str, Path]) -> None:
    with zipfile.ZipFile(round_trip["package"]) as archive:
        names = archive.namelist()
        told = archive.read("はじめにお読みください.txt").decode("utf-8-sig")
        asks = json.loads(archive.read("asks.json"))
    assert names[0] == "torimatome.json"
    assert "差戻し_乙市.xlsx" in names
    assert [(ask["respondent_id"], ask["item_id"]) for ask in asks] == [("102", ITEMS[0])]
    assert "・乙市（1 項目）" in told
    assert "・丙市" in told.partition("貴機関にもまだ回答のない団体")[2]
    reminded = round_trip["above"] / "outbox" / MONTHS[0] / "督促"
    assert not list(reminded.rglob("*丙市*"))  # its prefecture reminds it


def test_what_is_asked_above_comes_back_through_the_prefecture(
    round_trip: dict[str, Path],
) -> None:
    above, below = round_trip["above"], round_trip["below"]
    assert {row["status"] for key, row in answers(below).items() if key == ("102", ITEMS[0])} == {
        "not_planned"
    }
    assert answers(above) == answers(below)
    state = {row["file"]: row["state"] for row in rows(below, "files")}
    assert state["国から.zip"] == "ignored"
    assert not [path for path in state if path.startswith("国から.zip!")]
    told = {row["file"] for row in rows(above, "findings") if row["code"] == "B515"}
    assert told == {"青海県_1.zip"}


@pytest.mark.parametrize("way", ["zip", "mail"])
def test_a_package_may_come_in_a_zip_or_a_mail(
    round_trip: dict[str, Path], tmp_path: Path, way: str
) -> None:
    package = round_trip["package"].read_bytes()
    put(tmp_path, {"名簿.xlsx": roster(("102", "乙市"))})
    put(tmp_path, {"乙市.xlsx": partly("乙市", CHECKLIST, range(1, len(ITEMS)))})
    if way == "zip":
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr("差戻し_青海県.zip", package)
        put(tmp_path, {"国から.zip": outer.getvalue()})
    else:
        put(tmp_path, {"国から.eml": mailed(package, "差戻し_青海県.zip")})
    assert len(asked_from_above(gather(settings_for(tmp_path)).batch, Limits())) == 1


def mailed(content: bytes, name: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.jp", "b@example.jp", "送付"
    mail.set_content("お送りします。")
    mail.add_attachment(content, maintype="application", subtype="zip", filename=name)
    return mail.as_bytes()


def test_a_bundle_in_a_mail_counts(tmp_path: Path) -> None:
    bundle = bundled(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST, "③")})
    put(tmp_path, {"提出.eml": mailed(bundle, "提出用_2026-11.zip")})
    counted(tmp_path)
    assert {row["status"] for row in answers(tmp_path).values()} == {"not_planned"}


def test_what_was_answered_since_is_not_asked_again(round_trip: dict[str, Path]) -> None:
    again = send_back(settings_for(round_trip["below"], office="青海県"))
    assert [package.respondent.name for package in again.packages] == []


def test_a_changed_package_asks_nothing_and_is_told(
    round_trip: dict[str, Path], tmp_path: Path
) -> None:
    def another(parts: dict[str, bytes]) -> None:
        parts["asks.json"] = parts["asks.json"].replace(b"102", b"101")

    package = round_trip["package"].read_bytes()
    put(tmp_path, {"国から.zip": rezipped(package, another)})
    put(tmp_path, {"甲市.xlsx": good("甲市", CHECKLIST), "名簿.xlsx": roster(("101", "甲市"))})
    assert codes(counted(tmp_path))["B515"] == 1
    assert send_back(settings_for(tmp_path)).packages == ()


def test_the_story_of_two_tiers_ends_as_it_was_meant(tmp_path: Path) -> None:
    """`make demo-year` tells it: what the prefectures say in the end is what counts above."""
    scenes = list(play_tiers(tmp_path, settings_for(tmp_path), CHECKLIST))
    for month in MONTHS:
        ministry = answers(tmp_path / "国", month)
        parts = [answers(tmp_path / name, month) for name in PREFECTURES]
        assert ministry == {key: row for part in parts for key, row in part.items()}
    assert len(ministry) == len(TOWNS) * len(ITEMS)
    (refused,) = (scene for scene in scenes if "途中で開いて直された" in scene.heading)
    assert "白峰県_提出用_2026-12_28日.zip" in refused.lines[0]
    kept = {
        (row["respondent"], row["outcome"]) for row in rows(tmp_path / "国", "promises", MONTHS[1])
    }
    assert ("丘野町", "期限内に対応") in kept
    assert ("常磐木市", "期限前") in kept
    assert not [
        row for row in rows(tmp_path / "国", "findings", MONTHS[1]) if row["code"] == "B514"
    ]
