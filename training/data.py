"""What networks are trained on: pictures as bytes and their conditions, those that are held out last."""

import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F


@dataclass
class Data:
    pictures: torch.Tensor  # [n, side, side, colors], bytes
    condition: torch.Tensor  # [n, classes], one-hot in each group
    groups: list
    train: int  # so many are trained on

    def batch(self, n):
        """Pictures in [-1, 1] and their conditions."""
        i = torch.randint(self.train, (n,), device=self.pictures.device)
        return as_values(self.pictures[i]), self.condition[i]

    def held_out(self):
        """Pictures in [-1, 1] that are not trained on, and their conditions."""
        return as_values(self.pictures[self.train :]), self.condition[self.train :]


def as_values(pictures):
    return pictures.float() / 127.5 - 1


def emoji(folder, device):
    """What scripts/emoji-data makes. Every twentieth name is held out, in all styles: CRC-32 of the name."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    folder = Path(folder)
    category, style = np.load(folder / "category.npy"), np.load(folder / "style.npy")
    names = json.loads((folder / "names.json").read_text())
    sheet = np.array(Image.open(folder / "emoji.webp").convert("RGB"))
    rows = sheet.shape[0] // 64
    pictures = sheet.reshape(rows, 64, 200, 64, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 64, 64, 3)[: len(names)]
    held = np.array([zlib.crc32(name.split(":", 1)[1].encode()) % 20 == 0 for name in names])
    order = np.concatenate([np.flatnonzero(~held), np.flatnonzero(held)])
    groups = [9, 7]
    onehot = [F.one_hot(torch.from_numpy(c[order].astype(np.int64)), n) for c, n in zip((category, style), groups)]
    return Data(
        torch.from_numpy(np.ascontiguousarray(pictures[order])).to(device),
        torch.cat(onehot, 1).float().to(device),
        groups,
        int((~held).sum()),
    )


def digits(folder, device):
    """MNIST; the test digits are held out."""

    def read(name, header):
        return np.frombuffer(gzip.open(Path(folder) / f"{name}.gz").read(), np.uint8, offset=header)

    parts = ["train", "t10k"]
    pictures = np.concatenate([read(f"{part}-images-idx3-ubyte", 16) for part in parts]).reshape(-1, 28, 28, 1)
    labels = np.concatenate([read(f"{part}-labels-idx1-ubyte", 8) for part in parts]).astype(np.int64)
    condition = F.one_hot(torch.from_numpy(labels), 10).float()
    return Data(torch.from_numpy(pictures.copy()).to(device), condition.to(device), [10], 60_000)
