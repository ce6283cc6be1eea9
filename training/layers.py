"""What the networks share: times as features, linear layers stored as Burn stores them, and what they are conditioned on."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def time_features(t, half=32):
    """Sines and cosines of 1000 t at `half` frequencies, [n, 2 half]."""
    frequency = 1000.0 * torch.exp(-math.log(10000.0) * torch.arange(half, device=t.device, dtype=torch.float32) / half)
    angle = t[:, None].float() * frequency
    return torch.cat([angle.sin(), angle.cos()], 1)


class Linear(nn.Module):
    """weight [inputs, outputs], as Burn stores it."""

    def __init__(self, inputs, outputs, gain=1.0, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * gain / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight.t(), self.bias)


class Conditioner(nn.Module):
    """Time and classes to one vector; in a flow map the length of the interval too."""

    def __init__(self, classes, width, span):
        super().__init__()
        self.time = Linear(64, width)
        setattr(self, "class", Linear(classes, width, bias=False))
        self.span = Linear(64, width, gain=0.0, bias=False) if span else None

    def forward(self, t, length, onehot):
        sum_ = self.time(time_features(t)) + getattr(self, "class")(onehot)
        if self.span is not None:
            sum_ = sum_ + self.span(time_features(length))
        return F.silu(sum_)
