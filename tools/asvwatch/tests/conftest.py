"""What the tests share: throw-away projects that git and asv take for real ones."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import Project


@pytest.fixture(autouse=True)
def _home_of_nobody(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """No test reads the configuration of git or asv of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(autouse=True)
def _interrupts_interrupt():
    """A shell that starts the tests in the background has SIGINT ignored, for all children too."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """A maker of projects: `project(commits=8, subjects={3: "..."})`."""

    def make(**more: Any) -> Project:
        return Project(tmp_path / "tiny", **more)

    return make
