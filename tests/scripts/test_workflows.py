"""The workflows do nothing that cannot be tried without GitHub, and nothing that they need not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
WRITES = {
    "comment.yml": {"comment": {"pull-requests"}},
    "nightly.yml": {
        "measure": {"contents"},
        "publish": {"pages", "id-token"},
        "tickets": {"issues"},
    },
    "release.yml": {"release": {"contents"}},
}


def read(file):
    # YAML reads the key `on` as true.
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}


def targets():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^\.PHONY: ([a-z-]+)$", text, re.MULTILINE))


def steps(file):
    return [step for job in read(file)["jobs"].values() for step in job["steps"]]


def test_there_are_the_five():
    names = {file.stem for file in FILES}
    assert names == {"tests", "pull-request", "comment", "nightly", "release"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_work_is_a_target_of_make(file):
    known = targets()
    commands = [step["run"] for step in steps(file) if "run" in step]
    assert commands
    for command in commands:
        assert re.fullmatch(r"make [a-z-]+", command), command
        assert command.removeprefix("make ") in known


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_actions_are_pinned_by_commit(file):
    used = [step["uses"] for step in steps(file) if "uses" in step]
    assert used
    assert all(PINNED.fullmatch(action) for action in used)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_job_may_write_only_what_it_must(file):
    workflow = read(file)
    assert workflow["permissions"] == {}
    allowed = {}
    for name, job in workflow["jobs"].items():
        written = {what for what, how in job["permissions"].items() if how == "write"}
        if written:
            allowed[name] = written
    assert allowed == WRITES.get(file.name, {})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_job_ends(file):
    assert all(job["timeout-minutes"] <= 180 for job in read(file)["jobs"].values())


def test_a_pull_requests_code_gets_no_token_that_writes():
    for file in FILES:
        workflow = read(file)
        assert "pull_request_target" not in workflow["on"]
        if "pull_request" in workflow["on"]:
            for job in workflow["jobs"].values():
                assert set(job["permissions"].values()) == {"read"}
    checkouts = [
        step for step in steps(ROOT / ".github" / "workflows" / "comment.yml")
        if step.get("uses", "").startswith("actions/checkout@")
    ]  # fmt: skip
    assert all("ref" not in step["with"] for step in checkouts)


def test_a_night_is_not_cut_off():
    workflow = read(ROOT / ".github" / "workflows" / "nightly.yml")
    assert workflow["concurrency"]["cancel-in-progress"] is False


def test_zizmor_would_find_what_is_wrong(tmp_path):
    file = tmp_path / "wrong.yml"
    file.write_text(
        "on: pull_request_target\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    zizmor = Path(sys.executable).parent / "zizmor"
    command = [zizmor, "--offline", "--quiet", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "template-injection" in done.stdout
