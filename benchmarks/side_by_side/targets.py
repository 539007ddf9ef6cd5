"""What the kernels should reach beside PyTorch, and what they reached."""

from kernels import aligned
from spread import geometric_mean


def lines(comparisons):
    """A table: the work, the goal, what was measured; `-` where it was not."""
    found = {(comparison.family, comparison.threads): comparison for comparison in comparisons}
    table = [["work", "at least", "measured"]]
    for work, goal, family, threads, figure in TARGETS:
        comparison = found.get((family, threads))
        table.append([work, goal, (comparison and figure(comparison)) or "-"])
    return aligned(table)


def mean(where=lambda row: True):
    """The geometric mean of the ratios of the rows that `where` chooses."""

    def figure(comparison):
        ratios = comparison.ratios(where=where)
        return ratios and f"{geometric_mean(ratios):.2f}"

    return figure


def worst(comparison):
    return f"{min(comparison.ratios()):.2f}"


def least_share(where):
    """The least share of the peak among the rows that `where` chooses."""

    def figure(comparison):
        rows = [row for row in comparison.rows if where(row)]
        return rows and f"{100 * min(row.share_of_peak() for row in rows):.0f} %"

    return figure


def passes(name):
    return lambda row: row.parameters["pass"] == name


def model(name):
    return lambda row: row.parameters["model"] == name


def network(name):
    return lambda row: row.parameters["network"] == name


def out_of_cache(operation):
    def chooses(row):
        size = row.parameters["rows"] * row.parameters["columns"]
        return row.parameters["operation"] == operation and size >= 1 << 24

    return chooses


def cube(row):
    return all(row.parameters[name] == 1024 for name in "mnk") and row.parameters["layout"] == "NN"


# Work, goal, and where its figure comes from: the family, the threads, the function.
TARGETS = [
    ("matmul, 1 thread", "1.05", "matmul", 1, mean()),
    ("matmul, 1 thread, worst", "0.90", "matmul", 1, worst),
    ("matmul 1024 cubed, 1 thread, share of the peak", "90 %", "matmul", 1, least_share(cube)),
    ("matmul, 2 threads", "1.15", "matmul", 2, mean()),
    ("attention forward", "2.00", "attention", 1, mean(passes("forward"))),
    ("attention forward and backward", "2.50", "attention", 1, mean(passes("forward_backward"))),
    ("GPT-2 block forward and backward, 2 threads", "2.00", "train", 2, mean(model("gpt2-block"))),
    ("convolutions of LeNet-5", "1.50", "convolution", 1, mean(network("lenet5"))),
    ("convolutions of ResNet-20", "1.50", "convolution", 1, mean(network("resnet20"))),
    ("convolutions of EfficientNet", "1.50", "convolution", 1, mean(network("efficientnet"))),
    ("LSTM 28x28, hidden 128, step", "2.50", "train", 1, mean(model("lstm"))),
    ("MLP 784-512-256-10, step", "1.80", "train", 1, mean(model("mlp"))),
] + [
    (f"{operation}, 64 MiB, {threads} thread{'s' * (threads > 1)}, share of the bandwidth", "90 %", "elementwise", threads,
     least_share(out_of_cache(operation)))
    for operation in ("layer_norm", "softmax", "gelu", "adamw")
    for threads in (1, 2)
]  # fmt: skip
