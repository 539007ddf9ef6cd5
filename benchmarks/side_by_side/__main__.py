"""Revoada beside PyTorch, OpenBLAS and plain MPI; see benchmarks/side_by_side.sh."""

import argparse
import datetime
import pathlib
import shlex
import subprocess
import sys
import tempfile

import torch

import allreduce
import kernels
import network
import ranks
import startup
import steps
import targets
from machine import description, fail, physical_cores

BINARY = pathlib.Path(__file__).parents[2] / ".build" / "release" / "revoada"
PARTS = [*kernels.FAMILIES, "allreduce", "ranks", "steps", "network", "start"]
# What goes over ranks; GPT-2 in PyTorch takes some 8 GB.
OVER_RANKS = ["allreduce", "ranks", "steps", "network"]
# The whole of it for one model; the full measurement takes a quarter of an hour.
SHORT = ["train", "ranks", "start"]


def main():
    options = arguments()
    if not options.binary.exists():
        fail(f"{options.binary} is missing: run make build first", 66)
    cores = physical_cores()
    report = [
        f"{datetime.date.today()}: {description(cores)}; PyTorch {torch.__version__}, {mpi_version()}",
        "command: benchmarks/side_by_side.sh " + shlex.join(sys.argv[1:]),
        "",
    ]
    print(*report, sep="\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="revoada-bench-") as name:
        for lines in measurements(options, cores, pathlib.Path(name)):
            print(*lines, "", sep="\n", flush=True)
            report += lines + [""]
    if options.report:
        options.report.write_text("\n".join(["# Revoada side by side", "", "```", *report[:-1], "```", ""]))


def measurements(options, cores, folder):
    """One list of lines for each measurement, as soon as it is made."""
    wanted = options.only or (SHORT if options.short else OVER_RANKS if options.over_ranks else PARTS)
    comparisons = []
    for family in kernels.FAMILIES:
        for threads in options.threads or sorted({1, min(2, len(cores))}):
            if family in wanted:
                comparisons.append(kernels.compare(options, family, threads))
                yield comparisons[-1].lines()
    if comparisons:
        yield ["targets"] + ["  " + line for line in targets.lines(comparisons)]
    if "allreduce" in wanted:
        yield allreduce.compare(options, cores, folder)
    if "ranks" in wanted:
        yield ranks.compare(options, cores, folder)
    if "steps" in wanted:
        yield from steps.compare(options, cores, folder)
    if "network" in wanted:
        yield network.compare(options, folder)
    if "start" in wanted:
        yield startup.compare(options, cores, folder)


def mpi_version():
    result = subprocess.run(["mpirun", "--version"], capture_output=True, text=True, check=True)
    return result.stdout.splitlines()[0].replace("mpirun (", "").replace(")", "")


def arguments():
    parser = argparse.ArgumentParser(
        prog="benchmarks/side_by_side.sh", description="Revoada beside PyTorch, OpenBLAS and plain MPI."
    )
    parser.add_argument("--short", action="store_true", help=f"only these parts: {', '.join(SHORT)}")
    parser.add_argument("--over-ranks", action="store_true", help=f"only these parts: {', '.join(OVER_RANKS)}")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may be repeated")
    parser.add_argument("--threads", type=positive, action="append", help="for the kernels; may be repeated")
    parser.add_argument("--rounds", type=positive, default=5, help="blocks of each side; thrice as many starts")
    parser.add_argument("--filter", help="only kernels whose name contains this")
    parser.add_argument("--report", type=pathlib.Path, help="also write the figures to this file, as Markdown")
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY, help="the program to measure")
    return parser.parse_args()


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    main()
