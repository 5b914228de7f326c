"""The search: prices and their bound, one exact programme per series, insertion, and exact neighbourhoods."""
