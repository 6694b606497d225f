package desk

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"creel/backend/hook"
)

// Whatever is written, what is kept is bounded, in order, and says when
// something is missing.
func TestLogsAreCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logs := rapid.SliceOfN(rapid.OneOf(
			rapid.StringN(0, 80, -1),
			rapid.Map(rapid.IntRange(0, 3*hook.MaxLogs), func(n int) string { return strings.Repeat("ü", n/2) }),
		), 0, 200).Draw(t, "logs")
		kept := cutLogs(logs)
		whole := len(strings.Join(logs, "\n")) + 1
		if size := len(strings.Join(kept, "\n")); size > hook.MaxLogs || !utf8.ValidString(strings.Join(kept, "\n")) {
			t.Fatalf("%d bytes kept", size)
		}
		if whole <= hook.MaxLogs {
			if strings.Join(kept, "\n") != strings.Join(logs, "\n") {
				t.Fatalf("%q of %q", kept, logs)
			}
			return
		}
		last := len(kept) - 1
		if !strings.Contains(kept[last], "more lines are not kept") {
			t.Fatalf("nothing says that lines are missing: %q", kept[last])
		}
		for i, line := range kept[:last] {
			if line != logs[i] && (i != last-1 || !strings.HasPrefix(logs[i], strings.TrimSuffix(line, "…"))) {
				t.Fatalf("line %d is %q, was %q", i, line, logs[i])
			}
		}
	})
}
