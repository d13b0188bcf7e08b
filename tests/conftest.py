"""What holds for all tests: none uses the key or the provider of whoever runs it, none looks for
sources on the web, and what takes minutes or is decided by time runs only where it is asked for."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
# Run by make performance, make stress and make proofs.
ONLY_WHEN_NAMED = frozenset({HERE / "performance", HERE / "stress", HERE / "proofs"})


def pytest_ignore_collect(collection_path, config):
    if collection_path not in ONLY_WHEN_NAMED:
        return None
    named = [
        (config.invocation_params.dir / one.partition("::")[0]).resolve() for one in config.args
    ]
    is_named = any(one.is_relative_to(collection_path) for one in named)
    return None if is_named else True


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    for name in list(os.environ):
        if name.startswith("OPENROUTER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BOOKGEN_DISCOVER", "")
