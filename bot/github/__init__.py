"""The GitHub edge: deliveries in (``webhook``), the REST API out (``forge``). Alone in knowing githubkit."""
