"""What an analyst sees in a register: trends, concentrations, repeaters, hot words, early warnings."""
