// Command bench measures Creel's speed beside a peer or a limit, in one run on
// one machine, so that the ratios hold whatever the machine. It is what
// "make bench" runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

const connections = 64

func main() {
	creel := flag.String("creel", "build/bin/creel-headless", "the creel binary to measure")
	rounds := flag.Int("rounds", 5, "rounds of each side; medians are reported")
	length := flag.Duration("length", 3*time.Second, "length of a round")
	size := flag.Int("history", 1_000_000, "requests in the large history; 0 leaves it out")
	only := flag.String("only", "", "capture, forward, compare, retention or history alone")
	peer := flag.Bool("peer", false, "be the peer: an empty net/http handler (used by bench itself)")
	proxy := flag.String("proxy", "", "be a httputil.ReverseProxy to that `URL` (used by bench itself)")
	flag.Parse()
	var err error
	switch {
	case *peer:
		err = servePeer()
	case *proxy != "":
		err = serveProxy(*proxy)
	default:
		err = run(*only, *creel, *rounds, *length, *size)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only, creel string, rounds int, length time.Duration, size int) error {
	fmt.Printf("%s, %s/%s, %d cores\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	parts := []struct {
		name string
		run  func() error
	}{
		{"capture", func() error { return capture(creel, rounds, length) }},
		{"forward", func() error { return forwarding(creel, rounds, length) }},
		{"compare", func() error { return comparing(rounds) }},
		{"retention", func() error { return retention(creel, rounds, length) }},
		{"history", func() error { return history(creel, size) }},
	}
	var errs []error
	for _, p := range parts {
		if (only == "" || only == p.name) && !(p.name == "history" && size == 0) {
			errs = append(errs, p.run())
		}
	}
	return errors.Join(errs...)
}

// capture measures keeping requests on disk against not keeping them, the two
// in turn so that a busy machine is busy for both.
func capture(creel string, rounds int, length time.Duration) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := os.MkdirTemp("", "creel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	ours, err := launch(creel, serving(filepath.Join(data, "data"))...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ours.stop()) }()
	empty, err := launch(self, "-peer")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, empty.stop()) }()

	fmt.Printf("\nDurable capture, 1.6 KB JSON POST, %d keep-alive connections, %d × %v in turn, medians\n", connections, rounds, length)
	// What creel does behind its answers, such as indexing, must not slow the
	// peer's turn.
	full, err := inTurn(rounds, func(addr string) (result, error) {
		if err := ours.settle(time.Minute); err != nil {
			return result{}, err
		}
		return saturate(addr, length)
	}, ours.addr, empty.addr)
	if err != nil {
		return err
	}
	rates := report(full, "at saturation")
	if err := errors.Join(ours.perRequest(full[0]), empty.perRequest(full[1])); err != nil {
		return err
	}
	fmt.Printf("ratio %.2f\n", rates[0]/rates[1])
	fmt.Println("\nAcknowledgement at 200 requests/s")
	calm, err := inTurn(rounds, func(addr string) (result, error) { return steady(addr, 200, length) }, ours.addr, empty.addr)
	if err != nil {
		return err
	}
	report(calm, "at 200/s")
	return account(ours, full[0], calm[0])
}

// account compares what was acknowledged with what is in history: a fast
// answer that kept nothing would be worthless.
func account(ours *server, rounds ...[]result) error {
	acknowledged, failed := 0, 0
	for _, r := range slices.Concat(rounds...) {
		acknowledged += r.answered
		failed += r.failed
	}
	kept, err := ours.kept()
	if err != nil {
		return err
	}
	fmt.Printf("\nacknowledged %d, kept %d, failed %d\n", acknowledged, kept, failed)
	if kept < acknowledged {
		return fmt.Errorf("%d requests were acknowledged but are not in history", acknowledged-kept)
	}
	return nil
}

// inTurn runs load against each address in turn, warm-up first, and returns
// the rounds by address.
func inTurn(rounds int, load func(addr string) (result, error), addrs ...string) ([][]result, error) {
	found := make([][]result, len(addrs))
	for round := range rounds {
		for i, addr := range addrs {
			r, err := load(addr)
			if err != nil {
				return nil, fmt.Errorf("round %d: %w", round+1, err)
			}
			found[i] = append(found[i], r)
		}
	}
	return found, nil
}

// report prints a line for each side and returns their rates.
func report(sides [][]result, label string) (rates []float64) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%s\trequests/s\tp50\tp99\tfailed\t\n", label)
	for i, name := range []string{"creel serve", "empty net/http"} {
		rate := median(sides[i], result.rate)
		rates = append(rates, rate)
		failed := 0
		for _, r := range sides[i] {
			failed += r.failed
		}
		fmt.Fprintf(table, "%s\t%.0f\t%.2f ms\t%.2f ms\t%d\t\n", name, rate,
			median(sides[i], func(r result) float64 { return ms(r.quantile(0.50)) }),
			median(sides[i], func(r result) float64 { return ms(r.quantile(0.99)) }), failed)
	}
	_ = table.Flush()
	return rates
}

// median of what of finds in each round.
func median(rounds []result, of func(result) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
