"""How often a law is tried: a little after each change, much in a thorough run."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

__all__ = ["load_profiles", "tried"]

_QUICK, _THOROUGH = 100, 500


def load_profiles() -> None:
    """Register the profiles `quick`, which is usual, and `thorough`.

    How long an example takes depends on the machine, not on the program: there is no deadline. The
    quick run is the same each time; a thorough one, asked for with `--hypothesis-profile=thorough`,
    draws new examples.
    """
    settings.register_profile("quick", deadline=None, max_examples=_QUICK, derandomize=True)
    settings.register_profile("thorough", deadline=None, max_examples=_THOROUGH)
    settings.load_profile("quick")


def tried(times: int, **more: Any) -> settings:
    """Try a law whose examples are costly so often, and as much more often in a thorough run."""
    return settings(max_examples=times * settings().max_examples // _QUICK, **more)
