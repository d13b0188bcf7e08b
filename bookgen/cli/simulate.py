"""`bookgen simulate`: a provider for trials, without a key."""

from __future__ import annotations

from typing import Annotated

import typer

from bookgen.cli.failing import plain_errors

__all__ = ["simulate"]


def simulate(
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 9000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Another seed, other texts and faults.")] = 0,
    ttft: Annotated[float, typer.Option(help="Seconds to the first token.")] = 1.2,
    tokens_per_second: Annotated[float, typer.Option(help="Speed of writing.")] = 60.0,
    rpm: Annotated[int | None, typer.Option(help="Requests a minute; else no limit.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="What goes wrong, and how often: 502=0.1. An unknown kind is answered with all.",
            metavar="KIND=PROBABILITY",
        ),
    ] = None,
) -> None:
    """Serve a simulated OpenRouter, to try a model's part without a key."""
    with plain_errors():
        from bookgen.llm.simulator import SimulatorConfig
        from bookgen.llm.simulator.serve import parse_faults, serve

        config = SimulatorConfig(
            seed=seed,
            time_to_first_token=ttft,
            tokens_per_second=tokens_per_second,
            requests_per_minute=rpm,
            faults=parse_faults(fault or []),
        )
        serve(
            config,
            host=host,
            port=port,
            announce=lambda url: typer.echo(f"OPENROUTER_BASE_URL={url}"),
        )
