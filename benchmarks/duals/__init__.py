"""Ways to raise the Lagrangian bound, measured against each other on the same passes over all series."""
