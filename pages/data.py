"""docs/data.md, generated from the columns of the data files and the words of コード表."""

from collections.abc import Iterable

from pipeline.write.codes import VALUES
from pipeline.write.declared import TABLES


def render_data_page() -> str:
    """Give docs/data.md: the columns of the data files, in the words of コード表."""
    parts = [
        "# data フォルダの列\n\n"
        "集計表の「コード表」と同じ内容です。CSV と Parquet の列は同じで、新しい列は右に増えます。"
        "このページは `make docs` が作ります。\n",
    ]
    for name, columns in TABLES.items():
        lines = [(one.name, one.means) for one in columns if one.name]
        parts.append(_page_table(f"{name}.csv", "列", lines))
    for title, (_, words) in VALUES.items():
        parts.append(_page_table(title, "コード", [pair for pair in words.items() if pair[0]]))
    return "\n".join(parts)


def _page_table(title: str, head: str, lines: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"| `{key}` | {meaning} |\n" for key, meaning in lines)
    return f"## {title}\n\n| {head} | 意味 |\n|---|---|\n{rows}"
