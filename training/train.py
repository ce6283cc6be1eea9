"""Trains a velocity network of emoji or digits, and from its trajectories a flow map. For a GPU; README.md says what the shipped ones had.

    python training/train.py emoji --data DIR --out DIR --minutes 3.6 --map-minutes 1.75 --batch 512 --guidance 3
"""

import argparse
import math
import time
from pathlib import Path

import torch

import data as datasets
import weights
from net import Conv

SETTINGS = {
    "emoji": dict(side=64, colors=3, widths=[56, 112, 224], depths=[2, 3, 4], cond=128, groups=[9, 7], ratio=2),
    "digits": dict(side=28, colors=1, widths=[48, 96], depths=[2, 3], cond=64, groups=[10], ratio=2),
}
STEPS = 16  # midpoint steps of a trajectory; every state is kept
LEVELS = [0.36, 0.22, 0.16, 0.13, 0.13]  # shares of intervals of length 1, 1/2, …, 1/16


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=SETTINGS)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="a velocity network to go on from")
    parser.add_argument("--minutes", type=float, default=3.6, help="of training the velocity network")
    parser.add_argument("--map-minutes", type=float, default=1.75, help="of training the flow map")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--map-rate", type=float, default=1e-3)
    parser.add_argument("--ema", type=float, default=0.9995)
    parser.add_argument("--trajectories", type=int, default=40_000)
    parser.add_argument("--guidance", type=float, default=3.0, help="of the trajectories")
    parser.add_argument("--interval", type=float, nargs=2, default=[0.0, 1.0], help="times at which guidance holds")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


def fit(net, batch, loss, minutes, rate, decay, device, name):
    """Trains for so long and leaves the average of the weights in `net`."""
    matrices = [p for p in net.parameters() if p.ndim > 1]
    vectors = [p for p in net.parameters() if p.ndim <= 1]
    groups = [dict(params=matrices, weight_decay=0.01), dict(params=vectors, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99))
    average = [p.detach().clone() for p in net.parameters()]
    start, step, recent = time.time(), 0, []
    while (share := (time.time() - start) / (60 * minutes)) < 1:
        # Warm-up over 400 steps, then half a cosine down to 1 %.
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 400) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
            value = loss(net, *batch())
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        keep = min(decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(average, [p.detach() for p in net.parameters()], 1 - keep)
        step += 1
        recent.append(value.detach())
        if step % 500 == 0 or device == "cpu":
            print(f"{name} step {step}, loss {torch.stack(recent[-500:]).mean():.5f}, {100 * share:.0f} %", flush=True)
    with torch.no_grad():
        for p, mean in zip(net.parameters(), average):
            p.copy_(mean)
    return net.eval()


def velocity_batch(data, batch, device):
    """Pairs, times and conditions: 85 % of times are logit-normal, 10 % of conditions are dropped, and a further 10 % of styles."""
    x1, condition = data.batch(batch)
    t = torch.sigmoid(torch.randn(batch, device=device) - 0.2)
    t = torch.where(torch.rand(batch, device=device) < 0.15, torch.rand(batch, device=device), t)
    condition = condition * (torch.rand(batch, 1, device=device) > 0.1)
    if len(data.groups) > 1:
        first = data.groups[0]
        kept = condition[:, first:] * (torch.rand(batch, 1, device=device) > 0.1)
        condition = torch.cat([condition[:, :first], kept], 1)
    return torch.randn_like(x1), x1, t, condition


def velocity_loss(net, x0, x1, t, condition):
    x = x0 + t[:, None, None, None] * (x1 - x0)
    return (net(x, t, torch.zeros_like(t), condition).float() - (x1 - x0)).square().mean()


@torch.no_grad()
def trajectory(net, x, condition, guidance, interval, device):
    """The states of STEPS guided midpoint steps, the first and the last among them."""

    def velocity(x, t):
        times = torch.full((len(x),), t, device=device)
        with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
            with_class = net(x, times, torch.zeros_like(times), condition).float()
            if guidance == 1 or not interval[0] <= t <= interval[1]:
                return with_class
            without = net(x, times, torch.zeros_like(times), torch.zeros_like(condition)).float()
        return without + guidance * (with_class - without)

    states, h = [x], 1 / STEPS
    for k in range(STEPS):
        middle = x + h / 2 * velocity(x, k * h)
        x = x + h * velocity(middle, (k + 0.5) * h)
        states.append(x)
    return states


def trajectories(net, data, args):
    """[STEPS + 1, trajectories, …] in half precision, and their conditions."""
    which = torch.randint(data.train, (args.trajectories,), device=args.device)
    condition, parts = data.condition[which], []
    for c in condition.split(1000):
        x = torch.randn(len(c), *data.pictures.shape[1:], device=args.device)
        states = trajectory(net, x, c, args.guidance, args.interval, args.device)
        parts.append(torch.stack(states).to(torch.bfloat16))
    return torch.cat(parts, 1), condition


def map_batch(states, condition, batch, device):
    """Ends of aligned intervals [t, s] of the kept trajectories, t, s − t and the condition."""
    level = torch.multinomial(torch.tensor(LEVELS, device=device), batch, replacement=True)
    parts = 2**level
    k = (torch.rand(batch, device=device) * parts).long()
    width, i = STEPS // parts, torch.randint(states.shape[1], (batch,), device=device)
    return states[k * width, i].float(), states[(k + 1) * width, i].float(), k / parts, 1 / parts.float(), condition[i]


def map_loss(net, x, end, t, length, condition):
    target = (end - x) / length[:, None, None, None]
    return (net(x, t, length, condition).float() - target).square().mean()


def main():
    args = arguments()
    out, settings = Path(args.out), dict(SETTINGS[args.task])
    out.mkdir(parents=True, exist_ok=True)
    data = getattr(datasets, args.task)(args.data, args.device)
    net = Conv(**settings).to(args.device)
    if args.start:
        found, parameters = weights.read(args.start)
        if found != settings:
            raise SystemExit(f"{args.start} is another network: {found}")
        net.load_state_dict(parameters)
    fit(
        net,
        lambda: velocity_batch(data, args.batch, args.device),
        velocity_loss,
        args.minutes,
        args.rate,
        args.ema,
        args.device,
        "velocity",
    )
    weights.save(out / f"{args.task}-velocity.safetensors", net, settings)
    if args.map_minutes <= 0:
        return
    states, condition = trajectories(net, data, args)
    student = Conv(**settings, map=True).to(args.device)
    student.load_state_dict(net.state_dict(), strict=False)
    fit(
        student,
        lambda: map_batch(states, condition, args.batch, args.device),
        map_loss,
        args.map_minutes,
        args.map_rate,
        args.ema,
        args.device,
        "map",
    )
    weights.save(out / f"{args.task}-map.safetensors", student, {**settings, "map": True})


if __name__ == "__main__":
    main()
