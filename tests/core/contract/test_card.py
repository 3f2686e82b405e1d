"""The card: what it refuses, that JSON keeps it, and that STAC understands it."""

from __future__ import annotations

import json
import math
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import modality, tiny_card

from dis2_core.contract.card import KINDS, Band, LandClass, Modality, ModelCard, scenario_name
from dis2_core.contract.errors import InvalidCard

numbers = st.floats(-1e6, 1e6)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LABEL_LETTERS = string.ascii_letters + string.digits + string.punctuation + " é漢"
names = st.text(string.ascii_lowercase, min_size=1, max_size=6)


@st.composite
def band_values(draw: st.DrawFn) -> Band:
    low = draw(numbers)
    return Band(
        name=draw(texts),
        mean=draw(numbers),
        std=draw(st.floats(1e-3, 1e6)),
        valid_min=low,
        valid_max=low + draw(st.floats(1, 1e6)),
        description=draw(texts),
        unit=draw(texts),
        fill=draw(st.none() | numbers),
    )


@st.composite
def cards(draw: st.DrawFn) -> ModelCard:
    keys = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    kinds = draw(st.permutations(KINDS))
    bands = st.lists(band_values(), min_size=1, max_size=4)
    modalities = tuple(
        Modality(key, draw(st.sampled_from(KINDS)), slot, tuple(draw(bands)), draw(texts))
        for key, slot in zip(keys, kinds, strict=False)
    )
    labels = draw(st.lists(st.text(LABEL_LETTERS, min_size=1, max_size=8), min_size=2, max_size=6))
    colors = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
    return tiny_card(
        modalities=modalities,
        classes=tuple(LandClass(label, draw(colors)) for label in labels),
        window=(16 * draw(st.integers(1, 256)), 16 * draw(st.integers(1, 256))),
        gsd=draw(st.floats(1e-3, 1e3)),
        license=draw(texts),
        notes=draw(texts),
        created=draw(texts),
        metrics=draw(st.dictionaries(names, st.dictionaries(names, numbers, max_size=2), max_size=2)),
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(cards())
def test_json_keeps_every_card(card: ModelCard) -> None:
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json(), allow_nan=False))) == card


@settings(max_examples=25, deadline=None)
@given(cards())
def test_stac_model_accepts_every_card(card: ModelCard) -> None:
    properties = pytest.importorskip("stac_model.schema").MLModelProperties
    read = properties.model_validate(card.to_json())
    assert [item.name for item in read.input] == list(card.modality_names)
    for item, wanted in zip(read.input, card.modalities, strict=True):
        assert [band.name for band in item.bands] == [band.name for band in wanted.bands]
        assert [scaling.stddev for scaling in item.value_scaling] == [band.std for band in wanted.bands]
        assert item.input.shape == [-1, len(wanted.bands), *card.window]
    assert [item.name for item in read.output[0].classes] == list(card.class_names)


def test_mlm_properties_are_all_known_to_stac() -> None:
    schema = pytest.importorskip("stac_model.schema").MLModelProperties
    known = {field.alias for field in schema.model_fields.values()}
    assert {key for key in tiny_card().to_json() if key.startswith("mlm:")} <= known


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Band("red", math.nan, 1, 0, 1), "red.*finite"),
        (lambda: Band("red", 0, 1, 0, math.inf), "red.*finite"),
        (lambda: Band("red", 0, 0, 0, 1), "red.*deviation"),
        (lambda: Band("red", 0, 1, 1, 1), "red.*empty"),
        (lambda: modality("RGB", "optical", "red"), "RGB.*name"),
        (lambda: modality("a=b", "optical", "red"), "a=b.*name"),
        (lambda: modality("rgb", "thermal", "red"), "thermal"),
        (lambda: modality("rgb", "optical"), "no bands"),
        (lambda: LandClass("tree", "green"), "green"),
        (lambda: LandClass("", "#00ff00"), "name"),
        (lambda: LandClass("tr\x00ee", "#00ff00"), r"tr\\x00ee.*control character"),
        (lambda: LandClass("tree\n", "#00ff00"), "control character"),
        (lambda: tiny_card(modalities=()), "modalities"),
        (lambda: tiny_card(modalities=(modality("a", "sar", "x"),) * 2), "share the name 'a'"),
        (
            lambda: tiny_card(modalities=(modality("a", "sar", "x"), modality("b", "sar", "x"))),
            "share the slot 'sar'",
        ),
        (lambda: tiny_card(classes=(LandClass("a", "#000000"),)), "classes"),
        (lambda: tiny_card(window=(40, 32)), "40"),
        (lambda: tiny_card(window=(8192, 32)), "8192"),
        (lambda: tiny_card(overlap=0.8), "0.8"),
        (lambda: tiny_card(overlap=math.nan), "nan"),
        (lambda: tiny_card(gsd=0.0), "metres"),
        (lambda: tiny_card(gsd=math.nan), "metres"),
        (lambda: tiny_card(metrics={"rgb": {"miou": math.nan}}), "score"),
    ],
)
def test_contradictions_are_refused(make: Callable[[], object], words: str) -> None:
    with pytest.raises(InvalidCard, match=words):
        make()


def _paths(value: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if prefix:
        yield prefix
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield from _paths(child, (*prefix, key))


@pytest.mark.parametrize("bad", [None, [], {}, "x", -1, 1e400, [[1]], "\x1b[31m"])
def test_any_damaged_place_is_read_or_refused_but_never_crashes(bad: Any) -> None:
    text = json.dumps(tiny_card(metrics={"rgb": {"miou": 0.5}}).to_json())
    for *parents, last in _paths(json.loads(text)):
        properties = json.loads(text)
        place = properties
        for key in parents:
            place = place[key]
        place[last] = bad
        try:
            ModelCard.from_json(properties)
        except InvalidCard as error:
            assert error.message


@pytest.mark.parametrize("key", ["mlm:name", "mlm:input", "mlm:output", "dis2:window", "dis2:gsd", "dis2:network"])
def test_missing_keys_are_refused(key: str) -> None:
    properties = tiny_card().to_json()
    del properties[key]
    with pytest.raises(InvalidCard, match=key):
        ModelCard.from_json(properties)


def test_cards_from_before_overlaps_were_told_mean_half() -> None:
    properties = tiny_card(overlap=0.25).to_json()
    assert ModelCard.from_json(properties).overlap == 0.25
    del properties["dis2:overlap"]
    assert ModelCard.from_json(properties).overlap == 0.5


def test_a_card_of_the_future_says_so() -> None:
    with pytest.raises(InvalidCard, match="version 2") as caught:
        ModelCard.from_json({**tiny_card().to_json(), "dis2:card_version": 2})
    assert "Update" in caught.value.hint


def test_scenarios_and_their_masks_enumerate_all_subsets() -> None:
    kinds = KINDS[:3]
    card = tiny_card(modalities=tuple(modality(kind, kind, "x") for kind in kinds))
    scenarios = card.scenarios()
    assert scenarios[0] == kinds
    assert sorted(card.scenario_mask(scenario) for scenario in scenarios) == list(range(1, 8))
    assert card.scenario_mask(("optical", "sar")) == 0b101
    assert scenario_name(("optical", "sar")) == "optical+sar"


def test_lookups() -> None:
    card = tiny_card()
    assert card.modality("ndsm").label == "ndsm (height)"
    assert card.modality_in_slot("elevation") is card.modality("ndsm")
    assert card.modality_in_slot("sar") is None
    assert card.classes[0].rgb == (0x1F, 0x78, 0xB4)
    assert card.modality("ndsm").bands[0].fill_value == 3.0
    assert replace(card.modality("ndsm").bands[0], fill=0.0).fill_value == 0.0
    with pytest.raises(KeyError):
        card.modality("sar")
