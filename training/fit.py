"""Training for so many minutes: AdamW, a warm-up, half a cosine, an average of the weights."""

import math
import time

import torch
from conv import Block as ConvBlock
from mixer import Block as MixerBlock


def precision(device):
    """Products in bfloat16 on a GPU."""
    return torch.autocast(device, torch.bfloat16, enabled=device != "cpu")


def compiled(net, device):
    """Compiles block by block: sooner done than the whole, and blocks of one shape share code."""
    if device != "cpu":
        torch._dynamo.config.automatic_dynamic_shapes = False
        torch._dynamo.config.recompile_limit = 256
        for module in net.modules():
            if isinstance(module, (ConvBlock, MixerBlock)):
                module.compile()
    return net


def fit(net, batch, loss, args, minutes, rate, name):
    """Trains and leaves the average of the weights in `net`. `batch()` gives what `loss(net, …)` takes besides the network."""
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]
    groups = [dict(params=matrices, weight_decay=0.01), dict(params=vectors, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99), fused=args.device != "cpu")
    average = [p.detach().clone() for p in net.parameters()]
    start, share, step, recent = None, 0.0, 0, []
    while share < 1:
        # Warm-up over 400 steps, then half a cosine down to 1 %.
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 400) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        with precision(args.device):
            value = loss(net, *batch())
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        keep = min(args.ema, (1 + step) / (10 + step))
        torch._foreach_lerp_(average, [p.detach() for p in net.parameters()], 1 - keep)
        step += 1
        recent.append(value.detach())
        if step % 20 == 0 or step == 3 or args.device == "cpu":
            # The host does not run ahead; the clock starts when everything has been compiled.
            recent[-1].item()
        if step == 3:
            start = time.time()
            print(f"{name}: first steps done", flush=True)
        share = (time.time() - start) / (60 * minutes) if start else 0.0
        if step % 500 == 0 or share >= 1:
            rate_now = (step - 3) * args.batch / (time.time() - start)
            mean = torch.stack(recent[-500:]).mean()
            print(f"{name}: step {step}, {step * args.batch} samples, loss {mean:.5f}, {rate_now:.0f} samples/s", flush=True)
    with torch.no_grad():
        for p, mean in zip(net.parameters(), average):
            p.copy_(mean)
    return net.eval()
