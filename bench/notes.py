"""Notes that hardly two people write alike, as real ones: whatever remembers by text gains nothing.

A note names who does what, with whom and under which number. Of the 26,700 notes of 600 returns
22,000 stand once; the others are those that a hand writes by itself.
"""

import random
from dataclasses import replace

from sample.hands import Entry

from pipeline.model import Status

_SHARE = 0.75  # of the answers have a note
_OFFICES = (
    "総務課", "情報政策課", "デジタル推進室", "企画財政課", "危機管理課", "防災安全課",
    "都市整備部スマートシティ推進室", "市長公室", "DX戦略課", "管財契約課", "まちづくり推進課",
)  # fmt: skip
_WORKS = (
    "サーバ室の入退室記録", "委託先の点検表", "職員向けの研修資料", "連絡網", "機器の台帳",
    "外部接続の構成図", "運用手順書", "監視カメラの映像の扱い", "センサーの更新計画",
    "データ連携基盤の利用規約", "インシデント対応手順", "パスワードの管理基準", "バックアップ",
)  # fmt: skip
_DONE = (
    "{office}で{work}を整え、第{n}版を{m}月{d}日付けで庁内{k}課に配りました。",
    "{work}は{office}の{k}名で四半期に1回見直しており、直近は{d}日に確認しています（記録No.{n}）。",
    "令和{y}年度に{office}が{work}を定め、{k}事業者すべてに文書{n}号で通知した。",
    "{work}を共有フォルダ（番号{n}）に置き、{office}と受託者{k}社が見られるようにしている。",
)
_PLANNED = (
    "{office}が{work}の案を作っており、{k}社と協議のうえ仕様をまとめます（整理番号{n}）。",
    "{work}に{n}千円を補正予算で要求中。{office}の担当{k}名で準備を進めています。",
    "現在{work}は{k}か所のうち一部だけのため、{office}で残りを進める。文書番号{n}。",
    "他市{k}団体の例を集めているところで、{work}は{office}の次の会議（第{n}回）に諮る。",
)
_NOT_PLANNED = (
    "{office}に該当する機器が{k}台しかなく、{work}は個別に扱っているため（台帳{n}）。",
    "{work}は県の共同利用（契約{n}号）に含まれており、{office}だけでは行わない。",
    "{office}の職員が{k}名で手が足りず、{work}の優先順位を下げている。検討番号{n}。",
)
_WORDS = {Status.DONE: _DONE, Status.PLANNED: _PLANNED, Status.NOT_PLANNED: _NOT_PLANNED}


def annotated(entry: Entry, dice: random.Random) -> Entry:
    """Give an entry with a note of its own, where it may have one; one that tells a month stays."""
    told = _WORDS.get(entry.status)
    if told is None or (entry.note and entry.due) or dice.random() >= _SHARE:
        return entry
    note = dice.choice(told).format(
        office=dice.choice(_OFFICES), work=dice.choice(_WORKS), n=dice.randrange(10, 10_000),
        k=dice.randrange(2, 30), m=dice.randrange(4, 12), d=dice.randrange(1, 29),
        y=dice.randrange(5, 9),
    )  # fmt: skip
    return replace(entry, note=note)
