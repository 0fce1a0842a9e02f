"""DuckDB takes half of the memory there is, or what the environment says, and waits for the disk but in a copy."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dbt_tools.machine_share import Plugin, half_of_memory
from recmail.build import replaced_by_copy


def config_of(monkeypatch: pytest.MonkeyPatch, path: Path = Path("shop.duckdb"), **environment: str) -> dict:
    for name in ("RECMAIL_MEMORY", "RECMAIL_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    config: dict = {}
    Plugin.create("dbt_tools.machine_share").update_connection_config(SimpleNamespace(path=str(path)), config)
    return config


def test_half_of_the_memory_and_all_cores(monkeypatch):
    assert config_of(monkeypatch) == {"memory_limit": half_of_memory()}
    assert re.fullmatch(r"[1-9]\d*MiB", half_of_memory())


def test_the_environment_decides(monkeypatch):
    assert config_of(monkeypatch, RECMAIL_MEMORY="4GB", RECMAIL_THREADS="1") == {
        "memory_limit": "4GB",
        "threads": "1",
    }


def test_a_container_has_less_than_the_machine(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{2**30}\n")
    monkeypatch.setattr("dbt_tools.machine_share.CONTAINER_LIMIT", limit)
    assert half_of_memory() == "512MiB"
    limit.write_text("max\n")
    assert half_of_memory() != "512MiB"


def test_only_a_copy_that_is_thrown_away_after_a_crash_waits_for_no_disk(monkeypatch, tmp_path):
    warehouse = tmp_path / "shop.duckdb"
    assert "fsync_mode" not in config_of(monkeypatch, warehouse)
    with replaced_by_copy(warehouse) as copy:
        assert config_of(monkeypatch, copy)["fsync_mode"] == "NONE"
        assert "fsync_mode" not in config_of(monkeypatch, copy.with_name("other.duckdb"))


def test_a_copy_is_on_the_disk_before_it_is_the_warehouse(monkeypatch, tmp_path):
    warehouse, written = tmp_path / "shop.duckdb", []
    monkeypatch.setattr("recmail.build.write_out", lambda file: written.append((file, warehouse.exists())))
    with replaced_by_copy(warehouse) as copy:
        copy.write_text("built")
    assert written == [(copy, False)] and warehouse.read_text() == "built"
