"""faketime.py: a process whose wall clock can be set, by libfaketime; its monotonic clock is left alone."""
import os
import re
import subprocess
from pathlib import Path

from stack import program

# librdkafka asks timespec_get() until when to wait, which libfaketime fakes, and waits by cnd_timedwait(), which it does not
# know. So the time is a right one here.
RIGHT_WAITS = """
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int timespec_get(struct timespec *ret, int base) { return syscall(SYS_clock_gettime, CLOCK_REALTIME, ret) == 0 ? base : 0; }
"""


def library():
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "libfaketime is not installed: dev/install test"
    return str(found[0])


def sanitizer(service):
    """AddressSanitizer's runtime must come first of all libraries, where it is one."""
    linked = subprocess.run(["ldd", program(f"jobwire-{service}")], check=True, capture_output=True, text=True).stdout
    found = re.search(r"=> (\S*/libasan\S*)", linked)
    return [found[1]] if found else []


def right_waits(folder):
    out = Path(folder) / "right_waits.so"
    command = ["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-x", "c", "-o", out, "-"]
    subprocess.run(command, input=RIGHT_WAITS, text=True, check=True)
    return [str(out)]


class FakeTime:
    """The clock of one service's process: env is what it is started with."""

    def __init__(self, folder, service="scheduler", waits=False):
        """waits: what librdkafka waits for comes by this clock and the right one: while it is ahead its waits are longer by as
        much, as those are in which the clock of a machine is set back."""
        self.file = Path(folder) / "faketime"
        self.jump(0)
        self.env = {
            "LD_PRELOAD": ":".join([*sanitizer(service), *([] if waits else right_waits(folder)), library()]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",  # the file is read at each look at the clock
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Debian's library converts the deadlines of pthread_cond_timedwait(), also those of the monotonic clock that it
            # was told to leave alone, so that each wait ends at once; this keeps it from doing so.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    def jump(self, seconds):
        """From now on the clock is so far ahead of the right time."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        os.replace(new, self.file)


def forget(pid):
    """What libfaketime leaves of a process that was killed."""
    for name in Path("/dev/shm").glob(f"*faketime*_{pid}"):
        name.unlink(missing_ok=True)
