"""`menura listen`: create a test, serve it, read its results."""
