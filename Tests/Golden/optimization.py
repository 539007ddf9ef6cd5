"""Writes optimizers.json, schedules.json, clipping.json and network.json: the golden numbers of what changes parameters.

    .venv-peers/bin/python Tests/Golden/optimization.py

How the numbers are made and how the files look stands in golden.py.
"""

import math

import torch
import torch.nn.functional as F

from golden import draw, exact, leaf, write


def optimizers():
    """optimizers.json: 10 steps from `initial` [19] with the given `gradients` [10, 19]; `parameters` [10, 19] are
    those after each step. The settings stand as single numbers beside them.

    sgd momentum momentumL2 rmsProp rmsPropL2 adam adamL2 adamW

    Momentum: PyTorch keeps the velocity without the learning rate (v <- mu v + g; p <- p - lr v), we with it
    (v <- mu v + lr g; p <- p - v). At a constant learning rate the parameters are the same.
    """
    adam = {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    settings = {
        "sgd": (torch.optim.SGD, {"learningRate": 0.1}),
        "momentum": (torch.optim.SGD, {"learningRate": 0.05, "momentum": 0.9}),
        "momentumL2": (torch.optim.SGD, {"learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.02}),
        "rmsProp": (torch.optim.RMSprop, {"learningRate": 0.01, "decay": 0.99, "epsilon": 1e-8}),
        "rmsPropL2": (torch.optim.RMSprop, {"learningRate": 0.01, "decay": 0.9, "epsilon": 1e-6, "weightDecay": 0.02}),
        "adam": (torch.optim.Adam, adam),
        "adamL2": (torch.optim.Adam, adam | {"weightDecay": 0.05}),
        "adamW": (torch.optim.AdamW, adam | {"weightDecay": 0.05}),
    }
    initial = draw(30, 19)
    gradients = draw(31, 10, 19)
    gradients[:, 3] = 0  # a parameter that never gets a gradient
    gradients[4:, 5] = 0  # one that stops getting any
    gradients[:, 7] *= 1e-6
    gradients[:, 8] = gradients[:, 8].abs() * 1e4  # of one sign: were they to cancel, float32 would lose the rest
    gradients = exact(gradients)
    cases = {}
    for name, (optimizer, numbers) in settings.items():
        history = run(optimizer, numbers, initial, gradients)
        cases[name] = numbers | {"initial": initial, "gradients": gradients, "parameters": history}
    write("optimizers", cases, script="optimization.py")


def torch_settings(numbers):
    """PyTorch's names for our settings."""
    names = {
        "learningRate": "lr",
        "momentum": "momentum",
        "decay": "alpha",
        "epsilon": "eps",
        "weightDecay": "weight_decay",
    }
    options = {names[key]: value for key, value in numbers.items() if key in names}
    return options | ({"betas": (numbers["beta1"], numbers["beta2"])} if "beta1" in numbers else {})


def run(optimizer, numbers, initial, gradients):
    parameters = leaf(initial)
    options = torch_settings(numbers)
    if optimizer is torch.optim.AdamW:
        options.setdefault("weight_decay", 0)
    stepper = optimizer([parameters], **options)
    history = []
    for gradient in gradients:
        parameters.grad = gradient.clone()
        stepper.step()
        history.append(parameters.detach().clone())
    return torch.stack(history)


# Schedules ------------------------------------------------------------------------------------------------------------


def schedules():
    """schedules.json: `rates`, the learning rate of step t = 0, 1, ..., from these formulas (no PyTorch in them):

    warm-up   t < warmup:   base * (t + 1) / warmup
    cosine    t >= warmup:  minimum + (base - minimum) * (1 + cos(pi * (t - warmup) / (total - warmup))) / 2
              t >= total:   minimum
    step      t >= warmup:  base * factor ^ floor((t - warmup) / every)
    constant  t >= warmup:  base

    constant warmupConstant cosine warmupCosine step warmupStep
    """

    def rates(count, base, warmup, after):
        return [base * (t + 1) / warmup if t < warmup else after(t) for t in range(count)]

    def cosine(base, minimum, warmup, total):
        def after(t):
            progress = min((t - warmup) / (total - warmup), 1)
            return minimum + (base - minimum) * (1 + math.cos(math.pi * progress)) / 2

        numbers = {"base": base, "minimum": minimum, "warmup": warmup, "total": total}
        return numbers | {"rates": rates(total + 3, base, warmup, after)}

    def step(base, factor, every, warmup):
        numbers = {"base": base, "factor": factor, "every": every, "warmup": warmup}
        return numbers | {"rates": rates(30, base, warmup, lambda t: base * factor ** ((t - warmup) // every))}

    def constant(base, warmup):
        return {"base": base, "warmup": warmup, "rates": rates(12, base, warmup, lambda t: base)}

    cases = {
        "constant": constant(0.003, 0),
        "warmupConstant": constant(0.003, 5),
        "cosine": cosine(0.01, 0, 0, 20),
        "warmupCosine": cosine(0.01, 0.001, 6, 40),
        "step": step(0.1, 0.5, 7, 0),
        "warmupStep": step(0.1, 0.1, 8, 4),
    }
    write("schedules", cases, script="optimization.py")


# Clipping -------------------------------------------------------------------------------------------------------------


def clipping():
    """clipping.json: `gradients` before, `limit`, their global `norm` before, and `clipped`.

    PyTorch scales by limit / (norm + 1e-6); a scale of limit / norm differs by 1e-6 / norm of each value.
    above: the norm is over the limit;  below: under it, nothing changes;  zero: all gradients are zero.
    """
    cases = {}
    inputs = {
        "above": (draw(40, 37, scale=3), 1.0),
        "below": (draw(41, 37, scale=0.1), 5.0),
        "zero": (exact([0] * 9), 1.0),
    }
    for case, (gradients, limit) in inputs.items():
        # Three tensors, as layers would have: the norm is of all together.
        sizes = [5, len(gradients) // 2 - 3, len(gradients) - len(gradients) // 2 - 2]
        tensors = [leaf(part) for part in gradients.split(sizes)]
        for tensor in tensors:
            tensor.grad = tensor.detach().clone()
        norm = torch.nn.utils.clip_grad_norm_(tensors, limit)
        clipped = torch.cat([tensor.grad for tensor in tensors])
        cases[case] = {"gradients": gradients, "limit": limit, "norm": norm, "clipped": clipped}
    write("clipping", cases, script="optimization.py")


# A whole network ------------------------------------------------------------------------------------------------------


def network():
    """network.json, case `mlp`: 10 steps of Adam on a 4-8-3 network with ReLU and cross-entropy, one batch a step.

    `weight1` [4, 8], `bias1`, `weight2` [8, 3], `bias2` to start from; `inputs` [10, 6, 4] and `labels` [10, 6];
    `losses` [10], each before that step's update; `finalWeight1`, `finalBias1`, `finalWeight2`, `finalBias2`.
    """
    shapes = {"weight1": (4, 8), "bias1": (8,), "weight2": (8, 3), "bias2": (3,)}
    parameters = {name: leaf(draw(50 + i, *shape, scale=0.5)) for i, (name, shape) in enumerate(shapes.items())}
    inputs = draw(60, 10, 6, 4, scale=2)
    # The class is a function of the input, so that there is something to learn.
    labels = (inputs[..., 0] + inputs[..., 1] > 0).long() + (inputs[..., 2] > 0.5).long()
    numbers = {"learningRate": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

    case = numbers | {name: value.detach().clone() for name, value in parameters.items()}
    case |= {"inputs": inputs, "labels": labels}
    optimizer = torch.optim.Adam(parameters.values(), **torch_settings(numbers))
    history = []
    for x, y in zip(inputs, labels):
        hidden = F.relu(F.linear(x, parameters["weight1"].T, parameters["bias1"]))
        loss = F.cross_entropy(F.linear(hidden, parameters["weight2"].T, parameters["bias2"]), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    case["losses"] = history
    case |= {"final" + name[0].upper() + name[1:]: value for name, value in parameters.items()}
    write("network", {"mlp": case}, script="optimization.py")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for make in (optimizers, schedules, clipping, network):
        make()
