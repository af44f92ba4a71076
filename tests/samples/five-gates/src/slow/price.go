package shop

// Price is what n pieces cost: the eleventh and further ones are cheaper.
func Price(n int) int {
	cost := 0
	for piece := 1; piece <= n; piece++ {
		if piece > 10 {
			cost += 9
		} else {
			cost += 10
		}
	}
	return cost
}
