"""The convolutional network of src/net/conv.rs in PyTorch, channels last. Names and layouts are those of the weights files."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from depthwise import depthwise
from layers import Conditioner, Linear


def rms(x):
    y = x.float()
    return (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


class Block(nn.Module):
    def __init__(self, c, ratio, skip):
        super().__init__()
        self.merge = Linear(2 * c, c) if skip else None
        self.table = nn.Parameter(torch.zeros(6, c))
        self.conv_in = Linear(c, c)
        self.depthwise = nn.Parameter(torch.randn(3, 3, c) / 3.0)
        self.depthwise_bias = nn.Parameter(torch.zeros(c))
        self.attend = Linear(c, c, gain=0.1)
        self.conv_out = Linear(c, c, gain=0.0)
        self.mlp_in = Linear(c, ratio * c, gain=1.4)
        self.mlp_out = Linear(ratio * c, c, gain=0.0)

    def forward(self, h, modulation, skip=None):
        if self.merge is not None:
            h = self.merge(torch.cat([h, skip], -1))
        parts = (modulation + self.table).to(h.dtype)[:, :, None, None, :]  # [n, 6, 1, 1, c]
        scale1, shift1, gate1, scale2, shift2, gate2 = parts.unbind(1)
        y = rms(h) * (1 + scale1) + shift1
        y = F.silu(depthwise(self.conv_in(y), self.depthwise, self.depthwise_bias))
        attention = torch.sigmoid(self.attend(y.mean((1, 2))))
        h = h + (1 + gate1) * self.conv_out(y * attention[:, None, None, :])
        y = rms(h) * (1 + scale2) + shift2
        return h + (1 + gate2) * self.mlp_out(F.silu(self.mlp_in(y)))


def unshuffle(x):
    """Patches of 2×2 pixels become channels."""
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h // 2, w // 2, 4 * c)


def shuffle(x):
    """The other way."""
    n, h, w, c = x.shape
    return x.reshape(n, h, w, 2, 2, c // 4).permute(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * w, c // 4)


class Conv(nn.Module):
    """widths[i] channels at 1 / 2^(i + 1) of the side; depths[i] blocks down and up, depths[-1] in the middle."""

    def __init__(self, side, colors, widths, depths, cond, groups, ratio=2, map=False):
        super().__init__()
        self.conditioner = Conditioner(sum(groups), cond, map)
        self.modulate = nn.ModuleList([Linear(cond, 6 * c, gain=0.2) for c in widths])
        self.embed = Linear(4 * colors, widths[0])
        stages = list(zip(widths[:-1], depths[:-1]))
        pairs = list(zip(widths, widths[1:]))
        self.encode = nn.ModuleList([nn.ModuleList([Block(c, ratio, False) for _ in range(d)]) for c, d in stages])
        self.down = nn.ModuleList([Linear(4 * a, b) for a, b in pairs])
        self.middle = nn.ModuleList([Block(widths[-1], ratio, False) for _ in range(depths[-1])])
        self.up = nn.ModuleList([Linear(b, 4 * a) for a, b in pairs])
        self.decode = nn.ModuleList([nn.ModuleList([Block(c, ratio, True) for _ in range(d)]) for c, d in stages])
        self.last = Linear(cond, 2 * widths[0], gain=0.2)
        self.out = Linear(widths[0], 4 * colors, gain=0.0)

    def forward(self, x, t, length, onehot):
        """x [n, side, side, colors] to the same; t and length [n]; onehot [n, classes]."""
        n = x.shape[0]
        condition = self.conditioner(t, length, onehot)
        modulations = [m(condition).reshape(n, 6, -1) for m in self.modulate]
        h = self.embed(unshuffle(x))
        skips = []
        for i, stage in enumerate(self.encode):
            for block in stage:
                h = block(h, modulations[i])
                skips.append(h)
            h = self.down[i](unshuffle(h))
        for block in self.middle:
            h = block(h, modulations[-1])
        for i in reversed(range(len(self.decode))):
            h = shuffle(self.up[i](h))
            for block in self.decode[i]:
                h = block(h, modulations[i], skips.pop())
        scale, shift = self.last(condition).to(h.dtype)[:, None, None, :].chunk(2, -1)
        return shuffle(self.out(rms(h) * (1 + scale) + shift))
