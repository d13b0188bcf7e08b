"""The simulator serves on a real port, for tests and from the command line."""

import asyncio
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import httpx
import pytest

from bookgen.cli import main
from bookgen.errors import InputError
from bookgen.llm.simulator import Fault, Faults
from bookgen.llm.simulator.serve import INSTANT, parse_faults, running

ASKED = {
    "messages": [{"role": "user", "content": "[@a:1] Ada Lovelace was born in London in 1815."}],
    "stream": True,
}


def test_a_running_server_streams_and_counts():
    with running() as server:
        reply = httpx.post(f"{server.base_url}/chat/completions", json=ASKED)
        models = httpx.get(f"{server.base_url}/models").json()
        assert server.state.calls == 1
    assert reply.text.endswith("data: [DONE]\n\n")
    assert "Ada Lovelace" in reply.text
    assert server.base_url.endswith("/api/v1")
    assert models["data"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}/models")


def test_a_drop_is_a_protocol_error_on_a_network():
    with running(replace(INSTANT, faults=Faults(calls={1: Fault.DROP}))) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(f"{server.base_url}/chat/completions", json=ASKED)
        assert httpx.post(f"{server.base_url}/chat/completions", json=ASKED).status_code == 200
        assert server.state.faults == {Fault.DROP: 1}


def test_a_client_that_hangs_up_is_counted():
    async def play(base_url):
        async with httpx.AsyncClient(base_url=base_url, timeout=None) as http:
            call = asyncio.create_task(http.post("/chat/completions", json=ASKED))
            counters = f"{base_url.removesuffix('/api/v1')}/simulator/state"
            while not (await http.get(counters)).json()["faults"]:
                pass
            call.cancel()
            await asyncio.wait({call})
            while (await http.get(counters)).json()["in_flight"]:
                pass
            return (await http.get(counters)).json()

    with running(replace(INSTANT, faults=Faults(calls={1: Fault.HANG}))) as server:
        counters = asyncio.run(asyncio.wait_for(play(server.base_url), timeout=30))
    assert counters["aborted"] == 1
    assert counters["faults"] == {"hang": 1}


def test_faults_are_read_from_the_command_line():
    faults = parse_faults(["502=0.25", "hang=0.5"])
    assert faults.probabilities == {Fault.BAD_GATEWAY: 0.25, Fault.HANG: 0.5}
    for wrong in ("502", "boom=0.1", "502=often"):
        with pytest.raises(InputError, match="KIND=PROBABILITY"):
            parse_faults([wrong])


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process")
def test_the_command_prints_the_line_to_set_and_serves_until_ctrl_c():
    command = [sys.executable, "-m", "bookgen", "simulate", "--port", "0", "--ttft", "0"]
    command += ["--tokens-per-second", "inf", "--rpm", "1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            name, _, base_url = process.stdout.readline().strip().partition("=")
            statuses = [
                httpx.post(f"{base_url}/chat/completions", json=ASKED).status_code for _ in "12"
            ]
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert name == "OPENROUTER_BASE_URL"
    assert statuses == [200, 429]
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--fault", "boom=1"], "made-up-date"),
        (["--fault", "502=2"], "0 to 1"),
        (["--tokens-per-second", "0"], "above 0"),
        (["--port", "70000"], "70000"),
    ],
)
def test_wrong_usage_ends_with_two_and_names_the_value(capsys, arguments, named):
    with pytest.raises(SystemExit) as end:
        main(["simulate", *arguments])
    assert end.value.code == 2
    assert named in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as end:
            main(["simulate", "--port", str(port)])
    assert end.value.code == 2
    assert f"Port {port} of 127.0.0.1" in capsys.readouterr().err
