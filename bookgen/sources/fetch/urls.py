"""Reads a URL strictly: one spelling of a host, no credentials, http and https only.

What is checked here is what is connected to later: there is one parser, httpx's.
"""

from __future__ import annotations

import ipaddress
import re

import httpx

from bookgen.sources.fetch.failures import FetchFailure

__all__ = ["host_of", "origin_of", "parse_url", "port_of", "redirected", "shown"]

_LONGEST = 4_096
_SHOWN = 300
_PORTS = {"http": 80, "https": 443}
_NOT_IN_URL = re.compile(r"[\s\\\x00-\x20\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
# Where the last label is a number, resolvers read the whole as an IPv4 address (WHATWG URL, "ends
# in a number").
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+")


def parse_url(text: str) -> httpx.URL:
    """Return the URL without its fragment. Raises FetchFailure where it cannot be fetched."""
    if len(text) > _LONGEST:
        raise FetchFailure("url", f"it has more than {_LONGEST:,} characters. Check the address.")
    if _NOT_IN_URL.search(text):
        raise FetchFailure(
            "url", "it has a space, a backslash or a control character. Check the address."
        )
    scheme = _SCHEME.match(text)
    if scheme is None or "." in scheme[1]:  # "example.org:80/life"
        raise FetchFailure("url", "it does not begin with https:// or http://. Write it in full.")
    if scheme[1].lower() not in _PORTS:
        raise FetchFailure("scheme", "only http and https addresses can be fetched.")
    try:
        # The scheme is lowered for httpx, which knows a default port only by the lower-case name.
        url = httpx.URL(text[: scheme.end()].lower() + text[scheme.end() :]).copy_with(
            fragment=None
        )
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FetchFailure("url", "it is not a well-formed address. Check it.") from error
    if url.userinfo or "@" in text.split("://", 1)[-1].split("/", 1)[0]:
        raise FetchFailure("url", "it holds a user name or a password. Leave them out.")
    _check_host(host_of(url))
    if not 1 <= port_of(url) <= 65_535:
        raise FetchFailure("url", f"its port is 1 to 65535, not {port_of(url)}.")
    return url


def _check_host(host: str) -> None:
    if not host:
        raise FetchFailure("url", "it names no host. Check the address.")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass  # a name, or an address in a spelling that is refused below
    else:
        if not getattr(address, "scope_id", None):
            return
    if ":" in host or host.endswith(".") or _NUMBER.fullmatch(host.rsplit(".", 1)[-1]):
        raise FetchFailure(
            "refused-address",
            "its host is an address or a name in an unusual spelling. Write it the usual way.",
        )
    if not _HOST_NAME.fullmatch(host):
        raise FetchFailure("url", "its host is not a valid name. Check the address.")


def host_of(url: httpx.URL) -> str:
    """Return the host in ASCII and lower case, an IPv6 address without brackets."""
    return url.raw_host.decode("ascii")


def port_of(url: httpx.URL) -> int:
    """Return the port, the scheme's own where the URL names none."""
    return _PORTS[url.scheme] if url.port is None else url.port


def origin_of(url: httpx.URL) -> httpx.URL:
    """Return the scheme, host and port, with the path /."""
    return url.copy_with(raw_path=b"/")


def redirected(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a Location header leads to. Raises FetchFailure as `parse_url` does."""
    try:
        target = str(url.join(location))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise FetchFailure("url", "it redirects to what is not an address.") from error
    return parse_url(target)


def shown(url: str) -> str:
    """Return the URL as a message may show it: no credentials, not endless."""
    bare = _USERINFO.sub("***@", url)
    return bare if len(bare) <= _SHOWN else bare[: _SHOWN - 1] + "…"
