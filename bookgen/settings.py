"""Every setting, read once from the environment (and a .env file in the working directory)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings"]


class Settings(BaseSettings):
    """What the environment says; names are the variables' in lower case.

    The key is shown nowhere: it prints as asterisks. Raises pydantic's ValidationError for a value
    of the wrong form.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    openrouter_api_key: SecretStr | None = None
    openrouter_base_url: str = "https://openrouter.ai/api/v1"
    openrouter_model: str = "openrouter/auto"
    # Asked in this order when the model cannot answer; parted by commas.
    openrouter_fallbacks: str = ""
    # Seconds without a byte from the provider after which a call is given up.
    openrouter_timeout: float = Field(default=120.0, gt=0)
    # For attribution at OpenRouter.
    site_url: str = ""
    site_title: str = "BookGen"

    # What the service says of itself.
    environment: str = "production"
    debug: bool = False
    # Where jobs are kept; without it a SQLite file in the user's data folder.
    bookgen_database_url: str | None = None
    # SHA-256 hashes of the keys that may use /api, parted by commas; without any, all may.
    bookgen_api_keys: str = ""
    # Bytes of a request's body.
    bookgen_max_body: int = Field(default=1_048_576, ge=1)
    # Requests of one client.
    rate_limit_per_minute: int = Field(default=60, ge=1)
    # Addresses or networks of proxies whose X-Forwarded-For counts, parted by commas.
    bookgen_trusted_proxies: str = ""
    # Origins that a browser's page may call from, parted by commas.
    bookgen_cors_origins: str = ""
    # A folder of documents that books may be written from.
    bookgen_library: Path | None = None
    # Where sources are looked for that an order does not name: wikipedia, wikidata, openlibrary,
    # archive and crossref, parted by commas; nothing for the library alone.
    bookgen_discover: str = "wikipedia,wikidata,openlibrary,archive,crossref"
    # host:port pairs that are fetched although they are private, parted by commas.
    bookgen_fetch_allow: str = ""
    # Calls in flight to the provider, of one process.
    bookgen_parallel: int = Field(default=20, ge=1)
    # The provider's limit of requests, of all processes together.
    bookgen_requests_per_minute: float | None = Field(default=None, gt=0)
    # US dollars that no job exceeds.
    bookgen_job_budget: float | None = Field(default=None, ge=0)
    # Books that one process writes at once; others wait.
    bookgen_concurrency: int = Field(default=4, ge=1)
    # Books that one process makes into EPUB, DOCX, PDF or zip at once; others wait. Each takes
    # 180 MB for 51,000 words, a PDF of 200,000 words 800 MB.
    bookgen_conversions: int = Field(default=2, ge=1)
