"""Code that runs while the Snakefile is parsed: settings, strategies, versions of stages."""
