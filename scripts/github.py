"""GitHub's API, as far as the workflows need it: one repository, one token, every error told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

__all__ = ["GitHub", "GitHubError"]

PAGE = 100
TIMEOUT = 60.0


class GitHubError(Exception):
    """GitHub cannot be used; the message says why."""


class GitHub:
    """The API below the repository's own path. A context manager."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._path = f"/repos/{repository}"
        self._client = httpx.Client(
            base_url=api,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            timeout=TIMEOUT,
        )

    @classmethod
    def of_the_environment(cls) -> GitHub:
        """Raises GitHubError where GITHUB_REPOSITORY or GITHUB_TOKEN is missing."""
        names = ("GITHUB_REPOSITORY", "GITHUB_TOKEN")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise GitHubError(f"{' and '.join(missing)} must be set")
        api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        return cls(api, *(os.environ[name] for name in names))

    def __enter__(self) -> GitHub:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Return the answer's JSON, None for one without. `path` is below the repository's, or a
        whole URL. Raises GitHubError."""
        where = path if path.startswith(("https://", "http://")) else f"{self._path}{path}"
        try:
            answer = self._client.request(method, where, **options)
        except httpx.HTTPError as error:
            raise GitHubError(f"GitHub does not answer {method} {where}: {error}") from error
        if not answer.is_success:
            raise GitHubError(
                f"GitHub answers {method} {where} with {answer.status_code}: {answer.text[:300]}"
            )
        return answer.json() if answer.content else None

    def pages(self, path: str, **query: str | int) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of a list, page by page. Raises GitHubError."""
        page = 1
        while True:
            found = self.call("GET", path, params={**query, "per_page": PAGE, "page": page})
            yield from found
            if len(found) < PAGE:
                return
            page += 1
