"""`convene serve` and `convene worker`: the service."""

# ruff: noqa: PLC0415 - a server's libraries are imported when it starts
from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from subprocess import Popen, TimeoutExpired
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import click

from service.cli.database import opened
from service.cli.inputs import BadInput

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.engine import Store

_WAITING: Final = 2048
"""Connections that wait to be taken up."""
_COMPILED_SECONDS: Final = 4.0
"""Until the process that compiles has seen that nothing is left to compile."""
_DATABASE: Final = """\
  DATABASE_URL                   sqlite:///convene.sqlite in this folder if not given, or
                                 postgresql+psycopg://user@host/database
  CONVENE_TENANT                 the authority of a new database and of sign-ins, "authority" if not given
"""
_MAIL: Final = """\
  CONVENE_SMTP_HOST              the mail server; without it invites wait in the database
  CONVENE_SMTP_SECURITY          starttls, if not given, tls or none
  CONVENE_SMTP_PORT              587, 465 or 25 by the security, if not given
  CONVENE_SMTP_USER              whom to sign in as
  CONVENE_SMTP_PASSWORD_FILE     holds the password, such as a mounted secret; or CONVENE_SMTP_PASSWORD
  CONVENE_SMTP_CA_FILE           certificates to trust besides the system's
  CONVENE_SMTP_NAME              what to call ourselves to the server, where it wants a name
  CONVENE_SMTP_UNSAFE=yes        allows "none" to a server that isn't on this machine
"""
_SOLVING: Final = """\
  CONVENE_SOLVE_MEMORY_MB        megabytes that a process that plans may take (8192)
  CONVENE_SOLVE_THREADS          threads of one search (2)
"""
_HOOKS: Final = """\
  CONVENE_ALLOW_PRIVATE=yes      webhooks may be at addresses of this network
"""
_API: Final = """\
  CONVENE_ADDRESS                where people reach it, such as https://convene.authority.example
  CONVENE_PROXIES                reverse proxies whose X-Forwarded-For is believed, by address, such as
                                 127.0.0.1,10.0.0.0/24; none if not given
  CONVENE_REQUEST_ID_HEADER      in which a reverse proxy sends a request's id; none if not given
  CONVENE_OIDC_ISSUER            the identity provider whose tokens are taken; with it
  CONVENE_OIDC_AUDIENCE          what its tokens for Convene are for, and
  CONVENE_OIDC_JWKS              where its keys are
  CONVENE_OIDC_CLIENT_ID         what it calls Convene, for people who sign in to the pages; with it
  CONVENE_OIDC_CLIENT_SECRET_FILE  holds the secret it gave for that; or CONVENE_OIDC_CLIENT_SECRET
  CONVENE_MOST_BODY              octets of a request (20000000)
  CONVENE_MOST_SECONDS           seconds of one search (3600)
  CONVENE_MOST_SECONDS_A_DAY     seconds of search that an authority may ask for in 24 hours (86400)
  CONVENE_MOST_JOBS              searches of an authority that wait or run (20)
  CONVENE_REQUESTS_A_MINUTE      of one account; four times as many of one address (600)
"""
_HEAD: Final = "\b\nSettings (environment):\n"


@click.command(epilog=_HEAD + _DATABASE + _API + "  And those of its worker:\n" + _SOLVING + _MAIL + _HOOKS)
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


@click.command(epilog=_HEAD + _DATABASE + _SOLVING + _MAIL + _HOOKS)
@click.option("--beside", type=int, hidden=True, help="End when this process does.")
def worker(beside: int | None) -> None:
    """Run a worker: it plans calendars, sends invites and tells webhooks, one of each at a time.

    Any number may run on PostgreSQL. Ctrl-C or SIGTERM ends it, and what it was at goes back to the queue at once.
    """
    from service.jobs import warming
    from service.jobs.handlers import handlers
    from service.jobs.worker import Worker
    from service.logs import configure
    from service.store.migrate import check

    configure()
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    if beside is not None:
        Thread(target=_watch, args=(beside, stop), daemon=True).start()
    with opened() as store:
        settings = _settings()
        check(store)
        # A server beside it has seen to that already.
        compiling = warming.start() if beside is None else None
        try:
            Worker(store, handlers(settings)).run(stop)
        finally:
            if compiling is not None:
                compiling.kill()
                compiling.wait()


def _settings() -> Settings:
    """The settings, those of the mail server with every fault of theirs at once.

    Raises
    ------
    BadInput
    """
    from service.delivery.settings import SettingsError, read_server
    from service.settings import read_settings

    settings = read_settings(os.environ)
    if settings.smtp:
        try:
            read_server(os.environ)
        except SettingsError as error:
            raise BadInput(f"The mail server's settings can't be used: {error}") from error
    return settings


def _ready(store: Store) -> Settings:
    """Set an empty database up, and see that any other has the present layout."""
    from datetime import UTC, datetime

    from sqlalchemy.exc import IntegrityError

    from service.store.accounts import add_tenant
    from service.store.engine import StoreError
    from service.store.migrate import check, migrate, present
    from service.store.tenants import tenants

    settings = _settings()
    if present(store) is None:
        migrate(store)
    check(store)
    with store.reading() as session:
        known = tenants(session)
    if settings.tenant not in known:
        # Of two servers that start at once one comes later: then it is there.
        with suppress(IntegrityError, StoreError), store.writing() as session:
            add_tenant(session, settings.tenant, settings.tenant, datetime.now(UTC))
    return settings


def _run(store: Store, settings: Settings, host: str, port: int, *, worker: bool) -> None:
    import uvicorn

    from service.api.app import create_app
    from service.beside import WorkerBeside
    from service.jobs import warming

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
    # Whoever opens the address as soon as it is told is answered as soon as the application has started.
    listening.listen(_WAITING)
    name = f"[{host}]" if ":" in host else host
    click.echo(f"Convene listens on http://{name}:{listening.getsockname()[1]}", err=True)
    server = uvicorn.Server(config)

    def end(*_: object) -> None:
        server.should_exit = True

    # The library raises a signal again once it has shut down, which would end this process before its worker.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, end)
    beside = WorkerBeside() if worker else None
    compiling = warming.start() if worker else None
    Thread(target=_invite, args=(compiling,), daemon=True).start()
    try:
        server.run(sockets=[listening])
    finally:
        if compiling is not None:
            compiling.kill()
            compiling.wait()
        if beside is not None:
            beside.end()
        listening.close()


def _invite(compiling: Popen[bytes] | None) -> None:
    """Say that the address may be opened: as soon as whoever plans there is not kept waiting by a machine's first plan."""
    if compiling is not None:
        try:
            compiling.wait(_COMPILED_SECONDS)
        except TimeoutExpired:
            click.echo(
                "The search is being made ready for this machine: about half a minute, once.", err=True
            )
            compiling.wait()
        if compiling.returncode < 0:
            # It was ended with the server.
            return
    click.echo("Open that address in a browser; Ctrl-C ends it.", err=True)


def _watch(parent: int, stop: Event) -> None:
    """Set `stop` when the process that started this one is no more, however it ended."""
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
