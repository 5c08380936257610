"""Opening of encrypted workbooks with msoffcrypto: xlsx (standard, agile) and xls (RC4)."""

import io

import msoffcrypto  # no stubs; mypy is told so in pyproject.toml
from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

from pipeline.formats.refusal import Refused, broken
from pipeline.model import FileKind, UnreadableReason

# What Excel itself encrypts with where a workbook is protected against changes but not against
# opening ([MS-OFFCRYPTO] 2.1.12): everyone can open it, so must we.
_DEFAULT_KEY = "VelvetSweatshop"


def decrypt(content: bytes, kind: FileKind, passwords: tuple[str, ...]) -> bytes | None:
    """Give the content without its encryption, or None where it was never encrypted.

    Refused (PASSWORD) where none of the passwords fits.
    """
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(content))
        encrypted = office.is_encrypted()
    except Exception as error:
        # msoffcrypto trips over damage in any way
        if kind is FileKind.XLS:
            return None  # xlrd is the better judge of an .xls file
        raise broken(f"msoffcrypto: {error!r}") from error
    if not encrypted:
        return None
    failure = ""
    for password in (_DEFAULT_KEY, *passwords):
        output = io.BytesIO()
        try:
            office.load_key(password=password)
            office.decrypt(output)
        except (InvalidKeyError, DecryptionError) as error:
            failure = type(error).__name__
            continue
        except Exception as error:  # noqa: BLE001 - a wrong key may decrypt to rubbish and trip
            failure = repr(error)
            continue
        return output.getvalue()
    raise Refused(UnreadableReason.PASSWORD, f"no password fits ({failure})")
