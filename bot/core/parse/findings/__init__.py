"""What linters, analysers and scanners write: one file a format, `known` says which."""
