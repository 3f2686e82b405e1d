"""Colours for classes that nobody gave one: what their names say in English, French or German, else told apart.

Standard library alone and Python 3.9, as all of this room.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

#: Paul Tol's *muted* scheme, told apart with any colour vision: for names that say nothing.
MUTED = (
    *("#332288", "#88ccee", "#44aa99", "#117733", "#999933"),
    *("#ddcc77", "#cc6677", "#882255", "#aa4499", "#bbbbbb"),
)

#: Colours as maps have them, with what is meant: English; French; German. Plurals with ``s`` need not be listed.
_MEANINGS = {
    "#2f7fc4": "water, river, lake, sea, ocean, canal; eau, eaux, riviere, lac, mer, fleuve; wasser, gewasser, fluss, "
    "see, meer, bach, kanal, wasserflache",
    "#62b0e0": "flood, flooded, flooding, inundation; inonde, inondation, crue; flut, hochwasser, uberflutet, "
    "uberschwemmung, uberflutung",
    "#2bc4d8": "pool, swimming pool; piscine; schwimmbad, pool, becken",
    "#4f9d94": "wetland, marsh, swamp, bog, peat, mangrove; zone humide, marais, tourbiere; feuchtgebiet, moor, sumpf",
    "#c0392b": "building, house, roof, built up, urban; batiment, maison, toit, bati, urbain; gebaude, haus, hauser, "
    "dach, dacher, bebauung, siedlung",
    "#7b7f86": "road, street, asphalt, highway; route, rue, voirie, chaussee; strasse, strassen, weg, wege, asphalt",
    "#a9adb3": "impervious, impervious surface, sealed, pavement, paved, parking, concrete; impermeable, surface "
    "impermeable, beton, parking; versiegelt, versiegelung, parkplatz, parkplatze, beton, pflaster",
    "#4a4350": "railway, rail, railroad; voie ferree, chemin de fer, rail; bahn, schiene, schienen, gleis, gleise",
    "#e08a1e": "car, vehicle, truck; voiture, vehicule, camion; auto, fahrzeug, fahrzeuge, wagen",
    "#1e4d8c": "solar panel, photovoltaic; panneau solaire, panneaux solaires, photovoltaique; solaranlage, "
    "solaranlagen, photovoltaik",
    "#c9b3d9": "greenhouse; serre; gewachshaus, gewachshauser",
    "#17562b": "forest, wood, woodland; foret, bois; wald, walder, forst",
    "#0b3d2e": "coniferous, conifer, coniferous forest, needleleaf, pine, spruce; conifere, foret de conifere, "
    "resineux, pin, epicea; nadelwald, nadelbaum, nadelbaume, fichte, kiefer",
    "#3f8f3a": "deciduous, deciduous forest, broadleaf, broadleaved, broadleaved forest, beech, oak; feuillu, foret de "
    "feuillu, hetre, chene; laubwald, laubbaum, laubbaume, buche, eiche",
    "#2c6e49": "tree, tree cover, high vegetation; arbre, vegetation haute; baum, baume, hohe vegetation",
    "#8a9a3b": "shrub, shrubland, bush, brushwood, hedge, heath, scrub; arbuste, buisson, broussaille, haie, lande; "
    "strauch, straucher, busch, busche, gebusch, hecke, hecken, heide",
    "#8fcb57": "grass, grassland, lawn, low vegetation, herbaceous, herbaceous vegetation; herbe, pelouse, gazon, "
    "vegetation basse, herbace; gras, rasen, niedrige vegetation",
    "#b5d99c": "meadow, pasture; prairie, pre, paturage; wiese, wiesen, weide, weiden, grunland",
    "#e3c34b": "cropland, crop, field, arable, agriculture, agricultural, agricultural land, farmland; culture, champ, "
    "agricole, terre arable, agricole; acker, ackerland, feld, felder, landwirtschaft",
    "#8b4f8f": "vineyard, vine; vigne, vignoble; rebe, reben, weinberg, weinberge",
    "#cf8f5a": "orchard, plantation; verger; obstgarten, obstbau, plantage",
    "#a9845a": "soil, bare soil, bare, bare ground, earth; sol, sol nu, terre; boden, offener boden, erde, brache",
    "#ecdca8": "sand, beach, dune; sable, plage; strand, dune, dunen",
    "#8f8577": "rock, stone, gravel, scree; roche, rocher, pierre, gravier, eboulis; fels, felsen, gestein, kies, "
    "geroll",
    "#eaf2f8": "snow, ice, glacier; neige, glace; schnee, eis, gletscher",
    "#3b2a26": "burnt, burned, burnt area, fire; brule, incendie, feu; verbrannt, brand, brandflache, feuer",
    "#d5dbe0": "cloud; nuage; wolke, wolken",
    "#2e3338": "shadow, shade; ombre; schatten",
}

#: Words that make of a class another one: *no water* is not blue.
_DENIALS = {
    *("no", "non", "not", "without", "other"),
    *("san", "pa", "autre"),  # as they are without their last s
    *("ohne", "kein", "keine", "nicht", "andere", "sonstige"),
}


_Words = tuple[str, ...]


def class_colors(names: Sequence[str], given: Sequence[str] = ()) -> tuple[str, ...]:
    """Return a colour ``#rrggbb`` for each class.

    Args:
        names: Of the classes.
        given: Colours that some have already, in the same order; empty where there is none. They stay as they are.

    Returns:
        The given colours; for the others those of their names, each once; for the rest those of ``MUTED``.
    """
    colors = [color.lower() for color in given] or [""] * len(names)
    taken = set(colors)
    for place, name in enumerate(names):
        color = "" if colors[place] else color_of_name(name)
        if color and color not in taken:
            colors[place] = color
            taken.add(color)
    spare = [color for color in MUTED if color not in taken] or list(MUTED)
    for number, place in enumerate(place for place, color in enumerate(colors) if not color):
        colors[place] = spare[number % len(spare)]
    return tuple(colors)


def color_of_name(name: str) -> str:
    """Return the colour of what a class is called, empty where the name says nothing: *Dense forest* is dark green."""
    words = _words(name)
    if _DENIALS & set(words):
        return ""
    parts = [
        words[first:last]
        for length in range(len(words), 0, -1)
        for first in range(len(words) - length + 1)
        for last in (first + length,)
    ]
    return next((_BY_PHRASE[part] for part in parts if part in _BY_PHRASE), "")


def _words(text: str) -> _Words:
    """The words of a name without case, accents and plurals."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(word.removesuffix("s") or word for word in re.findall(r"[^\W\d_]+", plain))


def _phrases(meanings: Iterable[tuple[str, str]]) -> dict[_Words, str]:
    return {_words(phrase): color for color, phrases in meanings for phrase in re.split("[,;]", phrases)}


_BY_PHRASE = _phrases(_MEANINGS.items())
