package shop

import "sync"

// Stock is how many pieces are left; it may be used from several goroutines.
type Stock struct {
	mutex sync.Mutex
	left  int
}

// Take removes up to n pieces and says how many there were.
func (s *Stock) Take(n int) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if n > s.left {
		n = s.left
	}
	s.left -= n
	return n
}
