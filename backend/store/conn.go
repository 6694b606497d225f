package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
)

// conn is the writer's connection: the driver without database/sql around it,
// which would cost as much as the inserts. Statements are prepared once and
// kept. It serves one goroutine.
type conn struct {
	raw     driver.Conn
	stmts   map[string]*statement
	handle  handle // what inserts go through
	inserts map[string]*insert
}

type statement struct {
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	close func() error
	args  []driver.NamedValue // reused: the driver copies what it binds
}

func openConn(drv driver.Driver, dsn string) (*conn, error) {
	raw, h, err := openHandle(drv, dsn)
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw, stmts: map[string]*statement{}, handle: h, inserts: map[string]*insert{}}, nil
}

func (c *conn) prepare(q string) (*statement, error) {
	if s := c.stmts[q]; s != nil {
		return s, nil
	}
	p, ok := c.raw.(driver.ConnPrepareContext)
	if !ok {
		return nil, errors.New("prepare: the driver lacks contexts")
	}
	ds, err := p.PrepareContext(context.Background(), q)
	if err != nil {
		return nil, err
	}
	e, ok1 := ds.(driver.StmtExecContext)
	r, ok2 := ds.(driver.StmtQueryContext)
	if !ok1 || !ok2 {
		return nil, errors.New("prepare: the driver lacks contexts")
	}
	s := &statement{exec: e, query: r, close: ds.Close}
	c.stmts[q] = s
	return s, nil
}

// inserting returns the statement with nothing bound.
func (c *conn) inserting(q string) (*insert, error) {
	if i := c.inserts[q]; i != nil {
		return i, nil
	}
	i, err := c.handle.prepareInsert(q)
	if err == nil {
		c.inserts[q] = i
	}
	return i, err
}

// set gives the values of the parameters, in order.
func (s *statement) set(args []any) error {
	s.args = s.args[:0]
	for i, a := range args {
		var v driver.Value
		switch a := a.(type) {
		case nil, int64, string, []byte:
			v = a
		case int:
			v = int64(a)
		case bool:
			v = int64(0)
			if a {
				v = int64(1)
			}
		default:
			return fmt.Errorf("bind parameter %d: %T is not a column type", i+1, a)
		}
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return nil
}

// run executes a statement whose parameters are set.
func (s *statement) run() (int64, error) {
	r, err := s.exec.ExecContext(context.Background(), s.args)
	clear(s.args) // hold no bodies
	s.args = s.args[:0]
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(q string, args ...any) (int64, error) {
	s, err := c.prepare(q)
	if err != nil {
		return 0, err
	}
	if err := s.set(args); err != nil {
		return 0, err
	}
	return s.run()
}

// query calls each for every row; row is valid until it returns.
func (c *conn) query(q string, each func(row []driver.Value) error, args ...any) error {
	s, err := c.prepare(q)
	if err != nil {
		return err
	}
	if err := s.set(args); err != nil {
		return err
	}
	rows, err := s.query.QueryContext(context.Background(), s.args)
	clear(s.args)
	s.args = s.args[:0]
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return rows.Close()
		case err != nil:
			return errors.Join(err, rows.Close())
		}
		if err := each(row); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
}

// number returns the one number that q asks for, 0 when there is no row.
func (c *conn) number(q string, args ...any) (n int64, err error) {
	err = c.query(q, func(row []driver.Value) error {
		n = integer(row[0])
		return nil
	}, args...)
	return n, err
}

// pagesWritten is how many pages went to the write-ahead log since the last
// call.
func (c *conn) pagesWritten() int64 {
	st, ok := c.raw.(sqlite.DBStatus)
	if !ok {
		return 0
	}
	n, _, err := st.Status(sqlite.DBStatusCacheWrite, true)
	if err != nil {
		return 0
	}
	return int64(n)
}

// close gives the statements back; the connection stays open.
func (c *conn) close() {
	for q, s := range c.stmts {
		// Closing reports the error of the last run again, which was seen.
		_ = s.close()
		delete(c.stmts, q)
	}
	for q, i := range c.inserts {
		i.close()
		delete(c.inserts, q)
	}
}

// end closes the connection.
func (c *conn) end() error {
	c.close()
	return c.raw.Close()
}

func integer(v driver.Value) int64 {
	n, _ := v.(int64)
	return n
}

func text(v driver.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

// orNull keeps empty text out of the tables that grow.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
