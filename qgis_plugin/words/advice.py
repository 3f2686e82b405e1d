"""The library's words in those of the toolbox: in its language, and without options and programs of the command line.

Whatever the library may say has its words here, and a test holds that against all of its texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .messages import translated
from .numbers import in_locale
from .translation import tr

_NO_LABELS: Mapping[str, str] = {}
_TELLTALE = re.compile(r"--|gdal|ogr2ogr|dis2 |pip install")  # in all that is replaced: most texts hold none of it


def in_words_of_qgis(text: str, labels: Mapping[str, str] = _NO_LABELS) -> str:
    """Speak the language of QGIS, and name parameters and tools where the advice names options and programs.

    Args:
        text: What the library says.
        labels: The label of each input's field, by all names that the library may call it; others stand as they are.
    """
    text = translated(text)
    if not _TELLTALE.search(text):
        return text
    text = re.sub(r"--scale (\w+)=([^\s,]+),([^\s,;:()]*[^\s,;:().])", lambda m: _scale(m, labels), text)
    text = re.sub(r"--bands (\w+)=(…|\d+(?:,\d+)*)", lambda m: _bands(m, labels), text)
    for pattern, words in (*_programs().items(), *_options().items()):
        text = re.sub(pattern, lambda _, words=words: words, text)
    return text


def _scale(match: re.Match[str], labels: Mapping[str, str]) -> str:
    name, factor, offset = match.groups()
    label = labels.get(name, name)
    if (factor, offset) == ("a", "b"):
        return tr("'{0}: factor' and '{0}: offset'").format(label)
    factor, offset = in_locale(factor), in_locale(offset)
    if offset == "0":
        return tr("'{}: factor' {}").format(label, factor)
    return tr("'{0}: factor' {1} and '{0}: offset' {2}").format(label, factor, offset)


def _bands(match: re.Match[str], labels: Mapping[str, str]) -> str:
    name, numbers = match.groups()
    label = tr("'{}: bands'").format(labels.get(name, name))
    return label if numbers == "…" else f"{label} {', '.join(numbers.split(','))}"


def _options() -> dict[str, str]:
    """What options are called in the dialogs, those that no dialog has left out; by patterns."""
    return {
        r" --max-memory sets another bound\.": "",
        r",( or)? give fewer --threads": "",
        r", or what a run with --events printed": "",
        r"name them with --value VALUE=NAME": tr("give the layer a style that names each of them"),
        r"--bands\b": tr("'… raster: bands'"),
        r"--batch-size\b": tr("'Windows at a time'"),
        r"--extent\b": tr("'Extent'"),
        r"--grid\b": tr("'Output pixels'"),
        r"say --many-classes\b": tr("tick 'Many classes'"),
        r"--mask\b": tr("'Mask'"),
        r"--nodata\b": tr("'No data'"),
        r" ?Use --precision fp32 or auto\.": "",
        r"--precision fp32 or auto\b": "",
        r"Install them: pip install 'dis2\[onnx\]'": tr("Choose a Python that has them in 'Set up the runtime'"),
        r"Install it: pip install 'dis2\[imagenet\]'": tr(
            "Install it with pip into the Python that runs the models, or start from something else"
        ),
        r"--scale\b": tr("'… raster: factor'"),
        r"--size\b": tr("'Size in pixels'"),
        r"--value\b": tr("'Meaning of the reference's values'"),
    }


def _programs() -> dict[str, str]:
    """What programs are called in the toolbox, by patterns, the longer ones first."""
    more = tr("'Translate (convert format)', with {} among its additional parameters")
    return {
        r"; 'dis2 import-author' converts the authors' checkpoints": "",
        r", or take the CRS away with gdal_edit\.py -unsetsrs": "",
        r"\bgdalbuildvrt -separate\b": tr("'Build virtual raster'"),
        r"\bgdal_translate -expand rgb\b": tr("'PCT to RGB'"),
        r"\bgdal_translate -projwin\b": tr("'Clip raster by extent'"),
        r"\bgdal_translate -co TILED=YES -co INTERLEAVE=BAND\b": more.format("-co TILED=YES -co INTERLEAVE=BAND"),
        r"\bgdal_translate\b": tr("'Translate (convert format)'"),
        r"\bgdalwarp -rpc\b": tr("'Warp (reproject)', with {} among its additional parameters").format("-rpc"),
        r"\bgdalwarp\b": tr("'Warp (reproject)'"),
        r"\bgdal_edit\.py -a_srs\b": tr("'Assign projection'"),
        r"\bgdal_edit\.py -a_nodata\b": tr("'Additional no data value' in the properties of the layer,"),
        r"\bgdal_edit\.py -scale and -offset\b": more.format("-a_scale, -a_offset"),
        r"\bgdal_edit\.py -a_ullr\b": more.format("-a_ullr"),
        r"\bgdal_edit\.py -a_gt\b": more.format("-a_gt"),
        r"\bgdalinfo( -checksum)?( says of the file)?": tr("'Raster information'"),
        r" \(ogr2ogr -t_srs\)": tr(" ('Reproject layer')"),
        r"\bogr2ogr\b": tr("'Export > Save Features As…'"),
        r"\bdis2 ndsm\b": tr("'Height above ground (nDSM)'"),
        r" \(pip install \w+\)": tr(" ('Repair' in the options)"),
    }
