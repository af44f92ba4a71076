"""A local checkout: what git says of it, and the report files that lie in it."""
