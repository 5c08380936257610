"""Text files as people's editors save them."""

_MARKS = (b"\xff\xfe", b"\xfe\xff")  # Notepad's "Unicode"
_ENCODINGS = ("utf-8-sig", "cp932")


def saved_text(content: bytes) -> str:
    """Give the text of a file, whichever of Notepad's encodings it was saved in.

    `UnicodeDecodeError` where it is none of them. Line ends are "\\n".
    """
    *others, last = ("utf-16",) if content.startswith(_MARKS) else _ENCODINGS
    for encoding in others:
        try:
            return _lines_alike(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _lines_alike(content.decode(last))


def _lines_alike(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
