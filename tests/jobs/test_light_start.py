"""A service that has nothing to write yet loads no writer, and no tool for upgrades."""

import json
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory

from bookgen.jobs.schema import alembic_config, revisions

pytestmark = pytest.mark.anyio

PROGRAM = """
import asyncio, json, sys
from bookgen.api.app import create_app
from bookgen.settings import Settings

async def start(url):
    app = create_app(Settings(_env_file=None, bookgen_database_url=url))
    async with app.router.lifespan_context(app):
        pass
    heavy = ("alembic", "lxml", "numpy", "syntok", "trafilatura")
    return [name for name in heavy if name in sys.modules]

print(json.dumps(asyncio.run(start(sys.argv[1]))))
"""


def loaded(url):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, url], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_what_a_book_needs_is_loaded_when_there_is_one(tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    assert loaded(url) == []  # the file is made
    assert loaded(url) == []


async def test_the_newest_revision_is_known_without_alembic(database):
    async with database.reading() as connection:
        head = await connection.run_sync(
            lambda sync: ScriptDirectory.from_config(alembic_config(sync)).get_current_head()
        )
    assert await revisions(database) == (head, head)
