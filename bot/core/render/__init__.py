"""Verdict into text. Every sentence that covgate says, and every number that becomes text, is here."""
