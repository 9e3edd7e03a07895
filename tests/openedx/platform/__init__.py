"""The tables of the platform that the host reads, with the fields that it reads, under the platform's labels."""
