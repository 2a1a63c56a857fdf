"""Reports delivered together, the record of what was filed, and what changed since: between periods, between two filings."""
