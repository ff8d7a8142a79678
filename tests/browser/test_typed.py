"""What was typed stays where it was typed, with what is wrong with it beside it."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WRONG = "- NoSuchTechnique\n"


def test_a_recipe_that_is_left_at_once_stays_as_it_was_typed(visit):
    recipe = visit().region("Recipe")
    recipe.get_by_role("button", name="YAML", exact=True).click()
    box = recipe.get_by_role("textbox").first
    box.fill(WRONG)
    box.blur()  # before the kernel has been asked
    expect(box).to_have_value(WRONG)
    expect(recipe.get_by_text("There is no technique called NoSuchTechnique")).to_be_visible()
    expect(box).to_have_value(WRONG)
    expect(box).to_have_attribute("aria-invalid", "true")
    box.fill("- {HalfPrecision: {}}\n")
    box.blur()
    expect(box).to_have_value("- HalfPrecision\n")
    expect(box).not_to_have_attribute("aria-invalid", "true")
