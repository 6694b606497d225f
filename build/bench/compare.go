package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// comparing runs the comparison's own benchmarks beside what encoding/json
// needs to parse the same two bodies, the two in turn.
func comparing(rounds int) (err error) {
	work, err := os.MkdirTemp("", "creel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	binary := filepath.Join(work, "compare.test")
	build := exec.Command("go", "test", "-c", "-o", binary, "creel/backend/compare")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the comparison's benchmarks: %w", err)
	}
	fmt.Printf("\nComparing two JSON bodies, %d rounds in turn, medians\n", rounds)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "size\tcompare\tencoding/json parses both\tratio\tlimit\t")
	for _, size := range []struct {
		suffix string
		limit  float64 // ms
	}{{"1MB", 100}, {"10MB", 1000}} {
		var ours, theirs []float64
		for range rounds {
			a, err := benchmark(binary, "BenchmarkCompareJSON"+size.suffix)
			if err != nil {
				return err
			}
			b, err := benchmark(binary, "BenchmarkParseJSON"+size.suffix)
			if err != nil {
				return err
			}
			ours, theirs = append(ours, a), append(theirs, b)
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		a, b := ours[len(ours)/2], theirs[len(theirs)/2]
		fmt.Fprintf(table, "%s\t%.1f ms\t%.1f ms\t%.2f\t%.0f ms\t\n", size.suffix, a, b, a/b, size.limit)
	}
	return table.Flush()
}

// benchmark runs one benchmark once and returns its milliseconds per turn.
func benchmark(binary, name string) (float64, error) {
	out, err := exec.Command(binary, "-test.run=^$", "-test.bench=^"+name+"$", "-test.benchtime=1s").Output()
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", name, err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) > 3 && strings.HasPrefix(words[0], name) && words[3] == "ns/op" {
			perOp, err := strconv.ParseFloat(words[2], 64)
			if err != nil {
				return 0, fmt.Errorf("run %s: %w", name, err)
			}
			return perOp / 1e6, nil
		}
	}
	return 0, fmt.Errorf("run %s: it printed no figure", name)
}
