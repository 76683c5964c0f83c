"""Self-contained HTML pages: players, pictures and tables in one file that opens anywhere."""
