"""DuckDB takes half of the memory there is, or what the environment says."""

import re

import pytest

from dbt_tools.machine_share import Plugin, half_of_memory


def config_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict:
    for name in ("RECMAIL_MEMORY", "RECMAIL_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    config: dict = {}
    Plugin.create("dbt_tools.machine_share").update_connection_config(None, config)
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
