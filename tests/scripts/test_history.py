"""`make history` on real repositories: measured by the real asv, checked, published."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.repositories import git

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-asvwatch" / "bin" / "python"

CONFIG = {
    "version": 1,
    "project": "planted",
    "repo": ".",
    "branches": ["HEAD"],
    "environment_type": "virtualenv",
    "build_command": [
        "python -m pip wheel --quiet --no-deps --no-build-isolation --no-index"
        " -w {build_cache_dir} {build_dir}"
    ],
    "install_command": [
        "in-dir={env_dir} python -m pip install --quiet --no-deps --no-index --force-reinstall"
        " {wheel_file}"
    ],
    "matrix": {"req": {"hatchling": ["1.27.0"]}},
    "env_dir": ".asv/env",
    "results_dir": ".asv/results",
    "html_dir": "build/site",
}
PYPROJECT = """
[build-system]
requires = ["hatchling==1.27.0"]
build-backend = "hatchling.build"

[project]
name = "planted"
version = "1"

[tool.hatch.build.targets.wheel]
packages = ["planted.py"]
"""
SUITE = """
import planted


class Book:
    def track_calls(self):
        return planted.CALLS


class LargeBook:
    def track_calls(self):
        raise RuntimeError("what takes long is left out")
"""


class Repository:
    """A clone of a small project with history.py in it."""

    def __init__(self, folder):
        self.folder = folder

    def git(self, *arguments):
        return git(self.folder, *arguments)

    def commit(self, subject, **files):
        for name, text in files.items():
            self.folder.joinpath(name.replace("__", ".")).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
        return self.git("rev-parse", "HEAD")

    def history(self, commits=4):
        done = subprocess.run(
            [PYTHON, "scripts/history.py", "--commits", str(commits)],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder.parent), "COLUMNS": "200"},
            check=False,
            capture_output=True,
            text=True,
        )
        file = self.folder / "build" / "verdict.json"
        return done, json.loads(file.read_text()) if file.is_file() else None


def equip(folder):
    """Lay what measures into a folder."""
    (folder / "benchmarks").mkdir(parents=True)
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "history.py", folder / "scripts")
    (folder / "asv.conf.json").write_text(json.dumps(CONFIG))
    (folder / "benchmarks" / "__init__.py").write_text("")
    (folder / "benchmarks" / "suite.py").write_text(SUITE)
    (folder / ".gitignore").write_text(".asv/\nbuild/\n__pycache__/\n")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A history whose oldest commit does not build and whose newest makes two calls more."""
    repository = Repository(tmp_path_factory.mktemp("history") / "repository")
    equip(repository.folder)
    repository.git("init", "--quiet", "--initial-branch", "trunk")
    broken = PYPROJECT.replace("hatchling.build", "nowhere.build")
    commits = [
        repository.commit("Begin", planted__py="CALLS = 5\n", pyproject__toml=broken),
        repository.commit("Build", pyproject__toml=PYPROJECT),
        repository.commit("Say what it is", planted__py='"""Asks."""\nCALLS = 5\n'),
        repository.commit("Ask more", planted__py='"""Asks."""\nCALLS = 7\n'),
    ]
    repository.git("checkout", "--quiet", "--detach")
    return repository, commits, repository.history()


def test_the_commit_that_got_worse_is_named_on_a_detached_head(measured):
    _, commits, (done, verdict) = measured
    assert done.returncode == 0, done.stderr
    assert verdict["verdict"] == "regressed"
    assert [one["commit"] for one in verdict["regressions"]] == [commits[3]]
    assert f"{commits[3][:8]}" in done.stdout
    assert "suite.Book.track_calls" in done.stdout


def test_an_old_commit_that_does_not_build_is_shown_and_no_error(measured):
    _, commits, (done, verdict) = measured
    (failure,) = verdict["failures"]
    assert (failure["benchmark"], failure["commit"]) == (None, commits[0])
    assert verdict["measured"] == {"commits": 3, "series": 1}
    assert "does not build" in done.stdout


def test_it_tells_what_it_does(measured):
    _, commits, (done, _) = measured
    assert f"Measuring 1 of 4: {commits[3][:8]} Ask more" in done.stderr
    assert "build/site/asvwatch/index.html" in done.stderr


def test_the_site_holds_the_findings(measured):
    repository, commits, _ = measured
    site = repository.folder / "build" / "site"
    assert "suite.Book.track_calls" in (site / "index.json").read_text()
    assert commits[3][:8] in (site / "asvwatch" / "index.html").read_text()


def test_what_is_measured_is_not_measured_again(measured):
    repository, commits, _ = measured
    files = sorted((repository.folder / ".asv" / "results").rglob(f"{commits[3][:8]}-*.json"))
    before = [file.read_bytes() for file in files]
    (repository.folder / "planted.py").write_text("CALLS = 9\n")

    done, verdict = repository.history(commits=2)

    assert done.returncode == 0, done.stderr
    assert "not committed are not measured" in done.stderr
    assert [file.read_bytes() for file in files] == before != []
    assert verdict["verdict"] == "regressed"


def test_a_shallow_clone_of_one_commit_says_that_the_history_is_cut(measured, tmp_path):
    repository, _, _ = measured
    clone = Repository(tmp_path / "clone")
    source = repository.folder.as_uri()
    subprocess.run(["git", "clone", "--quiet", "--depth=1", source, clone.folder], check=True)

    done, verdict = clone.history()

    assert done.returncode == 0, done.stderr
    assert "the history is cut: this is a shallow clone" in done.stderr
    assert "One commit has nothing to be compared with" in done.stderr
    assert verdict["verdict"] == "clean"
    assert verdict["measured"] == {"commits": 1, "series": 1}
    assert (clone.folder / "build" / "site" / "index.html").is_file()


def test_without_git_there_is_nothing_to_measure(tmp_path):
    equip(tmp_path / "unpacked")
    done, verdict = Repository(tmp_path / "unpacked").history()
    assert done.returncode == 3
    assert "needs a clone made by git" in done.stderr
    assert verdict is None
