package store

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"

	"creel/backend/hook"

	"github.com/google/uuid"
)

// capture is a request made ready to insert by its caller's goroutine, so that
// the writer has less to do.
type capture struct {
	slug string
	kept int64
	seq  int64            // set by the writer
	req  [20]driver.Value // parameters of insertRequest; the first two are set by the writer
	raw  [4]driver.Value  // parameters of insertRaw; the first is set by the writer
	rest []byte           // of the body, for pieces
	owed []hook.Delivery
}

// A statement that inserts many rows costs much less than as many statements.
// When it fails it undoes the whole transaction (each is then done alone), so
// that SQLite copies no pages to undo the statement by itself.
const many = 8

const (
	requestRow     = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	twoRequests    = requestRow + ", " + requestRow
	fourRequests   = twoRequests + ", " + twoRequests
	insertRequests = `INSERT OR ROLLBACK INTO requests (seq, endpoint, received_at, status, d_waiting, kept, body_bytes, flags,
		method, target, uid, sha256, read_us, host, protocol, remote_addr, content_type, reason, provider, event) VALUES `
	insertRequest      = insertRequests + requestRow
	insertManyRequests = insertRequests + fourRequests + ", " + fourRequests

	rawRow         = "(?, ?, ?, ?)"
	twoRaws        = rawRow + ", " + rawRow
	fourRaws       = twoRaws + ", " + twoRaws
	insertRaws     = "INSERT OR ROLLBACK INTO raws (seq, head, body, trailer) VALUES "
	insertRaw      = insertRaws + rawRow
	insertManyRaws = insertRaws + fourRaws + ", " + fourRaws
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
	p.req = [...]driver.Value{nil, nil, r.ReceivedAt.UnixMicro(), int64(r.Status), int64(len(owed)), p.kept, r.BodyBytes, flags,
		r.Method, r.Target, r.UID[:], r.SHA256[:], r.ReadTime.Microseconds(), orNull(r.Host), orNull(r.Protocol),
		orNull(r.RemoteAddr), orNull(r.ContentType), orNull(reasonOf(r)), orNull(r.Provider), orNull(r.Event)}
	first, rest := split(c.Body)
	p.raw, p.rest = [...]driver.Value{nil, c.Head, first, c.Trailer}, rest
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
	p.raw, p.rest = [len(p.raw)]driver.Value{}, nil // the writer may hold p for longer
	c.Seq = p.seq
	return p.seq, nil
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
		err := s.writeSized(ctx, "keep requests", int(size), func(t *tx) error { return t.keep(group) })
		if err != nil {
			return err
		}
		for i, p := range group {
			cs[i].Seq = p.seq
		}
		cs = cs[len(group):]
	}
	return nil
}

// writeSure is write for what hardly ever fails and comes often.
func (s *Store) writeSure(ctx context.Context, doing string, size int, do func(*tx) error) error {
	wk := &work{do: do, sure: true, size: size, done: make(chan struct{}, 1)}
	return faultOf(doing, s.w.submit(ctx, wk))
}

func (s *Store) writeSized(ctx context.Context, doing string, size int, do func(*tx) error) error {
	wk := &work{do: do, size: size, done: make(chan struct{}, 1)}
	return faultOf(doing, s.w.submit(ctx, wk))
}

// keep inserts requests under the next seqs, in their order.
func (t *tx) keep(ps []*capture) error {
	for len(ps) >= many {
		if err := t.insert(ps[:many], insertManyRequests, insertManyRaws); err != nil {
			return err
		}
		ps = ps[many:]
	}
	for i := range ps {
		if err := t.insert(ps[i:i+1], insertRequest, insertRaw); err != nil {
			return err
		}
	}
	return nil
}

// insert is keep with statements made for that many requests.
func (t *tx) insert(ps []*capture, requests, raws string) error {
	for _, p := range ps {
		endpoint, err := t.endpointID(p.slug)
		if err != nil {
			return err
		}
		t.seq++
		p.seq = t.seq
		p.req[0], p.req[1], p.raw[0] = p.seq, endpoint, p.seq
		t.count(p.seq, endpoint, countsOf(false, false, p.kept))
	}
	into, err := t.prepare(requests)
	if err != nil {
		return err
	}
	for _, p := range ps {
		into.add(p.req[:])
	}
	if _, err := into.run(); err != nil {
		return err
	}
	if into, err = t.prepare(raws); err != nil {
		return err
	}
	for _, p := range ps {
		into.add(p.raw[:])
	}
	if _, err := into.run(); err != nil {
		return err
	}
	for _, p := range ps {
		if err := t.keepPieces(p.seq, p.rest); err != nil {
			return err
		}
		for i := range p.owed {
			p.owed[i].Request = p.seq
			if err := t.addDelivery(&p.owed[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
