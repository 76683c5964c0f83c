"""`menura compare`, from the order through making, judging and results to the story of the page;
each system works apart, in a process of its own."""
