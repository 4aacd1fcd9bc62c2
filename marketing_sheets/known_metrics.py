"""A metric as the registry knows it: its names, which way is good, how it adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .languages import Text

__all__ = [
    "DIMENSIONS",
    "LEVELS",
    "ROLLUPS",
    "UNITS",
    "Dimension",
    "KnownMetric",
    "Level",
    "Rollup",
    "Unit",
]

Unit = Literal["number", "money", "percent", "ratio"]
UNITS: tuple[Unit, ...] = get_args(Unit)
Level = Literal["result", "process", "base"]
LEVELS: tuple[Level, ...] = get_args(Level)
Dimension = Literal["traffic", "conversion", "spread", "revenue", "cost", "experience"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
# A sum; a ratio of sums, never averaged; or the latest value, as an index has no sum.
Rollup = Literal["sum", "ratio", "latest"]
ROLLUPS: tuple[Rollup, ...] = get_args(Rollup)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMetric:
    """A metric known by name, whether or not a table holds what it is made of.

    `aliases` are names as people write them. `source` says where its definition is from. One with
    `stands_for` is a name for several: which, the choice made in `setting` says. The names of one
    that `reverses` turn what they stand with: of costs less is better, of a fall in costs more.
    """

    id: str
    label: Text
    aliases: tuple[str, ...] = ()
    unit: Unit = "number"
    direction: Literal["higher", "lower"] = "higher"
    rollup: Rollup = "sum"
    level: Level | None = None
    dimension: Dimension | None = None
    source: str = ""
    setting: str | None = None
    stands_for: Mapping[str, str] = field(default_factory=dict)
    reverses: bool = False

    def __hash__(self) -> int:
        """Hash by what tells it apart, for texts cannot be hashed."""
        return hash((self.id, self.aliases))

    @property
    def names(self) -> tuple[str, ...]:
        """Its labels and aliases, each once."""
        return tuple(dict.fromkeys((*self.label.values(), *self.aliases)))
