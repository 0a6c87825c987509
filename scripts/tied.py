"""Runs a command that is asked to end when the process which started it is gone (on Linux; elsewhere just runs it)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

if __name__ == "__main__":
    parent = os.getppid()
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)  # outlives the exec below
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(sys.argv[1], sys.argv[1:])
