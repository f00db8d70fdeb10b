"""What people do around a pairing, and who may do it. Part A: the keys of the API."""
