"""A month while 確認票 is carried out: with its decisions, then with the state of every finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.frame.findings import Findings
from pipeline.model import Batch
from pipeline.model.review import Bound, Decision, ReviewKey, Verdict
from pipeline.review.keys import Binder, Keys

_STANDING = (Verdict.ACCEPT, Verdict.SEND_BACK)  # the answer stays what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A month with the decisions carried out.

    ``source`` is the batch before, ``findings`` those of it; ``keys`` go with ``findings``, and
    ``binder`` made them. ``decisions`` are those in force, ``reopened`` the earlier ones about
    something written otherwise since.
    """

    batch: Batch
    source: Batch
    findings: Findings
    keys: Keys
    binder: Binder
    bound: tuple[Bound, ...] = ()
    extra: tuple[str, ...] = ()  # heads of columns that people added to the form
    decisions: Mapping[ReviewKey, Decision] = field(default_factory=dict)
    reopened: Mapping[ReviewKey, Decision] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Tell whether an answer was replaced or a rule has something to say of the form."""
        return self.batch is not self.source

    @property
    def says_otherwise(self) -> bool:
        """Tell whether rules may find something else now: not where all was let stand."""
        if not self.changed:
            return False
        stands = all(one.verdict in _STANDING for one in self.decisions.values())
        return not stands or self.batch.entry_problems != self.source.entry_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A month's findings with their states. ``closed`` need nothing more; ``resolved`` are gone.

    ``open_keys`` go with ``open`` and ``closed_keys`` with ``closed``.
    """

    open: Findings
    open_keys: Keys
    closed: Findings
    closed_keys: Keys
    resolved: Findings
