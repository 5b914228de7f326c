"""What holds for every test."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes is the machine's business: no test asserts a time.
settings.register_profile("convene", deadline=None)
settings.load_profile("convene")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of tests and the modules that they are of live as long as the run: nobody looks for rubbish among them.

    A fifth of the time that collecting takes, and more of each full search later.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
