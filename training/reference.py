"""What a network gives, for tests/references: its output and the end of a run, in single precision on the half-precision weights.

    python training/reference.py www/models/FILE.safetensors tests/references/emoji-velocity.safetensors

Inputs are those of the file that is there; `--new` draws others.
"""

import argparse

import torch
import weights
from distill import jump
from safetensors import safe_open
from safetensors.torch import save_file

NOTE = "output = net(x, t, length, condition); end: from x, velocity: 8 Euler steps with guidance 2 where t >= 0.1; map: 4 equal steps"


def drawn(settings):
    """Two samples: noise at t = 0.1 and 0.9, with a class of each group."""
    side, colors = settings["side"], settings.get("colors", 1)
    groups = settings.get("groups", [settings.get("classes")])
    condition = torch.cat([torch.nn.functional.one_hot(torch.randint(n, (2,)), n).float() for n in groups], 1)
    return dict(x=torch.randn(2, side, side, colors), t=torch.tensor([0.1, 0.9]), length=torch.tensor([0.5, 0.1]), condition=condition)


@torch.no_grad()
def guided_euler(net, x, condition, steps=8, guidance=2.0, begins=0.1):
    nothing = torch.zeros(len(x))
    for k in range(steps):
        t = torch.full((len(x),), k / steps)
        v = net(x, t, nothing, condition)
        if k / steps >= begins:
            without = net(x, t, nothing, torch.zeros_like(condition))
            v = without + guidance * (v - without)
        x = x + v / steps
    return x


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("out")
    parser.add_argument("--new", action="store_true")
    args = parser.parse_args()
    settings, parameters = weights.read(args.weights)
    net = weights.make(settings).eval()
    net.load_state_dict(parameters)
    if args.new:
        torch.manual_seed(0)
        inputs = drawn(settings)
    else:
        with safe_open(args.out, "pt") as file:
            inputs = {name: file.get_tensor(name) for name in ("x", "t", "length", "condition")}
    x, t, length, condition = inputs.values()
    if not settings.get("map"):
        length = torch.zeros_like(t)
    with torch.no_grad():
        output = net(x, t, length, condition)
        end = jump(net, x, condition, 4, "cpu") if settings.get("map") else guided_euler(net, x, condition)
    save_file({**inputs, "output": output.contiguous(), "end": end.contiguous()}, args.out, {"note": NOTE})


if __name__ == "__main__":
    main()
