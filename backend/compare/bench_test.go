package compare_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"creel/backend/compare"
)

// records writes an array of n objects of about 160 bytes, as an API lists
// them.
func records(n int) []string {
	rnd := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"id":"evt_%08d","amount":%d,"currency":"%s","customer":"cus_%x","paid":%v,"fee":%d.%02d,"tags":["a%d","b%d"],"created":%d}`,
			i, rnd.IntN(100000), []string{"eur", "usd", "gbp"}[rnd.IntN(3)], rnd.Uint64(), rnd.IntN(2) == 0,
			rnd.IntN(100), rnd.IntN(100), rnd.IntN(50), rnd.IntN(50), 1700000000+i)
	}
	return out
}

// changedRecords makes the case of the budget: one element in a hundred with
// another value, one removed, one inserted elsewhere.
func changedRecords(n int) (left, right []byte) {
	recs := records(n)
	left = []byte("[" + strings.Join(recs, ",") + "]")
	for i := 50; i < n; i += 100 {
		recs[i] = strings.Replace(recs[i], `"amount":`, `"amount":7`, 1)
	}
	recs = append(recs[:n/3:n/3], recs[n/3+1:]...)
	at := n * 2 / 3
	added := strings.Replace(recs[at], "evt_", "evt_new", 1)
	recs = append(recs[:at:at], append([]string{added}, recs[at:]...)...)
	return left, []byte("[" + strings.Join(recs, ",") + "]")
}

func benchCompare(b *testing.B, n int) {
	l, r := changedRecords(n)
	left, right := compare.Message{Body: l}, compare.Message{Body: r}
	b.SetBytes(int64(len(l) + len(r)))
	b.ReportAllocs()
	for b.Loop() {
		if res := compare.Compare(left, right, compare.Options{}); res.Count != n/100+2 {
			b.Fatalf("%d changes", res.Count)
		}
	}
}

func benchParse(b *testing.B, n int) {
	l, r := changedRecords(n)
	b.SetBytes(int64(len(l) + len(r)))
	b.ReportAllocs()
	for b.Loop() {
		var x, y any
		if json.Unmarshal(l, &x) != nil || json.Unmarshal(r, &y) != nil {
			b.Fatal("not JSON")
		}
	}
}

// The budget: Compare takes at most 2.5 times what encoding/json needs to
// parse both bodies.
func BenchmarkCompareJSON1MB(b *testing.B)  { benchCompare(b, 6_500) }
func BenchmarkParseJSON1MB(b *testing.B)    { benchParse(b, 6_500) }
func BenchmarkCompareJSON10MB(b *testing.B) { benchCompare(b, 65_000) }
func BenchmarkParseJSON10MB(b *testing.B)   { benchParse(b, 65_000) }

func BenchmarkSideBySide1MB(b *testing.B) {
	l, r := changedRecords(6_500)
	for b.Loop() {
		compare.SideBySide(compare.Message{Body: l}, compare.Message{Body: r}, compare.Options{})
	}
}
