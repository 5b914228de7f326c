"""`convene serve` and `convene worker`: the service."""

# ruff: noqa: PLC0415 - a server's libraries are imported when it starts
from __future__ import annotations

import os
import signal
import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from service.cli.database import opened
from service.cli.inputs import BadInput

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.engine import Store

_SETTINGS = """\b
Settings (environment):
  DATABASE_URL                 sqlite:///convene.sqlite, or postgresql+psycopg://user@host/database
  CONVENE_TENANT               the authority, "authority" if not given
  CONVENE_ADDRESS              where people reach it, such as https://convene.authority.example
  CONVENE_SMTP_HOST, _PORT, _SECURITY, _USER, _PASSWORD_FILE, _CA_FILE
                               the mail server; without it invites wait in the database
  CONVENE_OIDC_ISSUER, _AUDIENCE, _JWKS
                               the identity provider whose tokens are taken
  CONVENE_MOST_BODY, _MOST_SECONDS, _MOST_SECONDS_A_DAY, _MOST_JOBS, _REQUESTS_A_MINUTE
                               limits
  CONVENE_ALLOW_PRIVATE=yes    webhooks may be at addresses of this network
"""


@click.command(epilog=_SETTINGS)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Listen here. On loopback there is a development login.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any that is free."
)
@click.option(
    "--worker/--no-worker",
    default=True,
    show_default=True,
    help="Have a worker beside it, in a process of its own.",
)
def serve(host: str, port: int, worker: bool) -> None:
    """Run the service: the API, and a worker that plans and sends. It needs no other server.

    The database is convene.sqlite in this folder unless DATABASE_URL says otherwise; an empty one is set up. First steps:
    `convene accounts add` and `convene keys new` give somebody a key, and GET /openapi.json says what can be asked. With
    PostgreSQL any number of `convene serve --no-worker` and `convene worker` may run side by side.

    Ctrl-C or SIGTERM ends it: requests that are being answered are answered, and what the worker was at goes back to the
    queue.
    """
    from service.logs import configure

    configure()
    with opened() as store:
        settings = _ready(store)
        _run(store, settings, host, port, worker=worker)


@click.command()
@click.option("--beside", type=int, hidden=True, help="End when this process does.")
def worker(beside: int | None) -> None:
    """Run a worker: it plans calendars, sends invites and tells webhooks, one of each at a time.

    Any number may run on PostgreSQL. Ctrl-C or SIGTERM ends it, and what it was at goes back to the queue at once.
    """
    from service.jobs.handlers import handlers
    from service.jobs.worker import Worker
    from service.logs import configure
    from service.settings import read_settings
    from service.store.migrate import check

    configure()
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if beside is not None:
        Thread(target=_watch, args=(beside, stop), daemon=True).start()
    with opened() as store:
        check(store)
        Worker(store, handlers(read_settings(os.environ))).run(stop)


def _ready(store: Store) -> Settings:
    """Set an empty database up, and see that any other has the present layout."""
    from datetime import UTC, datetime

    from service.settings import read_settings
    from service.store.accounts import add_tenant
    from service.store.migrate import check, migrate, present
    from service.store.tenants import tenants

    settings = read_settings(os.environ)
    if present(store) is None:
        migrate(store)
    check(store)
    with store.writing() as session:
        if settings.tenant not in tenants(session):
            add_tenant(session, settings.tenant, settings.tenant, datetime.now(UTC))
    return settings


def _run(store: Store, settings: Settings, host: str, port: int, *, worker: bool) -> None:
    import uvicorn

    from service.api.app import create_app
    from service.beside import WorkerBeside

    config = uvicorn.Config(
        create_app(store, settings, listens_on=host),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or None,
        timeout_graceful_shutdown=10,
    )
    try:
        listening = config.bind_socket()
    except (OSError, SystemExit) as error:
        raise BadInput(f"Can't listen on {host} port {port}: name another with --host and --port") from error
    # Whatever it accepts has this too. Else the second half of each small answer waits for the client's delayed
    # acknowledgement of the first, some 40 ms: asyncio sees to it only for sockets that it has made itself.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = f"[{host}]" if ":" in host else host
    click.echo(f"Convene listens on http://{name}:{listening.getsockname()[1]}", err=True)
    beside = WorkerBeside() if worker else None
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        if beside is not None:
            beside.end()
        listening.close()


def _watch(parent: int, stop: Event) -> None:
    """Set `stop` when the process that started this one is no more, however it ended."""
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
