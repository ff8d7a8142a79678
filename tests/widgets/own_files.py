"""Files of a person's own for the tests of the panel Load, and how they are sent."""

import hashlib
import time

import numpy as np

PIECE = 1000


def until(session, name, holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds(getattr(session, name)):
        assert time.monotonic() < end, getattr(session, name)
        time.sleep(0.02)
    return getattr(session, name)


def idle(session, seconds=120):
    """The panel's values when nothing is under way any more."""
    done = []
    session.later("", lambda: done.append(True))  # of no panel, whose refusal it would take away
    return until(session, "load", lambda view: done and not view["busy"], seconds)


def send(session, name, data, sha256=None, size=None, first=True):
    """Sends a file as the page does; what the last piece was answered with."""
    digest = sha256 or hashlib.sha256(data).hexdigest()
    answer = None
    for offset in range(0, len(data), PIECE):
        piece = data[offset : offset + PIECE]
        last = {"sha256": digest} if offset + len(piece) == len(data) else {}
        fields = {
            "name": name,
            "size": len(data) if size is None else size,
            "upload": "u",
            "offset": offset,
            "first": first,
            **last,
        }
        answer = session.do("upload", fields, [memoryview(piece)])
        if answer is None:
            break
    return answer


def pictures(path, count=60):
    """Squares and stripes that a network can tell apart."""
    rng = np.random.default_rng(0)
    y = np.arange(count) % 2
    x = rng.integers(0, 60, (count, 8, 8), dtype=np.uint8)
    x[y == 1, 2:6, 2:6] += 150
    np.savez(path, x=x, y=y)
    return path.read_bytes()


def written(folder, name="mine.onnx", softmax=True, beside=False):
    """A network for the pictures as an ONNX file, exported by PyTorch; its bytes, and those of the file beside it."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(216, 2), *([nn.Softmax(1)] if softmax else []))
    x, path = torch.zeros(1, 1, 8, 8), folder / name
    torch.onnx.export(net.eval(), (x,), str(path), dynamo=True, verbose=False, external_data=beside)
    return path.read_bytes(), path.with_name(f"{name}.data").read_bytes() if beside else b""
