"""Who it is that asks, what they may do and see, and how much of it: see ``README.md`` here for the whole matrix."""
