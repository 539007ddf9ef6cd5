"""Families of workloads: blocks of `revoada bench FAMILY` against blocks of its peers."""

from dialogue import peers, revoada
from spread import Spread, geometric_mean

FAMILIES = ["matmul", "attention", "convolution", "elementwise", "train", "language"]


class Row:
    """What the rounds gave for one workload."""

    def __init__(self, workload):
        self.name = workload["name"]
        self.parameters = workload["parameters"]
        self.bytes = workload.get("bytes")
        self.work = workload.get("operations", self.bytes)
        self.ours, self.theirs, self.peaks = [], {}, []

    def ratio(self, peer="PyTorch"):
        return Spread(theirs / ours for ours, theirs in zip(self.ours, self.theirs[peer]))

    def rate(self):
        """GFLOP/s or GB/s of ours."""
        return self.work / Spread(self.ours).median / 1e9

    def share_of_peak(self):
        return Spread(self.work / ours / peak for ours, peak in zip(self.ours, self.peaks)).median


class Comparison:
    """A family on some threads: the rows of its table, and what they come to."""

    def __init__(self, family, threads, rounds, rows, alone):
        self.family, self.threads, self.rounds, self.rows, self.alone = family, threads, rounds, rows, alone

    def ratios(self, peer="PyTorch", where=lambda row: True):
        return [row.ratio(peer).median for row in self.rows if where(row) and peer in row.theirs]

    def lines(self):
        head = ["", "PyTorch/Revoada", "quartiles", "Revoada", "", "of peak"]
        others = [peer for peer in self.rows[0].theirs if peer != "PyTorch"] if self.rows else []
        table = [head + [f"{peer}/Revoada" for peer in others]] + [self.cells(row, others) for row in self.rows]
        plural = "s" if self.threads > 1 else ""
        return (
            [f"{self.family}, {self.threads} thread{plural}, {self.rounds} rounds"]
            + ["  " + line for line in aligned(table)]
            + [f"  {self.summary(peer)}" for peer in ["PyTorch", *others] if self.rows]
            + [f"  {name}: {1e6 * seconds.median:.2f} µs" for name, seconds in self.alone]
        )

    def cells(self, row, others):
        ratio = row.ratio()
        unit = "GB/s" if row.bytes else "GFLOP/s"
        return [
            row.name, f"{ratio.median:.2f}", f"{ratio.lower:.2f} to {ratio.upper:.2f}",
            f"{row.rate():.1f} {unit}", f"{1e3 * Spread(row.ours).median:.3f} ms", f"{100 * row.share_of_peak():.0f} %",
            *(f"{row.ratio(peer).median:.2f}" for peer in others),
        ]  # fmt: skip

    def summary(self, peer):
        worst = min(self.rows, key=lambda row: row.ratio(peer).median)
        mean = geometric_mean(self.ratios(peer))
        return f"{peer}/Revoada: geometric mean {mean:.2f}, worst {worst.ratio(peer).median:.2f} ({worst.name})"


def compare(options, family, threads):
    ours, workloads = revoada(options.binary, family, threads, options.filter)
    sides = peers(family, threads, workloads)
    try:
        return alternate(options.rounds, family, threads, ours, workloads, sides)
    finally:
        for side in [ours, *sides.values()]:
            side.close()


def alternate(rounds, family, threads, ours, workloads, sides):
    """In each round a block of every workload and every peak; the sides take turns at leading."""
    peaks = {kind(workload): index for index, workload in enumerate(workloads) if workload["family"] == "peak"}
    rows = {i: Row(w) for i, w in enumerate(workloads) if w["family"] != "peak" and kind(w)}
    alone = {i: [] for i, w in enumerate(workloads) if not kind(w)}
    for index, row in rows.items():  # the first block of each calibrates
        for side in [ours, *sides.values()]:
            side.seconds(index)
        row.theirs = {name: [] for name in sides}
    for number in range(rounds):
        speeds = {which: amount(workloads[index]) / ours.seconds(index) for which, index in peaks.items()}
        for index, row in rows.items():
            row.peaks.append(speeds[kind(workloads[index])])
            turns = [(row.ours, ours)] + [(row.theirs[name], side) for name, side in sides.items()]
            for seconds, side in turns if number % 2 == 0 else reversed(turns):
                seconds.append(side.seconds(index))
        for index, seconds in alone.items():
            seconds.append(ours.seconds(index))
    named = [(workloads[index]["name"], Spread(seconds)) for index, seconds in alone.items()]
    return Comparison(family, threads, rounds, list(rows.values()), named)


def kind(workload):
    """What limits it; `None` for what has no peer and no limit."""
    return next((kind for kind in ("operations", "bytes") if kind in workload), None)


def amount(workload):
    return workload[kind(workload)]


def aligned(table):
    """Rows of cells as lines: the first column at the left, numbers at the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]).rstrip()
        for row in table
    ]
