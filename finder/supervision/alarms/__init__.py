"""What somebody has to look at now: bays that fail together, and what devices are afraid of."""
