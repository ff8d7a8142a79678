"""A saved page: one HTML file with the interactive chart, its data and its scripts, that asks for nothing from anywhere."""

import json
import re
import zlib
from base64 import b85encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

from workbench.errors import InputError, NotFound
from workbench.files import write_atomic
from workbench.plots.bundle import script, styles
from workbench.plots.points import Chart

_STYLES = ("tokens.css", "frame.css", "frontier.css", "saved.css")
_FIRST = (
    ":root{color-scheme:light dark}body{margin:0;font:13px/1.45 system-ui,sans-serif}"
    "main{max-width:1080px;margin:0 auto;padding:24px 16px}noscript svg{max-width:760px;display:block}"
)
"""Before the styles are unpacked, and where scripts are off."""

_GZIP, _BLOCKS = 31, 7
"""zlib's numbers for a gzip header, which says no time, and for blocks of 8,192 signs at most."""

_PART = re.compile(rb'"(?:script":"|values":\{|points":\[|columns":\{)')
_COLUMN = re.compile(rb'"wide":(\d+),"text":"([^"]*)"')

_COMMENT = re.compile(r"^[ \t]*//[^\n]*\n|(?<=[;{},)\]]) //[^\n]*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~"
"""Base 85 in Python's order, with two signs that mean nothing in HTML in the place of < and &."""

_LOADER = """
const signs = new Map([...SIGNS].map((sign, digit) => [sign, digit]));
const { textContent, dataset } = document.getElementById("wb-packed");
const packed = new DataView(new ArrayBuffer((textContent.length / 5) * 4));
for (let k = 0, at = 0; k < textContent.length; at += 4) {
  let word = 0;
  for (const end = k + 5; k < end; k += 1) word = word * 85 + signs.get(textContent[k]);
  packed.setUint32(at, word);
}
const bytes = packed.buffer.slice(0, Number(dataset.bytes));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const { styles, script, values } = await new Response(stream).json();
window.workbenchValues = values;
for (const [tag, text] of [["style", styles], ["script", script]]) {
  const element = Object.assign(document.createElement(tag), { textContent: text });
  if (tag === "script") element.type = "module";
  document.head.append(element);
}
""".replace("SIGNS", f'"{_SIGNS}"')
"""Unpacks styles, scripts and values, which the page carries compressed: a thousand files in less than 150 kB."""


def page(heading: str, chart: Chart, still: str, code: str) -> str:
    """The page's text. `still` is HTML of what is shown where scripts are off, `code` the Python that the page offers."""
    values = {"frontier": chart.to_json(), "code": {"frontier": code}}
    parts = {"styles": _short(styles(_STYLES)), "script": _short(script("saved.js")), "values": values}
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = _packed(text.encode())
    signs = b85encode(packed, pad=True).decode().replace("<", ",").replace("&", ".")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading)}</title>\n<style>{_FIRST}</style>\n</head>\n<body>\n"
        f'<main class="wb wb-saved" id="wb-saved"><h1>{escape(heading)}</h1>\n<noscript>{still}</noscript></main>\n'
        f'<script type="application/gzip" id="wb-packed" data-bytes="{len(packed)}">{signs}</script>\n'
        f'<script type="module">{_LOADER}</script>\n</body>\n</html>\n'
    )


def write_page(text: str, path: Path | str) -> Path:
    """Writes a page and returns its absolute path.

    Raises `InputError` where the path does not end in .html, and `NotFound` where its folder is not there.
    """
    target = Path(path).expanduser().absolute()
    if target.suffix.lower() not in (".html", ".htm"):
        raise InputError("page-suffix", path=target.name)
    if not target.parent.is_dir():
        raise NotFound("picture-folder", path=target.name, folder=str(target.parent))
    write_atomic(target, text.encode())
    return target


def _packed(text: bytes) -> bytes:
    """As gzip. First signs of a column's numbers are unlike its second ones, so each run of signs has a block, and with it a
    code, of its own: a tenth less than one code for them all."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP, _BLOCKS)
    parts, begun = [], 0
    for end in sorted(_ends(text)):
        parts += [packer.compress(text[begun:end]), packer.flush(zlib.Z_BLOCK)]
        begun = end
    return b"".join([*parts, packer.compress(text[begun:]), packer.flush()])


def _ends(text: bytes) -> Iterator[int]:
    """Where scripts and points end and columns begin, and each of their runs of signs."""
    yield from filter(None, (part.start() for part in _PART.finditer(text)))
    for column in _COLUMN.finditer(text):
        wide, (begun, end) = int(column[1]), column.span(2)
        yield from (begun + (end - begun) * run // wide for run in range(wide + 1))


def _short(text: str) -> str:
    """Scripts and styles without comments, indents and empty lines."""
    return _INDENT.sub("", _COMMENT.sub("", text))
