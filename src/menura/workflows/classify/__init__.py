"""`menura classify`: train, predict, table. They hear `material`; `folds` is what a table keeps."""
