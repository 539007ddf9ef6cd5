"""Whole models: for the parameters of a workload, a function that makes one training step."""

import torch
import torch.nn.functional as F
from torch import nn


def train(parameters):
    if parameters["model"] == "gpt2-block":
        return transformer_pass(parameters["batch"], parameters["time"])
    make_model, shape = CLASSIFIERS[parameters["model"]]
    return classifier_step(make_model(), torch.rand(parameters["batch"], *shape))


def classifier_step(model, images):
    """Forward, cross-entropy over ten classes, backward, Adam."""
    labels = torch.randint(0, 10, (len(images),))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


def transformer_pass(batch, time, width=768, heads=12):
    """Forward and backward of a block in the middle of a network, so with the gradient of its input."""
    block = TransformerBlock(width, heads)
    x = torch.randn(batch, time, width, requires_grad=True)
    gradient = torch.randn(batch, time, width)

    def step():
        block.zero_grad()
        x.grad = None
        block(x).backward(gradient)

    return step


def language(parameters):
    model = GPT2(**LANGUAGE_MODELS[parameters["model"]])
    if parameters.get("operation") == "decode":
        return decoding_step(model.eval())
    return language_step(model, parameters["batch"], parameters["time"])


def decoding_step(model, position=64):
    """The likeliest token behind `position` others, whose keys and values are there."""
    cache = [(torch.randn(1, 12, position, 64), torch.randn(1, 12, position, 64)) for _ in model.blocks]
    token, place = torch.tensor([1]), torch.tensor([position])

    @torch.inference_mode()
    def step():
        x = model.tokens(token) + model.positions(place)
        for block, (keys, values) in zip(model.blocks, cache):
            q, k, v = block.projection(block.norm1(x)).view(1, 3, 12, 1, 64).transpose(1, 2).unbind(2)
            y = F.scaled_dot_product_attention(q, torch.cat([keys, k], 2), torch.cat([values, v], 2))
            x = x + block.attended(y.reshape(1, -1))
            x = x + block.down(F.gelu(block.up(block.norm2(x)), approximate="tanh"))
        return F.linear(model.norm(x), model.tokens.weight).argmax()

    return step


def language_step(model, batch, time):
    """Forward, cross-entropy of the next tokens, backward, Adam."""
    tokens = torch.randint(0, model.tokens.num_embeddings, (batch, time + 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5, fused=True)

    def step():
        optimizer.zero_grad()
        logits = model(tokens[:, :-1])
        F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten()).backward()
        optimizer.step()

    return step


def perceptron():
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)
    )  # fmt: skip


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


class RowByRow(nn.Module):
    """An image read by an LSTM, a row at a time; the last state tells the class."""

    def __init__(self, width=28, hidden=128):
        super().__init__()
        self.recurrent = nn.LSTM(width, hidden, batch_first=True)
        self.classes = nn.Linear(hidden, 10)

    def forward(self, images):
        states, _ = self.recurrent(images)
        return self.classes(states[:, -1])


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which projects where the shape changes (He et al. 2016, figure 2)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def resnet20():
    """Three stages of three blocks for 32x32 images (He et al. 2016, section 4.2)."""
    layers = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    inputs = 16
    for outputs in (16, 32, 64):
        for number in range(3):
            layers.append(Residual(inputs, outputs, stride=2 if number == 0 and outputs > 16 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class TransformerBlock(nn.Module):
    """A block of GPT-2: LayerNorm before attention and before the feed-forward layers (Radford et al. 2019)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projection, self.attended = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attended(self.attend(self.projection(self.norm1(x))))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))

    def attend(self, projected):
        batch, time, width = projected.shape
        q, k, v = projected.view(batch, time, 3, self.heads, width // (3 * self.heads)).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y.transpose(1, 2).reshape(batch, time, width // 3)


class GPT2(nn.Module):
    """The smallest GPT-2 (Radford et al. 2019): the embedding's table makes the logits, too."""

    def __init__(self, vocabulary=50257, context=1024, width=768, heads=12, layers=12):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        return F.linear(self.norm(self.blocks(x)), self.tokens.weight)


LANGUAGE_MODELS = {
    "gpt2-124m": {},
    "nanogpt-cpu": {"vocabulary": 65, "context": 64, "width": 128, "heads": 4, "layers": 4},
}
CLASSIFIERS = {
    "mlp": (perceptron, (784,)),
    "lenet5": (lenet5, (1, 28, 28)),
    "lstm": (RowByRow, (28, 28)),
    "resnet20": (resnet20, (3, 32, 32)),
}
