"""The scheme: rules as a value, versioned and dated."""
