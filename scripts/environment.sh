#!/bin/sh
# Makes the virtual environment DIRECTORY hold exactly what LOCK names, hashes checked, and this project itself where
# LOCK names what builds it: the command recmail, and what the models in Python import.
# Usage: environment.sh DIRECTORY LOCK
# DIRECTORY/.installed appears when everything is in; without it the environment is made anew, so that an
# interrupted run leaves nothing half-made behind. PYTHON names the interpreter (default python3).
set -eu
directory=$1
lock=$2
python=${PYTHON:-python3}

fail() {
    printf 'recmail: %s\n' "$@" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    fail "there is no '$python' here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"
version=$("$python" -c 'import platform; print(platform.python_version())') ||
    fail "'$python' does not run (see above). Name another one: make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed; '$python' is $version. Name another one: make PYTHON=/path/to/python3.12"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "'$python' cannot make virtual environments: its venv or ensurepip module is missing." \
        "On Debian and Ubuntu: apt-get install python3-venv"

if [ ! -e "$directory/.installed" ]; then
    printf 'recmail: making %s with Python %s from %s\n' "$directory" "$version" "$lock"
    "$python" -m venv --clear "$directory"
fi
rm -f "$directory/.installed"

# uv lives in the project's environment; pip brings it there, at the version and hash the lock names.
uv=.venv/bin/uv
if [ ! -x "$uv" ]; then
    awk '/^uv==/, !/\\$/' "$lock" |
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r /dev/stdin ||
        fail "pip could not install uv (see above). Is a Python package registry within reach?"
fi
"$uv" pip sync --compile-bytecode --python "$directory/bin/python" "$lock" ||
    fail "uv could not install $lock into $directory (see above). Is a Python package registry within reach?"
if grep -q '^uv-build==' "$lock"; then
    "$uv" pip install --quiet --offline --no-deps --no-build-isolation --python "$directory/bin/python" --editable . ||
        fail "uv could not install the project itself into $directory (see above)."
fi
touch "$directory/.installed"
