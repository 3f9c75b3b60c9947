"""The story pages of docs/examples: their requests are sent, their answers are what came back."""
