"""The immutable folder that serves: built from the catalogue, verified, published by one rename."""
