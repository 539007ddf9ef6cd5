"""Writes the golden numbers beside this file: what PyTorch computes, for our tests to agree with.

    python -m venv .venv-peers && .venv-peers/bin/pip install torch numpy
    .venv-peers/bin/python Tests/Golden/golden.py

The same PyTorch writes the same files: nothing depends on the clock, on threads or on PyTorch's random numbers.

How the numbers are made. Every input is drawn in float32, so that a test starts from exactly what stands in the file.
PyTorch then computes in float64 and the result is rounded once, to float32. So a golden number is the correctly rounded
answer (not PyTorch's own float32 rounding errors), and the whole distance a test sees is ours.

How a file looks. `cases` maps a case to its values, each a shape and the flat row-major numbers:

    {"madeBy": "golden.py, PyTorch 2.15.0",
     "cases": {"relu": {"input": {"shape": [3], "values": [-1, 0, 2.5]}, ...}, ...}}

A single number has shape []. Every float32 is written with the fewest digits that read back as the same float32.
`Tests/TestSupport/GoldenFile.swift` reads the files. The tables of cases stand above each function.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).parent


# Inputs ---------------------------------------------------------------------------------------------------------------


def draw(seed, *shape, scale=1.0):
    """Values in -scale ... scale, as float64 that are float32 exactly.

    A plain linear congruential generator (multiplier and increment: Knuth's MMIX), so that no library's generator,
    and no change to one, is part of the numbers.
    """
    state, values = seed, []
    for _ in range(math.prod(shape)):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append(((state >> 40) / 2**23 - 1) * scale)
    return exact(values).reshape(shape)


def exact(values):
    """The nearest float32 values, held in float64."""
    return torch.tensor(np.asarray(values, dtype=np.float32).astype(np.float64))


def leaf(tensor):
    return tensor.clone().requires_grad_(True)


# Files ----------------------------------------------------------------------------------------------------------------


class Numbers(list):
    """Flat numbers that are written on one line."""


def number(value):
    """The shortest decimal that reads back as the float32 nearest to `value`."""
    single = np.float32(value)
    assert np.isfinite(single), "JSON has no infinities"
    if single == np.floor(single) and abs(single) < 1e7:
        return str(int(single))
    return np.format_float_scientific(single, trim="-") if abs(single) < 1e-4 or abs(single) >= 1e7 else str(single)


def value_text(value):
    array = np.asarray(value.detach() if isinstance(value, torch.Tensor) else value, dtype=np.float64)
    shape = ", ".join(str(size) for size in array.shape)
    numbers = ", ".join(number(element) for element in array.reshape(-1))
    return f'{{"shape": [{shape}], "values": [{numbers}]}}'


def write(name, cases, script="golden.py"):
    """Writes `name`.json: one line a value, so that a change shows in a diff. `script` makes the cases."""
    version = torch.__version__.split("+")[0]
    blocks = []
    for case, values in cases.items():
        lines = ",\n".join(f"      {json.dumps(key)}: {value_text(value)}" for key, value in values.items())
        blocks.append(f"    {json.dumps(case)}: {{\n{lines}\n    }}")
    body = ",\n".join(blocks)
    text = f'{{\n  "madeBy": "{script}, PyTorch {version}",\n  "cases": {{\n{body}\n  }}\n}}\n'
    json.loads(text)
    (FOLDER / f"{name}.json").write_text(text)
    print(f"{name}.json: {len(cases)} cases, {len(text)} bytes")


# Activations ----------------------------------------------------------------------------------------------------------


def activations():
    """activations.json: `input`, `output`, `upstream` (dL/d output) and `gradient` (dL/d input).

    identity relu leakyReLU (`slope`) sigmoid tanh gelu geluTanh silu   on [43]: tiny, moderate, saturating, huge, zero
    softmax                                                           over the rows of [5, 7]
    """
    spread = [0, 1e-30, 1e-12, 1e-6, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5.5, 8, 12, 20, 88, 1e4]
    x = exact(spread + [-value for value in spread[1:]])
    functions = {
        "identity": lambda x: x * 1,
        "relu": F.relu,
        "leakyReLU": lambda x: F.leaky_relu(x, 0.01),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": F.gelu,
        "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
    }
    cases = {name: forward_and_backward(function, x, seed=1) for name, function in functions.items()}
    cases["leakyReLU"]["slope"] = 0.01

    rows = draw(2, 5, 7, scale=4)
    rows[1] = 3.25  # all equal
    rows[2] += 1000  # exp would overflow without subtracting the greatest
    rows[3] *= 30  # one value takes all
    cases["softmax"] = forward_and_backward(lambda x: F.softmax(x, dim=1), exact(rows), seed=3)
    write("activations", cases)


def forward_and_backward(function, x, seed):
    upstream = draw(seed, *x.shape)
    x = leaf(x)
    y = function(x)
    y.backward(upstream)
    return {"input": x, "output": y, "upstream": upstream, "gradient": x.grad}


# Linear ---------------------------------------------------------------------------------------------------------------


def linear():
    """linear.json: Y = X W + b with W stored [inputs, outputs]: `input` X [rows, inputs], `weight`, `bias`, `output`,
    `upstream` dL/dY, `inputGradient`, `weightGradient`, `biasGradient`.

    small: 3 rows, 5 -> 4;  wide: 7 rows, 33 -> 18, across the edges of a 16-wide vector;  single: 1 row, 1 -> 1.
    """
    cases = {}
    for case, (rows, inputs, outputs) in {"small": (3, 5, 4), "wide": (7, 33, 18), "single": (1, 1, 1)}.items():
        x, w, b = (leaf(draw(10 + i, *s)) for i, s in enumerate([(rows, inputs), (inputs, outputs), (outputs,)]))
        upstream = draw(13, rows, outputs)
        y = F.linear(x, w.T, b)
        y.backward(upstream)
        cases[case] = {
            "input": x, "weight": w, "bias": b, "output": y, "upstream": upstream,
            "inputGradient": x.grad, "weightGradient": w.grad, "biasGradient": b.grad,
        }  # fmt: skip
    write("linear", cases)


# Losses ---------------------------------------------------------------------------------------------------------------


def losses():
    """losses.json: `prediction`, `target`, the mean `loss` and its `gradient` with respect to the prediction.

    meanSquaredError meanAbsoluteError binaryCrossEntropyWithLogits   mean over all elements of [4, 5]
    crossEntropy   mean over the rows of logits [6, 5]; `target` holds the labels
    """
    prediction = draw(20, 4, 5, scale=3)
    target = draw(21, 4, 5, scale=3)
    target[1, 2] = prediction[1, 2]  # no error: slope 0 in both
    cases = {
        "meanSquaredError": loss_case(F.mse_loss, prediction, target),
        "meanAbsoluteError": loss_case(F.l1_loss, prediction, target),
    }

    logits = draw(22, 4, 5, scale=6)
    logits[0, 0], logits[0, 1], logits[0, 2] = 90, -90, 0
    probabilities = exact((draw(23, 4, 5) + 1) / 2)
    probabilities[0] = exact([0, 1, 1, 0, 0.5])
    cases["binaryCrossEntropyWithLogits"] = loss_case(F.binary_cross_entropy_with_logits, logits, probabilities)

    rows = draw(24, 6, 5, scale=5)
    rows[1] = -2.5  # all equal: the loss is log 5
    rows[2] += 500
    rows[3, 4] = 200  # the label's own logit takes all: the loss is 0
    cases["crossEntropy"] = loss_case(F.cross_entropy, exact(rows), torch.tensor([2, 0, 3, 4, 1, 1]))
    write("losses", cases)


def loss_case(function, prediction, target):
    prediction = leaf(prediction)
    loss = function(prediction, target)
    loss.backward()
    return {"prediction": prediction, "target": target, "loss": loss, "gradient": prediction.grad}


if __name__ == "__main__":
    torch.set_num_threads(1)
    for make in (activations, linear, losses):
        make()
