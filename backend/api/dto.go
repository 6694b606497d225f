package api

// The shapes of the door. Field names are camelCase, times are RFC 3339 UTC
// with microseconds, sizes and durations carry their unit. No body is ever
// inside a list.

// Row is one request in a list.
type Row struct {
	Seq         int64    `json:"seq" doc:"arrival order, never reused; the id everywhere"`
	UID         string   `json:"uid" doc:"UUIDv7; names the request across machines"`
	Endpoint    string   `json:"endpoint" doc:"slug"`
	ReceivedAt  string   `json:"receivedAt" format:"date-time"`
	Method      string   `json:"method"`
	Target      string   `json:"target" doc:"the request-target as sent"`
	Host        string   `json:"host"`
	ContentType string   `json:"contentType"`
	BodyBytes   int64    `json:"bodyBytes"`
	State       string   `json:"state" enum:"kept,cut,refused"`
	Reason      string   `json:"reason,omitempty" doc:"why the state is not kept"`
	Status      int      `json:"status" doc:"what the sender was answered; 0 when it could not be answered"`
	Told        string   `json:"told,omitempty" doc:"how the answer came about when it was not the endpoint's plain reply: rule:N, handshake:ID, fault:KIND, waiting:NAME, target:NAME, fallback:WHY; several with commas between"`
	Provider    string   `json:"provider,omitempty"`
	Event       string   `json:"event,omitempty"`
	Sig         string   `json:"sig" enum:"none,valid,invalid"`
	Via         string   `json:"via" enum:"direct,tunnel,relay,import,sample"`
	CrossSite   bool     `json:"crossSite" doc:"sent by a browser from a foreign page: kept, never forwarded by itself"`
	Deliveries  Tally    `json:"deliveries"`
	Last        *Last    `json:"last,omitempty" doc:"the newest finished attempt"`
	Note        string   `json:"note,omitempty"`
	Tags        []string `json:"tags"`
	Pinned      bool     `json:"pinned"`
	Read        bool     `json:"read"`
}

// Tally counts a request's deliveries.
type Tally struct {
	Waiting   int `json:"waiting" doc:"waiting or being sent"`
	Delivered int `json:"delivered"`
	Failed    int `json:"failed" doc:"failed, dead or cancelled"`
}

// Last sums up the newest finished attempt.
type Last struct {
	Attempt   string `json:"attempt"`
	Status    int    `json:"status,omitempty"`
	ErrorKind string `json:"errorKind,omitempty"`
	Changes   *int   `json:"changes,omitempty" doc:"differences from the previous answer; absent when there was none before, 0 is the same answer"`
}

// Detail is a row and what is read only when a request is opened.
type Detail struct {
	Row
	Protocol   string      `json:"protocol" doc:"HTTP/1.1, HTTP/1.0 or HTTP/2.0; the header lines of HTTP/2 are in wire order, too"`
	Secure     bool        `json:"secure" doc:"it came over TLS"`
	RemoteAddr string      `json:"remoteAddr"`
	Headers    [][2]string `json:"headers" doc:"name and value, in wire order"`
	Trailers   [][2]string `json:"trailers"`
	Query      [][2]string `json:"query" doc:"decoded name and value, in order"`
	SHA256     string      `json:"sha256" doc:"of the body, hex"`
	ReadMs     float64     `json:"readMs" doc:"from the first byte of the head to the last of the body"`
	KeepAlive  bool        `json:"keepAlive"`
	HeadBytes  int64       `json:"headBytes"`
	Handshake  *Greeting   `json:"handshake,omitempty" doc:"the handshake that this request is"`
}

// RowPage is a stretch of the history, newest first.
type RowPage struct {
	Items   []Row  `json:"items"`
	Total   int64  `json:"total" doc:"how many requests match, whatever the cursor, as far as counting came before the page had to go out"`
	Exact   bool   `json:"exact" doc:"false when counting was stopped early: total is then a lower bound, and /requests/count tells the rest"`
	Next    *int64 `json:"next" doc:"pass as before for the next, older page; null at the end"`
	LastSeq int64  `json:"lastSeq" doc:"highest seq ever kept"`
	Epoch   int64  `json:"epoch"`
	Rev     int64  `json:"rev"`
}

// Changes tells what happened to known rows since a revision.
type Changes struct {
	Epoch   int64 `json:"epoch" doc:"when it differs from the one known, reload the list"`
	Rev     int64 `json:"rev"`
	LastSeq int64 `json:"lastSeq"`
	Reset   bool  `json:"reset" doc:"too much happened to tell: reload the list"`
	Setup   bool  `json:"setup" doc:"endpoints, targets or settings changed"`
	Pruned  int64 `json:"pruned" doc:"the limits of history removed requests up to this seq; 0: none"`
	Rows    []Row `json:"rows" doc:"rows that changed, as they are now"`
}

// MarksPatch changes marks; absent fields stay.
type MarksPatch struct {
	Note   *string   `json:"note,omitempty" maxLength:"10000"`
	Tags   *[]string `json:"tags,omitempty" maxItems:"50"`
	Pinned *bool     `json:"pinned,omitempty"`
	Read   *bool     `json:"read,omitempty"`
}

// Counted is how many rows were touched.
type Counted struct {
	Count int64 `json:"count"`
}

// Trash is a batch of deleted requests that can be restored.
type Trash struct {
	ID    int64  `json:"id" doc:"pass to /trash/{id}/restore"`
	Count int64  `json:"count"`
	Until string `json:"until,omitempty" format:"date-time" doc:"when it is removed for good; absent when nothing was deleted"`
}

// ReplayRequest asks to send a kept request on.
type ReplayRequest struct {
	URL    string      `json:"url,omitempty" maxLength:"8192" doc:"where to send it, as it is"`
	Target string      `json:"target,omitempty" maxLength:"64" doc:"or the name of a target"`
	Edits  *Edits      `json:"edits,omitempty" doc:"what differs from the request as it arrived"`
	Resign ResignInput `json:"resign" required:"false" doc:"sign it anew at each try, for the URL it is sent to, by the endpoint's secret (true) or by one given here, which is held in memory only"`
	Times  int         `json:"times,omitempty" minimum:"1" maximum:"100" doc:"how often; 1 when absent"`
	Retry  bool        `json:"retry,omitempty" doc:"try again by the target's policy; without it a replay is one try"`
}

// Edits are the fields of a draft; absent ones are as they arrived.
type Edits struct {
	Method     *string      `json:"method,omitempty" maxLength:"64"`
	Headers    *[][2]string `json:"headers,omitempty" maxItems:"1000" doc:"all header lines, in order"`
	BodyBase64 *string      `json:"bodyBase64,omitempty"`
	BodyText   *string      `json:"bodyText,omitempty" doc:"the body as UTF-8 text, instead of bodyBase64"`
}

// Delivery is the duty to send one request to one place.
type Delivery struct {
	ID       string `json:"id" doc:"goes out as the Creel-Delivery line; stable over attempts"`
	Request  int64  `json:"request" doc:"seq"`
	Target   string `json:"target,omitempty"`
	URL      string `json:"url"`
	Kind     string `json:"kind" enum:"forward,replay"`
	State    string `json:"state" enum:"waiting,sending,delivered,failed,dead,cancelled,dropped" doc:"dropped: the target's transform wanted nothing sent"`
	Edited   bool   `json:"edited" doc:"an edited draft was sent, not the request as it arrived"`
	Resigned bool   `json:"resigned" doc:"signed anew at each try"`
	// Transformed says that the target's transform made what is sent.
	Transformed bool `json:"transformed" doc:"the target's transform made what is sent; it is not run again"`
	// Logs is what that transform wrote.
	Logs []string `json:"logs,omitempty" doc:"what the target's transform wrote with console.log when it last ran for this delivery, a line each; up to 4 KiB"`

	CreatedAt string    `json:"createdAt" format:"date-time"`
	NextAt    string    `json:"nextAt,omitempty" format:"date-time"`
	Attempts  []Attempt `json:"attempts" doc:"oldest first"`

	Tries       int      `json:"tries" doc:"attempts that count towards its schedule, since that last began"`
	TriesAtMost int      `json:"triesAtMost" doc:"that it has by itself; 1 is that it is not tried again"`
	Held        *Breaker `json:"held,omitempty" doc:"its target rests: it waits for that"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	ID              string        `json:"id"`
	Delivery        string        `json:"delivery"`
	N               int           `json:"n" doc:"from 1"`
	StartedAt       string        `json:"startedAt" format:"date-time"`
	Method          string        `json:"method"`
	URL             string        `json:"url"`
	Status          int           `json:"status,omitempty" doc:"absent when there was no answer"`
	Error           *AttemptError `json:"error,omitempty"`
	PhasesMs        Phases        `json:"phasesMs"`
	AnswerBytes     int64         `json:"answerBytes" doc:"of the whole answer body"`
	AnswerTruncated bool          `json:"answerTruncated" doc:"only its first 1 MiB was kept, or it did not come whole"`
	Changes         *int          `json:"changes,omitempty" doc:"differences from the previous answer by this URL"`
	Against         string        `json:"against,omitempty" doc:"the attempt it was compared with"`
	Unverified      bool          `json:"unverified,omitempty" doc:"the certificate of the target was not checked"`
	Hops            []Hop         `json:"hops,omitempty" doc:"redirects that were followed, oldest first"`
}

// Hop is one redirect that was followed.
type Hop struct {
	Status int    `json:"status"`
	URL    string `json:"url" doc:"where it led"`
}

// AttemptError is why there is no answer.
type AttemptError struct {
	Kind string `json:"kind" doc:"refused, dns, tls, timeout, reset, blocked, protocol, loop, cancelled, url, network, internal, transform, dropped or sign"`
	Text string `json:"text"`
}

// Phases are timings in milliseconds; 0 when a phase did not happen.
type Phases struct {
	DNS       float64 `json:"dns"`
	Connect   float64 `json:"connect"`
	TLS       float64 `json:"tls"`
	FirstByte float64 `json:"firstByte"`
	Total     float64 `json:"total"`
}

// AttemptDetail is an attempt with what was sent and answered, bodies apart.
type AttemptDetail struct {
	Attempt
	Request       int64       `json:"request" doc:"seq"`
	SentLine      string      `json:"sentLine" doc:"the request line"`
	SentHeaders   [][2]string `json:"sentHeaders"`
	SentBodyBytes int64       `json:"sentBodyBytes"`
	AnswerLine    string      `json:"answerLine" doc:"the status line"`
	AnswerHeaders [][2]string `json:"answerHeaders"`
}

// Reference names a message to compare: exactly one of request, attempt and
// text.
type Reference struct {
	Request     int64   `json:"request,omitempty" doc:"seq"`
	Attempt     string  `json:"attempt,omitempty"`
	Side        string  `json:"side,omitempty" enum:"sent,answer" doc:"of the attempt"`
	Text        *string `json:"text,omitempty"`
	ContentType string  `json:"contentType,omitempty" doc:"of the text"`
}

// CompareRequest asks what differs between two messages.
type CompareRequest struct {
	Left   Reference `json:"left"`
	Right  Reference `json:"right"`
	Ignore []string  `json:"ignore,omitempty" maxItems:"200" doc:"paths to leave out, such as headers.date or body.items[*].id"`
	Sides  bool      `json:"sides,omitempty" doc:"also give the bodies side by side"`
}

// Comparison is the structured difference of two messages.
type Comparison struct {
	Same     bool      `json:"same"`
	Count    int       `json:"count" doc:"changes that are not faint"`
	Sections []Section `json:"sections"`
	Sides    *Sides    `json:"sides,omitempty"`
}

// Section is the difference of one part.
type Section struct {
	Name       string         `json:"name" enum:"line,headers,query,body"`
	Kind       string         `json:"kind" doc:"line, headers, query, json, form, text, bytes or empty"`
	Changes    []ChangeOfPart `json:"changes"`
	Count      int            `json:"count" doc:"changes that are not faint, also those not listed"`
	Truncated  bool           `json:"truncated" doc:"not all changes are listed"`
	LeftBytes  int            `json:"leftBytes"`
	RightBytes int            `json:"rightBytes"`
	Note       string         `json:"note,omitempty" doc:"how it was compared, in a sentence"`
}

// ChangeOfPart is one difference.
type ChangeOfPart struct {
	Op        string  `json:"op" enum:"add,remove,replace,move"`
	Path      string  `json:"path" doc:"inside the section; a list index counts on the left, for add on the right"`
	To        string  `json:"to,omitempty" doc:"the path on the right where it is another"`
	Left      *string `json:"left,omitempty"`
	Right     *string `json:"right,omitempty"`
	Faint     bool    `json:"faint,omitempty" doc:"order, case or spacing only; not counted"`
	LeftLine  int     `json:"leftLine,omitempty" doc:"line, from 1, in the side by side text"`
	RightLine int     `json:"rightLine,omitempty"`
}

// Sides are two bodies line by line, aligned.
type Sides struct {
	Kind      string    `json:"kind"`
	Rows      []SideRow `json:"rows"`
	Truncated bool      `json:"truncated" doc:"rows are missing at the end"`
}

// SideRow is one line of both sides.
type SideRow struct {
	Op         string   `json:"op" enum:"same,add,remove,replace,skip"`
	LeftNo     int      `json:"leftNo,omitempty" doc:"line number; absent on a side that has no line here"`
	Left       string   `json:"left,omitempty"`
	LeftMarks  [][2]int `json:"leftMarks,omitempty" doc:"from and to, in UTF-16 units, of what differs"`
	RightNo    int      `json:"rightNo,omitempty"`
	Right      string   `json:"right,omitempty"`
	RightMarks [][2]int `json:"rightMarks,omitempty"`
	Change     *int     `json:"change,omitempty" doc:"index in the body section's changes"`
	Faint      bool     `json:"faint,omitempty" doc:"ignored, or differs in spelling only"`
	Skipped    int      `json:"skipped,omitempty" doc:"equal lines that a skip stands for"`
}
