"""The most valuable minutes on a GPU machine that has no network and no Snakemake."""
