package hook

// Settings are the person's choices. They live in the database.
type Settings struct {
	Theme        string // "system", "light" or "dark"
	CatchAddr    string // host:port of the catch port
	MaxBodyBytes int64  // largest body kept; a larger one is answered 413
	Keep         Retention
}

// DefaultSettings are the settings of a new data folder: 5 GB of history and
// no limit by count or age.
func DefaultSettings() Settings {
	return Settings{
		Theme:        "system",
		CatchAddr:    "127.0.0.1:4290",
		MaxBodyBytes: 32 << 20,
		Keep:         Retention{Bytes: 5_000_000_000},
	}
}
