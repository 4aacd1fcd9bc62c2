"""A function of the formula language as a record, and what it gets from the walk that meets it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..records import Array, SheetRecords
from ..template import TableSheet, Template
from .language import Vector, texts

# A date is a figure: it is a number of days. Nobody knows beforehand what "any" holds.
Kind = Literal["figure", "text", "test", "any"]


@dataclass(frozen=True, slots=True)
class Call:
    """A function called in an expression of a sheet."""

    node: ast.Call
    sheet: TableSheet
    template: Template


class ExcelCall(Call, ABC):
    """A call that is being compiled."""

    @abstractmethod
    def text(self, at: int = 0) -> str:
        """Return an argument as it stands."""

    @abstractmethod
    def source(self, name: str) -> str:
        """Return a reference to a column people type in, "" where it does not matter."""

    @abstractmethod
    def figure(self, at: int = 0) -> str:
        """Return an argument to be calculated with."""

    @abstractmethod
    def count(self, at: int = 0) -> str:
        """Return how many columns of an argument have a number in the row."""

    @abstractmethod
    def reason(self, code: str) -> str:
        """Return what the cell shows for a reason."""

    @abstractmethod
    def label(self, item: str) -> str:
        """Return what the cell shows for a choice."""

    @abstractmethod
    def is_choice(self, at: int, item: str) -> str:
        """Return a test whether an argument is a choice, however it is spelled."""


@dataclass(frozen=True, slots=True)
class VectorCall(Call, ABC):
    """A call that is being computed, row by row; `attributes` are those of each list's entries."""

    records: SheetRecords
    attributes: Mapping[str, Mapping[str, Mapping[str, str]]]

    @abstractmethod
    def vector(self, at: int = 0) -> Vector:
        """Return the values of an argument."""

    @abstractmethod
    def vectors(self) -> list[Vector]:
        """Return the values of all arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a function is in Excel and in Python.

    `arity` is the least and the largest number of arguments; `takes` and `gives` tell what these
    have to be and what comes of them. One that `calculates` is part of the arithmetic around it:
    where an operand is no number nothing is computed. One that `compares` says itself why there is
    nothing to compare. One that `reads` makes something of the text in its operands, numbers or
    not; in Excel it `may_fail` at it, which leaves the cell blank.
    """

    excel: Callable[[ExcelCall], str]
    vector: Callable[[VectorCall], Vector]
    arity: tuple[int, int] = (1, 1)
    takes: Kind = "any"
    gives: Kind = "figure"
    calculates: bool = False
    compares: bool = False
    reads: bool = False
    may_fail: bool = False


def filled(values: Array) -> Vector:
    """Return values of which none is missing."""
    return Vector(values, np.zeros(len(values), dtype=np.int8))


def cutter(
    excel: Callable[[str], str], cut: Callable[[str], str], *, may_fail: bool = False
) -> Function:
    """Return a function that cuts a text out of a text."""
    return Function(
        excel=lambda call: excel(call.text()),
        vector=lambda call: texts(call.vector(), cut),
        gives="text",
        reads=True,
        may_fail=may_fail,
    )
