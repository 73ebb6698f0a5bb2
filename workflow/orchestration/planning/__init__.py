"""What the Snakefile computes while it is parsed: settings, steps, versions of stages."""
