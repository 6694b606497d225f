package desk

import (
	"strconv"
	"testing"
)

// A new order takes the place of the oldest one, and of no other: those may
// still wait to be sent.
func TestLentSecretsAreForgottenOldestFirst(t *testing.T) {
	l := newLentSecrets()
	for i := range maxLent + 1 {
		l.put(strconv.Itoa(i), "s")
	}
	l.put("1", "again")
	if _, ok := l.get("0"); ok || len(l.by) != maxLent || len(l.olds) != maxLent {
		t.Errorf("%d are held, the oldest among them: %v", len(l.by), ok)
	}
	for i := 1; i <= maxLent; i++ {
		if _, ok := l.get(strconv.Itoa(i)); !ok {
			t.Fatalf("%d is forgotten", i)
		}
	}
}
