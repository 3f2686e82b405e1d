"""What does a network learn from ground that nobody has labelled, beside what was? FixMatch, for all scenarios."""
