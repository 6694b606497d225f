package store

import (
	"database/sql/driver"
	"maps"
)

// slugbook says which slug each endpoint number stands for. It is never
// changed: the writer publishes a new one after the commit.
type slugbook struct {
	byID map[int64]string
	main map[string]int64 // the number that new requests of a slug take
}

func loadSlugs(c *conn) (*slugbook, error) {
	b := &slugbook{byID: map[int64]string{}, main: map[string]int64{}}
	return b, c.query("SELECT id, slug FROM slugs ORDER BY id", func(row []driver.Value) error {
		id, slug := integer(row[0]), text(row[1])
		b.byID[id] = slug
		if _, ok := b.main[slug]; !ok {
			b.main[slug] = id
		}
		return nil
	})
}

// ids returns the numbers whose slug f accepts; never nil.
func (b *slugbook) ids(f func(slug string) bool) []int64 {
	ids := []int64{}
	for id, slug := range b.byID {
		if f(slug) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (b *slugbook) with(id int64, slug string) *slugbook {
	n := &slugbook{byID: maps.Clone(b.byID), main: maps.Clone(b.main)}
	n.byID[id] = slug
	if _, ok := n.main[slug]; !ok {
		n.main[slug] = id
	}
	return n
}

// endpointID returns the number of a slug, making one when it is new.
func (t *tx) endpointID(slug string) (int64, error) {
	if id, ok := t.slugs.main[slug]; ok {
		return id, nil
	}
	id, err := t.number("INSERT INTO slugs (slug) VALUES (?) RETURNING id", slug)
	if err != nil {
		return 0, err
	}
	t.slugs = t.slugs.with(id, slug)
	return id, nil
}

// renameSlug makes everything caught under was show under slug.
func (t *tx) renameSlug(was, slug string) error {
	if _, err := t.exec("UPDATE slugs SET slug = ? WHERE slug = ?", slug, was); err != nil {
		return err
	}
	b, err := loadSlugs(t.conn)
	t.slugs = b
	return err
}
