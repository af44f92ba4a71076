#!/usr/bin/env bash
# Makes the samples anew from src/: what CI would print and write in each state of the little shop.
# Needs Go on PATH (with its race detector), and pytest, pytest-cov and ruff of this repository's .venv.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(cd "$here/../../../.venv/bin" && pwd)
work=/tmp/covgate-shop/shop
goroot=$(go env GOROOT)
export GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off PYTHONDONTWRITEBYTECODE=1

state() { # NAME FOLDER...: the folders of src/ over each other
  local name=$1; shift
  rm -rf "$work" && mkdir -p "$work" "$here/$name"
  for folder; do cp -R "$here/src/$folder/." "$work/"; done
  cd "$work" || exit
  find . -name '*.py.txt' -exec sh -c 'mv "$1" "${1%.txt}"' _ {} \;
  go test -v -race -coverprofile=coverage.out -covermode=atomic ./... 2>&1 | tee test_output.log >/dev/null
  "$bin/python" -m coverage run --branch --source=report -m pytest -q -p no:randomly -p no:cacheprovider \
    --junitxml=junit.xml >/dev/null 2>&1
  "$bin/python" -m coverage json -q -o coverage.json
  "$bin/ruff" check --isolated --select E,F --no-cache --output-format sarif -o ruff.sarif . >/dev/null
  sed -i "s,$goroot,/opt/hostedtoolcache/go/x64,g" test_output.log
  cp coverage.out test_output.log junit.xml coverage.json ruff.sarif "$here/$name/"
}

state base base
state green base head
state untested base head untested
state failing base head failing
GORACE=exitcode=0 state racy base head racy
state unlinted base head unlinted

mkdir -p "$here/bench"
for side in base slow; do
  rm -rf "/tmp/covgate-shop/$side" && mkdir -p "/tmp/covgate-shop/$side"
  cp -R "$here/src/base/." "/tmp/covgate-shop/$side/"
done
cp "$here/src/slow/price.go" /tmp/covgate-shop/slow/
for run in first second same; do
  : > "$here/bench/$run-base.txt"; : > "$here/bench/$run-head.txt"
  head=slow; [ $run = same ] && head=base
  for _ in 1 2 3 4 5 6 7 8 9 10; do # in turns
    (cd /tmp/covgate-shop/base && go test -run '^$' -bench . -benchtime 500x . >> "$here/bench/$run-base.txt")
    (cd "/tmp/covgate-shop/$head" && go test -run '^$' -bench . -benchtime 500x . >> "$here/bench/$run-head.txt")
  done
done
