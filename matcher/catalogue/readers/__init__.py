"""One module a source: a file's records to source rows."""
