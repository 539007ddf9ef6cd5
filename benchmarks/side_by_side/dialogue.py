"""The processes that are compared: each stays, with everything ready, and does a block of work when it is asked."""

import json
import os
import pathlib
import subprocess
import sys
import time

from machine import PEERS, fail


class Side:
    """A process that answers the index of a workload with the seconds of one call."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | (environment or {}),
        )  # fmt: skip

    def seconds(self, index):
        """One block. Returns when all the process's threads sleep: OpenMP's spin for a while, on the next one's cores."""
        self.send(index)
        seconds = float(self.receive())
        self.wait_until_asleep()
        return seconds

    def send(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            fail(f"{self.name} ended; its message stands above. The command was: {' '.join(self.command)}", 70)
        return line

    def wait_until_asleep(self, at_most=0.5):
        end = time.monotonic() + at_most
        while any(state(thread) == "R" for thread in self.threads()) and time.monotonic() < end:
            time.sleep(0.001)

    def threads(self):
        return pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def state(thread):
    """`R` for a thread that runs or wants to; the letter stands behind the name in parentheses (proc(5))."""
    try:
        return (thread / "stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return "X"


def revoada(binary, family, threads, text):
    """Our side and the list of its workloads, the machine's peaks among them."""
    filtered = ["--filter", text] if text else []
    side = Side("revoada", [binary, "bench", family, "--alternate", "--threads", threads, *filtered])
    return side, json.loads(side.receive())["workloads"]


# Glibc gives large blocks back to the system, which clears every page again for the next call: with 64 MiB that takes
# longer than most elementwise operations. So it keeps them there, as a program that cares would have it.
KEEPING_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def peers(family, threads, workloads):
    """Those that do the same work, by name."""
    environment = KEEPING_MEMORY if family == "elementwise" else {}
    sides = {"PyTorch": Side("PyTorch", [sys.executable, PEERS / "pytorch.py", threads], environment)}
    if family == "matmul":
        sides["OpenBLAS"] = Side(
            "OpenBLAS", [sys.executable, PEERS / "openblas.py"], {"OPENBLAS_NUM_THREADS": str(threads)}
        )
    for side in sides.values():
        side.send(json.dumps(workloads))
    for side in sides.values():
        side.receive()
    return sides
