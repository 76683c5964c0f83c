"""Judging sound: metrics, and the embeddings and statistics they stand on."""
