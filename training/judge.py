"""The judge of emoji: a classifier of category and style in whose features distances are measured; src/bin/evaluate/judge.rs is the same.

    python training/judge.py --data DIR --out training/emoji-judge.safetensors
"""

import argparse
import time

import data as datasets
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

NOTE = {"note": "the judge of emoji: class Judge of training/judge.py; src/bin/evaluate/judge.rs reads it"}


class Pair(nn.Module):
    """Two 3×3 convolutions beside a skip."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.a = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.b = nn.BatchNorm2d(outputs)
        self.c = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.d = nn.BatchNorm2d(outputs)
        self.e = nn.Conv2d(inputs, outputs, 1, bias=False) if inputs != outputs else nn.Identity()

    def forward(self, x):
        return F.relu(self.e(x) + self.d(self.c(F.relu(self.b(self.a(x))))))


class Judge(nn.Module):
    def __init__(self, groups=(9, 7)):
        super().__init__()
        self.groups = list(groups)
        halve = nn.MaxPool2d(2)
        first = [nn.AvgPool2d(2), nn.Conv2d(3, 48, 3, padding=1), Pair(48, 48), halve]
        self.f = nn.Sequential(*first, Pair(48, 96), halve, Pair(96, 192), halve, Pair(192, 192))
        self.o = nn.Linear(192, sum(groups))

    def features(self, pictures):
        """pictures [n, 64, 64, 3] in [-1, 1] to [n, 192]."""
        return self.f(pictures.permute(0, 3, 1, 2)).mean((2, 3))

    def forward(self, pictures):
        return self.o(self.features(pictures))

    def loss(self, pictures, condition):
        parts = zip(self(pictures).split(self.groups, 1), condition.split(self.groups, 1))
        return sum(F.cross_entropy(o.float(), c.argmax(1), label_smoothing=0.1) for o, c in parts)

    @torch.no_grad()
    def statistics(self, pictures):
        """Mean and covariance of the features."""
        features = torch.cat([self.features(part) for part in pictures.split(500)]).double()
        return features.mean(0).cpu(), torch.cov(features.T).cpu()

    @torch.no_grad()
    def shares(self, pictures, condition):
        """Shares of pictures of the category and of the style asked for."""
        outputs = torch.cat([self(part) for part in pictures.split(500)])
        parts = zip(outputs.split(self.groups, 1), condition.split(self.groups, 1))
        return [(o.argmax(1) == c.argmax(1)).float().mean().item() for o, c in parts]


def frechet(a, b):
    """Distance of two Gaussians, each its mean and covariance."""
    (mean1, cov1), (mean2, cov2) = a, b
    cross = torch.linalg.eigvals(cov1 @ cov2).real.clamp(min=0).sqrt().sum()
    return ((mean1 - mean2).square().sum() + cov1.trace() + cov2.trace() - 2 * cross).item()


def read(path, device):
    judge = Judge()
    missing = judge.load_state_dict({name: value.float() for name, value in load_file(path).items()}, strict=False)
    if any("num_batches" not in name for name in missing.missing_keys) or missing.unexpected_keys:
        raise ValueError(f"{path} is not the judge of emoji: {missing}")
    return judge.to(device).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    data = datasets.emoji(args.data, args.device)
    judge = Judge(data.groups).to(args.device)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=3e-3, weight_decay=0.05)
    start, step = time.time(), 0
    while (share := (time.time() - start) / args.seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, step / 100) * max(1 - share, 0.01)
        pictures, condition = data.batch(512)
        # Moved by up to four pixels; what comes into view is white.
        i, j = torch.randint(9, (2,)).tolist()
        pictures = F.pad(pictures, (0, 0, 4, 4, 4, 4), value=1.0)[:, i : i + 64, j : j + 64]
        with torch.autocast(args.device, torch.bfloat16, enabled=args.device != "cpu"):
            loss = judge.loss(pictures, condition)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
    held, condition = data.held_out()
    category, style = judge.eval().shares(held, condition)
    print(f"{step} steps; of held-out emoji {100 * category:.1f} % recognized by category, {100 * style:.1f} % by style")
    kept = {name: value.half().contiguous().cpu() for name, value in judge.state_dict().items() if "num_batches" not in name}
    save_file(kept, args.out, NOTE)


if __name__ == "__main__":
    main()
