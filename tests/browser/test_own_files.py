"""A person with a model and data of his own: dropped, looked at, measured, made smaller; and what is refused, where."""

import base64
import re
import zipfile

import numpy as np
import pytest
from playwright.sync_api import expect
from visiting import MINUTE, RUN, picture
from workbench_widgets.uploads import LIMIT

import workbench as wb
from workbench.models.weights import to_bytes

pytestmark = pytest.mark.browser

INT8 = "- StaticQuantization\n"
LARGE = LIMIT + 1

DROP = """([name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const given = new DataTransfer();
    given.items.add(new File([bytes], name));
    const zone = document.querySelector(".wb-load-drop");
    const as = { dataTransfer: given, bubbles: true, cancelable: true };
    for (const type of ["dragover", "drop"]) zone.dispatchEvent(new DragEvent(type, as));
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Squares and stripes that a network can tell apart, weights of a network for them, and what nobody should take."""
    folder = tmp_path_factory.mktemp("own")
    rng = np.random.default_rng(0)
    y = np.arange(300) % 2
    x = rng.integers(0, 60, (300, 8, 8), dtype=np.uint8)
    x[y == 1, 2:6, 2:6] += 150
    np.savez(folder / "squares.npz", x=x, y=y)
    task = wb.tasks.from_file(folder / "squares.npz")
    (folder / "mine.safetensors").write_bytes(to_bytes(wb.models.create("cnn", task, seed=3).build()))
    whole = (folder / "squares.npz").read_bytes()
    (folder / "damaged.npz").write_bytes(whole[: len(whole) // 2])
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02cos\nsystem\n.")
    with open(folder / "large.npz", "wb") as f:
        f.truncate(LARGE)
    return folder


def choose(v, *paths):
    """Chooses files through the browser's own dialog."""
    with v.page.expect_file_chooser() as chooser:
        v.region("Load").get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(paths)


def drop(v, path):
    v.page.evaluate(DROP, [path.name, base64.b64encode(path.read_bytes()).decode()])


def test_own_data_and_own_weights_from_the_drop_to_a_smaller_file(visit, files):
    v = visit()
    load = v.region("Load")
    drop(v, files / "squares.npz")
    expect(load.get_by_label("Data", exact=True)).to_have_value("", timeout=MINUTE)  # the file, and none of the built-in tasks
    expect(load.get_by_role("figure")).to_have_count(12)
    expect(load.get_by_text("1 × 8 × 8")).to_be_visible()
    load.get_by_label("Network", exact=True).select_option("cnn")
    choose(v, files / "mine.safetensors")
    expect(load.get_by_text(re.compile(r"mine\.safetensors, .* numbers"))).to_be_visible(timeout=MINUTE)
    expect(load.get_by_label(re.compile("Train it here first"))).not_to_be_checked()
    expect(load.get_by_text("What the model answers now")).to_be_visible(timeout=MINUTE)
    load.get_by_label(re.compile("Train it here first")).check()
    picture(v.page, "own-files")
    v.page.reload()
    v.ready()
    expect(load.get_by_text(re.compile(r"mine\.safetensors, .* numbers"))).to_be_visible(timeout=MINUTE)
    expect(load.get_by_label("Network", exact=True)).to_have_value("cnn")
    expect(load.get_by_label(re.compile("Train it here first"))).to_be_checked()
    load.get_by_label("Name of the study").fill("squares of mine")
    load.get_by_role("button", name="Measure it as the baseline").click()
    expect(load.get_by_text(re.compile("Trains the model here, once"))).to_be_visible(timeout=MINUTE)
    v.page.reload()
    v.ready().opened("squares of mine")
    v.run(INT8)
    expect(v.rows()).to_have_count(3, timeout=2 * MINUTE)
    expect(v.jobs("done")).to_have_count(1)


def test_what_is_refused_is_said_at_the_files_and_nothing_else_is_lost(visit, files):
    v = visit()
    v.choose_digits()
    load, before = v.region("Load"), v.measured()
    expect(load.get_by_text(f"Up to {LIMIT // 10**6} MB")).to_be_visible()
    v.region("Publish").get_by_role("textbox", name="Name", exact=True).fill("kept")
    refused = load.locator(".wb-load-drop").get_by_role("alert").first
    for name, said in (
        ("model.pt", "a .pt file is a pickle, and a pickle can run code"),
        ("damaged.npz", "damaged.npz cannot be read"),
        ("large.npz", f"large.npz is larger than {LIMIT // 10**6} MB"),
    ):
        choose(v, files / name)
        expect(refused).to_contain_text(said, timeout=MINUTE)
    load.get_by_label(re.compile("Path on the server")).fill(str(files / "model.pt"))
    load.get_by_role("button", name="Take it").click()
    expect(refused).to_contain_text("model.pt is not opened: it is a pickle")
    assert v.measured() == before
    assert v.region("Publish").get_by_role("textbox", name="Name", exact=True).input_value() == "kept"
    expect(v.region("Recipe").get_by_role("button", name=RUN)).to_be_enabled()
    choose(v, files / "squares.npz")
    expect(refused).to_be_hidden(timeout=MINUTE)
    expect(load.get_by_label("Data", exact=True)).to_have_value("")
