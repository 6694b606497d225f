package api

// Count is how far counting has come. Add counted up over the steps.
type Count struct {
	Counted int64  `json:"counted" doc:"requests that match, of those looked at in this step"`
	Scanned int64  `json:"scanned" doc:"requests looked at in this step"`
	Of      int64  `json:"of" doc:"requests there were to look at when this step began"`
	Done    bool   `json:"done"`
	Next    *int64 `json:"next" doc:"pass as before to go on; null when done"`
}

// Value is a text that a field has in the history.
type Value struct {
	Text  string `json:"text"`
	Count int64  `json:"count,omitempty" doc:"requests that have it; absent when that is not known"`
}

// FilterCheck is what a filter text means, or what is wrong with it.
type FilterCheck struct {
	OK    bool         `json:"ok"`
	Plain string       `json:"plain" doc:"the filter in its plainest spelling; empty when it cannot be read"`
	Slow  bool         `json:"slow" doc:"the bytes of requests may have to be read"`
	Marks []FilterMark `json:"marks" doc:"what to highlight in requests that match"`
	Error *FilterError `json:"error,omitempty"`
}

// FilterMark says what text to highlight, and where.
type FilterMark struct {
	In     string `json:"in" doc:"any (request-target, header lines, body), path, query, header, body, or another text field"`
	Key    string `json:"key,omitempty" doc:"name of the header line or in the query, or path into JSON"`
	Text   string `json:"text,omitempty" doc:"to be found ignoring case; absent where the value as a whole is meant"`
	Regexp string `json:"regexp,omitempty" doc:"RE2 source, case kept"`
}

// FilterError is a mistake in a filter text.
type FilterError struct {
	Column int    `json:"column" doc:"in characters (code points), from 1"`
	Text   string `json:"text" doc:"what was expected there"`
}

// FilterCompletion is what could come at the cursor of a filter text.
type FilterCompletion struct {
	From   int           `json:"from" doc:"an offer replaces the text from here, in UTF-16 units from 0"`
	To     int           `json:"to" doc:"up to here, this one excluded"`
	Offers []FilterOffer `json:"offers"`
}

// FilterOffer is one way to go on.
type FilterOffer struct {
	Text  string `json:"text" doc:"what stands there then; ends in a colon or a dot when more must follow"`
	Doc   string `json:"doc,omitempty"`
	Count int64  `json:"count,omitempty" doc:"requests that have this value"`
}

// SavedFilter is a filter that a person gave a name.
type SavedFilter struct {
	Name   string `json:"name" doc:"no two are the same but for case"`
	Filter string `json:"filter"`
}
