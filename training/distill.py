"""A flow map from trajectories of a guided velocity network or of a larger map: it learns (x_s − x_t) / (s − t) over aligned intervals."""

import torch
from fit import precision

STEPS = 16  # midpoint steps of a trajectory; every state is kept
LEVELS = [0.36, 0.22, 0.16, 0.13, 0.13]  # shares of intervals of length 1, 1/2, …, 1/16
CHUNK = 1000


@torch.no_grad()
def trajectory(net, x, condition, guidance, interval, device):
    """The states of STEPS guided midpoint steps, the first and the last among them."""
    both = torch.cat([condition, torch.zeros_like(condition)])

    def velocity(x, t):
        guided = guidance != 1 and interval[0] <= t <= interval[1]
        inputs, conditions = (torch.cat([x, x]), both) if guided else (x, condition)
        times = torch.full((len(inputs),), t, device=device)
        with precision(device):
            v = net(inputs, times, torch.zeros_like(times), conditions).float()
        if not guided:
            return v
        with_class, without = v.chunk(2)
        return without + guidance * (with_class - without)

    states, h = [x], 1 / STEPS
    for k in range(STEPS):
        middle = x + h / 2 * velocity(x, k * h)
        x = x + h * velocity(middle, (k + 0.5) * h)
        states.append(x)
    return states


@torch.no_grad()
def mapped(net, x, condition, device):
    """The states of STEPS steps of a flow map, the first and the last among them."""
    states = [x]
    for k in range(STEPS):
        t = torch.full((len(x),), k / STEPS, device=device)
        with precision(device):
            x = x + net(x, t, torch.full_like(t, 1 / STEPS), condition).float() / STEPS
        states.append(x)
    return states


def trajectories(follow, data, args):
    """States [STEPS + 1, count, …] in bfloat16 that `follow(noise, condition)` gives, and their conditions, which are those of random pictures."""
    which = torch.randint(data.train, (args.trajectories,), device=args.device)
    condition, parts = data.condition[which], []
    for c in condition.split(CHUNK):
        x = torch.randn(len(c), *data.pictures.shape[1:], device=args.device)
        parts.append(torch.stack(follow(x, c)).to(torch.bfloat16))
    print(f"{args.trajectories} trajectories", flush=True)
    return torch.cat(parts, 1), condition


def map_batch(states, condition, batch, device, levels=LEVELS):
    """Ends of aligned intervals [t, s] of the kept trajectories, t, s − t and the condition."""
    level = torch.multinomial(torch.tensor(levels, device=device), batch, replacement=True)
    parts = 2**level
    k = (torch.rand(batch, device=device) * parts).long()
    width, i = STEPS // parts, torch.randint(states.shape[1], (batch,), device=device)
    return states[k * width, i].float(), states[(k + 1) * width, i].float(), k / parts, 1 / parts.float(), condition[i]


@torch.no_grad()
def refine_batch(before, states, condition, batch, device):
    """As `map_batch`, for a map that is trained on toward one step: seven in ten are intervals [0, 1] from fresh noise, whose ends are those of two half steps of the map as it was
    `before`; the others are shorter ones of its own trajectories, so that it does not forget them."""
    fresh = 7 * batch // 10
    drawn = torch.randint(condition.shape[0], (fresh,), device=device)
    x = torch.randn(fresh, *states.shape[2:], device=device)
    end = jump(before, x, condition[drawn], 2, device)
    others = map_batch(states, condition, batch - fresh, device, [0.0, *LEVELS[1:]])
    whole = (x, end, torch.zeros(fresh, device=device), torch.ones(fresh, device=device), condition[drawn])
    return [torch.cat(pair) for pair in zip(whole, others)]


def map_loss(net, x, end, t, length, condition):
    target = (end - x) / length[:, None, None, None]
    return (net(x, t, length, condition).float() - target).square().mean()


@torch.no_grad()
def jump(net, x, condition, steps, device):
    """The end of `steps` equal steps of a flow map."""
    for k in range(steps):
        t = torch.full((len(x),), k / steps, device=device)
        with precision(device), torch.compiler.set_stance("force_eager"):
            x = x + net(x, t, torch.full_like(t, 1 / steps), condition).float() / steps
    return x
