"""The nouns that every stage shares: frozen values, exact counts, no text for people."""
