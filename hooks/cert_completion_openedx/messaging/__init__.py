"""Messages to learners by ACE, the platform's way of sending messages."""
