"""Throw-away git repositories with a small package and an asv suite."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PYPROJECT = """\
[build-system]
requires = ["hatchling==1.27.0"]
build-backend = "hatchling.build"

[project]
name = "planted"
version = "1.0"
"""

CONFIG = {
    "version": 1,
    "project": "planted",
    "repo": ".",
    "branches": ["main"],
    "environment_type": "virtualenv",
    "build_command": [
        "PIP_NO_BUILD_ISOLATION=false python -m pip wheel --no-deps --no-index"
        " -w {build_cache_dir} {build_dir}"
    ],
    "install_command": ["in-dir={env_dir} python -m pip install --no-deps --no-index {wheel_file}"],
    "uninstall_command": ["return-code=any python -m pip uninstall -y {project}"],
    "env_dir": ".asv/env",
    "results_dir": ".asv/results",
    "html_dir": ".asv/html",
}


class Repository:
    """A git repository at `folder`, on branch main, with asv's configuration and suite."""

    def __init__(self, folder, suite, config=CONFIG):
        self.folder = Path(folder)
        self.config = self.folder / "asv.conf.json"
        self.folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "A. Uthor")
        self.git("config", "user.email", "author@example.org")
        self.git("config", "commit.gpgsign", "false")
        self.write("asv.conf.json", json.dumps(config))
        self.write(".gitignore", ".asv\n__pycache__\n")
        self.write("pyproject.toml", PYPROJECT)
        self.write("benchmarks/__init__.py", "")
        self.write("benchmarks/suite.py", suite)

    def git(self, *arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, message, package, **files):
        """Commit a state of the package; returns its 40 hex digits."""
        self.write("planted/__init__.py", package)
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        return self.git("rev-parse", "HEAD")

    def describe(self, commit):
        """Let asv describe the suite, with the package as it is at `commit`: not installed, which
        would take longer."""
        self.git("checkout", "--quiet", commit)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ASV_PYTHONPATH", str(self.folder))
            for command in (
                ["asv", "machine", "--yes"],
                ["asv", "run", "--bench", "just-discover", "--environment", "existing"],
            ):
                done = self.run(*command)
                assert done.returncode == 0, done.stdout + done.stderr
        self.git("checkout", "--quiet", "main")

    def run(self, *command, timeout=600):
        """A command of this interpreter's environment, here: `asv run`, `asvwatch check`."""
        process = self.start(*command)
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def start(self, *command):
        """The same, still running."""
        program = Path(sys.executable).parent / command[0]
        return subprocess.Popen(
            [program, *command[1:]],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": str(self.folder / ".asv")},
        )
