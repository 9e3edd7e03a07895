"""The REST API: the api for systems that push. Django REST framework is spoken here alone (decision 0025)."""
