"""The panels in JupyterLab: its notebook run as a whole, panels linked, a file measured, nothing asked from outside."""

import json
import re
import shlex
import subprocess
import sys

import pytest
from playwright.sync_api import expect
from visiting import MINUTE, ROOT, RUN, Server, picture, write

pytestmark = pytest.mark.browser

PANELS = ("Load", "Model", "Recipe", "Frontier", "Run", "Compare", "Publish")
OPEN = ["--allow-root", "--no-browser", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password="]


@pytest.fixture(scope="module")
def lab(home, tmp_path_factory):
    """JupyterLab as `make lab` starts it, without a password and on a copy of the notebooks."""
    said = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    words = shlex.split(next(line for line in said.replace("\\\n", " ").splitlines() if "jupyter lab" in line))
    folder = tmp_path_factory.mktemp("lab")
    notebook = json.loads((ROOT / "notebooks" / "01-panels.ipynb").read_text())
    notebook["cells"].append({**notebook["cells"][2], "id": "again", "source": ["Recipe(session)"]})
    (folder / "01-panels.ipynb").write_text(json.dumps(notebook))
    given = [word for word in words if word.startswith("--")]
    server = Server(
        [sys.executable, "-m", "jupyter", "lab", *given, *OPEN, f"--ServerApp.root_dir={folder}"], home, "api/status"
    )
    yield server
    server.stop()


def run_all(page):
    """Runs every cell, once the kernel is there to do it."""
    page.locator(".jp-Notebook").wait_for(timeout=2 * MINUTE)
    expect(page.get_by_text(re.compile(r"\| Idle"))).to_be_visible(timeout=MINUTE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).first.click()


def test_the_launcher_s_notebook_shows_linked_panels_and_measures_a_file(visits, lab, beside):
    """What is done in one panel is seen in the others, and in a panel that is shown twice."""
    v = visits(f"{lab.url}lab/tree/01-panels.ipynb?reset", width=1400, height=4000)
    run_all(v.page)
    for name in PANELS:
        expect(v.region(name)).to_have_count(2 if name == "Recipe" else 1, timeout=MINUTE)
    load = v.region("Load")
    load.get_by_label("Studies that are here").select_option(beside)
    load.get_by_role("button", name="Go on", exact=True).click()
    expect(v.rows().nth(1)).to_contain_text("baseline", ignore_case=True, timeout=MINUTE)
    before = v.measured()
    one, other = v.region("Recipe").first, v.region("Recipe").last
    slider = one.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    expect(other.get_by_role("slider").first).to_have_value(slider.input_value())
    write(one, "- StructuredPruning:\n    ratio: 0.71\n")
    expect(other.locator(".wb-card")).to_have_count(1)
    news = v.page.get_by_role("button", name="No", exact=True)  # JupyterLab asks whether it may fetch news
    if news.count():
        news.click()
    picture(v.page, "lab-panels")
    other.get_by_role("button", name=RUN).click()
    expect(v.rows()).to_have_count(before + 2, timeout=MINUTE)
    expect(v.jobs("done").first).to_be_visible()
    assert v.complaints == []
