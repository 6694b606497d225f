// Package sample holds events as providers send them, made up by Creel's
// authors, and recognises the provider and event of any request.
//
// Every sample has fresh ids and times each time it is built. It comes
// unsigned, with Info saying how and with which test secret it is to be
// signed, so that it can be verified offline. The texts are data: events/ has
// a folder for each provider, and marks.go says what providers are recognised
// by.
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
	// Scheme names how the provider signs ("stripe-v1"); "" when it does not.
	Scheme string
	// Also is a second, older scheme of the same secret, whose signature the
	// provider sends beside the first; usually "".
	Also string
	// Secret is the test secret to sign with, as a person would paste it; ""
	// when there is none, or when the scheme wants a private key.
	Secret string
}

// Generic is the provider of samples that come from nobody in particular.
// Detect recognises nobody in them.
const Generic = "generic"

// Message is a sample ready to be signed and sent.
type Message struct {
	Method string
	Path   string // to put behind the endpoint's URL, query included; usually ""
	// Headers are the lines to send, in order. Host, Content-Length and
	// Connection are not among them: they are the connection's. Lines that the
	// signature stands in are there, in their place, with nothing in them.
	Headers hook.Headers
	// Body has an empty text where the signature stands, if it stands there.
	Body []byte
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

// Find returns what All says of one sample, or false.
func Find(id string) (Info, bool) {
	e := lookUp(id)
	if e == nil {
		return Info{}, false
	}
	return e.info(), true
}

// Build makes the sample as it would be sent at now. Ids are drawn from rnd:
// the same bytes make the same message. It is a Fault of kind NotFound when
// there is no such sample, and fails when rnd does.
func Build(id string, now time.Time, rnd io.Reader) (Message, error) {
	e := lookUp(id)
	if e == nil {
		return Message{}, hook.Faultf(hook.NotFound, "there is no sample %q", id)
	}
	return e.build(now, rnd)
}
