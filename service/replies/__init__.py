"""What people answer to the invites: read, matched with what was sent, and put into the calendar."""
