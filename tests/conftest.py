"""What holds for every test."""

from hypothesis import settings

settings.register_profile("covgate", deadline=None)  # how long a law takes is the machine's affair, not the law's
settings.load_profile("covgate")
