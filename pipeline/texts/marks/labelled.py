"""A check cell printed with parts to fill in: 番号（　②　）予定月（　12月）."""

import re

from pipeline.texts.folding import fold

_FILL = r"[\s:(\[_【〔]*"
_CLOSE = r"[\s)\]_】〕]*"
_MONTH = r"[\d./年令和rh元来翌今末頃上中下旬月\s○◯〇まで_]*?"
_WHEN = r"(?:対応|実施|完了)?(?:予定(?:年?月|時期|日)?|(?:年?月|時期)(?=[\s】]*[:(\[_]|】))"
_PARTS = re.compile(
    rf"""
    [\s【]* (?P<label>(?:該当|回答|選択|対応|記入)?(?:番号|回答|選択|区分)欄?)? [\s】]*
    {_FILL} (?P<number>[\u2460-\u2473\d]{{0,2}}) \s* (?P<ordinal>番)? {_CLOSE}
    (?: (?:(?<=[\s)\]_】〕,、/])|(?=[\s【〔(,、/])) [\s,、/]*
        (?:\(?②の(?:場合|とき)(?:は|のみ)?[)、]?)?
        (?: [\s【〔(]* (?:{_WHEN}|(?<=[)、])) [\s】]*
            {_FILL} (?P<labelled>{_MONTH}) {_CLOSE}
          | \( (?P<bracketed>{_MONTH}) \) \s* )
    )?
    """,
    re.VERBOSE,
)
_WORDS = ("番", "回答", "選択", "区分")
_FILLED = re.compile(r"\d\s*(?:月|$)|[来翌今]")  # 令和8年　月 is not
_PRINTED = re.compile(r"[:(\[_【〔]")  # what marks a part as one to fill in


def without_labels(text: str) -> str | None:
    """Give what stands in a cell's parts as one answer: ②（12月); empty where nothing does.

    None for a text that is not printed like this, or that fills in a month and no number.
    """
    if not any(word in text for word in _WORDS):
        return None
    folded = fold(text)
    found = _PARTS.fullmatch(folded)
    if found is None or not (found["label"] or (found["ordinal"] and found["bracketed"])):
        return None
    part = found.groupdict("")
    number, month = part["number"], (part["labelled"] or part["bracketed"]).replace("_", "")
    if _FILLED.search(month):
        return f"{number}({month})" if number else None
    return number if number or _PRINTED.search(folded) else None
