"""A depthwise 3×3 convolution with zeros outside, channels last: Triton kernels on a GPU, nine shifted products elsewhere.

`python training/depthwise.py` compares the two and their gradients; TRITON_INTERPRET=1 does so without a GPU.
"""

import os

import torch
import torch.nn.functional as F

try:
    import triton
    import triton.language as tl
except ImportError:  # no GPU, no kernels
    triton = None

PARTS = 1024  # programs that share the gradient of the weights; their sums are added afterwards


def shifted_products(x, weight, bias):
    """x [n, h, w, c], weight [3, 3, c], bias [c]; what the kernels must give."""
    _, height, width, _ = x.shape
    padded = F.pad(x, (0, 0, 1, 1, 1, 1))
    y = bias.to(x.dtype)
    for i in range(3):
        for j in range(3):
            y = y + padded[:, i : i + height, j : j + width] * weight[i, j].to(x.dtype)
    return y


if triton is not None:

    @triton.jit
    def _neighbor(x, pixel, channel, valid, row, column, I: tl.constexpr, J: tl.constexpr, H: tl.constexpr, W: tl.constexpr, C: tl.constexpr):
        """The values one row and column further, [pixels, channels]."""
        inside = valid & (row + I >= 0) & (row + I < H) & (column + J >= 0) & (column + J < W)
        at = x + (pixel + I * W + J)[:, None] * C + channel[None, :]
        return tl.load(at, mask=inside[:, None] & (channel < C)[None, :], other=0.0).to(tl.float32)

    @triton.jit
    def _convolve(x, weight, bias, y, pixels, H: tl.constexpr, W: tl.constexpr, C: tl.constexpr, P: tl.constexpr, B: tl.constexpr, BACK: tl.constexpr):
        pixel = tl.program_id(0) * P + tl.arange(0, P)
        channel = tl.arange(0, B)
        valid, row, column = pixel < pixels, pixel // W % H, pixel % W
        total = tl.zeros([P, B], tl.float32)
        if not BACK:
            total += tl.load(bias + channel, mask=channel < C, other=0.0).to(tl.float32)[None, :]
        for i in tl.static_range(3):
            for j in tl.static_range(3):
                # The gradient of x is the same sum with the weights turned around.
                k = 8 - 3 * i - j if BACK else 3 * i + j
                w = tl.load(weight + k * C + channel, mask=channel < C, other=0.0).to(tl.float32)
                total += _neighbor(x, pixel, channel, valid, row, column, i - 1, j - 1, H, W, C) * w[None, :]
        at = y + pixel[:, None] * C + channel[None, :]
        tl.store(at, total.to(y.dtype.element_ty), mask=valid[:, None] & (channel < C)[None, :])

    @triton.jit
    def _correlate(x, g, sums, pixels, share: tl.constexpr, H: tl.constexpr, W: tl.constexpr, C: tl.constexpr, P: tl.constexpr, B: tl.constexpr):
        """Sums over a share of the pixels of g times x at each of nine places, and of g: [10, channels] of each program."""
        channel = tl.arange(0, B)
        s0 = tl.zeros([P, B], tl.float32)
        s1, s2, s3, s4, s5, s6, s7, s8, s9 = s0, s0, s0, s0, s0, s0, s0, s0, s0
        first = tl.program_id(0) * share
        for offset in range(0, share, P):
            pixel = first + offset + tl.arange(0, P)
            valid, row, column = (pixel < first + share) & (pixel < pixels), pixel // W % H, pixel % W
            d = _neighbor(g, pixel, channel, valid, row, column, 0, 0, H, W, C)
            s0 += d * _neighbor(x, pixel, channel, valid, row, column, -1, -1, H, W, C)
            s1 += d * _neighbor(x, pixel, channel, valid, row, column, -1, 0, H, W, C)
            s2 += d * _neighbor(x, pixel, channel, valid, row, column, -1, 1, H, W, C)
            s3 += d * _neighbor(x, pixel, channel, valid, row, column, 0, -1, H, W, C)
            s4 += d * _neighbor(x, pixel, channel, valid, row, column, 0, 0, H, W, C)
            s5 += d * _neighbor(x, pixel, channel, valid, row, column, 0, 1, H, W, C)
            s6 += d * _neighbor(x, pixel, channel, valid, row, column, 1, -1, H, W, C)
            s7 += d * _neighbor(x, pixel, channel, valid, row, column, 1, 0, H, W, C)
            s8 += d * _neighbor(x, pixel, channel, valid, row, column, 1, 1, H, W, C)
            s9 += d
        at, keep = sums + tl.program_id(0) * 10 * C + channel, channel < C
        tl.store(at, tl.sum(s0, 0), mask=keep)
        tl.store(at + C, tl.sum(s1, 0), mask=keep)
        tl.store(at + 2 * C, tl.sum(s2, 0), mask=keep)
        tl.store(at + 3 * C, tl.sum(s3, 0), mask=keep)
        tl.store(at + 4 * C, tl.sum(s4, 0), mask=keep)
        tl.store(at + 5 * C, tl.sum(s5, 0), mask=keep)
        tl.store(at + 6 * C, tl.sum(s6, 0), mask=keep)
        tl.store(at + 7 * C, tl.sum(s7, 0), mask=keep)
        tl.store(at + 8 * C, tl.sum(s8, 0), mask=keep)
        tl.store(at + 9 * C, tl.sum(s9, 0), mask=keep)

    def _sizes(x):
        n, height, width, channels = x.shape
        block = triton.next_power_of_2(channels)
        return n * height * width, dict(H=height, W=width, C=channels, B=block)

    @torch.library.custom_op("flow_lab::convolve", mutates_args=())
    def convolve(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, back: bool) -> torch.Tensor:
        x, y = x.contiguous(), torch.empty_like(x, memory_format=torch.contiguous_format)
        pixels, sizes = _sizes(x)
        per = max(4096 // sizes["B"], 1)
        _convolve[(triton.cdiv(pixels, per),)](x, weight.contiguous(), bias, y, pixels, **sizes, P=per, BACK=back)
        return y

    @convolve.register_fake
    def _(x, weight, bias, back):
        return torch.empty_like(x, memory_format=torch.contiguous_format)

    @torch.library.custom_op("flow_lab::correlate", mutates_args=())
    def correlate(x: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
        x, g = x.contiguous(), g.contiguous()
        pixels, sizes = _sizes(x)
        per = max(1024 // sizes["B"], 1)
        parts = min(PARTS, triton.cdiv(pixels, per))
        sums = torch.empty(parts, 10, x.shape[-1], device=x.device)
        _correlate[(parts,)](x, g, sums, pixels, triton.cdiv(pixels, parts), **sizes, P=per)
        return sums.sum(0)

    @correlate.register_fake
    def _(x, g):
        return x.new_empty(10, x.shape[-1], dtype=torch.float32)

    def _keep(ctx, inputs, output):
        x, weight, bias, _ = inputs
        ctx.save_for_backward(x, weight, bias)

    def _gradients(context, g):
        x, weight, bias = context.saved_tensors
        sums = correlate(x, g)
        return convolve(g, weight, bias, True), sums[:9].reshape(weight.shape).to(weight.dtype), sums[9].to(bias.dtype), None

    convolve.register_autograd(_gradients, setup_context=_keep)


def depthwise(x, weight, bias):
    """x [n, h, w, c], weight [3, 3, c], bias [c]."""
    return convolve(x, weight, bias, False) if x.is_cuda else shifted_products(x, weight, bias)


def largest_differences(n, height, width, channels, device, dtype):
    """Of the kernels from the shifted products in single precision, as a share of the largest value: y and the gradients of x, weight, bias."""
    torch.manual_seed(0)
    x = torch.randn(n, height, width, channels, device=device)
    weight, bias = torch.randn(3, 3, channels, device=device) / 3, torch.randn(channels, device=device)
    g = torch.randn_like(x)
    found = []
    for function, kind in ((lambda *values: convolve(*values, False), dtype), (shifted_products, torch.float32)):
        inputs = [x.to(kind).float().to(kind), weight.clone(), bias.clone()]
        inputs = [value.requires_grad_() for value in inputs]
        y = function(*inputs)
        y.backward(g.to(dtype).to(kind))
        found.append([value.float() for value in [y, *(value.grad for value in inputs)]])
    return [((a - b).abs().max() / b.abs().max()).item() for a, b in zip(*found)]


if __name__ == "__main__":
    if triton is None:
        raise SystemExit("SKIPPED: Triton is not installed, and without it there are no kernels to compare.")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu" and not os.environ.get("TRITON_INTERPRET"):
        raise SystemExit("SKIPPED: no GPU. TRITON_INTERPRET=1 runs the kernels without one.")
    for shape in ((2, 5, 7, 56), (3, 8, 8, 112), (1, 4, 4, 224)):
        for dtype, limit in ((torch.float32, 1e-5), (torch.bfloat16, 2e-2)):
            apart = largest_differences(*shape, device, dtype)
            print(shape, dtype, " ".join(f"{value:.1e}" for value in apart))
            if max(apart) > limit:
                raise SystemExit("FAILED: the kernels differ from the shifted products")
