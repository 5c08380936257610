"""An item row as found on a sheet, before its columns are known."""

from dataclasses import dataclass

from pipeline.locate.index import Fit
from pipeline.model import MatchedBy


@dataclass(frozen=True, slots=True)
class ItemHit:
    """An item row: the cell that names the item, and how sure that is."""

    row: int
    column: int
    item_id: str
    fit: Fit
    matched_by: MatchedBy = MatchedBy.ID
