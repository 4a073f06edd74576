"""The planner of the code targets: what is computed, in which order, and into which memory."""
