package filter

// Holds compares one text value as f says: a method, a path, one header
// value. It is for histories that find the value themselves.
func (f Field) Holds(v string) bool { return f.holds(v) }

// In reports whether the word occurs in text.
func (w Word) In(text string) bool {
	if w.look == nil {
		return newNeedle(w.Text).in(text)
	}
	return w.look.in(text)
}
