"""What organisations enter through the Hub: checks of what they submit, and limits on what it may take here."""
