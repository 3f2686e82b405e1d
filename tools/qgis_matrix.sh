#!/usr/bin/env bash
# Run the plugin's tests on the QGIS of other Debian releases, each in a root folder of its own.
#   qgis_matrix.sh test [RELEASE…] [-- PYTEST_ARGUMENT…]   make the roots, then run tests/plugin there
#   qgis_matrix.sh make [RELEASE…]                         make the roots only
#   qgis_matrix.sh run RELEASE COMMAND…                    any command there, for instance bash
# RELEASE:
#   bookworm   QGIS 3.40 of bookworm-backports; the worker runs in a virtual environment with torch
#   trixie     QGIS 3.44 of trixie-backports; the worker runs on Debian's own python3-torch
# Variables:
#   QGIS_MATRIX         the roots' folder (build/qgis-matrix); 7 GB, kept for the next time
#   QGIS_MATRIX_BINDS   folders of this machine that the roots see read-only, parted by colons
#   DEBIAN_MIRROR       http://deb.debian.org/debian
# Needs Debian's debootstrap and the rights of root. Nothing is mounted outside a namespace that ends with the
# command, and nothing of the working tree is written to: it lies read-only under /srv/dis2 in the root.
set -euo pipefail
cd "$(dirname "$0")/.."

MATRIX=$(realpath -m "${QGIS_MATRIX:-build/qgis-matrix}")
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
ANALYST=1000 # the user of the roots: file permissions mean nothing to root
TREE=/srv/dis2
HOME_THERE=/home/analyst

COMMON=(qgis python3-qgis python3-gdal gdal-bin xvfb xauth xdotool imagemagick python3-venv python3-pip ca-certificates
    fonts-dejavu-core procps python3-pyqt6)
declare -A PYTHON_THERE=([bookworm]=3.11 [trixie]=3.13)
declare -A WORKER=([bookworm]="$HOME_THERE/worker/bin/python" [trixie]=/usr/bin/python3)
declare -A PACKAGES=(
    [bookworm]=""
    [trixie]="python3-torch python3-rasterio python3-safetensors python3-pyproj python3-matplotlib python3-jinja2
        python3-yaml python3-rich python3-typer python3-shapely"
)

say() { printf 'matrix: %s\n' "$*"; }

fail() {
    printf 'matrix: %s\n' "$@" >&2
    exit 1
}

# from_environment: the proxies, certificates and settings of pip that this machine has, as variables.
from_environment() {
    env | grep -iE '^(https?_proxy|no_proxy|all_proxy|ssl_cert_(file|dir)|requests_ca_bundle|curl_ca_bundle)=' || true
    .venv/bin/python -m pip config list | sed -En "s/^[^=]*\.((extra-)?index-url|find-links|cert)='(.*)'$/\1=\3/p" |
        while IFS== read -r key value; do
            key=${key^^}
            echo "PIP_${key//-/_}=$value"
        done
}

# local_folders: those that pip's settings name, and the parents of indexes, whose files lie beside them.
local_folders() {
    from_environment | sed -n 's/^PIP_\(.*INDEX_URL\|FIND_LINKS\)=//p' | tr ' ' '\n' | sed 's|^file://||' |
        while read -r folder; do if [ -d "$folder" ]; then realpath "${folder%/simple}"; fi; done | sort -u
}

# inside ROOT UID COMMAND…: run a command in a root; its mounts and children end with it.
inside() {
    local root=$1 uid=$2 passed binds
    shift 2
    mapfile -t passed < <(from_environment)
    binds=$({ tr ':' '\n' <<<"${QGIS_MATRIX_BINDS:-}"; local_folders; } | sort -u | paste -s -d :)
    unshare --mount --pid --fork --kill-child bash -euc '
        root=$1 tree=$2 binds=$3
        bind() { mkdir -p "$root$2" && mount --bind "$1" "$root$2" && mount -o remount,bind,ro "$root$2"; }
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        bind "$PWD" "$tree"
        if [ "$4" != 0 ]; then bind /etc/ssl/certs /etc/ssl/certs; fi
        IFS=: read -ra folders <<<"$binds"
        for folder in "${folders[@]}"; do if [ "$folder" ]; then bind "$folder" "$folder"; fi; done
        chroot --userspec="$4:$4" "$root" "${@:5}" # no exec: the first process of a namespace has signals of its own
    ' inside "$root" "$TREE" "$binds" "$uid" \
        /usr/bin/env -i -C "$TREE" "${passed[@]}" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 \
        HOME="$([ "$uid" = 0 ] && echo /root || echo "$HOME_THERE")" TERM="${TERM:-dumb}" "$@"
}

# bootstrap RELEASE: the smallest Debian, under its name only when complete.
bootstrap() {
    local release=$1 root=$MATRIX/$1
    if [ -d "$root" ]; then return; fi
    command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
    say "making $root from $MIRROR"
    rm -rf --one-file-system "$root.part"
    mkdir -p "$MATRIX"
    debootstrap --variant=minbase --include=ca-certificates "$release" "$root.part" "$MIRROR" >"$root.log" 2>&1 ||
        fail "debootstrap failed: see $root.log"
    mv "$root.part" "$root"
}

# configure ROOT RELEASE: sources with backports, this machine's name service, proxy and checks of apt.
configure() {
    local root=$1 release=$2
    cat >"$root/etc/apt/sources.list" <<SOURCES
deb $MIRROR $release main
deb $MIRROR $release-updates main
deb $MIRROR $release-backports main
SOURCES
    apt-config dump Acquire | grep -iE 'proxy|::check-' >"$root/etc/apt/apt.conf.d/90host" || true
    cat >"$root/etc/apt/apt.conf.d/80small" <<'SMALL'
APT::Install-Recommends "false";
Acquire::Languages "none";
SMALL
    printf 'path-exclude=/usr/share/%s/*\n' doc man locale >"$root/etc/dpkg/dpkg.cfg.d/small"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no services in a root
    chmod +x "$root/usr/sbin/policy-rc.d"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
}

# packages RELEASE: QGIS of the backports, and whatever the worker takes from Debian.
packages() {
    local release=$1 root=$MATRIX/$1 stamp wanted
    read -ra wanted <<<"$(echo "${COMMON[@]}" "${PACKAGES[$release]}")"
    stamp=$root/.dis2-packages-$(echo "${wanted[@]}" | cksum | tr ' ' -)
    if [ -e "$stamp" ]; then return; fi
    configure "$root" "$release"
    say "$release: installing QGIS with apt (minutes)"
    # Where an earlier run was interrupted, packages wait for their configuration.
    inside "$root" 0 env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >>"$root.log" 2>&1
    inside "$root" 0 apt-get update -q >>"$root.log" 2>&1 || fail "apt-get update failed: see $root.log"
    inside "$root" 0 env DEBIAN_FRONTEND=noninteractive apt-get install -q -y -t "$release-backports" "${wanted[@]}" \
        >>"$root.log" 2>&1 || fail "apt-get install failed: see $root.log"
    inside "$root" 0 apt-get clean
    inside "$root" 0 id analyst >/dev/null 2>&1 ||
        inside "$root" 0 useradd --uid "$ANALYST" --home-dir "$HOME_THERE" --create-home --shell /bin/bash analyst
    rm -f "$root"/.dis2-packages-*
    touch "$stamp"
}

# wheels RELEASE FOLDER REQUIREMENT…: fetch packages for a root with this machine's pip and all that it is told.
wheels() {
    local release=$1 folder=$2 platforms=()
    shift 2
    for tag in manylinux_2_{34,31,28,27,26,24,17,12,5} manylinux2014 manylinux1 linux; do
        platforms+=(--platform "${tag}_$(uname -m)")
    done
    .venv/bin/python -m pip download -qq -c constraints.txt --dest "$folder" --only-binary=:all: "${platforms[@]}" \
        --python-version "${PYTHON_THERE[$release]}" --implementation cp "$@"
}

# requirements RELEASE: what the library and its training need, as pyproject.toml states it.
requirements() {
    inside "$MATRIX/$1" "$ANALYST" python3 - <<'PROGRAM'
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
print(*project["dependencies"], *project["optional-dependencies"]["training"], sep="\n")
PROGRAM
}

# environment RELEASE NAME OPTION REQUIREMENT…: a virtual environment in the root's home folder.
environment() {
    local release=$1 name=$2 option=$3 root=$MATRIX/$1 stamp
    shift 3
    stamp=$root$HOME_THERE/$name/.stamp-$({ echo "$@"; cat constraints.txt; } | cksum | tr ' ' -)
    if [ -e "$stamp" ]; then return; fi
    say "$release: installing $* into $HOME_THERE/$name"
    rm -rf "$root$HOME_THERE/$name" "$root$HOME_THERE/wheels"
    wheels "$release" "$root$HOME_THERE/wheels" "$@"
    chown -R "$ANALYST:$ANALYST" "$root$HOME_THERE"
    inside "$root" "$ANALYST" python3 -m venv "$option" "$HOME_THERE/$name"
    inside "$root" "$ANALYST" "$HOME_THERE/$name/bin/python" -m \
        pip install -q -c constraints.txt --no-index --find-links "$HOME_THERE/wheels" "$@"
    rm -rf "$root$HOME_THERE/wheels"
    touch "$stamp"
}

# make_root RELEASE: all of it, or what has changed since.
make_root() {
    local needed
    bootstrap "$1"
    packages "$1"
    environment "$1" tests --system-site-packages pytest pytest-qgis
    if [ "$1" = bookworm ]; then
        mapfile -t needed < <(requirements "$1")
        environment "$1" worker --symlinks "${needed[@]}"
    fi
}

# test_root RELEASE PYTEST_ARGUMENT…: assemble the plugin there and run its tests, real worker included.
test_root() {
    local release=$1 root=$MATRIX/$1
    shift
    say "$release: $(inside "$root" "$ANALYST" env QT_QPA_PLATFORM=offscreen qgis_process.bin --version | head -n 1)"
    inside "$root" "$ANALYST" env QT_QPA_PLATFORM=offscreen PYTHONDONTWRITEBYTECODE=1 \
        DIS2_PYTHON="${WORKER[$release]}" DIS2_PLUGIN_BUILD=/tmp/build/dis2 bash -euc '
        python3 tools/package.py --build /tmp/build
        exec "$HOME/tests/bin/python" -m pytest --rootdir /tmp -p no:cacheprovider "$@"' tests "${@:-tests/plugin}"
}

command=${1:-} releases=()
shift || true
while [ $# -gt 0 ] && [ -n "${PYTHON_THERE[$1]:-}" ]; do
    releases+=("$1")
    shift
done
if [ "${1:-}" = -- ]; then shift; fi
if [ "${#releases[@]}" = 0 ]; then releases=(bookworm trixie); fi
[ "$(id -u)" = 0 ] || fail "debootstrap and chroot need the rights of root: sudo make test-qgis-matrix"
case $MATRIX in *[[:space:]]*) fail "debootstrap takes no blanks in a path, set QGIS_MATRIX: '$MATRIX'" ;; esac
[ -x .venv/bin/python ] || fail ".venv is missing: run 'make setup-core' first"

case "$command" in
    make) for release in "${releases[@]}"; do make_root "$release"; done ;;
    test)
        failed=()
        for release in "${releases[@]}"; do
            make_root "$release"
            test_root "$release" "$@" || failed+=("$release")
        done
        [ "${#failed[@]}" = 0 ] || fail "tests failed on ${failed[*]}"
        ;;
    run) inside "$MATRIX/${releases[0]}" "$ANALYST" "$@" ;;
    *) fail "usage: tools/qgis_matrix.sh make|test|run [RELEASE…] [-- ARGUMENT…]" ;;
esac
