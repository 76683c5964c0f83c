"""Blind listening tests: making one, asking it, and reading the answers."""
