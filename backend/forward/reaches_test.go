package forward_test

import (
	"testing"

	"creel/backend/forward"
)

func TestReaches(t *testing.T) {
	for _, c := range []struct {
		bound, addr string
		want        bool
	}{
		{"127.0.0.1:4290", "127.0.0.1:4290", true},
		{"127.0.0.1:4290", "127.0.0.1:4291", false},
		{"127.0.0.1:4290", "127.0.0.2:4290", false},
		{"127.0.0.1:4290", "[::ffff:127.0.0.1]:4290", true},
		{"0.0.0.0:4290", "192.168.1.5:4290", true},
		{"0.0.0.0:4290", "93.184.216.34:4290", false},
		{"[::]:4290", "127.0.0.1:4290", true},
		{"[::]:4290", "127.0.0.1:4291", false},
		{"[::1]:4290", "[::1]:4290", true},
		{"", "127.0.0.1:4290", false},
		{"127.0.0.1:4290", "localhost:4290", false},
	} {
		if got := forward.Reaches(c.bound, c.addr); got != c.want {
			t.Errorf("Reaches(%q, %q) = %v", c.bound, c.addr, got)
		}
	}
}
