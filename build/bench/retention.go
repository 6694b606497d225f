package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"
)

// limit is how many requests the history that is cut may have.
const limit = 5000

// retention measures what cutting the history to its limit costs those who
// wait for an acknowledgement: two of them in turn, one without a limit, and
// one that is cut each second, thirty times as often as by itself.
func retention(creel string, rounds int, length time.Duration) (err error) {
	data, err := os.MkdirTemp("", "creel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	var sides []*server
	for _, name := range []string{"all", "cut"} {
		s, err := launch(creel, serving(filepath.Join(data, name))...)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		sides = append(sides, s)
	}
	all, cut := sides[0], sides[1]
	fmt.Printf("\nRetention: cut to %d requests each second, against a history without a limit, %d × %v in turn, medians\n", limit, rounds, length)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\trequests/s\tp99 without\tp99 while cut\tratio\tfailed\t\n")
	for _, load := range []struct {
		name string
		run  func(addr string) (result, error)
	}{
		{"at 200/s", func(addr string) (result, error) { return steady(addr, 200, length) }},
		{"at saturation", func(addr string) (result, error) { return saturate(addr, length) }},
	} {
		found, err := inTurn(rounds, func(addr string) (result, error) {
			if addr == cut.addr {
				defer cut.cutting()()
			}
			return load.run(addr)
		}, all.addr, cut.addr)
		if err != nil {
			return err
		}
		p99 := func(r result) float64 { return ms(r.quantile(0.99)) }
		without, with := median(found[0], p99), median(found[1], p99)
		failed := 0
		for _, r := range found[1] {
			failed += r.failed
		}
		fmt.Fprintf(table, "%s\t%.0f\t%.2f ms\t%.2f ms\t%.2f\t%d\t\n", load.name,
			median(found[1], result.rate), without, with, with/without, failed)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := cut.patch("/api/v1/settings", fmt.Sprintf(`{"keepCount":%d}`, limit)); err != nil {
		return err
	}
	if err := cut.atMost(limit, time.Minute); err != nil {
		return err
	}
	return sizes(data, all, cut)
}

// atMost waits until no more requests than that are kept.
func (s *server) atMost(most int, within time.Duration) error {
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		n, err := s.kept()
		if err != nil || n <= most {
			return err
		}
		if time.Since(began) > within {
			return fmt.Errorf("%d requests are kept %v after the limit became %d", n, within, most)
		}
	}
}

// cutting asks for a round of retention each second until it is stopped.
func (s *server) cutting() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for n := 0; ; n++ {
			// A limit that changes asks for a round.
			if err := s.patch("/api/v1/settings", fmt.Sprintf(`{"keepCount":%d}`, limit+n%2)); err != nil {
				fmt.Fprintln(os.Stderr, "bench: cut history:", err)
			}
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (s *server) patch(path, body string) error {
	req, err := http.NewRequest(http.MethodPatch, s.door+path, bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, answer)
	}
	return err
}

// sizes shows that what was cut gave its disk space back.
func sizes(data string, all, cut *server) error {
	for _, side := range []struct {
		name string
		s    *server
	}{{"all", all}, {"cut", cut}} {
		kept, err := side.s.kept()
		if err != nil {
			return err
		}
		fi, err := os.Stat(filepath.Join(data, side.name, "creel.db"))
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d requests in %.1f MB\n", side.name, kept, float64(fi.Size())/1e6)
	}
	return nil
}
