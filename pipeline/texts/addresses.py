"""Mail addresses, and the office that the letters come from."""

import re
import unicodedata
from dataclasses import dataclass

# A local part with dots where RFC 5322 has none stands in many a mobile phone's address.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LONGEST = 254  # letters of an address that any server takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The office that asks, as ``[sender]`` of torimatome.toml says it; empty where it does not."""

    office: str = ""
    person: str = ""
    phone: str = ""
    mail: str = ""


NOBODY = Sender()
SENDER_KEYS = {"所属": "office", "担当": "person", "電話": "phone", "メール": "mail"}


def addresses(mail: str) -> tuple[str, ...]:
    """Give the mail addresses of a roster's field, also wide ones; whatever is none is left out."""
    found = dict.fromkeys(_ADDRESS.findall(unicodedata.normalize("NFKC", mail)))
    return tuple(address for address in found if len(address) <= _LONGEST)
