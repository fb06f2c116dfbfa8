// Frontier
