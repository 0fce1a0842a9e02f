"""What seed texts must hold beside its keys: the typography of each language, patterns of subjects, no English."""

import csv
import re
from collections import Counter

import pytest
from email_render_warehouse import seed_texts
from warehouse import ROOT

from email_render.render import EMAIL_TYPES

TEXTS = seed_texts()
NARROW = "\N{NARROW NO-BREAK SPACE}"
# the same word, or nothing but placeholders
SAME = {"{offer}. {ends}", "April", "August", "September", "November", "Alternatives", "Support"}
GROUPS = ("again", "waiting", "matching", "popular", "fresh", "reduced", "suggestion", "general")
# says that something is new, in the languages of VERBS
NEW = re.compile(r"\b(new|arrivals?|neu\w*|nouveau\w*|novedad\w*|nuev\w+)\b", re.I)
# those that differ between one thing and many, of the languages delivered
VERBS = {
    "en": "is|are|has|have|costs|cost|goes|go|was|were",
    "de": "ist|sind|hat|haben|liegt|kostet|passt|geht|wartet",
    "fr": "est|sont|a|ont|vient|vous attend|va|plaît|coûte",
    "es": "es|está|sigue|ha|va|cuesta|gusta|te llamó|acaba",
}
# nothing but general subjects: no strategy has to stand first, and the email is about no item
with (ROOT / "seeds/triggers.csv").open(encoding="utf-8", newline="") as seed:
    WITHOUT_ITEM = {row["trigger_type"] for row in csv.DictReader(seed) if not row["strategies"]}


@pytest.mark.parametrize("language", TEXTS)
def test_signs_stand_as_the_language_has_them(language):
    for key, text in TEXTS[language].items():
        assert "'" not in text or language == "en", key
        if language == "fr":
            assert not re.search(rf"(?<!{NARROW})[:;!?%]", text), key
        if language in ("de", "es"):
            assert not re.search("(?<!\N{NO-BREAK SPACE})%", text), key
            assert not re.search(r"\s[:;!?]", text), key
        if language == "es":
            counts = Counter(text)
            assert (counts["¿"], counts["¡"]) == (counts["?"], counts["!"]), key


@pytest.mark.parametrize("language", [language for language in TEXTS if language != "en"])
def test_no_text_is_left_in_english(language):
    # a form that English lacks has no text there
    same = {text for key, text in TEXTS[language].items() if text == TEXTS["en"].get(key)}
    assert same <= SAME


@pytest.mark.parametrize("language", TEXTS)
def test_each_reason_and_trigger_has_five_patterns_of_subjects(language):
    groups = [f"recommendations.{group}" for group in GROUPS]
    for trigger in set(EMAIL_TYPES) - {"recommendations"}:
        groups += [f"{trigger}.general"] + ([] if trigger in WITHOUT_ITEM else [f"{trigger}.item"])
    for group in groups:
        patterns = {
            text
            for key, text in TEXTS[language].items()
            if key.startswith(f"subject.{group}.") and "{first_name}" not in text
        }
        assert len(patterns) >= 5, group


@pytest.mark.parametrize("language", VERBS)
def test_a_subject_says_new_only_where_the_email_is_about_new_arrivals(language):
    says_new = {
        key for key, text in TEXTS[language].items() if key.startswith("subject.") and NEW.search(text)
    }
    assert says_new
    # what is there again is "de nouveau" there
    assert not {key for key in says_new if not re.search(r"\.(fresh|new_in_category|back_in_stock)\.", key)}


@pytest.mark.parametrize("word", ["carrito", "carro", "bolsa"])
def test_a_basket_has_one_word_in_spanish(word):
    assert not [key for key, text in TEXTS["es"].items() if re.search(rf"\b{word}\b", text, re.I)]
    assert any("cesta" in text for text in TEXTS["es"].values())


def test_french_elides_nothing_before_a_name():
    """Before half of all names "de" and "que" would have to be "d’" and "qu’"."""
    assert not [
        key for key, text in TEXTS["fr"].items() if re.search(r"\b(de|que|le|la) \{(item|category)", text)
    ]


@pytest.mark.parametrize("language", VERBS)
def test_no_verb_of_a_subject_has_to_agree_with_the_item(language):
    """A name may be of one thing or of many: neither "Socks is back" nor "Tea are back"."""
    agreeing = re.compile(rf"\{{item\}} ({VERBS[language]})\b")
    assert not [
        key for key, text in TEXTS[language].items() if key.startswith("subject.") and agreeing.search(text)
    ]
