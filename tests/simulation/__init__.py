"""One seed, one whole run: clients, turns, clocks, faults and time in one thread, judged by plain dictionaries."""
