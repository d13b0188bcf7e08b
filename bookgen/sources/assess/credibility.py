"""How far to trust a site, by the class of sites that it belongs to."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bookgen.sources.assess.candidate import SourceType

__all__ = ["TRUSTED_FROM", "Credibility", "credibility_of"]

# The score from which a source is called trusted.
TRUSTED_FROM = 80


@dataclass(frozen=True, slots=True)
class Credibility:
    """`category` is the name of a class, `score` is 0 to 100, `reason` says why in a sentence."""

    category: str
    score: int
    reason: str

    @property
    def is_trusted(self) -> bool:
        return self.score >= TRUSTED_FROM


def credibility_of(
    host: str | None, source_type: SourceType = "url", *, has_identifier: bool = False
) -> Credibility:
    """Return how far to trust a source on `host`, or one that is not on the web.

    A host belongs to the class of its longest suffix in domains.toml. Without a host the type of
    the source decides, and whether it has an ISBN or a DOI that holds.
    """
    classes = _classes()
    if host is None:
        kind = f"{source_type}_with_identifier" if has_identifier else source_type
        return classes.by_name.get(kind) or classes.by_name["unpublished"]
    if _is_address(host):
        return classes.by_name["bare_address"]
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        suffix = labels[start:]
        found = classes.by_suffix.get(".".join(suffix))
        if found is None and len(suffix) > 1 and len(suffix[-1]) == 2:
            found = classes.by_suffix.get(".".join([*suffix[:-1], "*"]))
        if found is not None:
            return found
    return classes.by_name["unknown"]


@dataclass(frozen=True, slots=True)
class _Classes:
    by_name: Mapping[str, Credibility]
    by_suffix: Mapping[str, Credibility]


@cache
def _classes() -> _Classes:
    text = files(__package__).joinpath("domains.toml").read_text(encoding="utf-8")
    by_name: dict[str, Credibility] = {}
    by_suffix: dict[str, Credibility] = {}
    for name, entry in tomllib.loads(text).items():
        found = by_name[name] = Credibility(name, entry["score"], entry["reason"])
        by_suffix.update(dict.fromkeys(" ".join(entry.get("domains", [])).split(), found))
    return _Classes(by_name, by_suffix)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
