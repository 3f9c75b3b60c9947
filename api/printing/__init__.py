"""What leaves a printer: badges."""
