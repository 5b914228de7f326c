"""A worker as a process that a test can kill: ``worker_process.py URL [LEASE-SECONDS [FAULT]]``."""

from __future__ import annotations

import signal
import sys
import threading

from job_cases import faulty_child

from service.jobs.planning import Planning
from service.jobs.worker import Worker
from service.store.engine import Store

if __name__ == "__main__":
    url, lease, *fault = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    planning = Planning(command=faulty_child(fault[0])) if fault else Planning()
    store = Store(url)
    Worker(store, {"plan": planning}, lease_seconds=float(lease), poll_seconds=0.05).run(stop)
    store.close()
