"""What is kept: SQL holds the truth, Redis the live sessions, RQ rings the bell, the spool holds what SQL could not take."""
