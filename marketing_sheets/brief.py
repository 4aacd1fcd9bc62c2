"""How results show themselves: in one short line, and where a notebook asks, as `drawn`."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import fields
from functools import singledispatch
from reprlib import Repr
from typing import Any

# Characters of the line, and what of them the facts may take before the name gives way.
_LONGEST, _FACTS = 200, 140
_SHORT = Repr()
_SHORT.maxlevel, _SHORT.maxtuple, _SHORT.maxlist, _SHORT.maxdict = 2, 2, 2, 2
_SHORT.maxstring, _SHORT.maxother = 40, 60


class Brief:
    """A result whose `repr` is one line, `<Class name: facts>`, however much it holds.

    A class says its own name and facts in `_brief`; else its fields are told, each cut short. In
    notebooks it looks as `drawn` has it.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        # In the class itself, or a dataclass would make one that spells out all it holds.
        cls.__repr__ = Brief.__repr__  # type: ignore[method-assign]

    def _brief(self) -> tuple[object, str]:
        """Return its name, "" if it has none, and what a person wants to know of it."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        told = (f"{name}={_SHORT.repr(v)}" for name, v in values.items() if not _is_nothing(v))
        return "", ", ".join(told)

    def _repr_html_(self) -> str | None:
        return drawn(self)

    def __repr__(self) -> str:
        name, facts = self._brief()
        kind, facts = type(self).__name__, one_line(facts)
        facts = facts if len(facts) <= _FACTS else f"{facts[: _FACTS - 1]}…"
        shown = one_line(str(name))
        room = _LONGEST - len(kind) - len(facts) - len("< : >")
        if len(shown) > room:
            shown = f"{shown[: room // 2]}…{shown[len(shown) - room // 2 + 1 :]}"
        told = ": ".join(part for part in (shown, facts) if part)
        return f"<{kind} {told}>" if told else f"<{kind}>"


@singledispatch
def drawn(result: object) -> str | None:
    """Return a result as HTML for notebooks, None for one of which its line says enough.

    Rooms register how theirs are drawn.
    """
    del result
    return None


def one_line(text: str) -> str:
    """Return a text with all that is not printed as it stands, line breaks too, spelled out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def counted(**things: Sized | int) -> str:
    """Say how many there are of each thing, named in the singular: 1 alert, 12 problems."""
    counts = {name: n if isinstance(n, int) else len(n) for name, n in things.items()}
    return ", ".join(
        f"{count:,} {name.replace('_', ' ')}{'' if count == 1 else 's'}"
        for name, count in counts.items()
    )


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str | tuple | dict) and not value)
