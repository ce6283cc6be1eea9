"""Weights files: safetensors in half precision, with the network's settings in the header, as src/weights reads them."""

import json

import torch
from conv import Conv
from mixer import Mixer
from safetensors import safe_open
from safetensors.torch import save_file

KINDS = {"conv": Conv, "mixer": Mixer}
SCHEDULE = {"kind": "cond-ot", "sigma_min": 0.0}


def make(settings):
    """A network with new weights; `settings` are the header's: its kind and its class's arguments."""
    arguments = dict(settings)
    return KINDS[arguments.pop("kind")](**arguments)


def save(path, net, settings):
    halves = {f"{type(net).__name__}.{name}": value.detach().half().cpu().contiguous() for name, value in net.named_parameters()}
    wrong = [name for name, value in halves.items() if not torch.isfinite(value).all()]
    if wrong:
        raise ValueError(f"not finite in half precision: {', '.join(wrong)}")
    header = json.dumps({"net": settings, "schedule": SCHEDULE}, separators=(",", ":"))
    save_file(halves, path, {"flow-lab": header})


def read(path):
    """Settings and parameters by name."""
    with safe_open(path, "pt") as file:
        settings = json.loads(file.metadata()["flow-lab"])["net"]
        return settings, {name.split(".", 1)[1]: file.get_tensor(name).float() for name in file.keys()}
