"""Real nodes, sinks, sources and name servers for the system tests, the demo and the benchmarks."""
