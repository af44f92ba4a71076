window.BENCHMARK_DATA = {
  "lastUpdate": 1767225600000,
  "repoUrl": "https://github.com/octo/spoon",
  "entries": {
    "Speed": [
      {"commit": {"id": "1111111"}, "date": 1767139200000, "tool": "go", "benches": [{"name": "BenchmarkA", "value": 300, "unit": "ns/op", "extra": "100 times"}]},
      {"commit": {"id": "2222222"}, "date": 1767225600000, "tool": "go", "benches": [{"name": "BenchmarkA", "value": 250, "unit": "ns/op", "extra": "100 times"}]}
    ],
    "Scores": [
      {"commit": {"id": "2222222"}, "date": 1767225600000, "tool": "customBiggerIsBetter", "benches": [{"name": "score", "value": 7, "unit": "points"}]}
    ]
  }
}
