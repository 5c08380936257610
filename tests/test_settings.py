"""torimatome.toml: what it may say, and the words for what it may not."""

import re
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Severity
from pipeline.rules import DEFAULT_THRESHOLDS
from pipeline.rules.check import refuse_unknown
from pipeline.settings import Limits, RuleSettings, Settings
from pipeline.settings.file import apply_settings_file, load_settings_file
from pipeline.texts.addresses import Sender

SAMPLE = Path(__file__).parent.parent / "templates" / "torimatome.toml"


def _written(folder: Path, text: str) -> Path:
    path = folder / "torimatome.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _settings(**changes: object) -> Settings:
    values = {
        "month": "2026-11",
        "made_at": "",
        "inbox": Path("inbox"),
        "outbox": Path("outbox"),
        "templates": Path("templates"),
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type] # the values stand in the tests below


def test_every_setting_is_read(tmp_path: Path) -> None:
    path = _written(
        tmp_path,
        """
        checklist = "other"
        deadline = 2026-11-30
        jobs = 2
        pivot = false
        edition = "public"
        named = true
        [rules]
        off = ["N401", "F106"]
        [rules.severity]
        A311 = "要確認"
        [rules.thresholds]
        due_far_months = 36
        [limits]
        values = 10
        seconds = 1.5
        """,
    )
    assert load_settings_file(path) == {
        "checklist": "other",
        "deadline": "2026-11-30",
        "jobs": 2,
        "pivot": False,
        "edition": "public",
        "named": True,
        "rules": RuleSettings(
            off=frozenset(["N401", "F106"]),
            severity={"A311": Severity.CHECK},
            thresholds={"due_far_months": 36},
        ),
        "limits": Limits(values=10, seconds=1.5),
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-20", "2026-11-20"),
        ('"2026-11-20"', "2026-11-20"),
        ("2026-11-20T12:00:00", "2026-11-20T12:00:00"),
        ("2026-11-20 17:15:30", "2026-11-20T17:15:30"),
        ("2026-11-20T12:00:00.5", "2026-11-20T12:00:00"),
        ('"2026-11-20 12:00"', "2026-11-20T12:00:00"),
        ("2026-11-20T12:00  # 正午", "2026-11-20T12:00:00"),  # as people write it
        ("2026-11-20T03:00:00Z", "2026-11-20T12:00:00"),
        ("2026-11-20T20:00:00-07:00", "2026-11-21T12:00:00"),
        ('"2026-11-20T12:00:00+09:00"', "2026-11-20T12:00:00"),
        ("2026-11-20T00:00:00", "2026-11-20T00:00:00"),  # its beginning, no day's end
    ],
)
def test_a_deadline_is_a_day_or_an_hour_in_japan(tmp_path: Path, written: str, read: str) -> None:
    for key in ("deadline", "reply_by"):
        settings = load_settings_file(
            _written(tmp_path, f"jobs = 1\n{key} = {written}\npivot = true")
        )
        assert settings[key] == read


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("shimekiri = 1", "shimekiri"),
        ("[rule]\noff = []", "rule"),
        ("[rules]\nof = []", "of"),
        ("[limits]\nsize = 1", "size"),
        ("jobs = -1", "jobs"),
        ("jobs = true", "jobs"),
        ("jobs = 1.5", "jobs"),
        ("pivot = 1", "pivot"),
        ("pivot = 'no'", "pivot"),
        ("edition = 'secret'", "edition"),
        ("edition = 1", "edition"),
        ("checklist = 1", "checklist"),
        ("deadline = '11月末'", "deadline"),
        ("deadline = 20261130", "deadline"),
        ("deadline = 12:00:00", "deadline"),
        ("deadline = '2026-11-20 正午'", "deadline"),
        ("rules = 1", "rules"),
        ("[rules]\noff = 'N401'", "off"),
        ("[rules]\noff = [401]", "off"),
        ("[rules]\nseverity = ['A311']", "rules.severity"),
        ("[rules.severity]\nA311 = '重大'", "A311"),
        ("[rules.severity]\nA311 = 1", "A311"),
        ("[rules.thresholds]\ndue_far_months = '二年'", "due_far_months"),
        ("[rules.thresholds]\ndue_far_months = nan", "due_far_months"),
        ("[rules.thresholds]\ndue_far_months = true", "due_far_months"),
        ("[limits]\nvalues = 0", "values"),
        ("[limits]\nvalues = 2.5", "values"),
        ("[limits]\nseconds = inf", "seconds"),
        ("off = [", "書き方に誤り"),
    ],
)
def test_a_wrong_setting_is_named_in_japanese(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(TorimatomeError) as caught:
        load_settings_file(_written(tmp_path, text))
    assert caught.value.exit_code is ExitCode.USAGE
    assert "torimatome.toml" in caught.value.message
    assert named in caught.value.message
    assert caught.value.message.endswith("。") or "今の値" in caught.value.message


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(TorimatomeError, match="見つかりません"):
        load_settings_file(tmp_path / "torimatome.toml")
    path = tmp_path / "euc.toml"
    path.write_bytes('checklist = "様式（回）"'.encode("cp932") + b"#\x81\x20")
    with pytest.raises(TorimatomeError, match="UTF-8"):
        load_settings_file(path)
    with pytest.raises(TorimatomeError, match="開けません"):
        load_settings_file(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_encoding_and_line_end_of_notepad_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "torimatome.toml"
    path.write_text("# 同時に読む数\njobs = 3\n", encoding=encoding, newline="\r\n")
    assert load_settings_file(path)["jobs"] == 3


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    path = _written(
        tmp_path, "jobs = 3\npivot = false\ndeadline = 2026-11-30\n[rules]\noff=['N401']"
    )
    assert apply_settings_file(_settings(jobs=8), path) == _settings(
        jobs=8, pivot=False, deadline="2026-11-30", rules=RuleSettings(off=frozenset(["N401"]))
    )
    assert apply_settings_file(_settings(), _written(tmp_path, "")) == _settings()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (RuleSettings(off=frozenset(["A999"])), "A999"),
        (RuleSettings(off=frozenset(["a301"])), "a301"),
        (RuleSettings(severity={"A310": Severity.INFO}), "A310"),
        (RuleSettings(thresholds={"due_months": 3}), "due_months"),
        (RuleSettings(thresholds={"similar_share": 90}), "similar_share"),
        (RuleSettings(thresholds={"due_far_months": 0}), "due_far_months"),
    ],
)
def test_a_code_or_threshold_no_rule_has_is_refused(settings: RuleSettings, named: str) -> None:
    with pytest.raises(TorimatomeError) as caught:
        refuse_unknown(settings)
    assert caught.value.exit_code is ExitCode.USAGE
    assert f"{named}" in caught.value.message


def test_the_sample_is_valid_as_it_stands_and_with_every_line_switched_on(tmp_path: Path) -> None:
    assert apply_settings_file(_settings(), SAMPLE) == _settings()
    text = SAMPLE.read_text(encoding="utf-8")
    switched_on = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    found = load_settings_file(_written(tmp_path, switched_on))
    refuse_unknown(found["rules"])
    assert found["rules"].thresholds == DEFAULT_THRESHOLDS
    assert found["limits"] == Limits()
    assert found["rules"].off == {"N401"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reply_by = '来週'\n", ["1行目の「reply_by」", "来週"]),
        ("[sender]\n電話 = 312345678\n", ["2行目の「[sender] 電話」", "囲んだ文字"]),
        ("[sender]\n電話 = 03-1234\n", ["2行目", '" " で囲み']),
        ("[sender]\n電話 = 'なし'\n", ["2行目の「[sender] 電話」", "なし"]),
        ("[sender]\n\n'メール' = 'kikaku@town'\n", ["3行目の「[sender] メール」", "kikaku@town"]),
        ("[sender]\nメール = 'a@b.jp, c@d.jp'\n", ["2行目", "アドレス1つ"]),
        ('[sender]\n担当 = "佐藤\\nBcc: x@y.jp"\n', ["2行目の「[sender] 担当」", "1行"]),
        ("sender = '企画課'\n", ["1行目の「sender」", "見出し"]),
        ("jobs = 1\ndeadline = '11月末'\n", ["2行目の「deadline」", "11月末"]),
        ("\n[limits]\nseconds = -1\n", ["3行目の「[limits] seconds」"]),
        ("[rules.severity]\nA311 = '重大'\n", ["2行目の「[rules.severity] A311」"]),
        ("[rules]\noff = 'N401'\n", ["2行目の「[rules] off」"]),
        ("jobs = 1\nmonth = 2026-11\n", ["2行目の13文字目"]),
        ("jobs = 1\nｍｏｎｔｈ = 1\n", ["2行目の1文字目"]),
        ("off = [", ["書き方に誤り"]),
        ("[rules]\noff = ['N401',\n  'N4O1']\n", ["3行目の [rules] off", "「N4O1」"]),
        ("[rules.severity]\nA99 = '参考'\n", ["2行目の [rules] severity", "「A99」"]),
        ("[rules.thresholds]\nsimilar-shar = 3\n", ["2行目", "「similar_share」のこと"]),
        ("[rules.thresholds]\nsimilar_share = 90\n", ["2行目の [rules.thresholds] similar_share"]),
    ],
)
def test_a_wrong_value_is_told_with_its_line(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(TorimatomeError) as caught:
        refuse_unknown(load_settings_file(_written(tmp_path, text))["rules"])
    for word in words:
        assert word in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sender]\nでんわ = '1'\n", ["2行目"]),
        (
            "[sender]\n\"住所\" = '1'\n",
            ["2行目の [sender]", "「住所」", "所属、担当、電話、メール"],
        ),
        ("担当 = '佐藤'\n", ["1行目", "[sender] の見出しの下"]),
        ("# 期限\ndedline = 2026-11-30\n", ["2行目", "「dedline」", "「deadline」のこと"]),
        ("jobs = 1\n\nDetail-Rows = 5\n", ["3行目", "「detail_rows」のこと"]),
        ('off = ["N401"]\n', ["1行目", "[rules] の見出しの下"]),
        ("seconds = 3\n", ["1行目", "[limits] の見出しの下"]),
        ("[limits]\nseconds = 3\njobs = 2\n", ["3行目", "[limits]", "先頭"]),
        ("[rules]\nof = []\n", ["2行目", "[rules]", "「off」のこと"]),
        ("[rule]\noff = []\n", ["1行目", "「rule」", "「rules」のこと"]),
        ("[rules.treshold]\nsimilar_share = 1\n", ["1行目", "「thresholds」のこと"]),
        ('"jbos" = 2\n', ["1行目", "「jobs」のこと"]),
        ("jobs = 2\nzzzz = 1\n", ["2行目", "「zzzz」"]),
    ],
)
def test_an_unknown_key_is_told_with_its_line(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(TorimatomeError) as caught:
        load_settings_file(_written(tmp_path, text))
    assert caught.value.exit_code is ExitCode.USAGE
    for word in words:
        assert word in caught.value.message


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_office_that_signs_the_letters(tmp_path: Path, quote: str) -> None:
    q = quote
    path = _written(
        tmp_path,
        f"reply_by = 2026-12-04\n[sender]\n{q}所属{q} = '県庁　企画課'\n {q}担当{q}= ' 佐藤 '\n"
        f"{q}電話{q} = '０３－１２３４（内線 5）'\n{q}メール{q} = 'kikaku@pref.example.jp'\n",
    )
    found = load_settings_file(path)
    assert found["reply_by"] == "2026-12-04"
    assert found["sender"] == Sender(
        office="県庁　企画課",
        person="佐藤",
        phone="０３－１２３４（内線 5）",
        mail="kikaku@pref.example.jp",
    )
