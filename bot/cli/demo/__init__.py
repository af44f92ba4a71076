"""``covgate demo``: one pull request's whole life, on loopback, with coverage that is really measured."""
