"""What the outside reaches over HTTP: deliveries in; badges, pages and health out. Knows nothing of GitHub's API."""
