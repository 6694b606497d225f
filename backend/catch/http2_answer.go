package catch

import (
	"net/http"
	"strconv"
	"time"

	"creel/backend/hook"
)

// answer writes a. What belongs to a connection is left out: HTTP/2 has none
// of it.
func (s *stream) answer(a *hook.Answer) {
	body := s.begin(a)
	control := http.NewResponseController(s.w)
	for i, part := range pieces(a, body) {
		if i > 0 {
			_ = control.SetWriteDeadline(time.Now().Add(s.o.WriteTimeout))
		}
		if _, err := s.w.Write(part); err != nil {
			return // whoever has gone does not hear it
		}
	}
	if a.IsCut() && body != nil {
		_ = control.Flush()
		panic(http.ErrAbortHandler)
	}
}

// pieces are the body of an answer and what follows it, if that is sent at all.
func pieces(a *hook.Answer, body []byte) [][]byte {
	if body == nil {
		return nil
	}
	return append([][]byte{body}, a.Rest...)
}

// begin writes the head of an answer and returns the body that belongs to it,
// nil when none does.
func (s *stream) begin(a *hook.Answer) []byte {
	status, body := a.Status, a.Body
	if status < 200 || status > 999 {
		status, body = http.StatusInternalServerError, nil
	}
	header := s.w.Header()
	header["Content-Type"] = nil // none but the answer's own
	dated, closes := false, false
	for _, h := range a.Headers {
		if !own(h, &dated, &closes) {
			header.Add(h.Name, h.Value)
		}
	}
	if a.Seq > 0 {
		header.Set("X-Creel-Seq", strconv.FormatInt(a.Seq, 10))
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		body = nil
	} else if length := lengthOf(a, body, s.r.Method == http.MethodHead); length >= 0 {
		header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	_ = http.NewResponseController(s.w).SetWriteDeadline(time.Now().Add(s.o.WriteTimeout))
	s.w.WriteHeader(status)
	return body
}

// misbehave does with the answer what its Fault says. What breaks is the
// stream: the sender's other requests are none of the fault's business.
func (s *stream) misbehave(a *hook.Answer) {
	switch f := a.Fault; f.Kind {
	case hook.FaultReset:
		panic(http.ErrAbortHandler)
	case hook.FaultCut:
		body := s.begin(a)
		_, _ = s.w.Write(body[:min(f.AfterBytes, len(body))])
		_ = http.NewResponseController(s.w).Flush()
		panic(http.ErrAbortHandler)
	case hook.FaultDrip:
		s.drip(a)
	case hook.FaultSilent:
		if s.slow.begin() {
			s.hold(time.Duration(f.HoldMs) * time.Millisecond)
			s.slow.end()
		}
		panic(http.ErrAbortHandler)
	default:
		s.answer(a)
	}
}

// drip is conn.drip for the body of one stream.
func (s *stream) drip(a *hook.Answer) {
	if !s.slow.begin() {
		panic(http.ErrAbortHandler)
	}
	defer s.slow.end()
	body := s.begin(a)
	control := http.NewResponseController(s.w)
	_ = control.SetWriteDeadline(time.Now().Add(maxDrip))
	perSlice := max(1, a.Fault.BytesPerSecond/dripsPerSecond)
	pause := time.Duration(perSlice) * time.Second / time.Duration(a.Fault.BytesPerSecond)
	for _, body := range pieces(a, body) {
		for len(body) > 0 {
			n := min(perSlice, len(body))
			if _, err := s.w.Write(body[:n]); err != nil || control.Flush() != nil {
				panic(http.ErrAbortHandler)
			}
			if body = body[n:]; len(body) > 0 && !s.hold(pause) {
				panic(http.ErrAbortHandler)
			}
		}
	}
	if a.IsCut() && body != nil {
		panic(http.ErrAbortHandler)
	}
}

// hold returns true after d, false when the sender has gone or the catcher
// closes.
func (s *stream) hold(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.r.Context().Done():
	case <-s.shut:
	}
	return false
}
