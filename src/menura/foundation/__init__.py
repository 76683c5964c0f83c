"""What everything rests on: configs, discovery, errors, seeds, atomic files, reports."""
