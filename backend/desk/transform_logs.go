package desk

import (
	"context"
	"fmt"
	"strings"

	"creel/backend/hook"
)

// keepLogs notes what a transform wrote while it made what a delivery sends. A
// delivery does not fail for that it cannot be noted.
func (d *Desk) keepLogs(ctx context.Context, del hook.Delivery, logs []string) {
	if len(logs) == 0 && len(del.Logs) == 0 {
		return
	}
	if err := d.store.KeepLogs(ctx, del.ID, cutLogs(logs)); err != nil && ctx.Err() == nil {
		d.log.Warn("what a transform wrote is not kept", "delivery", del.ID, "err", err)
	}
}

// cutLogs is what is kept of logs: hook.MaxLogs bytes at most, the last line
// saying how many are missing.
func cutLogs(logs []string) []string {
	const note = 40 // bytes for that line
	whole := 0
	for _, line := range logs {
		whole += len(line) + 1
	}
	if whole <= hook.MaxLogs {
		return logs
	}
	var kept []string
	room := hook.MaxLogs - note
	for i, line := range logs {
		if len(line) < room {
			kept, room = append(kept, line), room-len(line)-1
			continue
		}
		// What is cut within a line counts as missing.
		if part := strings.ToValidUTF8(line[:max(0, room-len("…")-1)], ""); part != "" {
			kept = append(kept, part+"…")
		}
		return append(kept, fmt.Sprintf("… %d more lines are not kept", len(logs)-i))
	}
	return kept
}
