"""Messages to learners: which are sent, what they say, and sending each of them once."""
