"""The routes: a table of writes, a table of reads, and the few lines that carry each request through."""
