package store

import (
	"context"
	"crypto/sha256"

	"creel/backend/hook"

	"github.com/google/uuid"
)

// capture is a request made ready to insert by its caller's goroutine, so that
// the writer has less to do.
type capture struct {
	slug string
	kept int64
	req  [20]any // parameters of insertRequest; the first two are set by the writer
	raw  [4]any  // parameters of insertRaw; the first is set by the writer
	rest []byte  // of the body, for pieces
	owed []hook.Delivery
}

const (
	insertRequest = `INSERT INTO requests (seq, endpoint, received_at, status, d_waiting, kept, body_bytes, flags,
		method, target, uid, sha256, read_us, host, protocol, remote_addr, content_type, reason, provider, event)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	insertRaw = `INSERT INTO raws (seq, head, body, trailer) VALUES (?, ?, ?, ?)`
)

// ready checks and prepares c. What the catcher left zero (uid, sha256, time)
// is filled in.
func (s *Store) ready(c *hook.Capture, owed []hook.Delivery) (*capture, error) {
	r := &c.Request
	flags, err := flagsOf(r)
	if err != nil {
		return nil, err
	}
	if r.Endpoint == "" {
		r.Endpoint = hook.Inbox
	}
	if r.ReceivedAt.IsZero() {
		r.ReceivedAt = s.opt.Now().UTC()
	}
	if r.UID == [16]byte{} {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		r.UID = id
	}
	if r.SHA256 == [32]byte{} {
		r.SHA256 = sha256.Sum256(c.Body)
	}
	p := &capture{slug: r.Endpoint, kept: int64(len(c.Head) + len(c.Body) + len(c.Trailer)), owed: owed}
	p.req = [...]any{nil, nil, r.ReceivedAt.UnixMicro(), int64(r.Status), int64(len(owed)), p.kept, r.BodyBytes, flags,
		r.Method, r.Target, r.UID[:], r.SHA256[:], r.ReadTime.Microseconds(), orNull(r.Host), orNull(r.Protocol),
		orNull(r.RemoteAddr), orNull(r.ContentType), orNull(r.Reason), orNull(r.Provider), orNull(r.Event)}
	first, rest := split(c.Body)
	p.raw, p.rest = [...]any{nil, c.Head, first, c.Trailer}, rest
	return p, nil
}

// Keep commits the request and the deliveries it owes in one synced
// transaction and returns its seq, which it also sets in c and owed. When it
// returns an error nothing is known to be kept.
func (s *Store) Keep(ctx context.Context, c *hook.Capture, owed []hook.Delivery) (int64, error) {
	p, err := s.ready(c, owed)
	if err != nil {
		return 0, err
	}
	wk := &work{capture: p, size: int(p.kept), done: s.dones.Get().(chan struct{})}
	if err := s.w.submit(ctx, wk); err != nil {
		return 0, faultOf("keep request", err)
	}
	s.dones.Put(wk.done)
	c.Seq = wk.seq
	return wk.seq, nil
}

// KeepMany keeps requests in the order given, in one transaction for about
// each 8 MiB, and sets their seqs. It is for imports and for filling a new
// history: after an error the first ones may be kept, those with a seq.
func (s *Store) KeepMany(ctx context.Context, cs []hook.Capture) error {
	for len(cs) > 0 {
		var group []*capture
		size := int64(0)
		for i := range cs {
			p, err := s.ready(&cs[i], nil)
			if err != nil {
				return err
			}
			if i > 0 && (size+p.kept > maxGroupBytes || i == 2*maxGroup) {
				break
			}
			size += p.kept
			group = append(group, p)
		}
		first := int64(0)
		err := s.writeSized(ctx, "keep requests", int(size), func(t *tx) error {
			first = t.seq + 1
			for _, p := range group {
				if _, err := t.keep(p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i := range group {
			cs[i].Seq = first + int64(i)
		}
		cs = cs[len(group):]
	}
	return nil
}

func (s *Store) writeSized(ctx context.Context, doing string, size int, do func(*tx) error) error {
	wk := &work{do: do, size: size, done: make(chan struct{}, 1)}
	return faultOf(doing, s.w.submit(ctx, wk))
}

// keep inserts a request under the next seq.
func (t *tx) keep(p *capture) (int64, error) {
	endpoint, err := t.endpointID(p.slug)
	if err != nil {
		return 0, err
	}
	seq := t.seq + 1
	p.req[0], p.req[1], p.raw[0] = seq, endpoint, seq
	if _, err := t.exec(insertRequest, p.req[:]...); err != nil {
		return 0, err
	}
	if _, err := t.exec(insertRaw, p.raw[:]...); err != nil {
		return 0, err
	}
	if err := t.keepPieces(seq, p.rest); err != nil {
		return 0, err
	}
	for i := range p.owed {
		p.owed[i].Request = seq
		if err := t.addDelivery(&p.owed[i]); err != nil {
			return 0, err
		}
	}
	t.seq = seq
	t.count(seq, endpoint, countsOf(false, false, p.kept))
	return seq, nil
}
