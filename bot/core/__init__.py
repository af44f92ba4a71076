"""The pure part: no clock, disk, network, process, randomness or logging. Same inputs, same bytes out."""
