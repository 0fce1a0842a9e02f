"""The page docs/architecture.md, from dbt's manifest and the rooms of dbt-bouncer.yml."""

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import yaml
from dbt.contracts.graph.manifest import Manifest

from dbt_tools.project import project_directory

Node = dict
INTRODUCTION = """\
<!-- Written by `make docs` from dbt's manifest and dbt-bouncer.yml; edit these, not this file. -->
# Architecture

The folders of `models/` are rooms in the order of the flow: a model reads its own room and those before it, and
`make lint` holds every model to that (dbt-bouncer.yml). The schema in the warehouse is named as the room's last folder,
but for the rooms within one.

{models} models ({materializations}), {data_tests} data tests, {unit_tests} unit tests, {seeds} seeds, {macros} macros;
the longest path from an input to a mart has {longest} models.

## Rooms
"""


def architecture_page(parsed: Manifest) -> str:
    manifest = parsed.writable_manifest().to_dict(omit_none=False)
    rooms = rooms_in_order(project_directory() / "dbt-bouncer.yml")
    names = [room["room"] for room in rooms]
    models = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["package_name"] == "recmail"
    }
    of_room = {key: room_of(node["original_file_path"], names) for key, node in models.items()}
    parents = {
        key: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for key, node in models.items()
    }
    tests = tests_per_model(manifest, models)
    path = longest_path(parents)
    materializations = Counter(node["config"]["materialized"] for node in models.values())
    # tests of adapters that are off stay in the manifest
    counts = Counter(
        node["resource_type"] for node in manifest["nodes"].values() if node["config"]["enabled"]
    )
    introduction = INTRODUCTION.format(
        models=len(models),
        materializations=", ".join(f"{count} {name}" for name, count in materializations.most_common()),
        data_tests=counts["test"],
        unit_tests=len(manifest["unit_tests"]),
        seeds=counts["seed"],
        macros=sum(macro["package_name"] == "recmail" for macro in manifest["macros"].values()),
        longest=len(path),
    )
    return "\n".join(
        [
            introduction,
            *room_table(rooms, models, of_room, parents, tests),
            "",
            "## The longest path",
            "",
            " → ".join(f"`{models[key]['name']}`" for key in path),
            "",
            "## Models",
            *model_lists(rooms, models, of_room),
        ]
    )


def rooms_in_order(bouncer: Path) -> list[dict]:
    checks = yaml.safe_load(bouncer.read_text(encoding="utf-8"))["manifest_checks"]
    (rooms,) = [check["rooms"] for check in checks if "rooms" in check]
    return rooms


def room_of(path: str, names: list[str]) -> str:
    """The longest room name that the model's folder begins with; dbt-bouncer has seen to it that there is one."""
    folder = path.removeprefix("models/").rpartition("/")[0]
    return max((name for name in names if folder == name or folder.startswith(f"{name}/")), key=len)


def tests_per_model(manifest: Node, models: dict[str, Node]) -> Counter:
    """Data tests by the model they are on, unit tests by the model they test."""
    tests = Counter(
        node.get("attached_node") for node in manifest["nodes"].values() if node["resource_type"] == "test"
    )
    by_name = {node["name"]: key for key, node in models.items()}
    tests.update(by_name[test["model"]] for test in manifest["unit_tests"].values())
    return tests


def longest_path(parents: dict[str, list[str]]) -> list[str]:
    """From first to last; of several the first by name."""

    @cache
    def path_to(key: str) -> tuple[str, ...]:
        return max((path_to(parent) for parent in sorted(parents[key])), key=len, default=()) + (key,)

    return list(max((path_to(key) for key in sorted(parents)), key=len, default=()))


def room_table(rooms, models, of_room, parents, tests) -> list[str]:
    reads = defaultdict(set)
    for key, read in parents.items():
        reads[of_room[key]] |= {of_room[parent] for parent in read} - {of_room[key]}
    order = [room["room"] for room in rooms]
    lines = ["| room | holds | models | tests | reads |", "| --- | --- | --- | --- | --- |"]
    for room in rooms:
        inside = [key for key in models if of_room[key] == room["room"]]
        read = ", ".join(short(name) for name in sorted(reads[room["room"]], key=order.index))
        cells = (f"`{room['room']}`", room["holds"], len(inside), sum(tests[key] for key in inside), read)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


def model_lists(rooms, models, of_room) -> list[str]:
    lines = []
    for room in rooms:
        inside = sorted(
            (node["name"], node["description"])
            for key, node in models.items()
            if of_room[key] == room["room"]
        )
        if inside:
            lines += ["", f"### {room['room']}", ""]
            lines += [f"- `{name}`: {first_sentence(description)}" for name, description in inside]
    return lines


def first_sentence(description: str) -> str:
    text = " ".join(description.split())
    return text.partition(". ")[0].rstrip(".") + "."


def short(room: str) -> str:
    return room.removeprefix("intermediate/")
