"""The search: prices and their bound, one exact programme per series, insertion, and exact neighbourhoods."""

from solver.engine.cache import use_own_folder

use_own_folder()
