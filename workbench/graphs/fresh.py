"""A file is opened from disk in a process of its own, which has nothing of this one's, and answers there.

Run as a script it is that process: it imports numpy and ONNX Runtime and nothing of this library, opens the file and
answers one batch after the other. A message is its length (8 bytes, big-endian) and an .npz; the process ends with its
standard input, and so with whoever started it.
"""

import io
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from workbench.tasks.task import Array

_LENGTH = struct.Struct(">Q")


@contextmanager
def fresh(path: Path, threads: int = 0, added: bytes = b"") -> "Iterator[Callable[[Mapping[str, Array]], dict[str, Array]]]":
    """Gives the function that answers feeds with the outputs of the file at `path`, both by name, in a fresh process.

    `threads` 0 takes the runtime's default. `added` are bytes that the process joins to those of the file. The function
    raises `StepFailed` where the process ends: "fresh-process" with its last words, "runtime-crashes" with the signal.
    """
    asked = [sys.executable, "-I", __file__, str(path), str(threads), added.hex()]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
        try:
            yield lambda feeds: _asked(child, path, said, feeds)
        finally:
            child.kill()
            child.communicate()


def _asked(child: "subprocess.Popen[bytes]", path: Path, said: IO[bytes], feeds: "Mapping[str, Array]") -> "dict[str, Array]":
    from workbench.errors import StepFailed

    assert child.stdin is not None and child.stdout is not None
    try:
        _write(child.stdin, feeds)
        return _read(child.stdout)
    except (BrokenPipeError, EOFError):
        code = child.wait()
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
    if code < 0:
        raise StepFailed("runtime-crashes", path=path.name, why=signal.Signals(-code).name)
    raise StepFailed("fresh-process", path=path.name, why=words[-1][:300])


def _write(stream: IO[bytes], arrays: "Mapping[str, Array]") -> None:
    held = io.BytesIO()
    np.savez(held, np.array(list(arrays), dtype=str), *arrays.values())
    stream.write(_LENGTH.pack(held.tell()))
    stream.write(held.getbuffer())
    stream.flush()


def _read(stream: IO[bytes]) -> "dict[str, Array]":
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    with np.load(io.BytesIO(_exactly(stream, length)), allow_pickle=False) as held:
        return {str(name): held[f"arr_{k}"] for k, name in enumerate(held["arr_0"], 1)}


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _main(path: str, threads: str, added: str) -> None:
    import onnxruntime as ort

    options: Any = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = int(threads), 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    model = Path(path).read_bytes() + bytes.fromhex(added) if added else path
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    while True:
        try:
            feeds = _read(sys.stdin.buffer)
        except EOFError:
            return
        _write(sys.stdout.buffer, dict(zip(names, session.run(names, feeds), strict=True)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
