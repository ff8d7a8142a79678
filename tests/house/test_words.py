"""Every code has a sentence with the fields that it is raised with, in both languages, and every sentence is used."""

import ast
import json
import re
import string
import threading

import pytest

from workbench import errors, words
from workbench.words.parts import SENTENCES as PARTS

ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}


def constants(library):
    for name, tree in library.items():
        if not name.startswith("workbench.words"):
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def fields_of(sentence):
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_sentence_is_used(library):
    assert set(words.sentences()) - set(constants(library)) == set()


def test_every_raised_code_has_a_sentence_and_its_fields(library):
    wrong, seen = [], 0
    for module, tree in library.items():
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in ERRORS or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            seen += 1
            code, given = call.args[0].value, {k.arg for k in call.keywords}
            sentence = words.sentences().get(code)
            if sentence is None or (None not in given and given != fields_of(sentence)):
                wrong.append(f"{module}:{call.lineno} {code} with {sorted(map(str, given))}: {sentence}")
    assert wrong == [] and seen > 10


def test_sentences_speak_in_the_house_s_voice():
    for code, sentence in words.sentences().items():
        said = sentence.lower().replace("!r}", "}")
        assert not any(word in said for word in ("please", "oops", "successfully", "!")), code
        assert len(sentence) <= 400 and (code in PARTS or sentence[0] == sentence[0].upper()), code


def test_every_sentence_has_a_twin_in_chinese_with_the_same_fields():
    english, chinese = words.sentences(), words.sentences("zh")
    assert set(english) == set(chinese)
    for code, sentence in english.items():
        twin = chinese[code]
        assert fields_of(twin) == fields_of(sentence) and twin != sentence, code
        spelled = re.sub(r"\{[^}]*\}", "", sentence)
        assert re.search("[\u4e00-\u9fff]", twin) or not re.search("[a-z]{3}", spelled), code
        assert not re.search(r"[\u4e00-\u9fff][,.;:!?](?!\w)", twin) and "您" not in twin, code


def test_what_was_kept_is_said_in_the_language_of_whoever_reads_it():
    whole = errors.InputError(
        "knob-value", owner="A", name="b", value=3, constraint=words.part("or-nothing", said=words.part("a-text"))
    )
    again = errors.from_json(json.loads(json.dumps(whole.to_json())))
    outer = errors.StepFailed("reload", path="m", count=1, samples=2, where=words.part("differs-in-form", why=again.part))
    kept = json.loads(json.dumps(outer.to_json()))
    assert "A: b must be a text or nothing, not 3." in words.say(kept["code"], **kept["fields"]) == str(outer)
    with words.language("zh"):
        assert str(again) == "A：b 的值应为“文本，或留空”，而不是 3。" and str(again) in str(outer)
        assert words.say(kept["code"], **kept["fields"]) == str(outer) and "another" not in str(outer)
        assert words.say("of-a-plug-in", text="The plug-in's own words.") == "The plug-in's own words."
        heard = []
        thread = threading.Thread(target=lambda: heard.append(words.say("cancelled")))
        thread.start()
        thread.join()
    assert heard == [words.say("cancelled")] and words.spoken() == "en"
    with pytest.raises(ValueError, match="de"), words.language("de"):
        pass


def test_a_code_without_a_sentence_is_said_as_it_is():
    assert words.say("of-a-plug-in", text="The plug-in's own words.") == "The plug-in's own words."
    assert words.say("of-a-plug-in", layer="conv", share=0.5) == "of-a-plug-in layer=conv share=0.5"


def test_the_nearest_name_is_offered():
    assert words.nearest("StructuredPrunning", ["StaticQuantization", "StructuredPruning"]) == "StructuredPruning"
    assert words.nearest("DIGITZ", ["digits", "fashion-mnist"]) == "digits"
    assert words.nearest("qqq", ["b", "a"]) == "a, b"
