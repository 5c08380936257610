"""When returns came, and whether in time: by the mails that brought them."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from batches import make_batch
from inboxes import good, load, partly, put, roster, settings_for, table, workbook
from opened import opened
from posted import attachment, mail, named

from pipeline.inbox.arrival import InTime, in_time
from pipeline.model import Receipt, SourceFile
from pipeline.run import aggregate
from pipeline.summarise.progress import progress

# Long ago: a mail later than the newest file of inbox/ proves nothing.
BEFORE, AFTER = "Fri, 20 Nov 2020 11:59:00 +0900", "Fri, 20 Nov 2020 12:01:00 +0900"
NOON = "2020-11-20T12:00:00"


def sent(content: bytes, date: str, *, name: str = "様式.xlsx", subject: str = "提出") -> bytes:
    """Give a mail with one workbook."""
    return mail(attachment(named(name), content), date=date, subject=subject)


def zipped(content: bytes) -> bytes:
    """Give a zip with one workbook."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("様式.xlsx", content)
    return buffer.getvalue()


def returns_sheet(folder: Path) -> dict[str, dict[str, object]]:
    """Give 回収状況 by body."""
    rows = list(workbook(folder)["回収状況"].iter_rows(min_row=4, values_only=True))
    heads = [str(head) for head in rows[0] if head]
    return {str(row[2]): dict(zip(heads, row, strict=False)) for row in rows[1:] if row[2]}


def late(folder: Path) -> dict[str, str]:
    """Give the message of B513 by body."""
    return {
        row["respondent"]: row["message"]
        for row in table(folder, "findings")
        if row["code"] == "B513"
    }


@pytest.mark.parametrize(
    ("source", "deadline", "expected"),
    [
        ({"received": "2020-11-20T23:59:59+09:00"}, "2020-11-20", InTime.YES),
        ({"received": "2020-11-21T00:00:00+09:00"}, "2020-11-20", InTime.NO),
        ({"received": "2020-11-20T12:00:00+09:00"}, NOON, InTime.YES),
        ({"received": "2020-11-20T12:00:01+09:00"}, NOON, InTime.NO),
        ({"received": "2020-11-21T00:00:00+09:00"}, "", InTime.UNKNOWN),
        ({"modified": "2020-11-01T00:00:00+09:00"}, "2020-11-20", InTime.UNKNOWN),
        ({"received": "2020-11-19T09:00:00+09:00", "passed_on": True}, NOON, InTime.YES),
        ({"received": "2020-11-21T09:00:00+09:00", "passed_on": True}, NOON, InTime.UNKNOWN),
        ({"received": "2020-11-21T09:00:00+09:00", "receipt": Receipt.SENDER}, NOON, InTime.NO),
        ({"received": "2020-11-21T09:00:00+09:00", "sealed": True}, NOON, InTime.UNKNOWN),
        ({"received": "2020-11-19T09:00:00", "receipt": Receipt.FUTURE}, NOON, InTime.UNKNOWN),
    ],
)
def test_in_time(source: dict[str, str], deadline: str, expected: InTime) -> None:
    made = SourceFile(path="a.xlsx", location=Path("a.xlsx"), **source)  # type: ignore[arg-type]
    assert in_time(made, deadline) is expected


def test_the_deadline_in_every_place(tmp_path: Path) -> None:
    form = load()
    inner = mail(attachment(named("様式.xlsx"), good("黒松市", form)), date=BEFORE)
    names = ("若葉市", "白雲町", "青葉市", "赤松市", "黒松市", "未着市")
    put(
        tmp_path,
        {
            "名簿.xlsx": roster(*((str(n), name) for n, name in enumerate(names, start=1))),
            "a.eml": sent(good("若葉市", form), BEFORE),
            "b.eml": sent(good("白雲町", form), AFTER),
            "青葉市.xlsx": good("青葉市", form),
            "c.eml": mail(
                attachment(named("提出.zip"), zipped(good("赤松市", form))),
                date=BEFORE,  # as the sender's clock says; our server knows
                received=[AFTER],
            ),
            "d.eml": mail(
                attachment(named("元のメール.eml"), inner), date=AFTER, subject="お知らせ"
            ),
        },
    )
    aggregate(settings_for(tmp_path, deadline=NOON))
    files = {row["file"]: row["on_time"] for row in table(tmp_path, "files")}
    assert files["a.eml!様式.xlsx"] == "yes"
    assert files["b.eml!様式.xlsx"] == "no"
    assert files["青葉市.xlsx"] == ""
    assert files["c.eml!提出.zip!様式.xlsx"] == "no"  # a zip passes nothing on
    assert (
        files["d.eml!元のメール.eml!様式.xlsx"] == ""
    )  # who mailed it on may have had it for days
    shown = returns_sheet(tmp_path)
    assert {name: row["期限"] for name, row in shown.items()} == {
        "若葉市": "期限内",
        "白雲町": "期限後",
        "青葉市": "不明",
        "赤松市": "期限後",
        "黒松市": "不明",
        "未着市": None,
    }
    assert shown["若葉市"]["受領日時"] == "2020-11-20 11:59"
    assert shown["青葉市"]["受領日時"] is None
    assert set(late(tmp_path)) == {"白雲町", "赤松市"}
    assert (
        "令和2年11月20日（金）12時を過ぎて、令和2年11月20日（金）12時1分に送られました"
        in late(tmp_path)["白雲町"]
    )
    assert "12時1分に届きました。" in late(tmp_path)["赤松市"]


def test_without_a_deadline_and_without_mails_nothing_is_said(tmp_path: Path) -> None:
    form = load()
    put(tmp_path / "1", {"若葉市.xlsx": good("若葉市", form)})
    aggregate(settings_for(tmp_path / "1"))
    assert "受領日時" not in returns_sheet(tmp_path / "1")["若葉市"]
    put(tmp_path / "2", {"a.eml": sent(good("若葉市", form), AFTER)})
    aggregate(settings_for(tmp_path / "2"))
    line = returns_sheet(tmp_path / "2")["若葉市"]
    assert (line["受領日時"], line["期限"]) == ("2020-11-20 12:01", None)
    assert not late(tmp_path / "2")
    assert {row["on_time"] for row in table(tmp_path / "2", "files")} == {""}


def test_what_completes_a_return_tells_when_it_came(tmp_path: Path) -> None:
    """One return over two mails is late with the second, and unknown with a file beside it."""
    form = load()
    one, two = partly("若葉市", form, range(37)), partly("若葉市", form, range(37, 55))
    first = sent(one, BEFORE, name="若葉市_推進主体.xlsx")
    other = "若葉市_都市OS事業者.xlsx"
    cases = {
        "期限後": {"b.eml": sent(two, AFTER, name=other)},
        "期限内": {"b.eml": sent(two, BEFORE, name=other)},
        "不明": {other: two},
    }
    for expected, files in cases.items():
        folder = tmp_path / expected
        put(folder, {"名簿.xlsx": roster(("1", "若葉市")), "a.eml": first, **files})
        aggregate(settings_for(folder, deadline=NOON))
        assert returns_sheet(folder)["若葉市"]["期限"] == expected
        assert bool(late(folder)) is (expected == "期限後")


def test_the_same_bytes_count_from_their_first_mail(tmp_path: Path) -> None:
    """A copy saved by hand, or mailed again after the deadline, takes nothing away."""
    form = load()
    content = good("若葉市", form)
    for n, files in enumerate(
        (
            {"a.eml": sent(content, AFTER), "b.eml": sent(content, BEFORE)},
            {"a.eml": sent(content, BEFORE), "b.eml": sent(content, AFTER)},
            {"様式.xlsx": content, "b.eml": sent(content, BEFORE)},
        )
    ):
        folder = tmp_path / str(n)
        put(folder, {"名簿.xlsx": roster(("1", "若葉市")), **files})
        aggregate(settings_for(folder, deadline=NOON))
        line = returns_sheet(folder)["若葉市"]
        assert (line["受領日時"], line["期限"]) == ("2020-11-20 11:59", "期限内")
        assert not late(folder)


def test_a_late_correction_names_the_return_that_was_in_time(tmp_path: Path) -> None:
    form = load()
    put(
        tmp_path,
        {
            "名簿.xlsx": roster(("1", "若葉市")),
            "a.eml": sent(good("若葉市", form), BEFORE),
            "b.eml": sent(good("若葉市", form, "③"), AFTER, name="様式_修正版.xlsx"),
        },
    )
    aggregate(settings_for(tmp_path, deadline=NOON))
    assert "期限内に届いた「a.eml!様式.xlsx」の出し直しです" in late(tmp_path)["若葉市"]


def test_the_edition_for_others_tells_no_times(tmp_path: Path) -> None:
    form = load()
    put(
        tmp_path,
        {
            "名簿.xlsx": roster(("1", "若葉市"), ("2", "白雲町")),
            "a.eml": sent(good("若葉市", form), BEFORE),
            "b.eml": sent(good("白雲町", form), AFTER),
        },
    )
    result = aggregate(settings_for(tmp_path, deadline=NOON, edition="public"))
    for path in result.folder.rglob("*.csv"):
        assert "2020-11-20" not in path.read_text(encoding="utf-8-sig")
    (files,) = result.folder.rglob("files.csv")
    assert files.read_text(encoding="utf-8-sig").splitlines()[0].endswith("on_time")
    assert not any(
        line.endswith((",yes", ",no")) for line in files.read_text(encoding="utf-8-sig").split()
    )
    heads = [cell.value for cell in opened(result.workbook)["回収状況"][4]]
    assert "受領日時" not in heads


def drawn(path: Path) -> list[str]:
    """Give the titles of the charts of a workbook."""
    with zipfile.ZipFile(path) as book:
        charts = [name for name in book.namelist() if re.fullmatch(r"xl/charts/chart\d+.xml", name)]
        return ["".join(re.findall(r"<a:t>(.*?)</a:t>", book.read(n).decode())) for n in charts]


def test_the_progress_by_day(tmp_path: Path) -> None:
    """A line from two known days on; nothing that others may see."""
    form = load()
    days = ("Fri, 06 Nov 2020", "Fri, 06 Nov 2020", "Mon, 09 Nov 2020")
    mails = {
        f"{n}.eml": sent(good(f"{name}市", form), f"{day} 09:00:00 +0900")
        for n, (name, day) in enumerate(zip(("若葉", "白雲", "青葉"), days, strict=True))
    }
    put(tmp_path, {**mails, "赤松市.xlsx": good("赤松市", form)})
    result = aggregate(settings_for(tmp_path))
    title = "受領日ごとの累計（メールで受領日が分かる 3団体）"
    assert title in drawn(result.workbook)
    lines = list(workbook(tmp_path)["概況"].iter_rows(values_only=True))
    column = lines[2].index("受領日")
    assert [row[column : column + 2] for row in lines[3:8]] == [
        ("11/6", 2), ("11/7", 2), ("11/8", 2), ("11/9", 3), (None, None),
    ]  # fmt: skip
    public = aggregate(settings_for(tmp_path, edition="public"))
    assert drawn(public.workbook)
    assert title not in drawn(public.workbook)


def test_one_known_day_is_no_progress(tmp_path: Path) -> None:
    form = load()
    put(
        tmp_path, {"a.eml": sent(good("若葉市", form), BEFORE), "白雲町.xlsx": good("白雲町", form)}
    )
    titles = drawn(aggregate(settings_for(tmp_path)).workbook)
    assert titles
    assert not any("受領日" in title for title in titles)


def test_a_long_time_has_only_the_days_on_which_something_came() -> None:
    batch = make_batch(3)
    moments = (
        "2020-01-01T09:00:00+09:00",
        "2020-02-01T09:00:00+09:00",
        "2020-11-01T09:00:00+09:00",
    )
    records = tuple(
        replace(record, source=replace(record.source, received=moment))
        for record, moment in zip(
            (record for record in batch.files if record.is_form), moments, strict=True
        )
    )
    assert [(day.day, day.total) for day in progress(replace(batch, files=records))] == [
        ("2020-01-01", 1),
        ("2020-02-01", 2),
        ("2020-11-01", 3),
    ]
