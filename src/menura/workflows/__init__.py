"""The verbs, one file each. The command line and the studio translate to these."""
