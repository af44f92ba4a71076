@test "adds" { [ $((1 + 1)) -eq 2 ]; }
@test "fails" {
  echo "some output"
  [ $((1 + 1)) -eq 3 ]
}
@test "skipped" { skip "needs a database"; }
