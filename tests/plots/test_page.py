"""The saved page: one file that is small, whole and asks for nothing; and what is shown without scripts."""

import base64
import gzip
import json
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from types import SimpleNamespace

import pytest

import workbench as wb
from workbench.errors import InputError, NotFound
from workbench.plots.page import page, write_page
from workbench.plots.points import chart
from workbench.plots.sketch import as_image, as_table, sketch
from workbench.study.frontier import Frontier

QUALITIES = ("precision_macro", "recall_macro", "f1_macro", "roc_auc_macro", "agreement")
COUNTED = ("size_bytes", "packed_bytes", "parameters", "macs")
TIMES = ("latency_b1_ms", "latency_b64_ms", "speedup_b1", "speedup_b64")


def file(id, draw, recipe, make, measured):
    """A file with the measures that a classification's files have, none of them like another's."""
    size, quality = float(draw.randrange(20_000, 750_000)), draw.uniform(0.6, 0.97)
    made = make(id, size, quality, 0.0047)
    for name in QUALITIES:
        made.measures[name] = measured(name, draw.uniform(0.6, 0.97), draw.uniform(0.003, 0.006), higher=True)
    for name in ("packed_bytes", "parameters", "macs"):
        made.measures[name] = measured(name, float(draw.randrange(10_000, 9_000_000)), unit="B" if "bytes" in name else "")
    for name in TIMES:
        made.measures[name] = measured(name, draw.uniform(0.2, 9), draw.uniform(0.01, 0.2), unit="ms", machine="a machine")
    return SimpleNamespace(**{**made.__dict__, "recipe": recipe, "name": recipe.name})


def ragged(made, draw):
    """The same file with an interval of its own at each end of all that is not counted, and three measures more."""
    for name in ("load_ms", "energy_mj", "peak_bytes"):
        made.measures[name] = replace(made.measures["latency_b1_ms"], name=name, value=draw.uniform(0.2, 900))
    for name, m in made.measures.items():
        low, high = (m.value * draw.uniform(0.01, 0.03) for _ in range(2))
        if name not in COUNTED:
            made.measures[name] = replace(m, low=m.value - low, high=m.value + high)
    return made


def study(files, *tools, change=lambda made, draw: made):
    draw = random.Random(files)
    recipes = [
        wb.Recipe([wb.StructuredPruning(ratio=round(draw.uniform(0.1, 0.9), 2)), wb.Distillation(epochs=draw.randrange(1, 30))])
        for _ in range(files)
    ]
    made = [change(file(f"c{k}", draw, recipe, *tools), draw) for k, recipe in enumerate(recipes, 1)]
    beside = {
        c.id: {"verdict": f"{draw.randrange(99)} % smaller · loses {draw.uniform(1, 9):.2f} points", "loss": "large"}
        for c in made
    }
    names = ("size_bytes", "parameters", "macs")
    estimates = {c.id: {m: c.measures[m].value * draw.uniform(0.8, 1.2) for m in names} for c in made}
    base = file("baseline", draw, wb.Recipe([]), *tools)
    frontier = Frontier(made, base, ("size_bytes", "accuracy"), "digits")
    text = page("<s> & co", chart("s", "accuracy", 0.01, base, made, beside, estimates), _still(frontier), "import workbench")
    return frontier, text


def _still(frontier):
    return sketch(frontier.picture()) + frontier.table()


@pytest.fixture
def thousand(make, measured):
    return study(1000, make, measured)


@pytest.fixture
def small(make, measured):
    return study(12, make, measured)


def carried(text):
    """What the page carries, unpacked as a browser would."""
    count, signs = re.search(r'data-bytes="(\d+)">([^<]*)</script>', text).groups()
    packed = base64.b85decode(signs.replace(",", "<").replace(".", "&"))[: int(count)]
    return json.loads(gzip.decompress(packed))


def test_a_thousand_files_take_less_than_150_kb(thousand):
    assert len(thousand[1].encode()) <= 150_000


def test_nor_do_they_where_no_figure_and_no_interval_is_like_another(make, measured):
    _, text = study(1000, make, measured, change=ragged)
    assert len(carried(text)["values"]["frontier"]["columns"]) == 17
    assert len(text.encode()) <= 150_000


def test_everything_is_in_the_file(thousand):
    _, text = thousand
    parts = carried(text)
    values = parts["values"]["frontier"]
    assert len(values["points"]) == 1000 and len(values["columns"]) == 14
    for where in (text, parts["script"], parts["styles"]):
        addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'<)]*", re.sub(r"^\s*//.*$", "", where, flags=re.MULTILINE))
        assert [a for a in addresses if not a.startswith("http://www.w3.org/")] == []
        assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket)\(|@import|url\((?!#)|\bsrc=\"(?!data:)", where)
    assert not re.search(r"<(?:link|img|iframe)\b", text)


def test_its_script_is_whole(small, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.fail("No node is here: install Node 20 or newer, which runs the page's own tests.")
    (tmp_path / "script.mjs").write_text(carried(small[1])["script"], encoding="utf-8")
    (tmp_path / "loader.mjs").write_text(
        re.search(r'<script type="module">(.*?)</script>', small[1], re.S)[1], encoding="utf-8"
    )
    for name in ("script.mjs", "loader.mjs"):
        done = subprocess.run([node, "--check", name], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_its_words_are_text(small):
    assert "<title>&lt;s&gt; &amp; co</title>" in small[1] and '<html lang="en">' in small[1] and "<s>" not in small[1]


def test_the_same_study_is_the_same_page(small, make, measured):
    assert study(12, make, measured)[1] == small[1]


def test_the_sketch_has_a_mark_a_file(small, thousand):
    for frontier, _ in (small, thousand):
        picture = frontier.picture()
        drawn = ET.fromstring(sketch(picture))
        paths = [p.get("d") for p in drawn.iter("{http://www.w3.org/2000/svg}path") if p.get("stroke") == "#ffffff"]
        assert sum(d.count("M") for d in paths) == len(frontier.candidates)
        off = sum(not m.on_frontier and picture.view[0] < m.y < picture.view[1] for m in picture.marks)
        dots = [p.get("d") for p in drawn.iter("{http://www.w3.org/2000/svg}path") if p.get("stroke-linecap")]
        assert 0.8 * off <= sum(d.count("h0") for d in dots) <= off
    assert "NaN" not in sketch(small[0].picture())


def test_the_table_has_the_baseline_and_the_frontier_both_ends_of_it(thousand, small):
    for frontier, _ in (thousand, small):
        rows = re.findall(r'<th scope="row">([^<]*)', frontier.table(most=8))
        on = [c.id for c in frontier.candidates]
        assert rows[0] == "baseline" and rows[1] == on[0] and rows[-1] == on[-1]
        assert len(rows) == 1 + min(8, len(on)) and set(rows[1:]) <= set(on)


def test_a_table_says_figures_with_their_intervals(make):
    frontier = Frontier([make("c1", 41_000, 0.9, 0.012)], make("baseline", 100_000, 0.95), ("size_bytes", "accuracy"))
    text = as_table([("c1", "a < b", [frontier.candidates[0].measures["accuracy"], None])], [frontier.axis("accuracy")] * 2)
    assert "<td>a &lt; b<td>90 ± 1.2<td>–" in text
    assert frontier.to_html().startswith("<img alt=") and "<table>" in frontier.to_html()
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", as_image(frontier.picture()))[1])
    assert ET.fromstring(svg).get("viewBox") == "0 0 640 320"


def test_a_page_needs_a_name_and_a_folder(tmp_path):
    assert write_page("x", tmp_path / "s.html").read_text() == "x"
    with pytest.raises(InputError) as caught:
        write_page("x", tmp_path / "s.pdf")
    assert caught.value.code == "page-suffix"
    with pytest.raises(NotFound) as caught:
        write_page("x", tmp_path / "none/s.html")
    assert caught.value.code == "picture-folder"


def test_a_study_without_files_has_a_page(make):
    base = make("baseline", 100_000, 0.95, kinds="")
    frontier = Frontier([], base, ("size_bytes", "accuracy"))
    text = page("s", chart("s", "accuracy", 0.01, base, [], {}, {}), _still(frontier), "")
    assert carried(text)["values"]["frontier"]["points"] == []
