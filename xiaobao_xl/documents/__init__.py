"""Word documents: letters to complainants, and reports in sentences whose numbers stay bound to their figures."""
