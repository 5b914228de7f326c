"""What becomes of a calendar when people fall ill, families cancel and rooms are lost, and all that is rebooked."""
