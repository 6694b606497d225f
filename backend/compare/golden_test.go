package compare_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creel/backend/compare"
	"creel/backend/hook"
)

var update = flag.Bool("update", false, "write what is found into testdata/*.comparetest")

const rule = "\n----------\n"

// TestGolden runs testdata/*.comparetest: comments ("#") and patterns
// ("ignore: p"), the left message, a rule of ten dashes, the right message, a
// rule, and what is expected. A message is a start line with headers, an
// empty line and a body, or only a body.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.comparetest")
	if err != nil || len(files) == 0 {
		t.Fatalf("find cases: %v, %d", err, len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".comparetest"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.SplitN(string(text), rule, 3)
			if len(parts) < 2 {
				t.Fatalf("%s: want two or three parts", file)
			}
			left, o := readOptions(parts[0])
			got := show(readMessage(left), readMessage(parts[1]), o)
			if *update {
				if err := os.WriteFile(file, []byte(parts[0]+rule+parts[1]+rule+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(parts) < 3 || got != parts[2] {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(parts[2:], ""))
			}
		})
	}
}

func readOptions(text string) (rest string, o compare.Options) {
	for {
		line, after, _ := strings.Cut(text, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "ignore: "):
			o.Ignore = append(o.Ignore, strings.TrimPrefix(line, "ignore: "))
		default:
			return text, o
		}
		text = after
	}
}

func readMessage(text string) compare.Message {
	first, _, _ := strings.Cut(text, "\n")
	if !strings.Contains(first, "HTTP/") {
		return compare.Message{Body: unescape(text)}
	}
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimRight(head, "\n"), "\n")
	m := compare.Message{Line: lines[0], Body: unescape(body)}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		m.Headers = append(m.Headers, hook.Header{Name: name, Value: strings.TrimSpace(value)})
	}
	m.ContentType = m.Headers.Get("Content-Type")
	return m
}

// unescape makes the bytes that a text file cannot hold.
func unescape(s string) []byte {
	return []byte(strings.NewReplacer("<00>", "\x00", "<ff>", "\xff", "<cr>", "\r").Replace(s))
}

func show(l, r compare.Message, o compare.Options) string {
	var b strings.Builder
	res := compare.Compare(l, r, o)
	fmt.Fprintf(&b, "same %v, %d changes\n", res.Same, res.Count)
	for _, s := range res.Sections {
		fmt.Fprintf(&b, "\n%s: %s, %d changes\n", s.Name, s.Kind, s.Count)
		if s.Note != "" {
			fmt.Fprintf(&b, "  (%s)\n", s.Note)
		}
		for _, c := range s.Changes {
			b.WriteString("  " + showChange(c) + "\n")
		}
	}
	sides := compare.SideBySide(l, r, o)
	if len(sides.Rows) > 0 {
		b.WriteByte('\n')
	}
	marks := map[compare.RowOp]string{
		compare.RowSame: " ", compare.RowAdd: "+", compare.RowRemove: "-", compare.RowReplace: "~", compare.RowSkip: "…",
	}
	for _, row := range sides.Rows {
		if row.Op == compare.RowSkip {
			fmt.Fprintf(&b, "… %d rows from %d, %d\n", row.Skipped, row.LeftNo, row.RightNo)
			continue
		}
		line := fmt.Sprintf("%s %2d %-34s| %2d %s", marks[row.Op], row.LeftNo, row.Left, row.RightNo, row.Right)
		if row.Change >= 0 {
			line += fmt.Sprintf("  <%d>", row.Change)
		}
		if row.Faint {
			line += "  faint"
		}
		if len(row.LeftRanges)+len(row.RightRanges) > 0 {
			line += fmt.Sprintf("  %v %v", row.LeftRanges, row.RightRanges)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func showChange(c compare.Change) string {
	s := fmt.Sprintf("%s %s", c.Op, c.Path)
	if c.To != "" {
		s += " → " + c.To
	}
	s += fmt.Sprintf(" (%d, %d):", c.LeftLine, c.RightLine)
	if c.Left != nil {
		s += fmt.Sprintf(" %q", *c.Left)
	}
	if c.Right != nil {
		s += fmt.Sprintf(" → %q", *c.Right)
	}
	if c.Faint {
		s += " faint"
	}
	return s
}
