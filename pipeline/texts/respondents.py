"""Names of respondents: folding, file-name cleaning and look-up in the roster.

All of it only proposes; `assemble` decides. What is ambiguous gives no match, never a guess.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from pipeline.model import Checklist, RosterEntry
from pipeline.texts.folding import fold
from pipeline.texts.local_codes import other_spelling
from pipeline.texts.projects import unit_id

_ID_DIGITS = 8

# As much of a name as is looked at. No file system has longer ones, but a zip has, and the patterns
# below take a time that grows with the square of it.
_LONGEST = 255
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
_LEGAL_FORM = re.compile(
    rf"{_FORMS}|{_SHORT_FORMS}|(?:,?\s*(?:co\.?,?\s*ltd|inc|corp|ltd|llc|k\.?k)\b\.?)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[\s_|/\\・･.,、。，．:：;；~〜～!！?？'\"“”‘’#＃&＆+＋@＠=＝*＊()\[\]{}<>【】「」『』〔〕〈〉《》≪≫«»-]+"
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－─━", "-"))
_OFFICE = re.compile(r"(?<=[市区町村])(?:役所|役場)|(?<=[都道府県])庁|(?<=[会構合ム])事務局$")
_HONORIFIC = re.compile(r"(?:様|御中|殿|さん)(?:分|用)?$")
_PREFECTURE = re.compile(
    r"^(?:北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|"
    r"新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|"
    r"徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)(?=.+[市区町村]$)"
)
_COUNTY = re.compile(r"^[^市区町村]{1,5}郡(?=.+[町村]$)")
_UNIT = (
    "課|室|係|(?<!本)部|(?:営業|事業|技術|開発|企画|管理|システム|公共)本部|担当|グループ|班|チーム"
)
# Bodies of their own beside the town hall: their answers are not the town's.
_BODY = "委員会|消防|水道|交通局|病院|議会|公社|協議会|大学|組合|警察|学校|企業"
# 若葉市都市整備課: 市 and 区 inside such words do not end the name of a town.
_DEPARTMENT = re.compile(
    rf"(?<=[市区町村都道府県])(?!.*(?:{_BODY}))"
    r"(?:(?:都市|市民|区民|町民|村民|県民|道路|市街|市長|町長|村長|区長|知事)|[^市区町村都道府県|])+?"
    rf"(?:(?:{_UNIT})|(?<=[^|]{{2}})[課係][一-鿿]{{2,3}})$"  # 若葉市企画課佐藤
)
_ORGANISATION = re.compile(
    r"[市区町村都道府県]$|役所|役場|県庁|会社|法人|大学|協議会|組合|機構|財団|協会|公社|公団|病院|研究所|"
    r"銀行|コンソーシアム|連合|高専|学園|商工会|観光局|交通局|水道局|企業団|(?:inc|ltd|corp|llc)\b|"
    r"[市区町村都道府県].{0,12}(?:委員会|議会|企業局|消防(?:本部|局|署|団)|警察(?:本部|署)|学校)$",
    re.IGNORECASE,
)
_ONLY_UNIT = re.compile(
    rf"^(?!.*(?:[都道府県]庁|会社|法人|大学|機構|協会))[^市区町村]*(?:{_UNIT})$"
)


@lru_cache(maxsize=65536)
def fold_name(text: str) -> str:
    """Give the form of a respondent's name that is the same for all its spellings.

    Legal forms (株式会社, ㈱), blanks, marks, honorifics, 役所 and the department behind a town's
    name are taken away; variant ideographs and ヶ/ケ/が become one. Never shown to a person.
    """
    spaced = _spaced(text)
    parts = [part for part in spaced.split("|") if part]
    for place, part in enumerate(parts[1:], 1):
        if _ONLY_UNIT.match(part):  # behind the department stands only a person
            parts = parts[:place]
            break
    joined = _HONORIFIC.sub("", "".join(parts))
    joined = _OFFICE.sub("", _office_and_rest(joined))
    cut = _DEPARTMENT.sub("", joined)
    return cut or joined


def _office_and_rest(name: str) -> str:
    """Cut what follows 役所 or 役場: 若葉市役所企画課 is 若葉市役所."""
    found = re.search(r"(?<=[市区町村])役[所場]", name)
    return name[: found.end()] if found else name


@lru_cache(maxsize=65536)
def _spaced(text: str) -> str:
    """Fold a text with one ``|`` for every run of separators and for every legal form."""
    folded = fold(text[:_LONGEST])[:_LONGEST].translate(_DASHES)
    folded = _LEGAL_FORM.sub("|", folded.translate(_VARIANTS))
    folded = _SEPARATOR.sub("|", _unwidened(folded))
    return folded.strip("|")


def _unwidened(text: str) -> str:
    text = _LINKING_GA.sub("ヶ", text)
    text = _LINKING_TSU.sub("つ", text)
    return _LINKING_NO.sub("の", text)


def without_prefecture(key: str) -> str:
    """Take 東京都 and ○○郡 off a folded name of a town: 東京都港区 is 港区."""
    return _COUNTY.sub("", _PREFECTURE.sub("", key))


def is_organisation(text: str) -> bool:
    """Tell whether a text names an organisation, not a department or a person."""
    name = fold(text)
    return bool(_ORGANISATION.search(_HONORIFIC.sub("", name)))


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
    return bool(_PLACEHOLDER.search(name) or _ONLY_UNIT.match(name)) or not fold_name(text)


# --- file names -----------------------------------------------------------------------------

_DATE = (
    r"(?:令和|平成|[rh])\.?\s*(?:元|\d{1,2})\s*年?度"
    r"|\d{4}\s*年度"
    r"|(?:令和|平成|(?<![a-z])[rh])\.?\s*(?:元|\d{1,2})\s*[年.\-/_]\s*\d{1,2}\s*[月.\-/_]\s*\d{1,2}\s*日?"
    r"|(?:令和|平成|(?<![a-z])[rh])\.?\s*(?:元|\d{1,2})\s*[年.\-/_]\s*\d{1,2}(?:月(?:分|末|度)?|\s+月(?:分|末|度))?(?!\d)"
    r"|(?<![a-z])[rh]\d{5,6}(?!\d)"
    r"|(?:令和|平成|(?<![a-z])[rh])\.?(?:元|\d{1,2})年?(?![\da-z])"
    r"|(?<!\d)(?:19|20)\d{2}\s*[年.\-/_]\s*\d{1,2}\s*[月.\-/_]\s*\d{1,2}\s*日?"
    r"|(?<!\d)(?:19|20)\d{2}\s*[年.\-/_]\s*\d{1,2}(?:月(?:分|末|度)?|\s+月(?:分|末|度))?(?!\d)"
    r"|(?<!\d)20\d{6}(?:[-_ t]?\d{4,6})?(?!\d)"
    r"|(?<!\d)20\d{2}(?:年|(?!\d))"
    r"|(?<!\d)\d{1,2}月\d{1,2}日?|(?<!\d)\d{1,2}月(?:分|末|度|号|期)?"
    r"|(?<!\d)\d{1,2}[.\-/]\d{1,2}[.\-/]\d{1,2}(?!\d)"
    r"|(?<!\d)[01]?\d[.\-/]\d{1,2}(?![.\d])"
    r"|(?<!\d)\d{6}(?!\d)|(?<!\d)[01]\d[0-3]\d(?!\d)"
)
_NUMBERED = (
    r"(?<![a-z])(?:ver(?:sion)?|rev(?:ision)?|v|no)[.\s_-]*\d+(?:[._]\d+)*(?![a-z])"
    r"|(?<![a-z])(?:ver(?:sion)?|rev(?:ised|ision)?)\.?(?![a-z])"
    r"|第?\s*\d+\s*(?:版|回目|稿|次)"
)
_VERSION = (
    rf"{_NUMBERED}"
    r"|(?:再)?(?:修正|訂正|改訂|改定|更新|変更|追記|差し?替え?|再提出|再送付?|再回答|再修正|修正再提出)"
    r"(?:版|済み?|後|分|箇所あり|ver|反映)?\s*\d*"
    r"|(?:最終|最新|確定|完成|暫定|決定|正式|修正済)(?:版|稿|確定|案|回答|提出)?\s*\d*"
    r"|(?<![a-z])(?:final|fix(?:ed)?|latest|draft|copy of|copy|backup|bak|new|old|rev)\d*(?![a-z])"
    r"|[のー\s-]*(?:コピー|複製|控(?:え|(?![一-鿿]))|バックアップ)\s*(?:\(?\d+\)?)?"
)
_FORM_NUMBER = (
    r"(?:別紙|別添|様式|別記様式|資料|参考|添付|別表)\s*第?\s*\d+(?:\s*号)?"
    r"(?:\s*[-ー_.の]\s*\d+)*(?:\s*号)?"
)
_OWN_WORDS = (
    r"チェックシート|チェックリスト|チェック表|チェック|シート|check\s*_?-?(?:sheet|list)|chk|調査票|調査表|"
    r"回答(?:票|書|様式|用紙|欄|シート|表|ファイル|データ|結果|版|分|用|済み?|案)?|御?ご?回答|kaitou?|"
    r"アンケート|申請書?|照会|依頼|報告書?|提出(?:用|版|分|済み?|書類|資料|ファイル|データ)?|"
    r"(?:記入|入力|記載|作成|確認|決裁|押印|承認|受領|受付|送付|返信|返送|回収)"
    r"(?:済み?|用|版|後|分|欄|例|依頼|願い?|中)?|様式|別紙|別添|別記|資料(?!館)|添付(?:ファイル|資料)?|"
    r"自己点検|点検表|一覧表?|一式|データ|ファイル|原本|写し|正本|控(?![一-鿿])|清書|素案|たたき台|ドラフト|"
    r"エクセル|excel|microsoft|ワークシート|ワークブック|新規|無題|名称未設定|untitled|book\d*|sheet\d*|"
    r"担当者?|連絡先|宛|通知|メール|mail|その\d*|答(?![一-鿿])|pw(?:解除|付き?|有り?|なし)|見え消し版?|溶け込み版?|赤字(?:版)?|時点|現在|(?<=[市区町村社])案"
)
_WEAK_WORDS = (
    r"セキュリティ|ガイドライン|スマートシティ|smart\s*city|security|導入|対策|調査|点検|状況|取組|について|"
    r"関する|に係る|に対する|国|省|総務省|令和|年度|推進|事業|情報"
)
_PARTICLES = r"[のはをへにとよりからまでよ年月日版用分案旧新号第枚目付]|\d|[-_|.()\s~〜]"
_STRONG = f"{_FORM_NUMBER}|{_OWN_WORDS}|{_VERSION}"
# Only where nothing else stands between two separators: 追加 and 事務局 may be parts of names.
_WHOLE_WORDS = (
    r"re|fwd?|scan\d*|スキャン\d*|送付状|新しいフォルダー?|機密性?\d?|取扱注意|社外秘|部外秘|external|外部"
    r"|img[\s_]*\d*|download|ダウンロード|attachment[-\s]*\d*|文書\d*|xlsx?|pw|追加|箇所.*|"
    r"(?:pw|パスワード)(?:付き?|有り?|あり|なし|解除)?|至急|途中|未完|時点|現在|事務局|ほんとに?|本当に?|"
    r"第[一二三四五六七八九十]回|課長|部長|担当.*|.{0,12}提供者|推進主体|.*です|東京|本社|支社|本店"
)
_COPY_COUNTER = re.compile(r"\(\s*\d{1,3}\s*\)|\[\s*\d{1,3}\s*\]")
_BRACKETED_COUNTER = re.compile(rf"{_COPY_COUNTER.pattern}|[\u2460-\u2473]$")
_SAFE = re.compile(
    f"[^_\\s]{{1,10}}宛て?(?=[_\\s)】]|$)|{_FORM_NUMBER}|{_DATE}|{_NUMBERED}", re.IGNORECASE
)
_SPLIT = re.compile(
    r"[_|【】「」『』()\[\]{}<>〔〕〈〉《》≪≫«»,、，;；:：/／\\@＠+＋=＝~〜～→⇒。!！#＃]+|\s+|(?<![a-z0-9])-|-(?![a-z0-9])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"(?:\.(?:xlsx|xlsm|xlsb|xls|xltx|ods|csv|zip|eml|msg|html?|txt|pdf|docx?))+$", re.IGNORECASE
)
_EDGE_NUMBER = re.compile(
    r"^[\u2460-\u2473]|^[a-z]?\d{1,4}[.\s_-]*(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\d{1,2}$",
    re.IGNORECASE,
)


_LATIN_FORM = re.compile(r"\s*,\s*(?=(?:ltd|inc|llc|corp)(?![a-z]))", re.IGNORECASE)
_JOINED = "\ufdd0"  # stands for the blank inside a Latin name while a file name is split


_NOISE_BEHIND = re.compile(rf"(?:{_OWN_WORDS}|{_VERSION}|(?<![提起立])案)+$", re.IGNORECASE)


class FileNames:
    """Cleans file names of one checklist: its own words are noise, besides the general ones."""

    def __init__(self, file_words: Iterable[str], labels: Iterable[str] = ()) -> None:
        """Take the words of the form's own file name (checklist.toml, file_words).

        ``labels`` (団体名, names of categories) are noise where they stand for themselves.
        """
        whole = "|".join(re.escape(_plain(label)) for label in labels if label) or "(?!)"
        self._label = re.compile(f"{whole}|{_WHOLE_WORDS}", re.IGNORECASE)
        words = sorted({_plain(word) for word in file_words if word}, key=len, reverse=True)
        own = "|".join(re.escape(word) for word in words) or "(?!)"
        weak = [w for w in words if re.fullmatch(_WEAK_WORDS, w, re.IGNORECASE)]
        strong = "|".join(re.escape(word) for word in words if word not in weak) or "(?!)"
        run = f"(?:{own}|{_STRONG}|{_WEAK_WORDS}|{_PARTICLES})"
        self._wholly = re.compile(f"{run}+", re.IGNORECASE)
        self._leading = re.compile(f"^{run}*(?:{strong}|{_STRONG})[のは]?", re.IGNORECASE)
        self._trailing = re.compile(
            f"(?:の|\\s|{_WEAK_WORDS})*(?:{strong}|{_STRONG}){run}*$", re.IGNORECASE
        )
        self._weak_end = re.compile(f"(?<=[市区町村都道府県社])(?:{_WEAK_WORDS})+$", re.IGNORECASE)
        self._own = re.compile(strong, re.IGNORECASE)

    def clean(self, name: str) -> tuple[str, ...]:
        """Give what may be a respondent's name in a file or folder name, the likeliest first."""
        text = _SHORT_LEGAL.sub(lambda found: _LONG_LEGAL[found[1]], _plain(name))
        text = _EXTENSION.sub("", text)
        sender, arrow, _ = text.partition("→")  # from whom to whom
        if arrow and self.clean(sender):
            text = sender
        text = _LATIN_FORM.sub(" ", text)
        text = re.sub(r"(?<=[都道府県])・", "|", text)
        text = re.sub(r"(株式会社|有限会社|合同会社|法人)\s+(?=\S)", r"\1", text)
        text = re.sub(r"\s+(?=(?:株式会社|有限会社|合同会社))", "", text)
        text = _BRACKETED_COUNTER.sub("|", text)
        text = _SAFE.sub("|", self._own.sub("|", text))
        text = re.sub(r"(?<=[A-Za-z.,&])\s+(?=[A-Za-z&])", _JOINED, text)
        words: list[str] = []
        for part in _SPLIT.split(text):
            word = self._trimmed((part or "").replace(_JOINED, " "))
            if word and word not in words and not self._label.fullmatch(word):
                words.append(word)
        return tuple(sorted(_joined(words), key=_likelihood))

    def parts(self, name: str) -> tuple[str, ...]:
        """Give every word of a file name that is no form, date, version or copy, as it stands.

        ``clean`` looks for a respondent and drops what names none; here all of it is kept.
        """
        text = _EXTENSION.sub("", _plain(re.split(r"[/!]", name)[-1]))
        text = _COPY_COUNTER.sub("|", text)
        text = _SAFE.sub("|", self._own.sub("|", text))
        words = [(part or "").strip(" .-・") for part in _SPLIT.split(text)]
        bare = (_NOISE_BEHIND.sub("", word) for word in words)
        return tuple(dict.fromkeys(word for word in bare if word))

    def _trimmed(self, word: str) -> str:
        """Take noise off both ends of a word; nothing is left of one that is noise alone."""
        before = None
        word = word.strip(" .-・|")
        while before != word:
            before = word
            word = _EDGE_NUMBER.sub("", word).strip(" .-・|")
            if self._wholly.fullmatch(word):
                return ""
            word = _HONORIFIC.sub("", word)
            for noise in (self._trailing, self._weak_end, self._leading):
                rest = noise.sub("", word)
                if _worth_keeping(rest) and not (noise is self._leading and _is_part(rest)):
                    word = rest
        return word if _worth_keeping(word) else ""


def file_names_of(checklist: Checklist) -> FileNames:
    """Give the cleaner of a checklist's file names; made once a process."""
    return _file_names(checklist.file_words, (*checklist.respondent_labels, *checklist.categories))


@lru_cache(maxsize=4)
def _file_names(file_words: tuple[str, ...], labels: tuple[str, ...]) -> FileNames:
    return FileNames(file_words, labels)


def _joined(words: list[str]) -> list[str]:
    """Put a prefecture and the town behind it together: 東京都_港区 is one name."""
    result: list[str] = []
    for word in words:
        if result and _PREFECTURE.match(result[-1] + word) and result[-1][-1] in "都道府県":
            result[-1] += word
        else:
            result.append(word)
    return result


def _is_part(rest: str) -> bool:
    """Tell a rest that would be the latter half of a company's name: 工業 of 更新工業株式会社."""
    found = _LEGAL_FORM.search(rest)
    return found is not None and found.start() > 0


def _worth_keeping(word: str) -> bool:
    return sum(char.isalpha() for char in word) >= 2 or word == "津市"


def _likelihood(word: str) -> tuple[int, int]:
    """Rank tokens: organisations, then other words by length, then departments and persons."""
    if is_organisation(word):
        return (0, int(word[-1] in "都道府県"))
    if _ONLY_UNIT.match(word):
        return (2, 0)
    return (1, -len(word))


def _plain(text: str) -> str:
    """Give a name in one width with its case kept; circled digits stay as they are."""
    text = "".join(
        char if "\u2460" <= char <= "\u2473" else unicodedata.normalize("NFKC", char)
        for char in unicodedata.normalize("NFC", text[:_LONGEST])
    )
    return text[:_LONGEST].translate(_DASHES)


_LONG_LEGAL = {
    "株": "株式会社", "有": "有限会社", "同": "合同会社", "一社": "一般社団法人",
    "一財": "一般財団法人", "公財": "公益財団法人", "公社": "公益社団法人", "独": "独立行政法人",
    "学": "学校法人", "福": "社会福祉法人", "社": "社団法人", "財": "財団法人",
    "特非": "特定非営利活動法人", "医": "医療法人",
}  # fmt: skip
_SHORT_LEGAL = re.compile(rf"\(({'|'.join(sorted(_LONG_LEGAL, key=len, reverse=True))})\)")


_LEAST_NEAR = 3  # signs of a name that may be a slip of the pen for another one

# --- the roster -----------------------------------------------------------------------------


def stable_id(key: str) -> str:
    """Give an id for a respondent without a code: the same for the same name, every month."""
    return f"x-{hashlib.sha256(key.encode()).hexdigest()[:_ID_DIGITS]}"


def body_id(entry: RosterEntry) -> str:
    """Give the id of a body on the roster: its code, else one made from its name."""
    return entry.code or stable_id(fold_name(entry.name))


def entry_id(entry: RosterEntry) -> str:
    """Give the id of a roster entry: that of its body and, where it has one, of its project."""
    return unit_id(body_id(entry), entry.project)


def same_body(entries: Sequence[RosterEntry]) -> list[int]:
    """Give for each entry the place of the first one of its body: same code or same name."""
    first: dict[str, int] = {}
    places: list[int] = []
    for number, entry in enumerate(entries):
        keys = [f"name {fold_name(entry.name)}", *([f"code {entry.code}"] if entry.code else ())]
        place = min((first[key] for key in keys if key in first), default=number)
        for key in keys:
            first.setdefault(key, place)
        places.append(place)
    return places


class NameIndex:
    """Finds roster entries by code, name and 別名. What fits two bodies fits none.

    Of a body with several projects the first entry stands for all.
    """

    def __init__(self, entries: Sequence[RosterEntry]) -> None:
        """Index the entries of a roster."""
        self._codes: dict[str, set[int]] = {}
        self._names: dict[str, set[int]] = {}
        self._looser: dict[str, set[int]] = {}  # without prefecture
        self._bare: dict[str, set[int]] = {}  # and without 市, 町 …
        self._entries = tuple(entries)
        for number, entry in zip(same_body(entries), entries, strict=True):
            if entry.code:
                self._codes.setdefault(_code(entry.code), set()).add(number)
            for name in (entry.name, *entry.aliases):
                key = fold_name(name)
                self._add(self._names, key, number)
                self._add(self._looser, without_prefecture(key), number)
                bare = re.sub(r"(?<=..)[市区町村県]$", "", without_prefecture(key))
                self._add(self._bare, bare, number)
        lengths = {len(key) for key in (*self._names, *self._looser, *self._bare)}
        self._lengths = sorted(lengths, reverse=True)

    @staticmethod
    def _add(keys: dict[str, set[int]], key: str, number: int) -> None:
        if key:
            keys.setdefault(key, set()).add(number)

    def _whole(self, key: str) -> set[int]:
        return self._names.get(key) or self._looser.get(key) or set()

    def _numbers(self, key: str) -> set[int]:
        return self._whole(key) or self._bare.get(key) or set()

    def names(self) -> Iterator[tuple[str, RosterEntry]]:
        """Give each folded name that means one entry alone."""
        for key in {*self._names, *self._looser, *self._bare}:
            found = self._only(self._numbers(key))
            if found is not None:
                yield key, found

    def by_code(self, code: str) -> RosterEntry | None:
        """Give the entry of that code, also where one of them has lost its first zero."""
        found = self._codes.get(_code(code)) or self._codes.get(_code(other_spelling(code)))
        return self._only(found or set())

    def by_name(self, name: str) -> RosterEntry | None:
        """Give the entry whose name, 別名 or code this is, in whatever spelling."""
        key = fold_name(name)
        if key in self._names:
            return self._only(self._names[key])
        found = self._numbers(key) or self._numbers(without_prefecture(key))
        return self._only(found) or self.by_code(name)

    def is_name(self, name: str) -> bool:
        """Tell whether this is a name or 別名 of one entry, no abbreviation of it."""
        return self._only(self._names.get(fold_name(name), set())) is not None

    def near(self, name: str) -> RosterEntry | None:
        """Give the one entry whose name differs from this one in a single sign; never a match."""
        key = fold_name(name)
        if len(key) < _LEAST_NEAR:
            return None
        found: set[int] = set()
        for other, numbers in self._names.items():
            if len(other) >= _LEAST_NEAR and OSA.distance(key, other, score_cutoff=1) == 1:
                found |= numbers
        return self._only(found)

    def within(self, text: str) -> RosterEntry | None:
        """Give the one entry whose name stands in a longer text as a word of its own."""
        found = self.all_within(text)
        return found[0] if len(found) == 1 else None

    def all_within(self, text: str) -> tuple[RosterEntry, ...]:
        """Give every entry whose name stands in a longer text as a word of its own.

        東・西野原町 names 東野原町 too. A prefecture before its town is part of the address.
        Abbreviations (若葉) count where no whole name stands there, a code only without either.
        """
        spaced = _spaced(text)
        places = self._places(spaced)
        named: list[set[int]] = []
        for start, end in _without_addresses(spaced, self._telling(spaced, places)):
            named += [self._elided(spaced, start, end), self._numbers(spaced[start:end])]
        found = dict.fromkeys(n for numbers in named if len(numbers) == 1 for n in numbers)
        if not places:
            only = self._code_within(spaced)
            return () if only is None else (only,)
        return tuple(self._entries[number] for number in found)

    def _places(self, spaced: str) -> list[tuple[int, int]]:
        """Give where names stand in a folded text, longer ones taken first, in their order."""
        covered: list[tuple[int, int]] = []
        for length in self._lengths:
            for start in range(len(spaced) - length + 1):
                end = start + length
                if (
                    self._numbers(spaced[start:end])
                    and not any(a <= start and end <= b for a, b in covered)
                    and _stands_alone(spaced, start, end)
                ):
                    covered.append((start, end))
        return sorted(covered)

    def _telling(self, spaced: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Leave out abbreviations beside whole names, but for one right before (若葉・西野原町).

        What is like one behind a town's name may be a person's.
        """
        whole = {place for place in places if self._whole(spaced[place[0] : place[1]])}
        before = {spaced[:start].rstrip("|") for start, _ in whole}
        kept = [place for place in places if place in whole or spaced[: place[1]] in before]
        return kept if whole else places

    def _elided(self, spaced: str, start: int, end: int) -> set[int]:
        """Give whom 東 means before ・西野原町: the name that it makes with the latter half."""
        before = re.search(r"(?:^|\|)([^|\d]{1,4})\|$", spaced[:start])
        if before is None:
            return set()
        name = spaced[start:end]
        halves = (before[1] + name[cut:] for cut in range(1, len(name)))
        return next((numbers for half in halves if (numbers := self._whole(half))), set())

    def _code_within(self, spaced: str) -> RosterEntry | None:
        """Find a code among the words of a name; short numbers there are mere numbering."""
        words = {word for word in spaced.split("|") if len(word) >= 5 or not word.isdigit()}
        found: set[int] = set().union(*(self._codes.get(word, set()) for word in words))
        return self._only(found)

    def _only(self, numbers: set[int]) -> RosterEntry | None:
        return self._entries[next(iter(numbers))] if len(numbers) == 1 else None


def _without_addresses(spaced: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out a prefecture right before its town: 白峰県若葉市 names one body."""
    return [
        (start, end)
        for number, (start, end) in enumerate(places)
        if not (
            spaced[end - 1] in "都道府県"
            and number + 1 < len(places)
            and spaced[end : places[number + 1][0]] in {"", "|"}
            and spaced[places[number + 1][1] - 1] in "市区町村"
        )
    ]


def _code(text: str) -> str:
    return fold(text).translate(_DASHES).replace(" ", "")


_AND = "(?:と|及び|および|並びに|ならびに)"
_BEFORE = re.compile(
    rf"(?:^|[|0-9の]|\d[回版]|(?:都|道|府|県|郡)|[市区町村]{_AND}|{_OWN_WORDS}|{_WEAK_WORDS})$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"$|[|0-9]|{_AND}|役所|役場|庁|長|様|御中|殿|さん|の|版|分|提出|(?!.*(?:{_BODY}))[^|]{{1,16}}(?:{_UNIT})(?:$|[|(]|{_STRONG})|"
    rf"{_STRONG}|{_WEAK_WORDS}",
    re.IGNORECASE,
)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is a whole word: 津市 does not stand in 大津市."""
    before, after = text[:start], text[end:]
    if text[start].isascii() and before[-1:].isascii() and before[-1:].isalnum():
        return False
    if text[end - 1].isascii() and after[:1].isascii() and after[:1].isalnum():
        return False
    latin_before = before[-1:].isascii() and before[-1:].isalpha()
    latin_after = after[:1].isascii() and after[:1].isalpha()
    fits_before = latin_before or bool(_BEFORE.search(before[-24:]))
    return fits_before and (latin_after or bool(_AFTER.match(after)))
