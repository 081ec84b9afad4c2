"""What organisations enter through the Hub: who may, the checks, the entry, and results that go back."""
