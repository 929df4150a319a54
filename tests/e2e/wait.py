"""wait.py: the one way the tests wait: a condition, a deadline, and a message for when it does not come."""

import time


class Late(AssertionError):
    """What was waited for did not come."""


def until(check, seconds, what, pause=0.05):
    """Polls check() until it returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Late(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(pause)


def stays(check, seconds, what, pause=0.05):
    """Checks during that time that check() stays true: for what must not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not check():
            raise AssertionError(what() if callable(what) else what)
        time.sleep(pause)
