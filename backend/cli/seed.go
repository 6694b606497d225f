// Package cli holds the commands that work on a history or talk to the door.
package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/spf13/cobra"
)

// seedBatch is how many captures go into one transaction.
const seedBatch = 2000

// Seeder keeps many captures at once.
type Seeder interface {
	KeepMany(ctx context.Context, cs []hook.Capture) error
}

// OpenSeeder opens the history in dir and returns how to close it.
type OpenSeeder func(ctx context.Context, dir string) (Seeder, func() error, error)

// Seed is the command that fills a data folder with made-up requests.
func Seed(data *string, open OpenSeeder) *cobra.Command {
	var n int
	var seed uint64
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Fill a data folder with varied, made-up requests, for trying out and measuring",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if *data == "" {
				return errors.New("seed: name the folder to fill with --data, so that your own history is not filled by mistake")
			}
			if n < 1 || n > 100_000_000 {
				return fmt.Errorf("seed: %d requests: give a number from 1 to 100,000,000", n)
			}
			st, done, err := open(cmd.Context(), *data)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, done()) }()
			return fill(cmd, st, n, seed)
		},
	}
	cmd.Flags().IntVarP(&n, "number", "n", 10_000, "how many requests")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "the same seed makes the same requests")
	return cmd
}

func fill(cmd *cobra.Command, st Seeder, n int, seed uint64) error {
	start := time.Now()
	s := &desk.Seeder{Now: start, Rand: rand.New(rand.NewPCG(seed, seed))}
	batch := make([]hook.Capture, 0, seedBatch)
	for i := range n {
		c, err := s.Capture(i, n)
		if err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		if batch = append(batch, c); len(batch) < seedBatch && i < n-1 {
			continue
		}
		if err := st.KeepMany(cmd.Context(), batch); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		batch = batch[:0]
	}
	took := time.Since(start)
	cmd.Printf("kept %d requests in %.1f s (%.0f a second)\n", n, took.Seconds(), float64(n)/took.Seconds())
	return nil
}
