"""Rebooking in a process of its own: what a meeting's options are, and what a calendar is once one is taken."""
