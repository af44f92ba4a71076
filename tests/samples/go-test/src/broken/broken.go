package broken

func Number() int { return "no" }
