"""File names of returns without versions, dates and the form's own words: who is named there."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pipeline.model import Checklist
from pipeline.texts.respondents import (
    DASHES,
    HONORIFIC,
    LEGAL_FORM,
    LONGEST,
    ONLY_UNIT,
    PREFECTURE,
    is_organisation,
)

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
OWN_WORDS = (
    r"チェックシート|チェックリスト|チェック表|チェック|シート|check\s*_?-?(?:sheet|list)|chk|調査票|調査表|"
    r"回答(?:票|書|様式|用紙|欄|シート|表|ファイル|データ|結果|版|分|用|済み?|案)?|御?ご?回答|kaitou?|"
    r"アンケート|申請書?|照会|依頼|報告書?|提出(?:用|版|分|済み?|書類|資料|ファイル|データ)?|"
    r"(?:記入|入力|記載|作成|確認|決裁|押印|承認|受領|受付|送付|返信|返送|回収)"
    r"(?:済み?|用|版|後|分|欄|例|依頼|願い?|中)?|様式|別紙|別添|別記|資料(?!館)|添付(?:ファイル|資料)?|"
    r"自己点検|点検表|一覧表?|一式|データ|ファイル|原本|写し|正本|控(?![一-鿿])|清書|素案|たたき台|ドラフト|"
    r"エクセル|excel|microsoft|ワークシート|ワークブック|新規|無題|名称未設定|untitled|book\d*|sheet\d*|"
    r"担当者?|連絡先|宛|通知|メール|mail|その\d*|答(?![一-鿿])|pw(?:解除|付き?|有り?|なし)|見え消し版?|溶け込み版?|赤字(?:版)?|時点|現在|(?<=[市区町村社])案"
)
WEAK_WORDS = (
    r"セキュリティ|ガイドライン|スマートシティ|smart\s*city|security|導入|対策|調査|点検|状況|取組|について|"
    r"関する|に係る|に対する|国|省|総務省|令和|年度|推進|事業|情報"
)
_PARTICLES = r"[のはをへにとよりからまでよ年月日版用分案旧新号第枚目付]|\d|[-_|.()\s~〜]"
STRONG = f"{_FORM_NUMBER}|{OWN_WORDS}|{_VERSION}"
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
_NOISE_BEHIND = re.compile(rf"(?:{OWN_WORDS}|{_VERSION}|(?<![提起立])案)+$", re.IGNORECASE)
_LONG_LEGAL = {
    "株": "株式会社", "有": "有限会社", "同": "合同会社", "一社": "一般社団法人",
    "一財": "一般財団法人", "公財": "公益財団法人", "公社": "公益社団法人", "独": "独立行政法人",
    "学": "学校法人", "福": "社会福祉法人", "社": "社団法人", "財": "財団法人",
    "特非": "特定非営利活動法人", "医": "医療法人",
}  # fmt: skip
_SHORT_LEGAL = re.compile(rf"\(({'|'.join(sorted(_LONG_LEGAL, key=len, reverse=True))})\)")


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
        weak = [w for w in words if re.fullmatch(WEAK_WORDS, w, re.IGNORECASE)]
        strong = "|".join(re.escape(word) for word in words if word not in weak) or "(?!)"
        run = f"(?:{own}|{STRONG}|{WEAK_WORDS}|{_PARTICLES})"
        self._wholly = re.compile(f"{run}+", re.IGNORECASE)
        self._leading = re.compile(f"^{run}*(?:{strong}|{STRONG})[のは]?", re.IGNORECASE)
        self._trailing = re.compile(
            f"(?:の|\\s|{WEAK_WORDS})*(?:{strong}|{STRONG}){run}*$", re.IGNORECASE
        )
        self._weak_end = re.compile(f"(?<=[市区町村都道府県社])(?:{WEAK_WORDS})+$", re.IGNORECASE)
        self._own = re.compile(strong, re.IGNORECASE)
        # Whoever looks for a name in a file looks twice and more, one file after the other.
        self._remembered = lru_cache(maxsize=256)(self._clean)

    def clean(self, name: str) -> tuple[str, ...]:
        """Give what may be a respondent's name in a file or folder name, the likeliest first."""
        return self._remembered(name)

    def _clean(self, name: str) -> tuple[str, ...]:
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
            word = HONORIFIC.sub("", word)
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
        if result and PREFECTURE.match(result[-1] + word) and result[-1][-1] in "都道府県":
            result[-1] += word
        else:
            result.append(word)
    return result


def _is_part(rest: str) -> bool:
    """Tell a rest that would be the latter half of a company's name: 工業 of 更新工業株式会社."""
    found = LEGAL_FORM.search(rest)
    return found is not None and found.start() > 0


def _worth_keeping(word: str) -> bool:
    return sum(char.isalpha() for char in word) >= 2 or word == "津市"


def _likelihood(word: str) -> tuple[int, int]:
    """Rank tokens: organisations, then other words by length, then departments and persons."""
    if is_organisation(word):
        return (0, int(word[-1] in "都道府県"))
    if ONLY_UNIT.match(word):
        return (2, 0)
    return (1, -len(word))


def _plain(text: str) -> str:
    """Give a name in one width with its case kept; circled digits stay as they are."""
    text = "".join(
        char if "\u2460" <= char <= "\u2473" else unicodedata.normalize("NFKC", char)
        for char in unicodedata.normalize("NFC", text[:LONGEST])
    )
    return text[:LONGEST].translate(DASHES)
