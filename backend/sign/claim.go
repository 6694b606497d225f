package sign

import (
	"fmt"
	"strings"

	"creel/backend/hook"
)

// read reads what m claims, and checks the lines that say how it is signed.
func (s *spec) read(m Message, w where) (claims, *problem) {
	c, p := s.readAny(m, w)
	if p != nil {
		return c, p
	}
	for _, f := range s.fixed {
		lines := m.Headers.Values(f.name)
		if len(lines) == 0 && f.required {
			return c, &problem{HeaderMissing, fmt.Sprintf("The header %s is missing; it should say %s.", f.name, f.value)}
		}
		if len(lines) > 0 && !strings.EqualFold(lines[0], f.value) {
			return c, &problem{f.reason, fmt.Sprintf("The header %s says %q; only %s is known, and nothing else is taken in its place.", f.name, lines[0], f.value)}
		}
	}
	return c, nil
}

func (s *spec) readAny(m Message, w where) (claims, *problem) {
	if s.claim != nil {
		return s.claim(s, m, w)
	}
	return s.readLines(m, w)
}

// readLines reads the header lines of the set that the message has.
func (s *spec) readLines(m Message, w where) (claims, *problem) {
	set, p := s.lines(m.Headers, w)
	if p != nil {
		return claims{}, p
	}
	var c claims
	if set.id != "" {
		c.id = m.Headers.Get(set.id)
		if c.id == "" {
			return c, &problem{HeaderMissing, fmt.Sprintf("The header %s is missing: its value is part of what is signed.", set.id)}
		}
	}
	if set.stamp != "" {
		c.stamp = m.Headers.Get(set.stamp)
		if c.stamp == "" {
			return c, &problem{TimestampMissing, fmt.Sprintf("The header %s is missing: its value is part of what is signed.", set.stamp)}
		}
	}
	lines := m.Headers.Values(set.signature)
	if s.also != "" && s.also != set.signature {
		lines = append(lines, m.Headers.Values(s.also)...)
	}
	p = s.parse(&c, set.signature, lines)
	return c, p
}

// lines finds the set of header lines that the message has.
func (s *spec) lines(hs hook.Headers, w where) (lineSet, *problem) {
	sets := s.sets
	if w.header != "" {
		set := lineSet{signature: w.header}
		if len(sets) > 0 {
			set.id, set.stamp = sets[0].id, sets[0].stamp
		}
		sets = []lineSet{set}
	}
	for _, set := range sets {
		if strings.TrimSpace(hs.Get(set.signature)) != "" {
			return set, nil
		}
	}
	if len(sets) == 0 {
		return lineSet{}, &problem{HeaderMissing, "Nobody said which header carries the signature: " + s.name + " is used by many providers. Name the header, or choose the provider."}
	}
	name := sets[0].signature
	text := fmt.Sprintf("The header %s is missing: the request is not signed, or the header was lost on the way.", name)
	if len(hs.Values(name)) > 0 {
		text = fmt.Sprintf("The header %s is there, but empty.", name)
	}
	return lineSet{}, &problem{HeaderMissing, text + " Check that signing is switched on at the sender, that a secret is set there, and that no proxy in between drops the header."}
}

// parse reads the signatures out of the lines with that name. What cannot be
// read is passed over as long as something can.
func (s *spec) parse(c *claims, name string, lines []string) *problem {
	var seen, versions bool
	for _, line := range lines {
		switch s.format.kind {
		case bare, method:
			// Lines of the same name may have been joined on the way.
			for part := range strings.SplitSeq(line, ",") {
				seen = s.parseBare(c, strings.TrimSpace(part)) || seen
			}
		case pairs:
			v, others := s.parsePairs(c, line)
			seen, versions = seen || v, versions || others
		case entries:
			v, others := s.parseEntries(c, line)
			seen, versions = seen || v, versions || others
		}
	}
	if c.received == "" && len(lines) > 0 {
		c.received = lines[0]
	}
	switch {
	case !seen && versions:
		return &problem{VersionUnknown, fmt.Sprintf("The header %s has no signature of version %s, only of others; those are not taken in its place. It reads: %s", name, s.format.version, quoted(c.received))}
	case c.received == "no-secret-provided":
		return &problem{HeaderMissing, fmt.Sprintf("The header %s says no-secret-provided: Cal.com has no secret for this webhook and does not sign. Set one there.", name)}
	case len(c.sigs) == 0:
		return &problem{HeaderMalformed, fmt.Sprintf("The header %s does not have the form %s. It reads: %s", name, s.formText(), quoted(c.received))}
	case s.format.stamp != "" && c.stamp == "":
		return &problem{TimestampMissing, fmt.Sprintf("The header %s has no timestamp: its form is %s.", name, s.formText())}
	}
	return nil
}

// formText writes the form of the header for people.
func (s *spec) formText() string {
	text := "<" + s.enc.String() + ">"
	switch s.format.kind {
	case method:
		return "<method>=" + text
	case pairs:
		if s.format.stamp == "" {
			return s.format.version + "=" + text
		}
		return s.format.stamp + "=<time>" + s.format.between + s.format.version + "=" + text
	case entries:
		return s.format.version + "," + text
	}
	return s.format.prefix + text
}

// add decodes a candidate; one that cannot be read counts as seen and no more.
func (s *spec) add(c *claims, shown, text string) {
	if b, ok := s.enc.decode(text); ok {
		if len(c.sigs) == 0 {
			c.received = shown
		}
		c.sigs = append(c.sigs, signature{shown, b})
	} else if c.received == "" {
		c.received = shown
	}
}

func (s *spec) parseBare(c *claims, line string) bool {
	text := line
	if s.format.kind == method {
		name, rest, found := strings.Cut(line, "=")
		alg, known := byMethod(name)
		if !found || !known {
			return false
		}
		// One line, one method: HMACs of different kinds are not mixed.
		if c.alg != "" && c.alg != alg {
			return true
		}
		c.alg, text = alg, rest
	} else if rest, found := cutFold(line, s.format.prefix); found {
		text = rest
	} else if !s.format.prefixOptional {
		return false
	}
	s.add(c, line, text)
	return true
}

// cutFold is strings.CutPrefix without regard to case.
func cutFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// parsePairs reads "t=…,v1=…". It tells whether the version was there, and
// whether others were.
func (s *spec) parsePairs(c *claims, line string) (seen, others bool) {
	split := func(r rune) bool { return r == ',' || r == ';' || r == ' ' }
	for part := range strings.FieldsFuncSeq(line, split) {
		name, value, found := strings.Cut(part, "=")
		switch {
		case !found:
		case name == s.format.version:
			seen = true
			s.add(c, part, value)
		case name == s.format.stamp && name != "":
			if c.stamp == "" {
				c.stamp = value
			}
		default:
			others = true
		}
	}
	return seen, others
}

// parseEntries reads "v1,… v1,…".
func (s *spec) parseEntries(c *claims, line string) (seen, others bool) {
	for part := range strings.FieldsSeq(line) {
		version, text, found := strings.Cut(part, ",")
		switch {
		case !found:
		case version == s.format.version:
			seen = true
			s.add(c, part, text)
		default:
			others = true
		}
	}
	return seen, others
}

// quoted shows what a stranger sent, within bounds.
func quoted(text string) string {
	const most = 120
	if len(text) > most {
		text = text[:most] + "…"
	}
	return fmt.Sprintf("%q", text)
}
