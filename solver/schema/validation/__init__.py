"""What is checked of a caseload whose form is right, one module a subject."""
