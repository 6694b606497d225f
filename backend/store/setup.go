package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"creel/backend/hook"
)

// ensureInbox makes the endpoint that always exists.
func (t *tx) ensureInbox() error {
	e := hook.Endpoint{Slug: hook.Inbox, Name: "Inbox", Reply: hook.DefaultReply(), Targets: []string{}}
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR IGNORE INTO endpoints (slug, settings) VALUES (?, ?)", e.Slug, string(b)); err != nil {
		return err
	}
	_, err = t.endpointID(e.Slug)
	return err
}

// documents reads the settings column of a small table in the order given.
func documents[T any](ctx context.Context, db *sql.DB, query string) ([]T, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		var b []byte
		var v T
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Endpoints returns them all, the inbox first, then by slug.
func (s *Store) Endpoints(ctx context.Context) ([]hook.Endpoint, error) {
	es, err := documents[hook.Endpoint](ctx, s.pool,
		"SELECT settings FROM endpoints ORDER BY slug <> 'inbox', slug")
	for i := range es {
		if es[i].Targets == nil {
			es[i].Targets = []string{}
		}
	}
	return es, faultOf("read endpoints", err)
}

// PutEndpoint creates or replaces; with was != "" and != e.Slug it renames,
// and the requests caught so far go with it.
func (s *Store) PutEndpoint(ctx context.Context, was string, e hook.Endpoint) error {
	if e.Slug == "" {
		return &hook.Fault{Kind: hook.Invalid, Field: "slug", Text: "save endpoint: it has no path"}
	}
	rename := was != "" && was != e.Slug
	if rename && was == hook.Inbox {
		return &hook.Fault{Kind: hook.Conflict, Field: "slug", Text: "rename endpoint: the inbox keeps its path"}
	}
	if e.Targets == nil {
		e.Targets = []string{}
	}
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.write(ctx, "save endpoint", func(t *tx) error {
		t.setup = true
		for _, name := range e.Targets {
			if n, err := t.number("SELECT count(*) FROM targets WHERE name = ?", name); err != nil || n == 0 {
				return orElse(err, &hook.Fault{Kind: hook.NotFound, Field: "targets",
					Text: "save endpoint: there is no target " + name})
			}
		}
		if !rename {
			_, err := t.exec("INSERT OR REPLACE INTO endpoints (slug, settings) VALUES (?, ?)", e.Slug, string(b))
			if err != nil {
				return err
			}
			_, err = t.endpointID(e.Slug)
			return err
		}
		n, err := t.exec("UPDATE endpoints SET slug = ?, settings = ? WHERE slug = ?", e.Slug, string(b), was)
		switch {
		case isConstraint(err):
			return &hook.Fault{Kind: hook.Conflict, Field: "slug", Text: "rename endpoint: there is one at /" + e.Slug}
		case err != nil:
			return err
		case n == 0:
			return hook.Faultf(hook.NotFound, "rename endpoint: there is none called %s", was)
		}
		t.reload = true
		return t.renameSlug(was, e.Slug)
	})
}

// DeleteEndpoint removes it; its requests stay and show under its slug.
func (s *Store) DeleteEndpoint(ctx context.Context, slug string) error {
	if slug == hook.Inbox {
		return hook.Faultf(hook.Conflict, "delete endpoint: the inbox always exists")
	}
	return s.write(ctx, "delete endpoint", func(t *tx) error {
		t.setup = true
		n, err := t.exec("DELETE FROM endpoints WHERE slug = ?", slug)
		if err == nil && n == 0 {
			err = hook.Faultf(hook.NotFound, "delete endpoint: there is none called %s", slug)
		}
		return err
	})
}

// Settings returns the person's choices; hook.DefaultSettings before any.
func (s *Store) Settings(ctx context.Context) (hook.Settings, error) {
	set := hook.DefaultSettings()
	text, err := s.meta(ctx, settingsKey)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &set)
	}
	return set, faultOf("read settings", err)
}

// settingsKey and valuePrefix keep what is in meta apart.
const (
	settingsKey = "settings"
	valuePrefix = "value:"
)

// PutSettings saves the person's choices.
func (s *Store) PutSettings(ctx context.Context, set hook.Settings) error {
	b, err := json.Marshal(set)
	if err != nil {
		return err
	}
	return s.write(ctx, "save settings", func(t *tx) error {
		t.setup = true
		return t.putMeta(settingsKey, string(b))
	})
}

// Value returns a small thing of the program's own; "" when it is missing.
func (s *Store) Value(ctx context.Context, key string) (string, error) {
	v, err := s.meta(ctx, valuePrefix+key)
	return v, faultOf("read value", err)
}

func (s *Store) meta(ctx context.Context, key string) (v string, err error) {
	err = s.pool.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// PutValue keeps a small thing of the program's own; "" forgets it.
func (s *Store) PutValue(ctx context.Context, key, value string) error {
	return s.putValue(ctx, key, value, false)
}

// PutShown is PutValue for what every window shows: the change is told of.
func (s *Store) PutShown(ctx context.Context, key, value string) error {
	return s.putValue(ctx, key, value, true)
}

func (s *Store) putValue(ctx context.Context, key, value string, shown bool) error {
	return s.write(ctx, "save value", func(t *tx) error {
		t.setup = t.setup || shown
		if value == "" {
			_, err := t.exec("DELETE FROM meta WHERE key = ?", valuePrefix+key)
			return err
		}
		return t.putMeta(valuePrefix+key, value)
	})
}

func (t *tx) putMeta(key, value string) error {
	_, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value)
	return err
}

// retarget replaces a target's name in every endpoint; to == "" takes it out.
func (t *tx) retarget(name, to string) error {
	es, err := t.endpoints()
	if err != nil {
		return err
	}
	for _, e := range es {
		i := slices.Index(e.Targets, name)
		if i < 0 {
			continue
		}
		if to == "" {
			e.Targets = slices.Delete(e.Targets, i, i+1)
		} else {
			e.Targets[i] = to
			e.Reply.Retarget(name, to)
		}
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := t.exec("UPDATE endpoints SET settings = ? WHERE slug = ?", string(b), e.Slug); err != nil {
			return err
		}
	}
	return nil
}
