"""Stand-in names of the public edition: made from a secret key, the same in every month.

Who knows all codes and names and this program, but not the key, can work out none of them.
"""

import contextlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import TorimatomeError
from pipeline.history.record import RUN

KEY_FILE = ".公開用の鍵"
_KEY_BYTES = 32
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0, 1: read aloud and typed
_SHORTEST = 5  # 33 million: of 2,000 names two share their letters in one case of 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases:
    """Gives stand-ins for ids, names and hashes. ``key`` never shows in a repr or a log."""

    key: bytes = field(repr=False)

    @property
    def number(self) -> str:
        """Tell which key it is, without telling the key: months of one number can be compared."""
        return self.digest("key", "")[:12]

    def digest(self, kind: str, text: str) -> str:
        """Give what stands for a text of a kind: equal for equal texts, and telling nothing."""
        message = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.key, message, "sha256").hex()

    def bodies(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Give the alias of each id: 団体K7Q2M, longer only where two would share one."""
        ids = [*dict.fromkeys(ids)]
        letters = {id_: _letters(self.digest("body", id_)) for id_ in ids}
        sizes = dict.fromkeys(ids, _SHORTEST)
        while True:
            shown = {id_: letters[id_][: sizes[id_]] for id_ in ids}
            shared = {name for name, count in Counter(shown.values()).items() if count > 1}
            if not shared:
                return {id_: f"団体{name}" for id_, name in shown.items()}
            for id_, name in shown.items():
                sizes[id_] += name in shared


def _letters(digest: str) -> str:
    number = int(digest, 16)
    return "".join(_LETTERS[number >> (5 * place) & 31] for place in range(4 * len(digest) // 5))


def aliases_for(outbox: Path) -> tuple[Aliases, tuple[str, ...]]:
    """Give the aliases of the key beside the months, which is made where there is none.

    The second value says what a coordinator has to know: that aliases are not those of the public
    editions made before. TorimatomeError where the key cannot be read: a new one would change
    every alias in silence.
    """
    path = outbox / KEY_FILE
    made = _make_key(path)
    aliases = Aliases(key=_key(path))
    earlier = _published(outbox)
    notices = []
    if earlier and aliases.number not in earlier[-1:]:
        lost = f"鍵（{path}）がなくなっていたため、新しく作りました。" if made else ""
        notices.append(
            f"{lost}配布用の団体の別名が、前に作った配布用（鍵の番号 {earlier[-1]}）と変わります。"
            "前の鍵の控えがあれば、戻してから作り直してください。"
        )
    elif made:
        notices.append(
            f"配布用の団体の別名を作る鍵（{path}）を新しく作りました。配布せず、消さずに"
            "保管してください（なくすと別名が変わります）。"
        )
    return aliases, tuple(notices)


def _make_key(path: Path) -> bool:
    """Write a new key where there is none; tell whether it is new."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="ascii", newline="\n") as file:
            file.write(f"{secrets.token_hex(_KEY_BYTES)}\n")
    except FileExistsError:
        return False
    except OSError as error:
        raise TorimatomeError(_unreadable(path)) from error
    return True


def _key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="utf-8-sig").strip())
    except (OSError, ValueError) as error:
        raise TorimatomeError(_unreadable(path)) from error
    if len(key) != _KEY_BYTES:
        raise TorimatomeError(_unreadable(path))
    return key


def _published(outbox: Path) -> list[str]:
    """Give the numbers of the keys of the public editions below outbox/, oldest month first."""
    numbers = []
    for run in sorted(outbox.glob(f"*/*/{RUN}")):
        with contextlib.suppress(OSError, ValueError):
            content = json.loads(run.read_text(encoding="utf-8"))
            if isinstance(content, dict) and content.get("aliases"):
                numbers.append(str(content["aliases"]))
    return numbers


def _unreadable(path: Path) -> str:
    return (
        f"配布用の団体の別名を作る鍵（{path}）を読めません。控えがあれば戻してください。"
        "控えがなければ、このファイルを消すと新しい鍵を作りますが、団体の別名は前の月と変わります。"
        "何も書き出していません。"
    )
