"""What matters most this month (今月見るべき件): the classes of findings, gravest first."""

# (what the class is, its codes): answers that would be lost, respondents who sent nothing,
# answers that claim more than is true, plans that slip, doubtful forms, slips to mend, the rest.
ATTENTION = (
    ("読めない・回答のないファイル", ("F101", "F102", "F104", "F105", "F107")),
    ("未提出（全団体で1行）", ("B501",)),
    ("食い違い・後退", ("B511", "N402", "L202", "B506")),
    ("予定の遅れ", ("A308", "B507")),
    ("確かめたい様式", ("B505", "B510", "L207", "L206")),
    (
        "答え直してもらう項目",
        ("A301", "A302", "A303", "A304", "A305", "A307", "A309", "A313", "A314"),
    ),
    ("回答者の特定・個人情報", ("B509", "B502", "N405")),
)

LINES_PER_CODE = 3  # a code takes no more as long as others have something to say
