"""How a report is counted: kinds of figure, axes, the counting itself, cross-foots, and every value with the rows behind it."""
