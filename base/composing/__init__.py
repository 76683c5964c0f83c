"""A small composer: pieces of many kinds from a seed, as scores.

`pieces.compose(seed, number)` is the way in.
"""
