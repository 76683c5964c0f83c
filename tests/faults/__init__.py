"""Mistakes to be put into the code, and what puts them there."""
