"""The worker: fetches, loads and evaluates what was submitted, in process trees with limits, until it is listed."""
