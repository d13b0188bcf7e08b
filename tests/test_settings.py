"""Settings come from the environment, and the key is never shown."""

import pytest
from pydantic import ValidationError

from bookgen.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_an_environment_there_is_no_key_and_the_address_is_openrouters():
    settings = Settings()
    assert settings.openrouter_api_key is None
    assert settings.openrouter_base_url == "https://openrouter.ai/api/v1"


def test_the_environment_is_read_and_the_key_is_hidden(monkeypatch):
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-secret")
    monkeypatch.setenv("OPENROUTER_TIMEOUT", "2.5")
    settings = Settings()
    assert settings.openrouter_api_key.get_secret_value() == "sk-or-secret"
    assert settings.openrouter_timeout == 2.5
    assert "secret" not in f"{settings} {settings!r} {settings.model_dump_json()}"


def test_a_file_beside_the_work_is_read(tmp_path):
    (tmp_path / ".env").write_text("OPENROUTER_MODEL=some/model\nUNRELATED=1\n")
    assert Settings().openrouter_model == "some/model"


def test_a_value_of_the_wrong_form_is_named(monkeypatch):
    monkeypatch.setenv("OPENROUTER_TIMEOUT", "soon")
    with pytest.raises(ValidationError, match="openrouter_timeout"):
        Settings()
