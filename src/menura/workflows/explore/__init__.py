"""`menura explore`: maps of a corpus, or of what a run hears in one."""
