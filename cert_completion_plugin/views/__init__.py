"""The pages. They check permissions, call `api`, and put words to what it returns."""
