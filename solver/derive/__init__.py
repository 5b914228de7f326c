"""What follows from a calendar's meetings once they stand: roles, tasks, figures and notices."""
