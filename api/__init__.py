"""The ways in: HTTP, command line, file imports and pages. They translate and decide nothing."""
