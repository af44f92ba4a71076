"""Benchmarks of two trees, measured in turns on one machine."""
