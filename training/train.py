"""Trains a velocity network of emoji or digits, and from its trajectories a flow map; or a flow map from those of a larger one. For a GPU; README.md says what the shipped ones had.

    python training/train.py emoji --data DIR --out DIR --minutes 3.6 --map-minutes 1.75 --judge training/emoji-judge.safetensors
"""

import argparse
from functools import partial
from pathlib import Path

import data as datasets
import judge as judges
import torch
import weights
from distill import CHUNK, jump, map_batch, map_loss, mapped, refine_batch, trajectories, trajectory
from fit import compiled, fit, precision

SETTINGS = {
    "emoji": dict(kind="conv", side=64, colors=3, widths=[56, 112, 224], depths=[2, 3, 4], cond=128, groups=[9, 7], ratio=2),
    "digits": dict(kind="mixer", side=28, patch=4, dim=128, depth=4, token_hidden=98, channel_hidden=320, cond=64, classes=10),
    "digits-small": dict(kind="mixer", side=28, patch=4, dim=56, depth=4, token_hidden=40, channel_hidden=96, cond=16, classes=10),
}
SAMPLES = 3000  # that the judge sees


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=SETTINGS)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="a velocity network to go on from")
    parser.add_argument("--start-map", help="a flow map to go on from; without it the map starts from the velocity network")
    parser.add_argument("--teacher", help="a flow map: only a flow map is trained, from its trajectories")
    parser.add_argument("--refine", action="store_true", help="the teacher itself is trained on, toward one step")
    parser.add_argument("--minutes", type=float, default=3.6, help="of training the velocity network")
    parser.add_argument("--map-minutes", type=float, default=1.75, help="of training the flow map")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--map-rate", type=float, default=1e-3)
    parser.add_argument("--ema", type=float, default=0.9995)
    parser.add_argument("--trajectories", type=int, default=40_000)
    parser.add_argument("--guidance", type=float, nargs="+", default=[3.0], help="of the trajectories; of several, the judge's best")
    parser.add_argument("--interval", type=float, nargs=2, default=[0.0, 1.0], help="times at which guidance holds")
    parser.add_argument("--judge", help="of emoji: the Fréchet distances of what the networks draw")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


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
def mean_loss(net, pictures, condition, device):
    """The velocity loss of given pictures over uniform t, the same noise and times at each call."""
    generator = torch.Generator(device).manual_seed(0)
    x0 = torch.randn(pictures.shape, generator=generator, device=device)
    t = torch.rand(len(pictures), generator=generator, device=device)
    with precision(device), torch.compiler.set_stance("force_eager"):  # another batch size is not worth compiling for
        return velocity_loss(net, x0, pictures, t, condition).item()


def drawn_with(net, x, condition, guidance, interval, device):
    return trajectory(net, x, condition, guidance, interval, device)[-1]


class Report:
    """Draws SAMPLES pictures from fixed noise and has them judged."""

    def __init__(self, path, data, args):
        self.judge, self.args = judges.read(path, args.device), args
        generator = torch.Generator(args.device).manual_seed(3)
        which = torch.randint(data.train, (SAMPLES,), generator=generator, device=args.device)
        self.condition = data.condition[which]
        self.noise = torch.randn(SAMPLES, *data.pictures.shape[1:], generator=generator, device=args.device)
        self.real = self.judge.statistics(datasets.as_values(data.pictures[: data.train]))
        held, condition = data.held_out()
        self.say("held-out emoji", held, condition)

    def say(self, what, pictures, condition):
        distance = judges.frechet(self.judge.statistics(pictures), self.real)
        category, style = self.judge.shares(pictures, condition)
        print(f"{what}: Fréchet {distance:.3f}, category {100 * category:.1f} %, style {100 * style:.1f} %", flush=True)
        return distance

    def drawn(self, what, draw):
        parts = zip(self.noise.split(CHUNK), self.condition.split(CHUNK))
        pictures = torch.cat([draw(x, c) for x, c in parts]).clamp(-1, 1)
        return self.say(what, pictures, self.condition)

    def best_guidance(self, net):
        args, found = self.args, {}
        for w in args.guidance:
            draw = partial(drawn_with, net, guidance=w, interval=args.interval, device=args.device)
            found[w] = self.drawn(f"velocity network, 16 midpoint steps, guidance {w:g}", draw)
        return min(found, key=found.get)


def main():
    args = arguments()
    torch.set_float32_matmul_precision("high")
    if args.refine and not args.teacher:
        raise SystemExit("--refine needs the flow map that it refines: --teacher")
    out, settings = Path(args.out), SETTINGS[args.task]
    out.mkdir(parents=True, exist_ok=True)
    data = getattr(datasets, args.task.split("-")[0])(args.data, args.device)
    report = Report(args.judge, data, args) if args.judge else None
    if args.teacher:
        found, parameters = weights.read(args.teacher)
        if not found.get("map"):
            raise SystemExit(f"{args.teacher} is no flow map: {found}")
        if args.map_minutes <= 0:
            raise SystemExit("--teacher needs --map-minutes above 0")
        teacher = weights.make(found).to(args.device)
        teacher.load_state_dict(parameters)
        teacher.eval().requires_grad_(False)
        states, condition = trajectories(partial(mapped, teacher, device=args.device), data, args)
        if not args.refine:
            return train_map(partial(map_batch, states, condition), None, settings, report, args)
        args.start_map = args.teacher
        return train_map(partial(refine_batch, teacher, states, condition), None, settings, report, args)
    net = weights.make(settings).to(args.device)
    if args.start:
        found, parameters = weights.read(args.start)
        if found != settings:
            raise SystemExit(f"{args.start} is another network: {found}")
        net.load_state_dict(parameters)
    compiled(net, args.device)
    if args.minutes > 0:
        batch = partial(velocity_batch, data, args.batch, args.device)
        fit(net, batch, velocity_loss, args, args.minutes, args.rate, "velocity")
        weights.save(out / f"{args.task}-velocity.safetensors", net, settings)
    held, condition = (part[:400] for part in data.held_out())
    seen = datasets.as_values(data.pictures[:400]), data.condition[:400]
    losses = [mean_loss(net, *pictures, args.device) for pictures in (seen, (held, condition))]
    print(f"velocity loss over uniform t: {losses[0]:.4f} of pictures trained on, {losses[1]:.4f} of held-out ones", flush=True)
    guidance = report.best_guidance(net) if report else args.guidance[0]
    if args.map_minutes <= 0:
        return
    guided = partial(trajectory, net, guidance=guidance, interval=args.interval, device=args.device)
    states, condition = trajectories(guided, data, args)
    print(f"with guidance {guidance:g}", flush=True)
    train_map(partial(map_batch, states, condition), net, settings, report, args)


def train_map(drawn, net, settings, report, args):
    """On what `drawn(batch, device)` gives; begins at the weights of the velocity network `net`, where there is one."""
    settings = {**settings, "map": True}
    student = weights.make(settings).to(args.device)
    if args.start_map:
        found, parameters = weights.read(args.start_map)
        if found != settings:
            raise SystemExit(f"{args.start_map} is another network: {found}")
        student.load_state_dict(parameters)
    elif net:
        student.load_state_dict(net.state_dict(), strict=False)
    compiled(student, args.device)
    fit(student, partial(drawn, args.batch, args.device), map_loss, args, args.map_minutes, args.map_rate, "map")
    weights.save(Path(args.out) / f"{args.task}-map.safetensors", student, settings)
    for steps in (1, 2, 4, 8) if report else ():
        report.drawn(f"flow map, {steps} steps", partial(jump, student, steps=steps, device=args.device))


if __name__ == "__main__":
    main()
