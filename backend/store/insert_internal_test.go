package store

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

func TestInsertBindsEveryKindOfValue(t *testing.T) {
	s := openIn(t, t.TempDir())
	big := bytes.Repeat([]byte("0123456789abcdef"), 3*arenaBlock/16)
	s.w.ask(func(c *conn) {
		if _, err := c.exec("CREATE TEMP TABLE things (id INTEGER PRIMARY KEY, a, b)"); err != nil {
			t.Error(err)
			return
		}
		into, err := c.inserting("INSERT INTO things VALUES (?, ?, ?), (?, ?, ?)")
		if err != nil {
			t.Error(err)
			return
		}
		row := func(id int64, a, b func()) {
			into.number(id)
			a()
			b()
		}
		text := func(s string) func() { return func() { into.text(s) } }
		blob := func(b []byte) func() { return func() { into.blob(b) } }
		number := func(n int64) func() { return func() { into.number(n) } }
		want := [][]driver.Value{
			{int64(1), "text", []byte{0, 1, 255}},
			{int64(2), "", []byte{}},
			{int64(3), nil, nil}, // where there was something before
			{int64(4), int64(-1 << 62), "a\x00b\xff"},
			{int64(5), big, string(big)},
			{int64(6), "small", "again"},
		}
		row(1, text("text"), blob([]byte{0, 1, 255}))
		row(2, text(""), blob([]byte{}))
		run := func() {
			if err := into.run(); err != nil {
				t.Error(err)
			}
		}
		run()
		row(3, func() { into.textOrNull("") }, blob(nil))
		row(4, number(-1<<62), text("a\x00b\xff"))
		run()
		row(5, blob(big), text(string(big)))
		row(6, text("small"), func() { into.textOrNull("again") })
		run()
		if len(into.room.blocks) > 1 || into.room.size > arenaBlock {
			t.Errorf("%d blocks of up to %d bytes are held after a large value", len(into.room.blocks), into.room.size)
		}

		var got [][]driver.Value
		err = c.query("SELECT id, a, b FROM things ORDER BY id", func(row []driver.Value) error {
			row = slices.Clone(row)
			for i, v := range row {
				if b, ok := v.([]byte); ok {
					row[i] = slices.Clone(b)
				}
			}
			got = append(got, row)
			return nil
		})
		if err != nil || len(got) != len(want) {
			t.Errorf("%d rows of %d: %v", len(got), len(want), err)
			return
		}
		for i := range want {
			for k, w := range want[i] {
				g := got[i][k]
				wb, isBytes := w.([]byte)
				if gb, ok := g.([]byte); isBytes && (!ok || !bytes.Equal(gb, wb)) || !isBytes && g != w {
					t.Errorf("row %d, column %d: %.40v (%T), want %.40v (%T)", i+1, k, g, g, w, w)
				}
			}
		}
	})
}

// What SQLite refuses is told with its code, as the driver tells it, and the
// statement goes on.
func TestInsertSaysWhatSQLiteSays(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.w.ask(func(c *conn) {
		if _, err := c.exec("CREATE TEMP TABLE things (id INTEGER PRIMARY KEY)"); err != nil {
			t.Error(err)
			return
		}
		const q = "INSERT INTO things VALUES (?)"
		into, err := c.inserting(q)
		if err != nil {
			t.Error(err)
			return
		}
		into.number(1)
		if err := into.run(); err != nil {
			t.Error(err)
		}
		into.number(1)
		got := into.run()
		_, want := c.exec(q, int64(1))
		var g, w coded
		if !errors.As(got, &g) || !errors.As(want, &w) || g.Code() != w.Code() || g.Code() != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			t.Errorf("%v, want %v", got, want)
		}
		if got == nil || !strings.Contains(got.Error(), "things.id") || !isConstraint(got) {
			t.Errorf("%v does not say which column", got)
		}
		into.number(2)
		if err := into.run(); err != nil {
			t.Errorf("after an error: %v", err)
		}
		if n, err := c.number("SELECT count(*) FROM things"); n != 2 || err != nil {
			t.Errorf("%d rows, %v", n, err)
		}
		if _, err := c.inserting("INSERT INTO nowhere VALUES (?)"); err == nil || !strings.Contains(err.Error(), "nowhere") {
			t.Errorf("an insert into no table: %v", err)
		}
	})
}
