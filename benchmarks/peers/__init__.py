"""Other ways to plan the same caseloads. Each answers with a calendar that the independent checker scores."""
