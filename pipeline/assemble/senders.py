"""Whose mail it is: the roster's mail addresses, and the domains that one body alone uses."""

from collections.abc import Iterable

from pipeline.model import RosterEntry, SourceFile
from pipeline.texts.addresses import addresses
from pipeline.texts.tables import table_of

_TABLE = table_of(__file__, "mail_domains")["shared"]
_REGISTRY = frozenset(_TABLE["registry"])
_SHARED = frozenset(
    domain for kind, domains in _TABLE.items() if kind != "registry" for domain in domains
)


class Senders:
    """Tells the body that a mail comes from."""

    def __init__(self, of_bodies: Iterable[tuple[RosterEntry, RosterEntry]], own: str):
        """Index the addresses of entries, each given behind the first one of its body.

        ``own`` is the coordinator's address: what it sends was passed on, and others at its domain
        are colleagues.
        """
        mine = {address.casefold() for address in addresses(own)}
        self._passing_on = mine
        self._bodies: dict[str, RosterEntry | None] = {}
        for body, entry in of_bodies:
            for address in addresses(entry.mail):
                folded = address.casefold()
                self._add(folded, body)
                if not _is_shared(_domain(folded)):
                    self._add(f"@{_domain(folded)}", body)
        for address in mine:
            self._bodies.pop(f"@{_domain(address)}", None)

    def _add(self, key: str, body: RosterEntry) -> None:
        """Remember a body; what two of them use tells neither."""
        known = self._bodies.setdefault(key, body)
        if known is not body:
            self._bodies[key] = None

    def body_of(self, source: SourceFile) -> RosterEntry | None:
        """Give the body whose mail brought a file; a copy that somebody passed on tells none.

        A mail that lies whole in another is its sender's, unless another body passed it on.
        """
        if source.passed_on and not source.bearers:
            return None
        body = self._of_address(source.sender)
        passing = map(self._of_address, source.bearers)
        return body if all(other in {None, body} for other in passing) else None

    def _of_address(self, sender: str) -> RosterEntry | None:
        if sender in self._passing_on:
            return None
        return self._bodies.get(sender) or self._bodies.get(f"@{_domain(sender)}")


def _domain(address: str) -> str:
    return address.partition("@")[2]


def _is_shared(domain: str) -> bool:
    """Tell a domain, or one below it, that many bodies use."""
    labels = domain.split(".")
    above = {".".join(labels[number:]) for number in range(len(labels))}
    return domain in _REGISTRY or not _SHARED.isdisjoint(above)
