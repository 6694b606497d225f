package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// needle is in one request only, the oldest.
const needle = "zanzibarquokka"

// question is a list that a person may ask for, and how long its first page
// may take.
type question struct {
	what   string
	query  url.Values
	budget time.Duration
}

// history measures opening, listing and searching a large history, through the
// door as the page does it, beside the door's emptiest answer.
func history(creel string, n int) (err error) {
	work, err := os.MkdirTemp("", "creel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	data := filepath.Join(work, "data")
	if err := plant(creel, data); err != nil {
		return err
	}
	seed := exec.Command(creel, "seed", "-n", strconv.Itoa(n), "--data", data)
	out, err := seed.CombinedOutput()
	if err != nil {
		return fmt.Errorf("seed: %w: %s", err, out)
	}
	fmt.Printf("\nHistory of %d requests: %s", n, out)
	opened, err := opening(creel, data, 3)
	if err != nil {
		return err
	}
	fmt.Printf("listening after %.0f ms (limit 300)\n", ms(opened))
	s, err := launch(creel, serving(data)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	before := time.Now()
	if err := s.indexed(15 * time.Minute); err != nil {
		return err
	}
	fmt.Printf("search index complete after %.0f s more\n", time.Since(before).Seconds())
	if err := s.ask(questions(n)); err != nil {
		return err
	}
	return s.idle(5 * time.Second)
}

func serving(data string) []string {
	return []string{"serve", "--data", data, "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0", "--ready-json"}
}

// plant makes a history whose first request holds the needle.
func plant(creel, data string) (err error) {
	s, err := launch(creel, serving(data)...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	res, err := http.Post("http://"+s.addr+"/inbox/"+needle, "application/json", strings.NewReader(`{"word":"`+needle+`"}`))
	if err != nil {
		return fmt.Errorf("plant: %w", err)
	}
	return res.Body.Close()
}

// opening is the median time from starting the process to its ready line.
func opening(creel, data string, times int) (time.Duration, error) {
	took := make([]time.Duration, 0, times)
	for range times {
		began := time.Now()
		s, err := launch(creel, serving(data)...)
		if err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
		if err := s.stop(); err != nil {
			return 0, err
		}
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

func questions(n int) []question {
	const page, field, text = 10 * time.Millisecond, 100 * time.Millisecond, 50 * time.Millisecond
	qs := []question{
		{"newest page", url.Values{}, page},
		{"page in the middle", url.Values{"before": {strconv.Itoa(n / 2)}}, page},
		{"oldest page", url.Values{"before": {"102"}}, page},
	}
	for _, f := range []string{
		"method:POST", "method:DELETE", "endpoint:inbox", "status:>=400", "provider:stripe", "event:push", "size:>32kb",
		"is:refused", "has:note", "-provider:github", "provider:stripe size:>32kb", "age:>80d",
	} {
		qs = append(qs, question{f, url.Values{"filter": {f}}, field})
	}
	for _, f := range []string{
		needle, "nosuchwordatall", "customer", `"charge.succeeded"`, "invoice paid", "provider:github " + needle, needle + " OR nosuchwordatall",
	} {
		qs = append(qs, question{f, url.Values{"filter": {f}}, text})
	}
	return qs
}

// ask times the first page of each question.
func (s *server) ask(qs []question) error {
	const times = 15
	empty, err := s.time(times, "/healthz", nil)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "first page\trows\tp50\tworst\tlimit\t\t")
	fmt.Fprintf(table, "nothing (healthz)\t\t%.1f ms\t%.1f ms\t\t\t\n", ms(empty.p50), ms(empty.worst))
	for _, q := range qs {
		q.query.Set("limit", "100")
		a, err := s.time(times, "/api/v1/requests", q.query)
		if err != nil {
			return fmt.Errorf("ask for %s: %w", q.what, err)
		}
		verdict := ""
		if a.p50 > q.budget {
			verdict = "over"
		}
		fmt.Fprintf(table, "%s\t%d\t%.1f ms\t%.1f ms\t%.0f ms\t%s\t\n", q.what, a.rows, ms(a.p50), ms(a.worst), ms(q.budget), verdict)
	}
	return table.Flush()
}

type asked struct {
	p50, worst time.Duration
	rows       int
}

func (s *server) time(times int, path string, query url.Values) (asked, error) {
	var a asked
	took := make([]time.Duration, 0, times)
	for range times {
		began := time.Now()
		body, err := s.get(path + "?" + query.Encode())
		if err != nil {
			return a, err
		}
		took = append(took, time.Since(began))
		var page struct {
			Items []json.RawMessage `json:"items"`
		}
		if len(query) > 0 {
			if err := json.Unmarshal(body, &page); err != nil {
				return a, err
			}
		}
		a.rows = len(page.Items)
	}
	slices.Sort(took)
	a.p50, a.worst = took[len(took)/2], took[len(took)-1]
	return a, nil
}

// idle prints what the process takes while nothing happens.
func (s *server) idle(length time.Duration) error {
	before, _, err := s.usage()
	if err != nil {
		return err
	}
	time.Sleep(length)
	after, rss, err := s.usage()
	if err != nil {
		return err
	}
	fmt.Printf("idle: %.1f MiB resident (limit 80), %.2f %% of a core\n", float64(rss)/(1<<20), 100*(after-before).Seconds()/length.Seconds())
	return nil
}

// indexed waits until the search index is complete.
func (s *server) indexed(within time.Duration) error {
	for began := time.Now(); time.Since(began) < within; time.Sleep(200 * time.Millisecond) {
		body, err := s.get("/api/v1/status")
		if err != nil {
			return err
		}
		var status struct {
			History struct {
				Behind *int `json:"indexBehind"`
			} `json:"history"`
		}
		if err := json.Unmarshal(body, &status); err != nil {
			return err
		}
		if status.History.Behind != nil && *status.History.Behind == 0 {
			return nil
		}
	}
	return errors.New("the search index was not complete in time")
}
