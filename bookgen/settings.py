"""Every setting, read once from the environment (and a .env file in the working directory)."""

from __future__ import annotations

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
