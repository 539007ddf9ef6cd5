"""Writes sequence.json, the golden numbers of what language models and recurrent networks are made of.

    .venv-peers/bin/python Tests/Golden/sequence.py

How the numbers are made and how the file looks stands in golden.py. Gradients are of the sum of the results times their
`upstream...` values.
"""

import torch
import torch.nn.functional as F
from torch.nn.utils import rnn

from golden import draw, leaf, write


def embedding():
    """embedding: rows `ids` of `table` [7, 5], of which row `padding` gets no gradient: `output`, `gradient`."""
    table = leaf(draw(100, 7, 5))
    ids = torch.tensor([3, 0, 6, 3, 2, 3, 2, 0])
    upstream = draw(101, 8, 5)
    output = F.embedding(ids, table, padding_idx=2)
    output.backward(upstream)
    return {"table": table, "ids": ids, "padding": 2, "upstream": upstream, "output": output, "gradient": table.grad}


def projected_cross_entropy(transposed):
    """projected, tied: cross-entropy of x [9, 7] projected by `weight` to 19 classes; labels of -1 are ignored.

    projected: `weight` [7, 19] and `bias`;  tied: `weight` [19, 7] is an embedding table, x is made of its rows `ids`
    times `factors`, so its gradient has two parts. `losses` are those of each token.
    """
    labels = torch.tensor([4, -1, 0, 18, 17, -1, 4, 10, 8])
    if transposed:
        weight, factors = leaf(draw(110, 19, 7)), draw(111, 9, 7, scale=2)
        ids = torch.tensor([5, 1, 18, 5, 0, 2, 17, 17, 10])
        logits = (weight[ids] * factors) @ weight.T
        case = {"weight": weight, "factors": factors, "ids": ids}
        leaves = {"weightGradient": weight}
    else:
        x, weight, bias = leaf(draw(112, 9, 7, scale=2)), leaf(draw(113, 7, 19)), leaf(draw(114, 19))
        logits = x @ weight + bias
        case = {"x": x, "weight": weight, "bias": bias}
        leaves = {"xGradient": x, "weightGradient": weight, "biasGradient": bias}
    loss = F.cross_entropy(logits, labels, ignore_index=-1)
    loss.backward()
    losses = F.cross_entropy(logits, labels, ignore_index=-1, reduction="none")
    case |= {"labels": labels, "loss": loss, "losses": losses}
    return case | {name: tensor.grad for name, tensor in leaves.items()}


BATCH, TIME, INPUTS, HIDDEN = 3, 5, 3, 6


def recurrent(kind, initial=False, reverse=False, lengths=None):
    """lstm, gru and their variants, on x [3, 5, 3] with 6 units: `hidden` after each step, `finalHidden`, for LSTM
    `finalCell`; the gradient of each operand under its name and "Gradient".

    Weights are transposed to ours. PyTorch's LSTM has two biases that are only ever added; the second is zero here.
    ...Initial: from `initialHidden` and `initialCell`;  ...Reversed: from the last step to the first;
    ...Lengths: sequences of `lengths` steps (PyTorch's `hidden` is zero behind them, so is its upstream gradient).
    """
    gates = 4 if kind is torch.nn.LSTM else 3
    layer = kind(INPUTS, HIDDEN, batch_first=True, bidirectional=reverse).double()
    suffix = "_l0_reverse" if reverse else "_l0"
    outputs = gates * HIDDEN
    shapes = {"weight_ih": (outputs, INPUTS), "weight_hh": (outputs, HIDDEN), "bias_ih": (outputs,), "bias_hh": (outputs,)}
    with torch.no_grad():
        for seed, (name, shape) in enumerate(shapes.items()):
            getattr(layer, name + suffix).copy_(draw(120 + seed, *shape, scale=0.5))
        if gates == 4:
            getattr(layer, "bias_hh" + suffix).zero_()

    x = leaf(draw(130, BATCH, TIME, INPUTS))
    states = [leaf(draw(131 + i, 1, BATCH, HIDDEN)) for i in range(2 if gates == 4 else 1)] if initial else None
    argument = (tuple(states) if gates == 4 else states[0]) if initial else None
    if lengths:
        packed = rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        packed, final = layer(packed, argument)
        hidden, _ = rnn.pad_packed_sequence(packed, batch_first=True, total_length=TIME)
    else:
        hidden, final = layer(x, argument)
    hidden = hidden[..., -HIDDEN:]
    finals = [state[-1] for state in (final if gates == 4 else (final,))]

    upstream = draw(140, BATCH, TIME, HIDDEN)
    for row, length in enumerate(lengths or []):
        upstream[row, length:] = 0
    upstreams = [draw(141 + i, BATCH, HIDDEN) for i in range(len(finals))]
    ((hidden * upstream).sum() + sum((f * u).sum() for f, u in zip(finals, upstreams))).backward()

    case = {"x": x, "xGradient": x.grad, "hidden": hidden, "upstreamHidden": upstream}
    for name, state, up in zip(["Hidden", "Cell"], finals, upstreams):
        case |= {"final" + name: state, "upstreamFinal" + name: up}
    for name, state in zip(["Hidden", "Cell"], states or []):
        case |= {"initial" + name: state[0], "initial" + name + "Gradient": state.grad[0]}
    names = {"inputWeight": "weight_ih", "recurrentWeight": "weight_hh", "bias": "bias_ih", "recurrentBias": "bias_hh"}
    for ours, theirs in names.items():
        tensor = getattr(layer, theirs + suffix)
        case |= {ours: tensor.T if tensor.dim() == 2 else tensor}
        case |= {ours + "Gradient": tensor.grad.T if tensor.dim() == 2 else tensor.grad}
    return case | ({"lengths": lengths} if lengths else {})


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = {
        "embedding": embedding(),
        "projected": projected_cross_entropy(transposed=False),
        "tied": projected_cross_entropy(transposed=True),
    }
    for name, kind in {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}.items():
        cases[name] = recurrent(kind)
        cases[name + "Initial"] = recurrent(kind, initial=True)
        cases[name + "Reversed"] = recurrent(kind, reverse=True)
        cases[name + "Lengths"] = recurrent(kind, lengths=[3, 5, 1])
        cases[name + "ReversedLengths"] = recurrent(kind, reverse=True, lengths=[3, 5, 1])
    write("sequence", cases, script="sequence.py")
