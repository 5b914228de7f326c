"""The solver's own view of a caseload: frozen integer arrays. Nobody outside ``solver`` sees it."""
