"""A frame that is walked through as a sequence of objects, each made when it is asked for."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self, TypeVar, overload

from pipeline.frame.columns import Frame, stacked, taken

Value_co = TypeVar("Value_co", covariant=True)
_BATCH = 4096  # objects there are at a time while all rows are walked through


class Rows(Sequence[Value_co]):
    """Values in an order; ``frame`` has a column for each of their fields."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @abstractmethod
    def made(self, column: Callable[[str], tuple[Any, ...]]) -> Iterable[Value_co]:
        """Give values; ``column`` gives one field of each of them."""

    def at(self, rows: Iterable[int] | slice) -> Iterator[Value_co]:
        """Give the values of some rows, in the order they are asked for."""
        chosen = rows if isinstance(rows, slice) else [*rows]

        def column(name: str) -> tuple[Any, ...]:
            coded = self.frame[name]
            return tuple(map(coded.values.__getitem__, coded.codes[chosen].tolist()))

        return iter(self.made(column))

    def take(self, rows: Any) -> Self:
        """Give some of the values; see `Coded.take`."""
        return type(self)(taken(self.frame, rows))

    def before(self, *others: Self) -> Self:
        """Give these values and others behind them."""
        frames = (self.frame, *(other.frame for other in others))
        return type(self)({name: stacked(*(f[name] for f in frames)) for name in self.frame})

    def __len__(self) -> int:
        return len(next(iter(self.frame.values())))

    @overload
    def __getitem__(self, row: int) -> Value_co: ...
    @overload
    def __getitem__(self, row: slice) -> Self: ...
    def __getitem__(self, row: int | slice) -> Value_co | Self:
        if isinstance(row, slice):
            return self.take(range(len(self))[row])
        return next(self.at((row,)))

    def __iter__(self) -> Iterator[Value_co]:
        for start in range(0, len(self), _BATCH):
            yield from self.at(slice(start, start + _BATCH))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list
