"""Read on a Dask cluster that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from ..errors import UsageError

__all__ = ["dask_executor"]

_PATIENCE = 10  # seconds to wait for a scheduler


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """Give an executor on the cluster whose scheduler listens at `address`.

    Its workers need this library and the files under the same paths. Raises UsageError where
    `distributed` is not installed or the scheduler cannot be reached.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra that few have installed
    except ImportError as error:
        raise UsageError("dask_missing") from error
    connect: Any = Client  # it has no types
    try:
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise UsageError("dask_unreachable", address=address, reason=reason) from error
    with client:
        # A workbook is read as often as it is asked for: it may have changed since.
        yield client.get_executor(pure=False)
