"""A Dask cluster reads as this process would."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.books import DAILY, TAB, draw, table_of
from support.same_readings import difference

from marketing_sheets.errors import UsageError
from marketing_sheets.merging import dask_executor
from marketing_sheets.merging.reading import read_workbooks
from marketing_sheets.texts import LANGUAGES

# What the cluster's own parts say of each other while they start and stop is no concern of ours.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning:distributed"
)


@pytest.mark.slow
@pytest.mark.processes
def test_two_workers_of_a_local_cluster_read_the_files(tmp_path: Path) -> None:
    """The same readings in the same order, and the broken file listed."""
    distributed = pytest.importorskip("distributed")
    files = []
    for number in range(6):
        row = f"2024-06-01|小红书|20000|3200|12|3|{number}|4800|5000|"
        path = draw(tmp_path / f"{number}.xlsx", {TAB: [*table_of(DAILY), *table_of(row)]})
        files.append((f"部门/{number}.xlsx", path))
    files[2][1].write_bytes(b"broken")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, dask_executor(cluster.scheduler_address) as executor:
        read, skipped = read_workbooks(files, executor=executor)
    alone, left_out = read_workbooks(files, jobs=1)
    assert skipped == left_out
    for one, other in zip(alone, read, strict=True):
        assert difference(one.reading, other.reading) is None


def test_a_scheduler_that_is_not_there_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the address and shows what one looks like."""
    pytest.importorskip("distributed")
    monkeypatch.setattr("marketing_sheets.merging.reading._PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(UsageError) as caught, dask_executor(address):
            pass
        assert caught.value.code == "dask_unreachable"
        assert all(address in caught.value.describe(language) for language in LANGUAGES)


def test_without_the_extra_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The advice is the command to type."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as caught, dask_executor("tcp://127.0.0.1:9"):
        pass
    assert 'pip install "marketing_sheets[dask]"' in str(caught.value)
