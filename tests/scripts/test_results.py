"""Results survive on their branch, whatever else was pushed to it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.repositories import git

ROOT = Path(__file__).resolve().parents[2]


class Clone:
    def __init__(self, folder, remote):
        git(folder.parent, "clone", "--quiet", str(remote), str(folder))
        self.folder = folder

    def write(self, **files):
        for name, text in files.items():
            file = self.folder / ".asv" / "results" / "runner" / f"{name}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def read(self):
        results = self.folder / ".asv" / "results"
        return {file.stem: file.read_text() for file in sorted(results.rglob("*.json"))}

    def results(self, command, *arguments):
        script = [sys.executable, "scripts/results.py", *arguments, command]
        return subprocess.run(script, cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
def remote(tmp_path):
    folder = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(folder))
    first = tmp_path / "first"
    git(tmp_path, "clone", "--quiet", str(folder), str(first))
    (first / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "results.py", first / "scripts")
    (first / ".gitignore").write_text(".asv/\n")
    git(first, "add", "--all")
    git(first, "commit", "--quiet", "--message", "Begin")
    git(first, "push", "--quiet", "origin", "HEAD:main")
    return folder


def test_what_is_kept_is_brought_back_into_another_clone(tmp_path, remote):
    one = Clone(tmp_path / "one", remote)
    assert one.results("restore").stdout == "brought back: 0 files of results\n"
    one.write(aaaa="1", machine="m")
    assert one.results("keep").stdout == "kept: 2 files of results\n"
    two = Clone(tmp_path / "two", remote)
    assert two.results("restore").stdout == "brought back: 2 files of results\n"
    assert two.read() == {"aaaa": "1", "machine": "m"}
    assert git(two.folder, "status", "--porcelain") == ""
    assert git(two.folder, "branch", "--show-current") == "main"


def test_what_others_pushed_meanwhile_stays(tmp_path, remote):
    one, two = Clone(tmp_path / "one", remote), Clone(tmp_path / "two", remote)
    one.write(aaaa="1")
    two.write(bbbb="2")
    assert one.results("keep").returncode == 0
    assert two.results("keep").returncode == 0
    assert Clone(tmp_path / "three", remote).results("restore").returncode == 0
    three = Clone(tmp_path / "four", remote)
    three.results("restore")
    assert three.read() == {"aaaa": "1", "bbbb": "2"}
    assert git(remote, "rev-list", "--count", "asv-results") == "2"


def test_newer_results_of_a_commit_replace_those_on_the_branch(tmp_path, remote):
    one = Clone(tmp_path / "one", remote)
    one.write(aaaa="old")
    one.results("keep")
    one.write(aaaa="new")
    assert one.results("keep").returncode == 0
    two = Clone(tmp_path / "two", remote)
    two.results("restore")
    assert two.read() == {"aaaa": "new"}


def test_nothing_new_makes_no_commit(tmp_path, remote):
    one = Clone(tmp_path / "one", remote)
    one.write(aaaa="1")
    one.results("keep")
    assert one.results("keep").returncode == 0
    assert git(remote, "rev-list", "--count", "asv-results") == "1"


def test_a_remote_that_cannot_be_used_is_named(tmp_path, remote):
    one = Clone(tmp_path / "one", remote)
    one.write(aaaa="1")
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho the disk is full >&2\nexit 1\n")
    hook.chmod(0o755)
    refused = one.results("keep")
    assert refused.returncode == 3
    assert "origin takes no push to asv-results" in refused.stderr
    missing = one.results("restore", "--remote", "elsewhere")
    assert missing.returncode == 3
    assert "elsewhere cannot be read" in missing.stderr


def test_without_results_there_is_nothing_to_keep(tmp_path, remote):
    done = Clone(tmp_path / "one", remote).results("keep")
    assert done.returncode == 3
    assert "no results in .asv/results" in done.stderr
