"""Sums over two ranks of this machine: `revoada bench allreduce` beside a C loop over shared memory, and gloo."""

import json
import subprocess
import sys

from kernels import aligned
from machine import compile_c, fail, mpi_environment
from residents import Residents
from spread import Spread

RANKS = 2
KIB, MIB = 1 << 10, 1 << 20
SIZES = [4 * KIB, 64 * KIB, MIB, 4 * MIB, 16 * MIB, 64 * MIB, 512 * MIB]
# From this size on memory decides, below it latency.
LARGE = 4 * MIB
GOALS = {"mpi": "5", "gloo": "8", "window": "0.85"}
NAMES = {"mpi": "MPI_Allreduce", "gloo": "gloo", "window": "C, one pass"}


def compare(options, cores, folder):
    """The lines of the report."""
    window = compile_c("allreduce_window", folder)
    rounds = []
    with Residents("gloo_allreduce.py", RANKS, cores, folder / "meeting-allreduce") as gloo:
        for number in range(options.rounds):
            turns = [lambda: revoada(options, cores, folder), lambda: c_loop(window, cores), lambda: gloo_sums(gloo)]
            results = [turn() for turn in (turns if number % 2 == 0 else reversed(turns))]
            ours, in_c, by_gloo = results if number % 2 == 0 else reversed(results)
            rounds.append({**ours, "window": in_c, "gloo": by_gloo})
    heading = f"all-reduce, {RANKS} ranks of one machine, {len(rounds)} rounds; how many times as long the others take"
    return [heading] + ["  " + line for line in aligned(table(rounds))] + [f"  {line}" for line in goals(rounds)]


def table(rounds):
    peers = [peer for peer in GOALS if all(entry[peer] for entry in rounds)]
    head = ["", "Revoada", "GB/s"] + [cell for peer in peers for cell in (f"{NAMES[peer]}/Revoada", "quartiles")]
    rows = [head]
    for size in SIZES:
        ours = Spread(entry["canonical"][size] for entry in rounds)
        cells = [text(size), duration(ours.median), f"{size / ours.median / 1e9:.1f}"]
        for peer in peers:
            spread = ratio(rounds, peer, size)
            cells += [f"{spread.median:.2f}", f"{spread.lower:.2f} to {spread.upper:.2f}"]
        rows.append(cells)
    return rows


def ratio(rounds, peer, size):
    return Spread(entry[peer][size] / entry["canonical"][size] for entry in rounds)


def goals(rounds):
    """The worst of the large sizes against each goal, and the small one against MPI's."""
    lines = []
    for peer, goal in GOALS.items():
        if all(entry[peer] for entry in rounds):
            worst = min((ratio(rounds, peer, size).median, size) for size in SIZES if size >= LARGE)
            lines.append(
                f"{NAMES[peer]}/Revoada from {text(LARGE)} on: at least {worst[0]:.2f} ({text(worst[1])}); goal: {goal}"
            )
    small = ratio(rounds, "mpi", 4 * KIB).median
    return lines + [f"{NAMES['mpi']}/Revoada at 4 KiB: {small:.2f}; goal: 1"]


def revoada(options, cores, folder):
    """Seconds by size, of `canonical` and `mpi`, which take turns within the job."""
    file = folder / "allreduce.json"
    sizes = [word for size in SIZES for word in ("--size", str(size))]
    names = ["--algorithm", "canonical", "--algorithm", "mpi"]
    run(mpirun(cores) + [options.binary, "bench", "allreduce", *sizes, *names, "--rounds", "11", "--json", file])
    seconds = {"canonical": {}, "mpi": {}}
    for measurement in json.loads(file.read_text())["measurements"]:
        seconds[measurement["algorithm"]][measurement["bytes"]] = measurement["median_seconds"]
    return seconds


def c_loop(program, cores):
    """Seconds by size; `None` where there is no program."""
    if program is None:
        return None
    lines = run(mpirun(cores) + [program, *map(str, SIZES)]).splitlines()
    return {int(size): float(seconds) for size, seconds in (line.split() for line in lines)}


def gloo_sums(residents):
    return {size: residents.seconds(size) for size in SIZES}


def mpirun(cores, ranks=RANKS):
    placement = ["--bind-to", "core"] if len(cores) >= ranks else ["--oversubscribe"]
    return ["mpirun", "--quiet", "-n", str(ranks), *placement]


def run(command):
    result = subprocess.run(command, env=mpi_environment(), capture_output=True, text=True)
    if result.returncode != 0:
        sys.stderr.write(result.stderr)
        fail(f"exit code {result.returncode} from: {' '.join(map(str, command))}", 70)
    return result.stdout


def text(size):
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB"


def duration(seconds):
    return f"{1e3 * seconds:.3f} ms" if seconds >= 1e-3 else f"{1e6 * seconds:.2f} µs"
