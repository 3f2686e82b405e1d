"""A model's card as an HTML page of its own: no scripts, nothing fetched, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Optional

from ..dis2_core.contract.card import Band, Modality, ModelCard, scenario_name
from ..dis2_core.contract.catalogue import ModelHeader
from .cards import slot_label
from .numbers import filled, number_text
from .translation import tr

#: The score that the bars show, where the card has it.
MAIN_SCORE = "miou"

#: Begins the names of the scores of single classes: ``iou building``.
CLASS_SCORE = "iou "

_STYLE = """
body { font-family: sans-serif; color: #222; background: #fff; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1 { margin-bottom: 0; } h2 { margin-top: 1.8em; border-bottom: 1px solid #ccc; font-size: 1.2em; }
table { border-collapse: collapse; margin-bottom: 1.2em; }
th, td { text-align: left; padding: 0.25em 0.9em 0.25em 0; vertical-align: baseline; }
th { color: #555; font-weight: normal; white-space: nowrap; } thead th { border-bottom: 1px solid #ccc; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.long { overflow-wrap: anywhere; font-family: monospace; }
.notes { background: #fff6df; border-left: 4px solid #d9a300; padding: 0.6em 1em; }
.swatch { display: inline-block; width: 1.1em; height: 1.1em; border: 1px solid #888; vertical-align: -0.2em; }
.track { display: inline-block; width: 14em; height: 0.8em; background: #eee; }
.bar { display: block; height: 100%; background: #3b6ea5; }
"""

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def card_page(header: ModelHeader, path: Path, digest: str, language: str = "en") -> str:
    """Return the page.

    Args:
        header: What the model file says of itself.
        path: The file.
        digest: Its SHA-256.
        language: Of the translated texts, as HTML names it.
    """
    card = header.card
    title = f"{card.name} {card.version}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _paragraph(card.description),
        _notes(card.notes),
        _section(tr("What it takes"), _inputs(card)),
        _section(tr("What it gives"), _classes(card)),
        _section(tr("How good it is"), _scores(card)),
        _section(tr("Where it comes from"), _facts(_origin(card))),
        _section(tr("File"), _facts(_file(header, path, digest), long=True)),
    ]
    body = "\n".join(part for part in parts if part)
    return _PAGE.format(language=escape(language), title=escape(title), style=_STYLE, body=body)


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>\n{content}" if content else ""


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _notes(text: str) -> str:
    return f'<p class="notes"><b>{escape(tr("Before you trust its maps:"))}</b> {escape(text)}</p>' if text else ""


def _inputs(card: ModelCard) -> str:
    head = (tr("Input"), tr("Raster in"), tr("Band"), tr("Unit"), tr("Valid values"), tr("Mean"), tr("Deviation"))
    rows = [row for modality in card.modalities for row in _band_rows(modality)]
    size = tr("It works on pixels of {:g} m, in windows of {} × {} pixels. Any of the inputs may be missing.")
    return _table(head, rows, numbers_from=4) + _paragraph(filled(size, card.gsd, *card.window))


def _band_rows(modality: Modality) -> list[list[str]]:
    """A row a band; what belongs to the whole input stands in the first."""
    meaning = f"<b>{escape(modality.name)}</b>"
    if modality.description:
        meaning += f"<br>{escape(modality.description)}"
    owners = [[meaning, escape(slot_label(modality.slot))], *[["", ""] for _ in modality.bands[1:]]]
    return [owner + _band_cells(band) for owner, band in zip(owners, modality.bands)]


def _band_cells(band: Band) -> list[str]:
    name = f"{band.name}: {band.description}" if band.description not in ("", band.name) else band.name
    limits = filled("{:g} … {:g}", band.valid_min, band.valid_max)
    return [escape(name), escape(band.unit), limits, number_text(band.mean, ".4g"), number_text(band.std, ".4g")]


def _classes(card: ModelCard) -> str:
    rows = [[str(value), _swatch(item.color), escape(item.name)] for value, item in enumerate(card.classes)]
    return _table((tr("Value"), tr("Colour"), tr("Class")), rows)


def _swatch(color: str) -> str:
    return f'<span class="swatch" style="background:{escape(color)}"></span> {escape(color)}'


def _scores(card: ModelCard) -> str:
    """Scores by what was available: those of the whole map with bars, then those of single classes."""
    if not card.metrics:
        return _paragraph(tr("The card states no scores."))
    scenarios = _scenarios(card)
    names = list(dict.fromkeys(name for scenario in scenarios for name in card.metrics[scenario]))
    whole = sorted((name for name in names if not name.startswith(CLASS_SCORE)), key=lambda name: name != MAIN_SCORE)
    order = {f"{CLASS_SCORE}{name}": value for value, name in enumerate(card.class_names)}
    single = sorted((name for name in names if name.startswith(CLASS_SCORE)), key=lambda name: order.get(name, 999))
    parts = []
    if whole:
        head = (tr("Available"), *map(_score_label, whole), tr("{}, 0 to 1").format(_score_label(whole[0])))
        rows = [_whole_row(card, scenario, whole) for scenario in scenarios]
        parts.append(_table(head, rows, numbers_from=1, bars=True))
    if single:
        head = (tr("IoU of the class"), *scenarios)
        rows = [[escape(name[len(CLASS_SCORE) :]), *_numbers(card, scenarios, name)] for name in single]
        parts.append(_table(head, rows, numbers_from=1))
    return "\n".join(parts)


def _scenarios(card: ModelCard) -> list[str]:
    """Scenarios with scores, in the order of the card's modalities, strangers after them."""
    known = [name for name in map(scenario_name, card.scenarios()) if name in card.metrics]
    return known + [name for name in card.metrics if name not in known]


def _score_label(name: str) -> str:
    return {"miou": tr("Mean IoU"), "oa": tr("Overall accuracy")}.get(name, name)


def _whole_row(card: ModelCard, scenario: str, names: Sequence[str]) -> list[str]:
    scores = card.metrics[scenario]
    return [escape(scenario), *(_number(scores.get(name)) for name in names), _bar(scores.get(names[0]))]


def _numbers(card: ModelCard, scenarios: Iterable[str], name: str) -> list[str]:
    return [_number(card.metrics[scenario].get(name)) for scenario in scenarios]


def _number(score: Optional[float]) -> str:
    return "" if score is None else number_text(score, ".3f")


def _bar(score: Optional[float]) -> str:
    """A bar from 0 to 1; nothing for what is not measured or is no such share."""
    if score is None or not 0 <= score <= 1:
        return ""
    return f'<span class="track"><span class="bar" style="width:{100 * score:.1f}%"></span></span>'


def _origin(card: ModelCard) -> dict[str, str]:
    return {
        tr("Licence"): card.license,
        tr("Attribution"): card.attribution,
        tr("Training data"): card.training_data,
        tr("Made"): card.created,
    }


def _file(header: ModelHeader, path: Path, digest: str) -> dict[str, str]:
    return {
        tr("Path"): str(path),
        tr("Size"): filled(tr("{:,} bytes"), header.size),
        tr("Parameters"): number_text(header.parameters, ","),
        "SHA-256": digest,
    }


def _facts(facts: dict[str, str], *, long: bool = False) -> str:
    kind = ' class="long"' if long else ""
    rows = [f"<tr><th>{escape(name)}</th><td{kind}>{escape(fact)}</td></tr>" for name, fact in facts.items() if fact]
    return f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int = 99, bars: bool = False) -> str:
    """A table; the head is plain text, the cells are HTML. Numbers are set to the right, bars behind them are not."""
    last = len(head) - (1 if bars else 0)

    def cell(tag: str, index: int, content: str) -> str:
        kind = ' class="number"' if numbers_from <= index < last else ""
        return f"<{tag}{kind}>{content}</{tag}>"

    top = "".join(cell("th", index, escape(text)) for index, text in enumerate(head))
    body = "".join(
        f"<tr>{''.join(cell('td', index, content) for index, content in enumerate(row))}</tr>\n" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead>\n<tbody>{body}</tbody></table>"
