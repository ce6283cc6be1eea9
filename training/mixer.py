"""The patch mixer of src/net/mixer.rs in PyTorch. Names and layouts are those of the weights files."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from layers import Conditioner, Linear


class Norm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        return F.layer_norm(x.float(), x.shape[-1:], self.gamma, self.beta, 1e-5)


class Block(nn.Module):
    def __init__(self, tokens, dim, token_hidden, channel_hidden):
        super().__init__()
        self.token_norm = Norm(dim)
        self.token_in = nn.Parameter(torch.randn(1, token_hidden, tokens) * math.sqrt(2 / tokens))
        self.token_bias = nn.Parameter(torch.zeros(1, token_hidden, 1))
        self.token_out = nn.Parameter(torch.zeros(1, tokens, token_hidden))
        self.channel_norm = Norm(dim)
        self.channel_in = Linear(dim, channel_hidden, gain=math.sqrt(2))
        self.channel_out = Linear(channel_hidden, dim, gain=0.0)

    def forward(self, h, scale1, shift1, scale2, shift2):
        y = self.token_norm(h) * (scale1 + 1) + shift1
        y = F.relu(torch.matmul(self.token_in, y) + self.token_bias)
        h = h + torch.matmul(self.token_out, y)
        y = self.channel_norm(h) * (scale2 + 1) + shift2
        return h + self.channel_out(F.relu(self.channel_in(y)))


class Mixer(nn.Module):
    def __init__(self, side, patch, dim, depth, token_hidden, channel_hidden, cond, classes, map=False):
        super().__init__()
        self.side, self.patch, self.depth = side, patch, depth
        tokens, values = (side // patch) ** 2, patch * patch
        self.conditioner = Conditioner(classes, cond, map)
        self.modulate = Linear(cond, (4 * depth + 2) * dim, gain=0.2)
        self.embed = Linear(values, dim)
        self.position = nn.Parameter(torch.randn(1, tokens, dim) * 0.5)
        self.blocks = nn.ModuleList([Block(tokens, dim, token_hidden, channel_hidden) for _ in range(depth)])
        self.norm = Norm(dim)
        self.out = Linear(dim, values, gain=0.0)

    def forward(self, x, t, length, onehot):
        """x [n, side, side, 1] to the same; t and length [n]; onehot [n, classes]."""
        n, grid, patch = x.shape[0], self.side // self.patch, self.patch
        condition = self.conditioner(t, length, onehot)
        parts = self.modulate(condition).reshape(n, 4 * self.depth + 2, 1, -1).unbind(1)
        patches = x.reshape(n, grid, patch, grid, patch).permute(0, 1, 3, 2, 4).reshape(n, grid * grid, patch * patch)
        h = self.embed(patches) + self.position
        for k, block in enumerate(self.blocks):
            h = block(h, *parts[4 * k : 4 * k + 4])
        h = self.norm(h) * (parts[-2] + 1) + parts[-1]
        return self.out(h).reshape(n, grid, grid, patch, patch).permute(0, 1, 3, 2, 4).reshape(n, self.side, self.side, 1)
