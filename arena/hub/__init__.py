"""The arena on the Hub: as a Space, and its facts as a dataset."""
