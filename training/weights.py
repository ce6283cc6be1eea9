"""Weights files: safetensors in half precision, with the network's settings in the header, as src/weights reads them."""

import json
import struct

import numpy as np
import torch

SCHEDULE = {"kind": "cond-ot", "sigma_min": 0.0}


def save(path, net, settings):
    """Writes the parameters of a Conv; `settings` are its arguments."""
    header = {"__metadata__": {"flow-lab": json.dumps({"net": {"kind": "conv", **settings}, "schedule": SCHEDULE})}}
    blobs, offset = [], 0
    for name, value in sorted(net.named_parameters()):
        half = value.detach().float().cpu().numpy().astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{name} is not finite in half precision")
        blob = half.tobytes()
        header["Conv." + name] = {"dtype": "F16", "shape": list(half.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    """Settings and parameters by name."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    settings = json.loads(header.pop("__metadata__")["flow-lab"])["net"]
    if settings.pop("kind") != "conv":
        raise ValueError(f"{path} is no convolutional network")
    body = data[8 + length :]
    parameters = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(body[start:end], np.float16).astype(np.float32)
        parameters[name.split(".", 1)[1]] = torch.from_numpy(values.reshape(entry["shape"]))
    return settings, parameters
