"""The pages of the service: what a team's manager, its workers and its business support see in a browser."""
