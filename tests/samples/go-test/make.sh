#!/bin/sh
# Makes every sample anew with the `go` that is on the path; see README.md.
cd "$(dirname "$0")/src" || exit 1
export GOFLAGS="-trimpath -count=1" GOTOOLCHAIN=local GOPROXY=off GOMAXPROCS=2 NO_COLOR=1
healthy="./none ./empty ./parallel ./forged ./panics/... ./timeout ./exits ./setup ./initpanic ./swallowed"
broken="./broken ./user ./vetted ./missing"

go test -json -timeout 2s $healthy $broken >../everything.json 2>/dev/null
go test -v -timeout 2s $healthy $broken >../everything-v.log 2>&1
go test -timeout 2s $healthy $broken ./racy >../everything.log 2>&1
LAB_FAIL=1 go test -json ./forged ./forged/quiet >../forged-fail.json 2>/dev/null
LAB_FAIL=1 go test -v ./forged ./forged/quiet >../forged-fail-v.log 2>&1
both() { # NAME, what to run: as JSON and as text, each with standard error merged
	name=$1
	shift
	go test -json "$@" >../"$name.json" 2>&1
	go test -v "$@" >../"$name-v.log" 2>&1
}
both late-race -race ./late
GORACE=exitcode=0 both exitcode0-race -race ./late
both racy-subtest -race ./racy
both racy-benchmark -race -bench . -benchtime 100x -run '^$' ./racybench
both count2 -count=2 ./flaky
both benchmarks -bench . -benchtime 100x ./racybench
{
	go test -json ./retried
	LAB_ON=1 go test -json -run '^TestNeedsSwitch$/^off$' ./retried
} >../rerun.json 2>/dev/null
{
	go test -json ./retried
	LAB_ON=1 go test -json ./retried
} >../two-runs.json 2>/dev/null
