"""Invites on their way: what has changed for whom, what was sent, the mails, and sending them once."""
