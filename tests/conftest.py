"""What holds for every test."""

from hypothesis import settings

# How long an example takes is the machine's business: no test asserts a time.
settings.register_profile("convene", deadline=None)
settings.load_profile("convene")
