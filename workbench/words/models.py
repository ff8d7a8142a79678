"""Sentences about models."""

SENTENCES = {
    "weights-gone": "The stored weights of {model} are gone or damaged. Fit it again, or give its weights file again.",
}
