"""Writes normalization.json beside this file: LayerNorm, RMSNorm, BatchNorm and GroupNorm as PyTorch computes them.

    .venv-peers/bin/python Tests/Golden/normalization.py

How the numbers are made and how a file looks stands in golden.py.
"""

import torch
import torch.nn.functional as F

from golden import draw, exact, leaf, write


def normalization():
    """normalization.json: `input`, `scale`, `shift`, `epsilon`, `output`, `upstream` (dL/d output), `inputGradient`,
    `scaleGradient`, `shiftGradient`; RMSNorm without the shift's.

    layerNorm rmsNorm           rows of [2, 3, 19], one of them a hundred times as large, one far from zero
    addedLayerNorm              of input + `residual`; `sum` and `sumUpstream`, dL/d sum besides that of the norm
    batchNorm                   [4, 3, 5, 2] in training: the batch's `mean` and biased `variance`
    batchNormOfFeatures         the same of [9, 18]
    batchNormInInference        [4, 3, 5, 2] with the given `mean` and `variance`
    groupNorm instanceNorm      [2, 6, 3, 7] with 3 `groups`, and with 6
    """
    cases = {}
    rows = draw(70, 2, 3, 19)
    rows[0, 1] *= 100
    rows[1, 2] += 20
    rows = exact(rows)
    cases["layerNorm"] = case(rows, 19, 1e-5, lambda x, scale, shift: F.layer_norm(x, (19,), scale, shift, 1e-5))
    cases["rmsNorm"] = case(rows, 19, 1e-6, lambda x, scale, shift: F.rms_norm(x, (19,), scale, 1e-6))
    cases["addedLayerNorm"] = added_case(rows)

    images = draw(73, 4, 3, 5, 2, scale=2)
    images[:, 1] += 5
    images = exact(images)
    train = lambda x, scale, shift: F.batch_norm(x, None, None, scale, shift, training=True, eps=1e-5)
    cases["batchNorm"] = case(images, 3, 1e-5, train) | statistics(images)
    features = draw(74, 9, 18, scale=3)
    cases["batchNormOfFeatures"] = case(features, 18, 1e-5, train) | statistics(features)
    mean, variance = draw(75, 3), exact(draw(76, 3).abs() + 0.1)
    infer = lambda x, scale, shift: F.batch_norm(x, mean, variance, scale, shift, training=False, eps=1e-3)
    cases["batchNormInInference"] = case(images, 3, 1e-3, infer) | {"mean": mean, "variance": variance}

    maps = draw(77, 2, 6, 3, 7, scale=2)
    for name, groups in {"groupNorm": 3, "instanceNorm": 6}.items():
        norm = lambda x, scale, shift, groups=groups: F.group_norm(x, groups, scale, shift, 1e-5)
        cases[name] = case(maps, 6, 1e-5, norm) | {"groups": groups}
    write("normalization", cases, script="normalization.py")


def case(input, width, epsilon, norm):
    x, scale, shift = leaf(input), leaf(exact(1 + draw(71, width, scale=0.5))), leaf(draw(72, width))
    y = norm(x, scale, shift)
    upstream = draw(78, *y.shape)
    y.backward(upstream)
    values = {
        "input": x, "scale": scale, "shift": shift, "epsilon": epsilon, "output": y, "upstream": upstream,
        "inputGradient": x.grad, "scaleGradient": scale.grad,
    }  # fmt: skip
    return values | ({} if shift.grad is None else {"shiftGradient": shift.grad})


def added_case(rows):
    """The gradients of x and of the residual are the same."""
    residual, sum_upstream = draw(79, *rows.shape), draw(80, *rows.shape)
    sums = []

    def norm(x, scale, shift):
        sums.append(x + residual)
        y = F.layer_norm(sums[0], (19,), scale, shift, 1e-5)
        # So that y's own upstream is added to the sum's.
        sums[0].backward(sum_upstream, retain_graph=True)
        return y

    values = case(rows, 19, 1e-5, norm)
    return values | {"residual": residual, "sum": sums[0], "sumUpstream": sum_upstream}


def statistics(x):
    """Over everything but the channels."""
    others = [dimension for dimension in range(x.dim()) if dimension != 1]
    return {"mean": x.mean(others), "variance": x.var(others, correction=0)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    normalization()
