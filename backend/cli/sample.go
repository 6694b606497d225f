package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// sampleInfo is what the door tells of a sample.
type sampleInfo struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Event    string `json:"event"`
	Title    string `json:"title"`
}

// sampleSent is what the door tells of samples that were sent.
type sampleSent struct {
	Seq    int64   `json:"seq"`
	Status int     `json:"status"`
	Seqs   []int64 `json:"seqs"`
}

// sampleField is a value to put into a sample's body.
type sampleField struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

// Sample is the command that lists and sends samples through the Creel that
// runs.
func Sample(find FindDoor) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sample",
		Short: "List sample events of providers, and send them to the Creel that runs",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(sampleList(find), sampleSend(find))
	return cmd
}

func sampleList(find FindDoor) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [WORD]…",
		Short: "List the samples, or those that have all the words",
		RunE: func(cmd *cobra.Command, words []string) error {
			d, err := find()
			if err != nil {
				return fmt.Errorf("sample list: %w", err)
			}
			var all []json.RawMessage
			if err := d.ask(cmd.Context(), "GET", "/samples", nil, &all); err != nil {
				return fmt.Errorf("sample list: %w", err)
			}
			found, infos, err := having(all, words)
			if err != nil {
				return fmt.Errorf("sample list: %w", err)
			}
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(found)
			}
			if len(infos) == 0 {
				return fmt.Errorf("sample list: no sample has the words %q; give fewer of them", strings.Join(words, " "))
			}
			return table(cmd, infos)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with content type, scheme and test secret")
	return cmd
}

// having picks the samples in which all words stand, whatever their case. The
// events of infos are as "sample send" takes them: where several of a provider
// have the same one, by what their ids say behind the provider.
func having(all []json.RawMessage, words []string) ([]json.RawMessage, []sampleInfo, error) {
	infos := make([]sampleInfo, len(all))
	named := map[string]int{}
	for i, raw := range all {
		if err := json.Unmarshal(raw, &infos[i]); err != nil {
			return nil, nil, fmt.Errorf("read the answer of Creel: %w; is it of another version?", err)
		}
		named[infos[i].Provider+" "+infos[i].Event]++
	}
	found, picked := []json.RawMessage{}, []sampleInfo{}
	for i, info := range infos {
		text := strings.ToLower(string(all[i]))
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) }) {
			continue
		}
		if named[info.Provider+" "+info.Event] > 1 || strings.Contains(info.Event, " ") {
			info.Event = strings.TrimPrefix(info.ID, info.Provider+".")
		}
		found, picked = append(found, all[i]), append(picked, info)
	}
	return found, picked, nil
}

// table prints what "sample send" takes, and what it is.
func table(cmd *cobra.Command, infos []sampleInfo) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, i := range infos {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", i.Provider, i.Event, i.Title); err != nil {
			return err
		}
	}
	return w.Flush()
}

func sampleSend(find FindDoor) *cobra.Command {
	var to string
	var times int
	var set []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "send PROVIDER [EVENT]",
		Short: "Send a sample, signed, to an endpoint of the Creel that runs",
		Long: "Send a sample, signed, to an endpoint of the Creel that runs, with ids and times of its own.\n" +
			"The endpoint's secret signs when the endpoint is of the sample's provider, else a test secret\n" +
			"that `sample list --json` tells. It is signed after what --set changed.",
		Example: "  creel sample send stripe charge.refunded\n" +
			"  creel sample send github pull_request.closed --to gh --times 20\n" +
			"  creel sample send shopify orders/create --set 'line_items[0].sku=K2-CREAM' --set currency=NOK",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return fmt.Errorf("sample send: name a provider and, if you like, an event of it, not %d words; `creel sample list` shows them all", len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in := map[string]any{"provider": args[0], "endpoint": to, "times": times}
			if len(args) > 1 {
				in["event"] = args[1]
			}
			fields, err := fieldsOf(set)
			if err != nil {
				return err
			}
			if fields != nil {
				in["set"] = fields
			}
			d, err := find()
			if err != nil {
				return fmt.Errorf("sample send: %w", err)
			}
			var sent sampleSent
			if err := d.ask(cmd.Context(), "POST", "/samples", in, &sent); err != nil {
				return fmt.Errorf("sample send: %w", err)
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(sent)
			}
			return told(cmd, sent)
		},
	}
	cmd.Flags().StringVar(&to, "to", "inbox", "the `ENDPOINT` to send it to")
	cmd.Flags().IntVar(&times, "times", 1, "how many to send, one after the other; at most 1000")
	cmd.Flags().StringArrayVar(&set, "set", nil, "change a field of the body: `PATH=VALUE`, as in data.object.amount=500; may be given again")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was sent as JSON")
	return cmd
}

// fieldsOf reads PATH=VALUE.
func fieldsOf(set []string) ([]sampleField, error) {
	var fields []sampleField
	for _, s := range set {
		path, value, found := strings.Cut(s, "=")
		if !found || path == "" {
			return nil, fmt.Errorf("sample send: --set %q: write PATH=VALUE, such as data.object.amount=500", s)
		}
		fields = append(fields, sampleField{path, value})
	}
	return fields, nil
}

func told(cmd *cobra.Command, sent sampleSent) error {
	answered := fmt.Sprintf("answered %d", sent.Status)
	if sent.Status == 0 {
		answered = "not answered, as the endpoint's reply wants it"
	}
	if len(sent.Seqs) > 1 {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "sent %d, kept as #%d to #%d; the last was %s\n", len(sent.Seqs), sent.Seqs[0], sent.Seq, answered)
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "sent, kept as #%d; %s\n", sent.Seq, answered)
	return err
}
