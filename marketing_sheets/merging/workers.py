"""Processes of our own that read workbooks, set up as the one that gives the orders.

What starts in them first is here, so that they load nothing heavy before they are set up.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """Give a pool of processes, gone when this is left, whatever the reason."""
    # Started afresh: a copy of this one could have copied another thread's locks.
    context = multiprocessing.get_context("spawn")
    absent = [name for name, module in sys.modules.items() if module is None]
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_serve, initargs=(gc.get_threshold(), absent)
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _serve(threshold: tuple[int, int, int], absent: list[str]) -> None:
    """Leave Ctrl-C to the process that gives the orders, and end when it ends, even if killed."""
    gc.set_threshold(*threshold)
    sys.modules |= dict.fromkeys(absent)  # type: ignore[arg-type]  # None: not to be found
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
