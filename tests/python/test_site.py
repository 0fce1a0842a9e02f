"""Examples that a shop copies from docs/ name commands that exist, in files that can be read."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml
from warehouse import CONTRACTS, ROOT

from recmail.cli import main

EXAMPLES = sorted((ROOT / "orchestration").iterdir())
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
TOOLS = ROOT / "email_tools"
SITE = ROOT / "out" / "site"
CHROMIUM = shutil.which("chromium")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_can_be_read(path):
    if path.suffix == ".py":
        compile(path.read_text("utf-8"), path, "exec")
    elif path.suffix == ".yml":
        assert yaml.safe_load(path.read_text("utf-8"))["jobs"]
    else:
        subprocess.run(["sh", "-n", path], check=True)


@pytest.mark.parametrize("path", EXAMPLES + PAGES, ids=lambda path: path.name)
def test_commands_that_are_named_exist(path):
    text = path.read_text("utf-8")
    # as a shell has them, and as a list of Python strings has them
    words = re.sub(r"""["',]+\s*""", " ", text) if path.suffix == ".py" else text
    targets = set(
        re.findall(
            r"(?:^|[`;&|(] ?| )make ([a-z-]+)(?=[\s`)]|$)", "\n".join(code_of(words, path)), re.MULTILINE
        )
    )
    commands = set(re.findall(r"bin/recmail +([a-z-]+)", words))
    assert targets <= TARGETS
    assert commands <= set(main.list_commands(None))


def test_the_quickstart_names_every_column_that_a_table_cant_do_without():
    page = (ROOT / "docs" / "quickstart.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|(.*)\|$", page, re.MULTILINE)
    named = {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in rows}
    assert named.keys() == {contract.table_name for contract in CONTRACTS if contract.is_required}
    for contract in CONTRACTS:
        if contract.is_required:
            required = {column.name for column in contract.columns if column.meta.get("required")}
            assert required <= named[contract.table_name] <= {column.name for column in contract.columns}


@pytest.mark.parametrize(
    ("option", "is_made"),
    [
        ("AS_OF=2025-06-01", True),
        ("INPUT=shop", False),
        ("VARS={input_schema: raw_shop}", False),
        ("VARS={sources: [shopify], source_places: {shopify: /data/shopify}}", False),
    ],
)
def test_the_demos_inputs_are_made_only_for_builds_that_read_them(option, is_made):
    asked = ["make", "--dry-run", "--what-if=demo/make_inputs.py", "build", "train", option]
    # a make above this one would hand down its options and variables
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "INPUT", "AS_OF", "VARS")
    }
    done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert ("demo.make_inputs" in done.stdout) == is_made


def code_of(text: str, path) -> list[str]:
    """What is set as code in a page, and all of an example."""
    if path.suffix != ".md":
        return [text]
    return re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE) + re.findall(r"`([^`\n]+)`", text)


@pytest.mark.skipif(not SITE.exists(), reason=f"{SITE} is not there: make test builds it")
@pytest.mark.skipif(
    not (TOOLS / "node_modules" / ".installed").exists() or not CHROMIUM or not shutil.which("node"),
    reason="needs node, npm packages and Chromium: `make email-tools` installs them",
)
def test_the_site_is_searched_where_its_pages_are_opened_as_files():
    done = subprocess.run(
        ["node", TOOLS / "check.mjs", "site", CHROMIUM, SITE / "adapters.html", "unsubscribe storm"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["errors"] == found["requests"] == []
    assert str(SITE / "runbook.html") in found["pages"]
