"""Records as GitHub prints them in JSON: every field that its schemas require, for the API and for webhooks."""
