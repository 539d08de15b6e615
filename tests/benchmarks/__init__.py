"""Measurements that a person runs; no tests. `python -m tests.benchmarks.<name>`."""
