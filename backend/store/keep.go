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
	*hook.Capture
	kept        int64
	flags       int64
	seq         int64  // set by the writer
	first, rest []byte // of the body: in raws, and for pieces
	owed        []hook.Delivery
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
	p := &capture{Capture: c, kept: int64(len(c.Head) + len(c.Body) + len(c.Trailer)), flags: flags, owed: owed}
	p.first, p.rest = split(c.Body)
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
	wk.capture = nil // the writer may hold wk for longer
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
	into, err := t.inserting(requests)
	if err != nil {
		return err
	}
	for _, p := range ps {
		endpoint, err := t.endpointID(p.Endpoint)
		if err != nil {
			into.drop()
			return err
		}
		t.seq++
		p.seq = t.seq
		p.bind(into, endpoint)
		t.count(p.seq, endpoint, countsOf(false, false, p.kept))
	}
	if err := into.run(); err != nil {
		return err
	}
	if into, err = t.inserting(raws); err != nil {
		return err
	}
	for _, p := range ps {
		into.number(p.seq)
		into.blob(p.Head)
		into.blob(p.first)
		into.blob(p.Trailer)
	}
	if err := into.run(); err != nil {
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

// bind gives the values of a requestRow.
func (p *capture) bind(into *insert, endpoint int64) {
	r := &p.Request
	into.number(p.seq)
	into.number(endpoint)
	into.number(r.ReceivedAt.UnixMicro())
	into.number(int64(r.Status))
	into.number(int64(len(p.owed)))
	into.number(p.kept)
	into.number(r.BodyBytes)
	into.number(p.flags)
	into.text(r.Method)
	into.text(r.Target)
	into.blob(r.UID[:])
	into.blob(r.SHA256[:])
	into.number(r.ReadTime.Microseconds())
	into.textOrNull(r.Host)
	into.textOrNull(r.Protocol)
	into.textOrNull(r.RemoteAddr)
	into.textOrNull(r.ContentType)
	into.textOrNull(reasonOf(r))
	into.textOrNull(r.Provider)
	into.textOrNull(r.Event)
}
