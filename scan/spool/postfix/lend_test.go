package postfix

import "testing"

// A queue file that is read again for a move lends from no view: another
// goroutine may have it.
func TestAPooledFileHasNoLender(t *testing.T) {
	s, _ := golden(t)
	near, letGo := s.Near(true)
	defer letGo()
	buf := make([]byte, 1<<16)
	loaded := 0
	for e, err := range s.Entries(t.Context()) {
		if err != nil {
			continue // left alone
		}
		if _, err := near.Load(t.Context(), &e, buf); err != nil {
			continue
		}
		loaded++
		if q := s.files.Get().(*queueFile); q.lend != nil {
			t.Fatalf("%s: its file still lends from the view", e.ID)
		}
	}
	if loaded == 0 {
		t.Fatal("nothing was loaded")
	}
}
