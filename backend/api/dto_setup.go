package api

// Endpoint is a named catch URL and its settings.
type Endpoint struct {
	Slug     string `json:"slug"`
	Name     string `json:"name"`
	Provider string `json:"provider,omitempty"`
	SigningInfo
	Reply    Reply    `json:"reply"`
	Targets  []string `json:"targets" doc:"each new request is forwarded to these"`
	Filter   string   `json:"filter,omitempty" doc:"only requests that match are forwarded"`
	URL      string   `json:"url"`
	Requests int64    `json:"requests" doc:"how many are kept"`
	Unread   int64    `json:"unread"`
}

// EndpointInput creates an endpoint.
type EndpointInput struct {
	Slug     string `json:"slug" minLength:"1" maxLength:"64" pattern:"^[a-z0-9][a-z0-9_-]*$" patternDescription:"small letters, digits, - and _"`
	Name     string `json:"name,omitempty" maxLength:"100"`
	Provider string `json:"provider,omitempty" maxLength:"64"`
	SigningPatch
	Reply   *Reply    `json:"reply,omitempty"`
	Targets *[]string `json:"targets,omitempty" maxItems:"50"`
	Filter  string    `json:"filter,omitempty" maxLength:"4096"`
}

// EndpointPatch changes an endpoint; absent fields stay.
type EndpointPatch struct {
	Slug     *string `json:"slug,omitempty" minLength:"1" maxLength:"64" pattern:"^[a-z0-9][a-z0-9_-]*$" patternDescription:"small letters, digits, - and _" doc:"a new slug renames"`
	Name     *string `json:"name,omitempty" maxLength:"100"`
	Provider *string `json:"provider,omitempty" maxLength:"64"`
	SigningPatch
	Reply   *Reply    `json:"reply,omitempty"`
	Targets *[]string `json:"targets,omitempty" maxItems:"50"`
	Filter  *string   `json:"filter,omitempty" maxLength:"4096"`
}

// Target is a named URL that requests are sent on to.
type Target struct {
	Name        string       `json:"name" minLength:"1" maxLength:"64"`
	URL         string       `json:"url" minLength:"1" maxLength:"8192"`
	PathMode    string       `json:"pathMode,omitempty" enum:"append,exact,template" default:"append" doc:"append what followed the slug, use the URL as it is, or fill path"`
	Path        string       `json:"path,omitempty" maxLength:"4096" doc:"for template: /hooks/{path}, with {endpoint}, {path}, {1} to {99} and {query.name}"`
	DropQuery   bool         `json:"dropQuery,omitempty" doc:"leave out the request's query"`
	HeaderRules []HeaderRule `json:"headerRules,omitempty" maxItems:"100"`
	TimeoutMs   int          `json:"timeoutMs,omitempty" minimum:"100" maximum:"300000" default:"30000"`
	Mark        *bool        `json:"mark,omitempty" doc:"send the Creel-Delivery line; true when absent"`
	Filter      string       `json:"filter,omitempty" maxLength:"4096" doc:"only requests that match are forwarded here"`
	Policy      *Policy      `json:"policy,omitempty"`
	Connection  *Connection  `json:"connection,omitempty"`
	Transform   string       `json:"transform,omitempty" maxLength:"65536" doc:"JavaScript: function transform(request) { … } changes what is sent here; see POST /transforms/try"`
	Breaker     *Breaker     `json:"breaker,omitempty" readOnly:"true"`
	Deliveries  *Queue       `json:"deliveries,omitempty" readOnly:"true"`
}

// TargetPatch changes a target; absent fields stay.
type TargetPatch struct {
	Name        *string       `json:"name,omitempty" minLength:"1" maxLength:"64"`
	URL         *string       `json:"url,omitempty" minLength:"1" maxLength:"8192"`
	PathMode    *string       `json:"pathMode,omitempty" enum:"append,exact,template"`
	Path        *string       `json:"path,omitempty" maxLength:"4096"`
	DropQuery   *bool         `json:"dropQuery,omitempty"`
	HeaderRules *[]HeaderRule `json:"headerRules,omitempty" maxItems:"100"`
	TimeoutMs   *int          `json:"timeoutMs,omitempty" minimum:"100" maximum:"300000"`
	Mark        *bool         `json:"mark,omitempty"`
	Filter      *string       `json:"filter,omitempty" maxLength:"4096"`
	Policy      *Policy       `json:"policy,omitempty" doc:"whole: what it leaves out is set to its default"`
	Connection  *Connection   `json:"connection,omitempty" doc:"whole, as policy"`
	Transform   *string       `json:"transform,omitempty" maxLength:"65536"`
}

// HeaderRule changes the header lines sent to a target.
type HeaderRule struct {
	Op    string `json:"op" enum:"set,remove"`
	Name  string `json:"name" minLength:"1" maxLength:"256"`
	Value string `json:"value,omitempty" maxLength:"8192"`
}

// Settings are the person's choices.
type Settings struct {
	Theme         string `json:"theme" enum:"system,light,dark"`
	CatchAddress  string `json:"catchAddress" doc:"host:port"`
	MaxBodyBytes  int64  `json:"maxBodyBytes"`
	KeepCount     int64  `json:"keepCount" doc:"newest requests kept; 0 is no limit"`
	KeepAgeHours  int64  `json:"keepAgeHours" doc:"0 is no limit"`
	KeepBytes     int64  `json:"keepBytes" doc:"0 is no limit"`
	DataDir       string `json:"dataDir" readOnly:"true"`
	DatabaseBytes int64  `json:"databaseBytes" readOnly:"true"`
}

// SettingsPatch changes settings; absent fields stay.
type SettingsPatch struct {
	Theme        *string `json:"theme,omitempty" enum:"system,light,dark"`
	CatchAddress *string `json:"catchAddress,omitempty" maxLength:"255" doc:"host:port, or just the port"`
	MaxBodyBytes *int64  `json:"maxBodyBytes,omitempty" minimum:"1024" maximum:"268435456"`
	KeepCount    *int64  `json:"keepCount,omitempty" minimum:"0"`
	KeepAgeHours *int64  `json:"keepAgeHours,omitempty" minimum:"0" maximum:"876000"`
	KeepBytes    *int64  `json:"keepBytes,omitempty" minimum:"0"`
}

// Status is how the program is.
type Status struct {
	Version   string       `json:"version"`
	PID       int          `json:"pid"`
	StartedAt string       `json:"startedAt" format:"date-time"`
	Now       string       `json:"now" format:"date-time" doc:"the machine's clock, to tell ages by"`
	Catch     CatchStatus  `json:"catch"`
	History   History      `json:"history"`
	Secrets   *SecretPlace `json:"secretPlace,omitempty" doc:"where the next secret is tried to be kept"`
	Epoch     int64        `json:"epoch"`
	Rev       int64        `json:"rev"`
	LastSeq   int64        `json:"lastSeq"`
}

// CatchStatus is how the catch port is.
type CatchStatus struct {
	Listening bool     `json:"listening"`
	Address   string   `json:"address" doc:"host:port as bound, or as wanted while not listening"`
	URL       string   `json:"url" doc:"http:// and the address"`
	Error     *Problem `json:"error,omitempty" doc:"why it does not listen"`
}

// History is what is kept.
type History struct {
	Requests int64 `json:"requests"`
	Bytes    int64 `json:"bytes"`
	Unread   int64 `json:"unread"`
	Pinned   int64 `json:"pinned"`
	Waiting  int64 `json:"waiting" doc:"deliveries waiting or being sent"`
	Failed   int64 `json:"failed" doc:"requests with a delivery that failed or was cancelled, as is:failed finds them"`

	IndexedTo   int64 `json:"indexedTo" doc:"every seq up to it is in the search index, or gone"`
	IndexBehind int64 `json:"indexBehind" doc:"seqs that wait for the search index; they are found too, more slowly"`

	Error  *Problem `json:"error,omitempty" doc:"why history cannot be written just now"`
	Notice *Problem `json:"notice,omitempty" doc:"an earlier history was damaged and lies aside"`
}

// Problem is a fault in words.
type Problem struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// ListenRequest opens the catch port.
type ListenRequest struct {
	Address  string `json:"address,omitempty" maxLength:"255" doc:"host:port, or just the port; the wanted one when absent; port 0 picks a free one"`
	Remember bool   `json:"remember,omitempty" doc:"use it from now on"`
}
