"""`bookgen serve`: the HTTP service, with its worker, in one process."""

from __future__ import annotations

from typing import Annotated

import typer

from bookgen.cli.failing import plain_errors
from bookgen.cli.model import settings_of_the_environment

__all__ = ["serve"]

# Seconds that requests under way are given when the service ends.
GRACE = 5


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.", min=0, max=65535)] = 8000,
    access_log: Annotated[bool, typer.Option("--access-log", help="Log each request.")] = False,
) -> None:
    """Serve the HTTP API, and write the books that are ordered. Unfinished ones go on."""
    with plain_errors():
        import uvicorn

        from bookgen.api.app import create_app
        from bookgen.cli.logs import configure_logs
        from bookgen.listening import address_of, listen

        settings = settings_of_the_environment()
        configure_logs(settings)
        app = create_app(settings, access_log=access_log)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        listener = listen(host, port)
        typer.echo(
            f"{address_of(listener)}  (Ctrl-C ends it; unfinished books go on at the next start)"
        )
        server.run(sockets=[listener])
        if not server.started:
            raise typer.Exit(2)
