"""Areas as people read them: three digits, and no more."""

import pytest


@pytest.mark.parametrize(
    ("square_metres", "text"),
    [
        (0.0, "0 m²"),
        (75.84, "75.8 m²"),
        (999.6, "1,000 m²"),
        (1234.5, "1,230 m² (0.123 ha)"),
        (12_345.6, "12,300 m² (1.23 ha)"),
        (45_600_000.0, "4,560 ha"),
    ],
)
def test_areas_are_rounded_to_what_a_map_knows(plugin, square_metres, text):
    from dis2.words.areas import area_text

    assert area_text(square_metres) == text
