"""Names of layers from names in a file."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.models.onnx_graph.naming import Names

names = st.lists(st.lists(st.sampled_from("ab1"), min_size=1, max_size=4).map("/".join), min_size=1, max_size=40)


@given(names)
def test_no_layer_is_called_as_another_or_lies_within_one(wanted):
    given_out = Names()
    found = [
        given_out.tensor(f"{name}/weight") if len(name) % 2 else given_out.layer(f"/{name}/Conv", "conv", []) for name in wanted
    ]
    for k, name in enumerate(found):
        assert not any(f"{other}.".startswith(f"{name}.") for other in found[:k] + found[k + 1 :]), found


def test_thousands_of_nameless_layers_have_names():
    given_out = Names()
    assert len({given_out.layer("", "Conv", []) for _ in range(20_000)}) == 20_000
