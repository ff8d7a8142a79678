"""The model card: Markdown with a YAML head. Every figure in it stands in the manifest, with its interval."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench import words
from workbench.plots.axis import axis, number, percent, title
from workbench.plots.verdict import Clause, of_quality, sentence
from workbench.publish.artifact import PACKED, PICTURE
from workbench.publish.portability import told
from workbench.publish.prediction import BATCH
from workbench.publish.usage import usage
from workbench.records import Measurement

Json = Mapping[str, Any]

_KINDS = {"classification": "card-classification", "regression": "card-regression", "outputs": "card-outputs"}


def write_card(manifest: Json, picture: bool, packed: bool = False) -> str:
    """The card of an artifact; `picture` says whether the frontier is beside it, `packed` how the file is stored."""
    parts = [_head(manifest), f"# {manifest['name']}, version {manifest['version']}", what_it_is(manifest)]
    if picture:
        parts.append(f"![{words.say('card-picture', metric=title(manifest['metric']))}]({PICTURE})")
    parts += _use(manifest)
    if packed:
        parts.append(words.say("card-packed", file=PACKED))
    parts += _measured(manifest)
    parts += _made(manifest)
    parts += _limits(manifest)
    parts += _licence(manifest)
    return "\n\n".join(parts) + "\n"


def _head(manifest: Json) -> str:
    """The YAML head, in the terms that model hubs read."""
    import yaml

    metrics = [{"type": m["name"], "value": m["value"]} for m in manifest["test"].values()]
    data = {"name": manifest["task"], "type": manifest["task"], "split": "test"}
    result = {"task": {"type": manifest["kind"]}, "dataset": data, "metrics": metrics}
    head = {
        "license": manifest["licence"]["model"],
        "library_name": "onnxruntime",
        "tags": ["onnx", manifest["kind"]],
        "version": manifest["version"],
        "model-index": [{"name": manifest["name"], "results": [result]}],
    }
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---"


def what_it_is(manifest: Json) -> str:
    """What goes in and what comes out, in a sentence: from "kind", "signature" and "classes". Outputs that nobody knows yet
    are left out."""
    signature = manifest["signature"]
    given = ", ".join(map(_tensor, signature["inputs"]))
    classes, outputs = manifest["classes"], ", ".join(map(_tensor, signature["outputs"]))
    code = _KINDS[manifest["kind"]] if outputs else "card-takes"
    return words.say(code, inputs=given, outputs=outputs, count=len(classes), classes=_some(classes))


def _tensor(spec: Json) -> str:
    return f"`{spec['name']}` ({' x '.join(map(str, ['N', *spec['shape']]))}, {spec['dtype']})"


def _some(names: Sequence[str], most: int = 10) -> str:
    """So many names, or all of them where only one or two more are left."""
    more = len(names) - most
    return ", ".join(names) if more <= 2 else words.say("card-some", names=", ".join(names[:most]), more=more)


def _use(manifest: Json) -> Iterator[str]:
    yield "## Use"
    yield _fenced("python", usage(manifest))
    yield words.say("card-use")
    prepared = dict(manifest["preprocessing"])
    if isinstance(prepared.get("columns"), list):
        prepared["columns"] = _some(prepared["columns"], 100)  # their order is what a caller has to keep to
    if prepared:
        yield words.say("card-preprocessing")
        yield _fenced("json", json.dumps(prepared, indent=1, ensure_ascii=False))


def _measured(manifest: Json) -> Iterator[str]:
    yield "## What was measured"
    yield words.say("card-measured", batch=BATCH)
    rows = [*manifest["test"].values(), *sorted(manifest["measures"].values(), key=lambda m: m["split"] is None)]
    lines = ["| measure | of | value | 95 % interval | n | machine |", "|---|---|---|---|---|---|"]
    yield "\n".join([*lines, *(_row(m) for m in rows)])
    yield " ".join(_compared(manifest))
    if manifest["remarks"]:
        yield "\n".join(f"- {remark}" for remark in manifest["remarks"])
    if manifest["test"]:
        code = "card-look-one" if manifest["looks"] == 1 else "card-looks"
        yield words.say(code, samples=number(manifest["test_samples"], 9), looks=manifest["looks"])


def _row(m: Json) -> str:
    of = f"the {m['split']} split" if m["split"] else "the file"
    if m["value"] is None:
        return f"| {title(m['name'])} | {of} | not a number | | {m['n']} | |"
    shown = axis([Measurement.from_json(m)])
    exact = m["method"] == "exact"
    counted = exact and not m["unit"] and m["value"] == int(m["value"]) and shown.factor == 1
    value = number(m["value"], 15) if counted else shown.said(m["value"])
    value += f" ({number(m['value'], 15)} bytes)" if m["unit"] == "B" else ""
    interval, samples = ("exact", "") if exact else (_interval(m), number(m["n"], 9))
    return f"| {title(m['name'])} | {of} | {value} | {interval} | {samples} | {m['machine'] or ''} |"


def _interval(m: Json) -> str:
    if m["low"] is None or m["high"] is None:
        return "unknown"
    shown = axis([Measurement.from_json(m)])
    return f"{number(m['low'] * shown.factor)} to {shown.said(m['high'])}"


def _compared(manifest: Json) -> Iterator[str]:
    """Against the baseline, in words: how much smaller, and whether the data tell the quality apart."""
    ours, base, metric = manifest["measures"], manifest["baseline"], manifest["metric"]
    if "size_bytes" in ours and "size_bytes" in base and base["size_bytes"]["value"]:
        size, before = (Measurement.from_json(m["size_bytes"]) for m in (ours, base))
        shown, share = axis([size, before]), 1 - size.value / before.value
        code = "card-same-size" if share == 0 else "card-smaller" if share > 0 else "card-larger"
        yield words.say(code, share=percent(abs(share)), size=shown.said(size.value), baseline=shown.said(before.value))
    difference = manifest["difference"]
    if metric in ours and metric in base and difference and None not in (ours[metric]["value"], base[metric]["value"]):
        a, b = (Measurement.from_json(m[metric]) for m in (ours, base))
        shown, of = axis([a, b]), Measurement.from_json(_infinite(difference))
        said = {"metric": title(metric), "value": shown.said(a.value), "baseline": shown.said(b.value)}
        yield sentence((Clause("card-against", {**said, "n": number(of.n, 9)}), of_quality(of, b))) + "."


def _infinite(m: Json) -> Json:
    """A measurement whose ends are null in JSON: they are unknown."""
    return {**m, **{end: math.nan for end in ("low", "high") if m[end] is None}}


def _made(manifest: Json) -> Iterator[str]:
    lineage, parity = manifest["lineage"], manifest["parity"]
    yield "## How it was made"
    yield words.say("card-made", study=manifest["study"], candidate=manifest["candidate"]["id"], task=manifest["task"])
    yield _fenced("yaml", lineage["recipe_yaml"].rstrip())
    steps = [_step(step) for step in manifest["steps"] if step["layers"]]
    if steps:
        yield "\n".join(f"- {step}" for step in steps)
    if "difference" in parity:
        said = {k: number(v) if isinstance(v, float) else v for k, v in parity.items()}
        yield words.say("card-parity", **said)
    elif "truth" in parity:
        yield words.say("card-parity-held", truth=parity["truth"], samples=number(parity.get("samples", 0), 9))
    facts = {f"{name} data": digest for name, digest in lineage["data"].items()} | {"recipe": lineage["recipe_digest"]}
    yield "\n".join(f"- {name}: `{digest}`" for name, digest in facts.items())
    versions = lineage.get("versions", {})
    if versions:
        yield words.say("card-versions", versions=", ".join(f"{name} {version}" for name, version in versions.items()))


def _step(step: Json) -> str:
    """What a step touched, and of a quantized file how much of it runs in integers."""
    code = "card-step-integer" if "integer_operators" in step["figures"] else "card-step"
    figures = {name: number(value, 9) for name, value in step["figures"].items()}
    fields = {"step": step["step"], "touched": step["touched"], "layers": step["layers"]}
    return words.say(code, **{"float_operators": "0", **figures, **fields})


def _limits(manifest: Json) -> Iterator[str]:
    yield "## Limits"
    codes = ["card-limit-bias", "card-limit-data"]
    if any(m["machine"] for m in manifest["measures"].values()):
        codes.append("card-limit-machine")
    owed = any(name.startswith("batch_") for name in manifest["measures"])
    if owed or any(step["step"] == "DynamicQuantization" for step in manifest["steps"]):
        codes.append("card-limit-batch")
    said = [*map(words.say, codes), told(manifest["portability"], manifest["metric"])]
    yield "\n".join(f"- {sentence}" for sentence in said)


def _licence(manifest: Json) -> Iterator[str]:
    licence = manifest["licence"]
    yield "## Licence and intended use"
    yield words.say("card-licence", model=licence["model"], data=licence["data"])
    use = manifest["intended_use"].strip()
    yield "\n".join(f"> {line}" for line in use.splitlines()) if use else words.say("card-no-use")


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"
