"""The limited child: untrusted archives and report bytes go in, parsed models come out through a pipe."""
