"""No test uses the key or the provider of whoever runs it."""

import os

import pytest


@pytest.fixture(autouse=True)
def _no_provider(monkeypatch):
    for name in list(os.environ):
        if name.startswith("OPENROUTER_"):
            monkeypatch.delenv(name)
