"""The ordered groups of rules, and the hash of the rules in force."""
