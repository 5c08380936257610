"""全国地方公共団体コード: a prefecture, a body, and a check digit of modulus 11 (six digits)."""

import re

_WEIGHTS = (6, 5, 4, 3, 2)
_FIVE = re.compile(r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{3}")  # without its check digit
_SIX = re.compile(r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}")


def is_local_code(code: str) -> bool:
    """Tell whether six digits are a code: the check digit is right, the prefecture one of 47."""
    if not _SIX.fullmatch(code):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code[:5], strict=True))
    return (11 - total % 11) % 10 == int(code[5])


def other_spelling(code: str) -> str:
    """Give a code with the zero it lost, or without it; empty where no check digit proves that.

    A number in Excel has no leading zero: 011002 becomes 11002.
    """
    if not re.fullmatch(r"0?[1-9][0-9]{4}", code) or not is_local_code(code.zfill(6)):
        return ""
    return code[1:] if len(code) == 6 else code.zfill(6)


def bare_codes(code: str) -> frozenset[str]:
    """Give the five digits that a code may stand for: with or without check digit or first zero."""
    if not re.fullmatch(r"[0-9]{4,6}", code):
        return frozenset()
    full, short = code.zfill(6), code.zfill(5)
    found = {full[:5]} if len(code) > 4 and is_local_code(full) else set()
    return frozenset(found | ({short} if _FIVE.fullmatch(short) else set()))
