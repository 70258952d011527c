"""The running service under load, while whatever it consists of is killed, stopped, emptied or put back at random."""
