"""What the fast suite tries a part of, and `make verify` whole, by TORIMATOME_EVERY_CASE."""

import os

EVERY_CASE = bool(os.environ.get("TORIMATOME_EVERY_CASE"))
_AT_LEAST = 8


def examples(whole: int) -> int:
    """Give how many examples by chance a property is asked about: a third of them here."""
    return whole if EVERY_CASE else max(whole // 3, min(whole, _AT_LEAST))
