"""What a submitter agrees to. It is apart so that `arena submit --help` prints it without loading models."""

TERMS = (
    "You have the right to submit this model. The arena may download and run it, and show its answers and numbers to "
    "everybody. Your account, the organisation, the model, its licence and each step of its evaluation are public; how to "
    "reach you is not. You can withdraw the model, and have your account and how to reach you erased."
)
