"""Examples that a shop copies from docs/ name commands that exist, in files that can be read."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from warehouse import ROOT

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
