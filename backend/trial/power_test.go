//go:build linux

package trial

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// disk is what a file system may hold when the power goes: what was synced,
// and any part of the rest. Names are kept apart from contents, as file
// systems do: a new name is sure only after a sync of its folder.
type disk struct {
	dir     string
	names   map[string]*inode // as the program sees them
	durable map[string]*inode
	moves   []move // of names, since the folder was last synced
	rnd     *rand.Rand
}

type inode struct {
	durable []byte
	pending []change
}

// change of a file that is not synced.
type change struct {
	off      int64
	data     []byte
	truncate bool // to off
	end      int  // the line by which it had happened
}

type move struct {
	name string
	to   *inode // nil: removed
	end  int
}

func newDisk(dir string) *disk {
	return &disk{dir: dir, names: map[string]*inode{}, durable: map[string]*inode{}, rnd: rand.New(rand.NewPCG(7, 7))}
}

// ours is the name of a database file in the folder, "" for others. The
// -shm file is rebuilt by whoever opens the database first.
func (d *disk) ours(path string) string {
	if filepath.Dir(path) != d.dir {
		return ""
	}
	name := filepath.Base(path)
	if !strings.HasPrefix(name, "creel") || strings.HasSuffix(name, "-shm") || strings.HasSuffix(name, ".lock") {
		return ""
	}
	return name
}

func (d *disk) rename(name string, to *inode, end int) {
	if to == nil {
		delete(d.names, name)
	} else {
		d.names[name] = to
	}
	d.moves = append(d.moves, move{name, to, end})
}

// do applies a call that has ended, or is under way.
func (d *disk) do(c *call) {
	file := d.names[d.ours(c.path)]
	switch c.name {
	case "open", "openat", "creat":
		path, flags := c.args[0], strings.Join(c.args[1:], " ")
		if c.name == "openat" {
			path, flags = c.args[1], strings.Join(c.args[2:], " ")
		}
		name := d.ours(path)
		if name == "" {
			return
		}
		if d.names[name] == nil && strings.Contains(flags, "O_CREAT") {
			d.rename(name, &inode{}, c.end)
		} else if f := d.names[name]; f != nil && strings.Contains(flags, "O_TRUNC") {
			f.pending = append(f.pending, change{truncate: true, end: c.end})
		}
	case "unlink", "unlinkat":
		path := c.args[0]
		if c.name == "unlinkat" {
			path = c.args[1]
		}
		if name := d.ours(path); name != "" && d.names[name] != nil {
			d.rename(name, nil, c.end)
		}
	case "rename", "renameat", "renameat2":
		from, to := c.args[0], c.args[1]
		if c.name != "rename" {
			from, to = c.args[1], c.args[3]
		}
		if name := d.ours(from); name != "" {
			d.rename(d.ours(to), d.names[name], c.end)
			d.rename(name, nil, c.end)
		}
	case "pwrite64":
		if file != nil {
			file.pending = append(file.pending, change{off: c.number(3), data: []byte(c.args[1])[:c.ret], end: c.end})
		}
	case "ftruncate":
		if file != nil {
			file.pending = append(file.pending, change{off: c.number(1), truncate: true, end: c.end})
		}
	case "fsync", "fdatasync":
		if c.ret < 0 {
			if file != nil {
				file.doom(c.start, d.rnd)
			}
		} else if file != nil {
			file.sync(c.start)
		} else if c.path == d.dir {
			d.sync(c.start)
		}
	}
}

// sync makes durable what had happened before that line.
func (f *inode) sync(before int) {
	var rest []change
	for _, c := range f.pending {
		if c.end < before {
			f.durable = c.apply(f.durable)
		} else {
			rest = append(rest, c)
		}
	}
	f.pending = rest
}

// doom is a sync that failed: the system takes what was to be written for
// written. Some of it is; no later sync writes the rest.
func (f *inode) doom(before int, rnd *rand.Rand) {
	var rest []change
	for _, c := range f.pending {
		switch {
		case c.end >= before:
			rest = append(rest, c)
		case rnd.IntN(2) == 0:
			f.durable = c.apply(f.durable)
		}
	}
	f.pending = rest
}

func (d *disk) sync(before int) {
	var rest []move
	for _, m := range d.moves {
		if m.end < before {
			m.apply(d.durable)
		} else {
			rest = append(rest, m)
		}
	}
	d.moves = rest
}

func (m move) apply(names map[string]*inode) {
	if m.to == nil {
		delete(names, m.name)
	} else {
		names[m.name] = m.to
	}
}

func (c change) apply(b []byte) []byte {
	if c.truncate {
		if int64(len(b)) > c.off {
			return b[:c.off]
		}
		return append(b, make([]byte, c.off-int64(len(b)))...)
	}
	if need := c.off + int64(len(c.data)) - int64(len(b)); need > 0 {
		b = append(b, make([]byte, need)...)
	}
	copy(b[c.off:], c.data)
	return b
}

// What of the unsynced is there after the power loss.
const (
	allLost = iota
	allThere
	anySubset  // of the calls
	anySectors // of 512 bytes
	aPrefix    // of the calls
	ways
)

const sector = 512

// write makes the folder that is found after the power went.
func (d *disk) write(tb testing.TB, dir string, way int, r *rand.Rand) {
	tb.Helper()
	names := map[string]*inode{}
	for name, f := range d.durable {
		names[name] = f
	}
	moved := 0 // journals keep the order of names: a prefix
	switch way {
	case allLost:
	case allThere:
		moved = len(d.moves)
	default:
		moved = r.IntN(len(d.moves) + 1)
	}
	for _, m := range d.moves[:moved] {
		m.apply(names)
	}
	for name, f := range names {
		b := append([]byte(nil), f.durable...)
		until := r.IntN(len(f.pending) + 1)
		for i, c := range f.pending {
			switch {
			case way == allLost, way == aPrefix && i >= until, way == anySubset && r.IntN(2) == 0:
			case way == anySectors && !c.truncate:
				for at := 0; at < len(c.data); {
					n := min(sector-int(c.off+int64(at))%sector, len(c.data)-at)
					if r.IntN(2) == 0 {
						b = change{off: c.off + int64(at), data: c.data[at : at+n]}.apply(b)
					}
					at += n
				}
			case way == anySectors && r.IntN(2) == 0:
			default:
				b = c.apply(b)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

// at replays the run up to a line. What is under way then has begun, and may
// have happened.
func (r *recorded) at(d *disk, from *int, line int) {
	for *from < len(r.calls) && r.calls[*from].end <= line {
		d.do(&r.calls[*from])
		*from++
	}
}

// underWay adds the calls that had begun and not ended, to a copy.
func (r *recorded) underWay(d *disk, from, line int) *disk {
	c := newDisk(d.dir)
	twin := map[*inode]*inode{}
	same := func(f *inode) *inode {
		if f == nil {
			return nil
		}
		if twin[f] == nil {
			twin[f] = &inode{durable: f.durable, pending: append([]change(nil), f.pending...)}
		}
		return twin[f]
	}
	for n, f := range d.names {
		c.names[n] = same(f)
	}
	for n, f := range d.durable {
		c.durable[n] = same(f)
	}
	for _, m := range d.moves {
		c.moves = append(c.moves, move{m.name, same(m.to), m.end})
	}
	for i := from; i < len(r.calls); i++ {
		if k := &r.calls[i]; k.start <= line && k.name != "fsync" && k.name != "fdatasync" {
			c.do(k)
		}
	}
	return c
}

// cuts picks the lines after which the power goes: each line around a sync,
// and others at random.
func (r *recorded) cuts(n int, rnd *rand.Rand) []int {
	d := newDisk(r.dir)
	var near, all []int
	for i := range r.calls {
		c := &r.calls[i]
		if d.ours(c.path) == "" && c.ack() == 0 && c.path != r.dir && !strings.Contains(c.name, "link") {
			continue
		}
		all = append(all, c.start, c.end)
		if strings.HasSuffix(c.name, "sync") || strings.Contains(c.name, "link") || c.name == "ftruncate" {
			near = append(near, c.start-1, c.start, c.end)
		}
	}
	rnd.Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	picked := append(append([]int{0, r.ready}, near[:min(n/2, len(near))]...), all...)[:n]
	sort.Ints(picked)
	return picked
}

// underWayMost bounds the requests that may be kept and not yet acknowledged
// while the limit is in force.
const underWayMost = 4

// Fault 37: whenever the power goes, and whatever it takes of what was not
// synced, the history opens, is whole and has all that was acknowledged.
func (r *recorded) images(t *testing.T) {
	n := 300
	if racing {
		n = 20
	}
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 1))
	d, from, checked := newDisk(r.dir), 0, 0
	d.rnd = rnd
	for i, line := range r.cuts(n, rnd) {
		r.at(d, &from, line)
		acked, newest := map[int64]sum{}, r.last
		for seq, at := range r.ackAt {
			if at <= line {
				acked[seq] = r.l.acked[seq]
				newest = max(newest, seq+underWayMost)
			}
		}
		way := i % ways
		dir := t.TempDir()
		r.underWay(d, from, line).write(t, dir, way, rnd)
		l := &ledger{sent: r.l.sent, acked: acked}
		l.check(t, dir, func(seq int64) bool { return line >= r.pruned && seq <= newest-r.keep })
		checked += len(acked)
		if t.Failed() {
			t.Fatalf("power lost after line %d of %d, way %d, seed %d", line+1, r.lines, way, seed)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d images, %d times an acknowledged request looked for, 0 lost (seed %d)", n, checked, seed)
}

// Fault 39: when it says that it listens, the schema is in the file and
// synced: even with the whole log gone the history opens.
func (r *recorded) firstRun(t *testing.T) {
	d, from := newDisk(r.dir), 0
	r.at(d, &from, r.ready-1)
	dir := t.TempDir()
	d.write(t, dir, allLost, rand.New(rand.NewPCG(1, 1)))
	if err := os.Remove(filepath.Join(dir, "creel.db-wal")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "creel.db"))
	if err != nil || len(b) < 100 {
		t.Fatalf("the file has %d bytes when it listens: %v", len(b), err)
	}
	if v := int(binary.BigEndian.Uint32(b[60:])); v != len(steps(t)) {
		t.Errorf("the file has version %d when it listens, want %d", v, len(steps(t)))
	}
	again(t, dir, newLedger())
}

// The model of the disk is itself put to the test: on one that promises
// nothing when asked to sync, acknowledged requests do get lost.
func TestPowerLossModelTakesWhatIsNotSynced(t *testing.T) {
	dir := t.TempDir()
	d := newDisk("/d")
	at := 0
	run := func(name, path string, args ...string) {
		d.do(&call{start: at, end: at + 1, name: name, path: path, args: append([]string{path}, args...), ret: 3})
		at += 2
	}
	run("open", "/d/creel.db", "O_RDWR|O_CREAT")
	run("pwrite64", "/d/creel.db", "abc", "3", "0")
	for way := range ways {
		at := filepath.Join(dir, fmt.Sprint(way))
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		d.write(t, at, way, rand.New(rand.NewPCG(1, 2)))
		if b, err := os.ReadFile(filepath.Join(at, "creel.db")); (err == nil && string(b) == "abc") != (way == allThere) && way <= allThere {
			t.Errorf("way %d found %q (%v)", way, b, err)
		}
	}
	run("fsync", "/d/creel.db")
	d.write(t, dir, allLost, rand.New(rand.NewPCG(1, 2)))
	if _, err := os.Stat(filepath.Join(dir, "creel.db")); err == nil {
		t.Error("a name outlived the power though its folder was not synced")
	}
	run("fsync", "/d")
	run("pwrite64", "/d/creel.db", "xyz", "3", "1")
	d.write(t, dir, allLost, rand.New(rand.NewPCG(1, 2)))
	if b, err := os.ReadFile(filepath.Join(dir, "creel.db")); err != nil || string(b) != "abc" {
		t.Errorf("found %q (%v), want what was synced", b, err)
	}
	run("unlink", "/d/creel.db")
	d.write(t, dir, allLost, rand.New(rand.NewPCG(1, 2)))
	if b, err := os.ReadFile(filepath.Join(dir, "creel.db")); err != nil || string(b) != "abc" {
		t.Errorf("found %q (%v): a removal came true without a sync", b, err)
	}
}
