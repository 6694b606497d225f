package desk

import (
	"context"

	"creel/backend/hook"
)

// Prepare returns what a try of del sends to t (nil: a pasted URL). What a
// target changes comes in this order: path and query were worked out when the
// delivery was made; then its transform; then, as the sender writes the
// message, its header rules; last the signature.
func (d *Desk) Prepare(ctx context.Context, del hook.Delivery, t *hook.Target) (hook.Prepared, error) {
	row, raw, err := d.load(ctx, del)
	if err != nil {
		return hook.Prepared{}, err
	}
	p := hook.Prepared{Request: row.Request, Raw: raw, Draft: del.Draft, Sign: d.signer(row.Request, raw, del)}
	if rest := d.waiters.rest(del.ID); rest != nil {
		p.Rest = rest
	}
	if del.Draft != nil && del.Draft.Transformed {
		p.Draft = whole(del.Draft, raw)
	} else if t != nil && t.Transform != "" {
		if p, err = d.transform(ctx, del, t, p); err != nil || p.Refused != nil {
			return p, err
		}
	}
	return p, nil
}
