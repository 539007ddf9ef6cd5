"""Writes models.json beside this file: whole models, forward and backward, as PyTorch computes them.

    .venv-peers/bin/python Tests/Golden/models.py

How the numbers are made and how a file looks stands in golden.py. Parameter i of a model, in the order and with the
shapes that its file in Sources/ModelZoo gives, is `draw(100 + i)` times 1 / sqrt(values that one output sums over), a bias
`draw(100 + i)` / 2, a normalisation's scale 1 + `draw(100 + i)` / 4. So a test makes the parameters itself, and the file holds
none.

    output                  for the input `draw(1)`
    gradient.NAME           dL/d parameter: its product with `draw(200 + i)`, then its first seven values at most
    inputGradient           where the input gets one
    windows, loss           of a language model: tokens [sequences, time + 1], and the mean cross-entropy of each window's
                            last `time` tokens
    statistic.NAME          a running statistic after the step

L is the sum of output times `draw(2)`, or the loss of a language model.
"""

import math

import torch
import torch.nn.functional as F

from golden import draw, exact, leaf, write


class Parameters:
    """Makes parameters in the order in which they are asked for, and finds them again by name."""

    def __init__(self):
        self.leaves, self.statistics = {}, {}

    def weight(self, name, *shape, sums):
        self.leaves[name] = leaf(exact(draw(100 + len(self.leaves), *shape) / math.sqrt(sums)))
        return self.leaves[name]

    def bias(self, name, width):
        return self.weight(name, width, sums=4)

    def scale(self, name, width):
        self.leaves[name] = leaf(exact(1 + draw(100 + len(self.leaves), width) / 4))
        return self.leaves[name]

    def gradients(self):
        values = {}
        for i, (name, parameter) in enumerate(self.leaves.items()):
            gradient = parameter.grad
            product = (gradient * draw(200 + i, *gradient.shape)).sum()
            values[f"gradient.{name}"] = torch.cat([product.reshape(1), gradient.flatten()[:7]])
        return values | {f"statistic.{name}": value for name, value in self.statistics.items()}


def linear(p, name, x, outputs):
    inputs = x.shape[-1]
    weight = p.weight(f"{name}.weight", inputs, outputs, sums=inputs)
    return x @ weight + p.bias(f"{name}.bias", outputs)


def convolution(p, name, x, outputs, window, stride=1, padding=0, bias=True):
    sums = x.shape[1] * window * window
    weight = p.weight(f"{name}.weight", outputs, x.shape[1], window, window, sums=sums)
    return F.conv2d(x, weight, p.bias(f"{name}.bias", outputs) if bias else None, stride, padding)


def layer_norm(p, name, x):
    width = x.shape[-1]
    return F.layer_norm(x, (width,), p.scale(f"{name}.weight", width), p.bias(f"{name}.bias", width))


def batch_norm(p, name, x):
    channels = x.shape[1]
    mean, variance = torch.zeros(channels, dtype=x.dtype), torch.ones(channels, dtype=x.dtype)
    scale, shift = p.scale(f"{name}.weight", channels), p.bias(f"{name}.bias", channels)
    y = F.batch_norm(x, mean, variance, scale, shift, training=True, momentum=0.1)
    p.statistics[f"{name}.running_mean"], p.statistics[f"{name}.running_var"] = mean, variance
    return y


def transformer_block(p, x, heads=2, hidden=48, at=""):
    batch, time, width = x.shape
    projected = linear(p, f"{at}attention.projection", layer_norm(p, f"{at}attention_norm", x), 3 * width)
    q, k, v = projected.view(batch, time, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
    attended = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(batch, time, width)
    h = x + linear(p, f"{at}attention.output", attended, width)
    up = F.gelu(linear(p, f"{at}up", layer_norm(p, f"{at}feed_forward_norm", h), hidden), approximate="tanh")
    return h + linear(p, f"{at}down", up, width)


def gpt2(p, tokens, vocabulary, context, layers, width):
    table = p.weight("tokens.weight", vocabulary, width, sums=vocabulary)
    places = p.weight("positions.weight", context, width, sums=context)
    x = table[tokens] + places[: tokens.shape[1]]
    for i in range(layers):
        x = transformer_block(p, x, hidden=4 * width, at=f"blocks.{i}.")
    return layer_norm(p, "norm", x) @ table.T


def lenet5(p, images):
    h = F.max_pool2d(convolution(p, "convolutions.0", images, 6, 5, padding=2).relu(), 2)
    h = F.max_pool2d(convolution(p, "convolutions.1", h, 16, 5).relu(), 2).flatten(1)
    return linear(p, "layers.2", linear(p, "layers.1", linear(p, "layers.0", h, 120).relu(), 84).relu(), 10)


def resnet8(p, images):
    def normalized(name, x, outputs, stride=1):
        return batch_norm(p, f"{name}.norm", convolution(p, f"{name}.convolution", x, outputs, 3, stride, 1, bias=False))

    h = normalized("stem", images, 16).relu()
    for stage, outputs in enumerate((16, 32, 64)):
        name, stride = f"stages.{stage}.0", 1 if stage == 0 else 2
        body = normalized(f"{name}.1", normalized(f"{name}.0", h, outputs, stride).relu(), outputs)
        if stage > 0:
            h = convolution(p, f"{name}.shortcut", h, outputs, 1, stride, bias=False)
        h = (body + h).relu()
    return linear(p, "head", h.mean((2, 3)), 10)


def lstm_classifier(p, x, hidden=9):
    inputs = x.shape[2]
    w = p.weight("lstm.input_weight", inputs, 4 * hidden, sums=inputs)
    r = p.weight("lstm.recurrent_weight", hidden, 4 * hidden, sums=hidden)
    b = p.bias("lstm.bias", 4 * hidden)
    h = c = torch.zeros(len(x), hidden, dtype=x.dtype)
    for step in x.unbind(1):
        i, f, g, o = (step @ w + h @ r + b).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return linear(p, "head", h, 10)


def case(model, *shape):
    p, x = Parameters(), leaf(draw(1, *shape))
    y = model(p, x)
    (y * draw(2, *y.shape)).sum().backward()
    return {"output": y, "inputGradient": x.grad} | p.gradients()


def language_model_case(model, sequences, time, vocabulary, **sizes):
    p = Parameters()
    windows = ((draw(1, sequences, time + 1) + 1) / 2 * vocabulary).floor().clamp(max=vocabulary - 1).long()
    logits = model(p, windows[:, :-1], vocabulary, **sizes)
    loss = F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
    loss.backward()
    return {"windows": windows, "loss": loss} | p.gradients()


if __name__ == "__main__":
    torch.set_num_threads(1)
    cases = {
        "transformerBlock": case(transformer_block, 2, 5, 16),
        "lenet5": case(lenet5, 3, 1, 14, 13),
        "resnet8": case(resnet8, 3, 3, 9, 8),
        "lstmClassifier": case(lstm_classifier, 4, 6, 7),
        "gpt2": language_model_case(gpt2, 3, 6, 19, context=8, layers=2, width=16),
    }
    write("models", cases, script="models.py")
