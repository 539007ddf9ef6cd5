"""What the measurements run on: its cores, its compiler, its peak, its name."""

import os
import pathlib
import platform
import shutil
import subprocess
import sys
import time

PEERS = pathlib.Path(__file__).parent.parent / "peers"


def fail(message, status):
    """Ends with one message and a status as in sysexits.h."""
    print(f"side_by_side.sh: {message}", file=sys.stderr)
    sys.exit(status)


def physical_cores():
    """The processors this process may use, grouped by the physical core they belong to: `[{0, 4}, {1, 5}]`."""
    allowed = os.sched_getaffinity(0)
    cores = []
    for processor in sorted(allowed):
        if not any(processor in core for core in cores):
            cores.append(siblings(processor) & allowed)
    return cores


def siblings(processor):
    file = pathlib.Path(f"/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list")
    if not file.exists():
        return {processor}
    found = {processor}
    for part in file.read_text().strip().split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def bound_to(cores, index):
    """For `preexec_fn`: binds the child to core `index`, as mpirun binds rank `index`, where there are so many."""
    return lambda: index < len(cores) and os.sched_setaffinity(0, cores[index])


def mpi_environment():
    """The environment for mpirun called directly; `revoada launch` needs none of it."""
    permissions = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    # Containers commonly forbid it, and then every start would print about it.
    return os.environ | permissions | {"OMPI_MCA_btl_vader_single_copy_mechanism": "none"}


def compile_c(name, folder):
    """Compiles peers/`name`.c with mpicc; the path of the program, or None with a message where that fails."""
    program = folder / name
    compiler = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), "cc")
    flags = ["-O3", "-march=native", "-ffp-contract=fast"]
    command = ["mpicc", *flags, "-o", program, PEERS / f"{name}.c"]
    result = subprocess.run(command, env=os.environ | {"OMPI_CC": compiler}, capture_output=True, text=True)
    if result.returncode != 0:
        print(f"side_by_side.sh: left out, {name}.c does not compile: {result.stderr.strip()}", file=sys.stderr)
        return None
    return program


def busy_percent(seconds=0.2):
    """How much of all processors is in use while we ourselves do nothing: what other programs take away."""

    def idle_and_total():
        times = [int(text) for text in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return times[3] + times[4], sum(times)

    idle, total = idle_and_total()
    time.sleep(seconds)
    later_idle, later_total = idle_and_total()
    return 100 * (1 - (later_idle - idle) / max(1, later_total - total))


def description(cores):
    """Processor, cores and system in one line."""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = " ".join(line for line in lines[:40] if line.startswith("flags")).split()
    extension = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "")
    model = models[0] if models else platform.machine()
    parts = [model, extension, f"{len(cores)} cores", f"Linux {platform.release()}"]
    return ", ".join(part for part in parts if part)
