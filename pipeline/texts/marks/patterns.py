"""What the texts of check cells look like, folded."""

import re

from pipeline.texts.folding import TICKS

ANY_CIRCLED = re.compile("[①-⑳]")
# What may stand before a number: what is asked, a sign that points, a sign that chooses.
BEFORE = re.compile(
    r"^(?:\(?(?:ご?回答(?:番号|欄)?|選択(?:肢|番号)?|該当番号|項番|番号|答え?|ans(?:wer)?|判定|(?:対応)?状況|選択欄|"
    r"チェック欄?|no\.?|全て|すべて|(?:当|本|弊)(?:市|町|村|県|社|団体|区|協議会))(?:は|が|で|:|=|-|\.|\))*)*[\s:=>→⇒・※'*#]*"
    rf"(?:[{''.join(sorted(TICKS))}]|丸|まる|マル)?"
)
# 1対応済み and 3社, but not 1 対応済み: a space says that the digit is the option.
JOINED = re.compile(r"\D*\d(?:[^\W\d_])")
ONLY_TICKS = re.compile(rf"[(\s]*[{''.join(sorted(TICKS - {'■'}))}]+[)\s]*")
LEAD = re.compile(
    r"(?P<circled>[①-⑳])|\((?P<paren>\d{1,2}|[①-⑳])\)"
    r"|(?P<plain>\d{1,4}(?:\.0)?)(?:番目?|号)?(?P<sep>[.:,、)]|[-・](?!\d)|(?<=[番目号])(?=\d)|/(?=[^\d末上中下])|$|(?=\()|(?= )|(?=[^\d月年日q期末/~.\-%割件つ個か四・&と]))"  # noqa: E501 - one pattern
)
JOINED_NUMBERS = re.compile(
    r"\(?[①-⑳\d]\)?(?:(?:\s|[・、,/&と~\-+→>⇒.()]|->|及び|または|又は|もしくは|or|and|か|から)+\(?[①-⑳\d]\)?)+\)?"
)
SEVERAL_AFTER = re.compile(
    r"(?:[\s・、,/&と~\-+→>⇒.]|及び|または|又は|もしくは|or|and|か)*"
    r"(?:[1-9]\)?|\([1-9]\)?(?![拠台名人回社箇か段要世層桁種]))(?![\d月年/~.\-末])"
)
# 2/10 is 2 October, ② in October or two options: nobody can tell. 1q is a quarter, or ① with a
# finger on the next key. 3か月 is a time that something takes.
TORN_NUMBERS = re.compile(r"\(?\d{1,2}[~/.\-]\d{1,2}\)?|[1-4]q|\d{1,2}(?:か月|年|週)間?")
DROPPED = re.compile(r"[、。,.・;!\s_…]|:$|^:")
# ①→ and ①－: a change begun, or an answer taken back.
DANGLING = re.compile(r"[\s→⇒←>=<\-~×/+]+")
HESITANT = re.compile(r"[①-③1-3]\s?[.・]{2,}")  # ①…
SEE_NOTE = re.compile(
    r"[※(]*(?:詳細は)?(?:別紙|別添|補足(?:説明)?欄?|備考欄?|右欄|右記)\d*(?:に記載|を?参照|の(?:とおり|通り))?\)?。?$"
)
WRAPPED = re.compile(r"\((?:[^)]+|(?:[^()]|\([^()]*\))+)\)")
EMPTY_BRACKETS = re.compile(r"\(~?\)")
DATE = re.compile(
    r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\(.\))?(?:\s?t?\d{1,2}:\d\d(?::\d\d)?)?|\d{1,2}月\d{1,2}日"
    r"|(?:令和|平成|令|r|h)\.?\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\(.\))?"
    r"|(?:19|20)\d\d-\d{1,2}"  # 2026-12: as programs write a month, and people do not
    r"|\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:-\d+)?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d+"
)
ERROR = re.compile(
    r"#(?:ref!?|n/a|value!?|name\??|div/0!?|num!?|null!?|spill!?|calc!?|#+|getting_data)|err:\d+"
)
NO_LETTER = re.compile(r"[\W_〇]+")
# 12月中 beside ① speaks of a plan; 12月3 is no month alone.
TERM_TO_COME = re.compile(r"(?:中|内|目途|目処|めど|いっぱい|一杯|月\d+)$")
# ①（12月実施） in November: last year's December, or a plan. 済 tells the past; 予定 has a row.
ACT = re.compile(
    r"対応|実施|策定|整備|導入|作成|反映|設定|制定|構築|実装|措置|適用|取得|改[定訂]|施行|公表|開始|完了|終了|運用|稼働|承認|決裁|決定|締結|契約|設置|任命|登録|移行|公開|改正|より|から|以降|と同じ|同様"
)
NO_LATE_ACT = re.compile(r"毎年|予定|これから|今後|済|ずみ|した|しており|している|して(?:い)?ます")
# 今年度対応済み speaks of what is done, although the year still runs.
RUNNING = re.compile(r"(?:今|本|当)(?:年度?|月)$")
# ログは1年間保存, 13か月保管: how long, not by when.
LENGTH = re.compile(r"\d{1,2}(?:年|か月|週)間?")
LISTED = re.compile("[、・]")  # R3制定、R5改正
KEPT = re.compile(r"保[存管]|経過|保証|(?:に1|毎の)回")
TO_COME = re.compile(r"[来翌明]年|再来|[来翌次明]年度|次年|翌々|来期")
BYGONE = re.compile(r"先月|前月|昨年|前年|去年|一昨年")
WRITTEN_MONTH = re.compile(r"\d月|\d[./\-]\d")
