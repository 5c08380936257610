"""Names of respondents: folding, file-name cleaning and look-up in the roster.

All of it only proposes; `assemble` decides. What is ambiguous gives no match, never a guess.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.model import RosterEntry
from pipeline.texts.folding import fold
from pipeline.texts.projects import unit_id

_ID_DIGITS = 8
# As much of a name as is looked at. No file system has longer ones, but a zip has, and the patterns
# below take a time that grows with the square of it.
LONGEST = 255


with (Path(__file__).parent / "names.toml").open("rb") as _file:
    # Old and variant shapes of one ideograph (異体字). NFKC has mended compatibility ideographs.
    _VARIANTS = str.maketrans(
        {
            other: plain
            for plain, others in tomllib.load(_file)["variants"].items()
            for other in others
        }
    )


# 霧ヶ丘, 霧ケ丘, 霧が丘 and ひばりが丘, ひばりヶ丘 are one name, so are 山ノ内 and 山の内: small
# words between ideographs.
_LINKING_GA = re.compile(r"(?<=[一-鿿々ぁ-ん])[ヶケヵカがガ箇](?=[一-鿿])")
_LINKING_NO = re.compile(r"(?<=[一-鿿々])[ノ之乃](?=[一-鿿])")
_LINKING_TSU = re.compile(r"(?<=[一-鿿])[ツッっ](?=[一-鿿])")
_FORMS = (
    "株式会社|有限会社|合同会社|合資会社|合名会社|相互会社|一般社団法人|一般財団法人|公益社団法人|"
    "公益財団法人|社団法人|財団法人|特定非営利活動法人|npo法人|独立行政法人|地方独立行政法人|"
    "国立大学法人|公立大学法人|学校法人|社会福祉法人|医療法人(?:社団|財団)?|国立研究開発法人"
)
_SHORT_FORMS = r"\((?:株|有|合|同|資|名|相|社|財|一社|一財|公社|公財|特非|独|国|学|福|医|npo)\)"
LEGAL_FORM = re.compile(
    rf"{_FORMS}|{_SHORT_FORMS}|(?:,?\s*(?:co\.?,?\s*ltd|inc|corp|ltd|llc|k\.?k)\b\.?)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[\s_|/\\・･.,、。，．:：;；~〜～!！?？'\"“”‘’#＃&＆+＋@＠=＝*＊()\[\]{}<>【】「」『』〔〕〈〉《》≪≫«»-]+"
)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－─━", "-"))
_OFFICE = re.compile(r"(?<=[市区町村])(?:役所|役場)|(?<=[都道府県])庁|(?<=[会構合ム])事務局$")
HONORIFIC = re.compile(r"(?:様|御中|殿|さん)(?:分|用)?$")
PREFECTURE = re.compile(
    r"^(?:北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|"
    r"新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|"
    r"徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)(?=.+[市区町村]$)"
)
_COUNTY = re.compile(r"^[^市区町村]{1,5}郡(?=.+[町村]$)")
UNIT = (
    "課|室|係|(?<!本)部|(?:営業|事業|技術|開発|企画|管理|システム|公共)本部|担当|グループ|班|チーム"
)
# Bodies of their own beside the town hall: their answers are not the town's.
BODY = "委員会|消防|水道|交通局|病院|議会|公社|協議会|大学|組合|警察|学校|企業"
# 若葉市都市整備課: 市 and 区 inside such words do not end the name of a town.
_DEPARTMENT = re.compile(
    rf"(?<=[市区町村都道府県])(?!.*(?:{BODY}))"
    r"(?:(?:都市|市民|区民|町民|村民|県民|道路|市街|市長|町長|村長|区長|知事)|[^市区町村都道府県|])+?"
    rf"(?:(?:{UNIT})|(?<=[^|]{{2}})[課係][一-鿿]{{2,3}})$"  # 若葉市企画課佐藤
)
_ORGANISATION = re.compile(
    r"[市区町村都道府県]$|役所|役場|県庁|会社|法人|大学|協議会|組合|機構|財団|協会|公社|公団|病院|研究所|"
    r"銀行|コンソーシアム|連合|高専|学園|商工会|観光局|交通局|水道局|企業団|(?:inc|ltd|corp|llc)\b|"
    r"[市区町村都道府県].{0,12}(?:委員会|議会|企業局|消防(?:本部|局|署|団)|警察(?:本部|署)|学校)$",
    re.IGNORECASE,
)
ONLY_UNIT = re.compile(rf"^(?!.*(?:[都道府県]庁|会社|法人|大学|機構|協会))[^市区町村]*(?:{UNIT})$")


@lru_cache(maxsize=65536)
def fold_name(text: str) -> str:
    """Give the form of a respondent's name that is the same for all its spellings.

    Legal forms (株式会社, ㈱), blanks, marks, honorifics, 役所 and the department behind a town's
    name are taken away; variant ideographs and ヶ/ケ/が become one. Never shown to a person.
    """
    spaced = with_blanks(text)
    parts = [part for part in spaced.split("|") if part]
    for place, part in enumerate(parts[1:], 1):
        if ONLY_UNIT.match(part):  # behind the department stands only a person
            parts = parts[:place]
            break
    joined = HONORIFIC.sub("", "".join(parts))
    joined = _OFFICE.sub("", _office_and_rest(joined))
    cut = _DEPARTMENT.sub("", joined)
    return cut or joined


def _office_and_rest(name: str) -> str:
    """Cut what follows 役所 or 役場: 若葉市役所企画課 is 若葉市役所."""
    found = re.search(r"(?<=[市区町村])役[所場]", name)
    return name[: found.end()] if found else name


@lru_cache(maxsize=65536)
def with_blanks(text: str) -> str:
    """Fold a text with one ``|`` for every run of separators and for every legal form."""
    folded = fold(text[:LONGEST])[:LONGEST].translate(DASHES)
    folded = LEGAL_FORM.sub("|", folded.translate(_VARIANTS))
    folded = _SEPARATOR.sub("|", _unwidened(folded))
    return folded.strip("|")


def _unwidened(text: str) -> str:
    text = _LINKING_GA.sub("ヶ", text)
    text = _LINKING_TSU.sub("つ", text)
    return _LINKING_NO.sub("の", text)


def without_prefecture(key: str) -> str:
    """Take 東京都 and ○○郡 off a folded name of a town: 東京都港区 is 港区."""
    return _COUNTY.sub("", PREFECTURE.sub("", key))


def is_organisation(text: str) -> bool:
    """Tell whether a text names an organisation, not a department or a person."""
    name = fold(text)
    return bool(_ORGANISATION.search(HONORIFIC.sub("", name)))


_PLACEHOLDER = re.compile(
    r"[○〇◯●×△□◎*＊xｘ＿_？?]{2,}|(?:ご?記入|ご?入力|記載)(?:して)?(?:ください|下さい|のこと|欄|例)|を記入|を入力|"
    r"^(?:[○〇◯●△□×]*(?:市区町村|市町村|自治体|団体|事業者|会社|法人|組織|機関)名?(?:等|など)?)$|"
    r"^(?:なし|無し|無|同上|未定|不明|n/?a|test|テスト)$",
    re.IGNORECASE,
)


def names_nobody(text: str) -> bool:
    """Tell a text that cannot tell two respondents apart: a department alone, ○○市, 記入して…

    Taken for a name it would make one respondent of several, and lose all their files but one.
    """
    name = fold(text)
    return bool(_PLACEHOLDER.search(name) or ONLY_UNIT.match(name)) or not fold_name(text)


def stable_id(key: str) -> str:
    """Give an id for a respondent without a code: the same for the same name, every month."""
    return f"x-{hashlib.sha256(key.encode()).hexdigest()[:_ID_DIGITS]}"


def body_id(entry: RosterEntry) -> str:
    """Give the id of a body on the roster: its code, else one made from its name."""
    return entry.code or stable_id(fold_name(entry.name))


def entry_id(entry: RosterEntry) -> str:
    """Give the id of a roster entry: that of its body and, where it has one, of its project."""
    return unit_id(body_id(entry), entry.project)


def same_body(entries: Sequence[RosterEntry]) -> Iterator[tuple[int, RosterEntry]]:
    """Give each entry with the place of the first one of its body: same code or same name."""
    first: dict[str, int] = {}
    for number, entry in enumerate(entries):
        keys = [f"name {fold_name(entry.name)}", *([f"code {entry.code}"] if entry.code else ())]
        place = min((first[key] for key in keys if key in first), default=number)
        for key in keys:
            first.setdefault(key, place)
        yield place, entry
