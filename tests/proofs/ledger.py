"""What lies in a store, and what a simulated provider was asked and paid for."""

import json

import httpx
from sqlalchemy import create_engine, text

from bookgen.jobs.database import database_url


class Store:
    """What lies in a database, whoever has it open."""

    def __init__(self, url):
        plain = database_url(url)
        if plain.get_backend_name() == "sqlite":
            plain = plain.set(drivername="sqlite")
        self._engine = create_engine(plain, isolation_level="AUTOCOMMIT")

    def rows(self, query):
        with self._engine.connect() as connection:
            return [row._asdict() for row in connection.execute(text(query))]

    def sections(self):
        """Return the finished sections by job and place."""
        found = self.rows("SELECT job_id, chapter, number, provenance, text FROM sections")
        return {(one["job_id"], one["chapter"], one["number"]): one for one in found}

    def close(self):
        self._engine.dispose()


class Provider:
    """The books of a simulated provider."""

    def __init__(self, base_url):
        self._http = httpx.Client(base_url=base_url, timeout=30)
        self._state = f"{base_url.removesuffix('/api/v1')}/simulator/state"

    @property
    def in_flight(self):
        return self._http.get(self._state).json()["in_flight"]

    def paid(self):
        """Return how often each prompt was asked, by its hash."""
        return self._http.get(self._state).json()["calls_by_prompt"]

    def prompts(self, sections):
        """Return the hashes of the prompts that finished sections came from."""
        return {
            self._http.get("/generation", params={"id": reply}).json()["data"]["prompt_hash"]
            for section in sections
            for reply in _replies(section)
        }

    def close(self):
        self._http.close()


def _replies(section):
    kept = section["provenance"]
    provenance = kept if isinstance(kept, dict) else json.loads(kept or "null") or {}
    return provenance.get("generation_ids", [])
