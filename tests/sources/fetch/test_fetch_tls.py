"""TLS goes to the checked address and still proves the name of the URL."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from sources.fetch.loopback import failure, lookup_here, loopback, reply

from bookgen.sources.fetch import Fetcher, FetchPolicy

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="a certificate is made by openssl"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the key and the certificate of good.example, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=good.example -addext subjectAltName=DNS:good.example "
        f"-keyout {folder}/key.pem -out {folder}/certificate.pem"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "certificate.pem").read_bytes())
    return both


def outcome(certificate: Path, host: str):
    """Return the body or the code of the error, the names asked for by SNI, and the requests."""

    async def play():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        async with loopback({"/a": reply(b"safe")}, tls=context) as server:
            async with Fetcher(server.policy(host), lookup=lookup_here) as fetcher:
                url = f"https://{host}:{server.port}/a"
                probe = await fetcher.probe(url)
                if probe.is_accessible:
                    result = (await fetcher.get(url)).body
                else:
                    result = (await failure(fetcher, url)).code
                    assert result == probe.code
            return result, set(server.sni), len(server.requests)

    return asyncio.run(play())


def test_the_name_of_the_url_is_proved_at_the_checked_address(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    body, names, requests = outcome(certificate, "good.example")
    assert (body, names, requests) == (b"safe", {"good.example"}, 3)


def test_a_certificate_for_another_name_is_refused(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert outcome(certificate, "bad.example") == ("tls", {"bad.example"}, 0)


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert outcome(certificate, "good.example") == ("tls", {"good.example"}, 0)


def test_a_server_without_tls_is_told():
    async def play():
        async def plain(reader, writer):
            await reader.read(1)
            writer.write(reply(status=400))
            writer.close()

        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Fetcher(FetchPolicy(allow=frozenset({("127.0.0.1", port)}))) as fetcher:
                return (await failure(fetcher, f"https://127.0.0.1:{port}/a")).code

    assert asyncio.run(play()) == "tls"
