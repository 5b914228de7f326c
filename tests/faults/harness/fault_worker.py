"""`convene worker` with shorter waits, so that what it does after half an hour is seen after half a second."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta

from service.jobs import queue, sending
from service.jobs.handlers import handlers
from service.jobs.worker import Worker
from service.logs import configure
from service.settings import read_settings
from service.store import webhooks
from service.store.engine import Store

LEASE_SECONDS = 2.0

if __name__ == "__main__":
    configure()
    sending.PAUSES = (0.5,)
    webhooks._FIRST = timedelta(seconds=0.3)
    queue.LONGEST_WAIT = webhooks.LONGEST_WAIT = timedelta(seconds=1)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    settings = read_settings(os.environ)
    store = Store(settings.database)
    Worker(store, handlers(settings), lease_seconds=LEASE_SECONDS, poll_seconds=0.1).run(stop)
    store.close()
