"""Query strategies, one file each: pure functions of arrays and a random generator.

A strategy is `select(candidates, n, rng, threads, **settings) -> Selection`. It sees
features and probabilities of the candidates, never their true labels, and returns at
most n interactions. `cbal.strategies.registry` lists them.
"""
