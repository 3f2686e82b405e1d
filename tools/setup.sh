#!/usr/bin/env bash
# Make one of the two environments; quick where it is there already.
#   setup.sh core   .venv        isolated: library, CLI, training, tests, the plugin's worker
#   setup.sh qgis   .venv-qgis   sees the system's qgis, for the plugin's tests alone
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
QGIS_PYTHON=${QGIS_PYTHON:-/usr/bin/python3}
QGIS_PACKAGES=(qgis python3-qgis python3-gdal gdal-bin xvfb python3-venv)

say() { printf 'setup: %s\n' "$*"; }

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# apt_install PACKAGE…: false where there is no apt, or no right to use it. Two set-ups take turns.
apt_install() {
    local sudo=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || return 1
        sudo=(sudo)
    fi
    say "installing $* with apt"
    (
        flock 9
        "${sudo[@]}" apt-get update -q
        "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
    ) 9<tools/setup.sh
}

# stamp FOLDER PYTHON: the file whose presence says that the environment is up to date.
stamp() {
    local state
    state=$({ cat pyproject.toml constraints.txt tools/setup.sh; pwd; "$2" -VV 2>&1 || true; } | cksum)
    echo "$1/.stamp-${state/ /-}"
}

# fresh_venv FOLDER PYTHON [OPTION…]: keep an environment that works and has the right Python.
fresh_venv() {
    local folder=$1 python=$2
    shift 2
    if [ "$("$folder/bin/python" -VV 2>/dev/null)" != "$("$python" -VV)" ]; then
        say "making $folder with $("$python" -V)"
        "$python" -m venv --clear "$@" "$folder"
    fi
    rm -f "$folder"/.stamp-*
}

python_is_usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

qgis_is_usable() {
    "$QGIS_PYTHON" -c 'import ensurepip, venv, qgis.core, osgeo.gdal' 2>/dev/null &&
        { command -v qgis_process.bin || command -v qgis_process; } >/dev/null
}

setup_core() {
    if [ -e "$(stamp .venv "$PYTHON")" ]; then return; fi
    python_is_usable "$PYTHON" || apt_install python3 python3-venv || true
    python_is_usable "$PYTHON" || fail \
        "$PYTHON is missing, older than 3.10, or has no venv module." \
        "Install Python 3.10 or newer, or name one: make setup PYTHON=/path/to/python3"
    fresh_venv .venv "$PYTHON"
    say "installing the library and its tools into .venv (minutes at the first time)"
    .venv/bin/python -m pip install -q -c constraints.txt -e '.[dask,docs,imagenet,onnx,parquet,training,test,lint]'
    touch "$(stamp .venv "$PYTHON")"
    say ".venv is ready"
}

setup_qgis() {
    if [ -e "$(stamp .venv-qgis "$QGIS_PYTHON")" ]; then return; fi
    qgis_is_usable || apt_install "${QGIS_PACKAGES[@]}" || true
    qgis_is_usable || fail \
        "QGIS 3.22 or newer with its Python bindings was not found, and apt could not install it." \
        "Debian, Ubuntu: apt-get install ${QGIS_PACKAGES[*]}" \
        "Elsewhere: install QGIS, put qgis_process on the PATH, and name the Python that imports qgis:" \
        "    make setup QGIS_PYTHON=/path/to/python3" \
        "Library, CLI and training do without QGIS: make setup-core"
    fresh_venv .venv-qgis "$QGIS_PYTHON" --system-site-packages
    say "installing pytest and its plugins into .venv-qgis"
    .venv-qgis/bin/python -m pip install -q -c constraints.txt pytest pytest-qgis pytest-xdist
    # A second numpy or GDAL beside QGIS's own ends in crashes that nobody understands.
    if compgen -G '.venv-qgis/lib/python*/site-packages/@(numpy|rasterio|torch)' >/dev/null; then
        fail ".venv-qgis has got a numpy, rasterio or torch of its own: delete .venv-qgis and find out why."
    fi
    touch "$(stamp .venv-qgis "$QGIS_PYTHON")"
    say ".venv-qgis is ready"
}

shopt -s extglob
case "${1:-}" in
    core) setup_core ;;
    qgis) setup_qgis ;;
    *) fail "usage: tools/setup.sh core|qgis" ;;
esac
