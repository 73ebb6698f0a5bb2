"""Measurements, each a script: `PYTHONPATH=workflow/scripts python -m benchmarks.NAME`."""
