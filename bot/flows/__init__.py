"""What happens when something happens. A flow gathers through ports, calls one pure function, and publishes."""
