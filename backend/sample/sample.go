// Package sample holds events as providers send them, made up by Creel's
// authors, and recognises the provider and event of any request.
//
// Every sample has fresh ids and times each time it is built and, where its
// provider signs, a signature by a test secret or key that Info names, so
// that it can be verified offline. The texts are data: events/index.json
// lists them, the files beside it are the bodies, and marks.go says what
// providers are recognised by.
package sample

import (
	"io"
	"time"

	"creel/backend/hook"
)

// Info describes one sample.
type Info struct {
	ID           string // "stripe.payment_intent.succeeded"
	Provider     string // as Detect names it, or Generic
	ProviderName string // for people
	Event        string // as Detect names it; for Generic what kind of body it is
	Title        string
	Description  string // one sentence
	ContentType  string // without parameters
	Method       string
	// Secret is the test secret that signs the sample, as a person would paste
	// it; "" when there is none.
	Secret string
	// PublicKey verifies a sample signed by a private key, as its provider
	// shows it (Discord: hex; SendGrid: base64 of DER); else "".
	PublicKey string
	// Scheme names how the sample is signed ("stripe-v1"); "" when it is not.
	Scheme string
}

// Generic is the provider of samples that come from nobody in particular.
// Detect recognises nobody in them.
const Generic = "generic"

// Message is a sample ready to be sent.
type Message struct {
	Method string
	Path   string // to put behind the endpoint's URL, query included; usually ""
	// Headers are the lines to send, in order. Host, Content-Length and
	// Connection are not among them: they are the connection's.
	Headers hook.Headers
	Body    []byte
}

// All lists the samples, those that most people look for first, each
// provider's together and Generic last. The slice is the caller's.
func All() []Info {
	es := library()
	infos := make([]Info, len(es))
	for i, e := range es {
		infos[i] = e.info()
	}
	return infos
}

// DefaultURL is the address that Build signs where the address is signed.
const DefaultURL = "http://127.0.0.1:4290/" + hook.Inbox

// Build is BuildFor with DefaultURL.
func Build(id string, now time.Time, rnd io.Reader) (Message, error) {
	return BuildFor(id, DefaultURL, now, rnd)
}

// BuildFor makes the sample, to be sent to the endpoint url at now. Ids are
// drawn from rnd: the same bytes make the same message. It is a Fault of kind
// NotFound when there is no such sample, and fails when rnd does.
func BuildFor(id, url string, now time.Time, rnd io.Reader) (Message, error) {
	for _, e := range library() {
		if e.ID == id {
			return e.build(url, now, rnd)
		}
	}
	return Message{}, hook.Faultf(hook.NotFound, "there is no sample %q", id)
}
