package api

// Sample is an event that Creel can send to itself.
type Sample struct {
	ID           string `json:"id"`
	Provider     string `json:"provider"`
	ProviderName string `json:"providerName"`
	Event        string `json:"event"`
	Title        string `json:"title"`
	Description  string `json:"description,omitempty"`
	ContentType  string `json:"contentType"`
	Method       string `json:"method"`
	Scheme       string `json:"scheme,omitempty" doc:"how it is signed; absent when it is not"`
	Secret       string `json:"secret,omitempty" doc:"the test secret it is signed with where the endpoint has none of its provider"`
}

// SampleMessage is what a sample looks like on the wire, apart from the lines
// that the connection writes.
type SampleMessage struct {
	Method     string        `json:"method"`
	URL        string        `json:"url" doc:"where it would be sent"`
	Headers    [][2]string   `json:"headers" doc:"in the order of the wire"`
	BodyBase64 string        `json:"bodyBase64"`
	Seed       string        `json:"seed" doc:"give it back when sending to send the same ids and times"`
	Signing    SampleSigning `json:"signing"`
}

// SampleSigning tells how a sample is signed.
type SampleSigning struct {
	By        string   `json:"by" enum:"nobody,endpoint,test,testKey" doc:"whose secret: the endpoint's, the sample's test secret, or a local test key pair where the provider keeps the private key"`
	Scheme    string   `json:"scheme,omitempty"`
	Text      string   `json:"text,omitempty" doc:"what is signed and with what, for people"`
	Secret    string   `json:"secret,omitempty" doc:"the test secret, never the endpoint's"`
	PublicKey string   `json:"publicKey,omitempty" doc:"of the test key pair"`
	Headers   []string `json:"headers" doc:"the lines that are written when it is signed, whatever stands in them"`
}

// SampleRequest sends a sample through the catch port.
type SampleRequest struct {
	ID         string        `json:"id,omitempty" maxLength:"128" doc:"or provider and event"`
	Provider   string        `json:"provider,omitempty" maxLength:"64"`
	Event      string        `json:"event,omitempty" maxLength:"128" doc:"the provider's first when absent"`
	Endpoint   string        `json:"endpoint,omitempty" default:"inbox"`
	Seed       string        `json:"seed,omitempty" maxLength:"64" doc:"of a preview: the same ids and times as there"`
	Headers    *[][2]string  `json:"headers,omitempty" maxItems:"200" doc:"instead of the sample's; those of the signature are written over"`
	Body       *string       `json:"body,omitempty" doc:"as text, instead of the sample's; it is signed after that"`
	BodyBase64 *string       `json:"bodyBase64,omitempty" doc:"the same as bytes"`
	Set        []SampleField `json:"set,omitempty" maxItems:"100" doc:"single fields of a JSON body or a form"`
	Unsigned   bool          `json:"unsigned,omitempty" doc:"send headers and body as they are, so that a signature can be wrong on purpose"`
	Times      int           `json:"times,omitempty" default:"1" minimum:"1" maximum:"1000" doc:"one after the other, each with ids of its own"`
}

// SampleField is a value to put into a body.
type SampleField struct {
	Path  string `json:"path" minLength:"1" maxLength:"512" example:"data.object.amount"`
	Value string `json:"value" doc:"a text stays a text; else the JSON that this is, or a text when it is none"`
}

// SampleSent tells what became of a sample.
type SampleSent struct {
	Seq    int64   `json:"seq" doc:"of the request it became; of several the last"`
	Status int     `json:"status" doc:"what it was answered; 0 when the endpoint's reply leaves out the answer on purpose"`
	Seqs   []int64 `json:"seqs" doc:"of all, in the order they were sent"`
}
