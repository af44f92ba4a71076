package shop

// Price is what n pieces cost: the eleventh and further ones are cheaper.
func Price(n int) int {
	if n > 10 {
		return 100 + 9*(n-10)
	}
	return 10 * n
}
