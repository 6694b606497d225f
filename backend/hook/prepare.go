package hook

import "io"

// Prepared is what one try of a delivery sends. It is worked out anew for each
// try, right before it is sent.
type Prepared struct {
	Request Request
	Raw     Raw
	// Draft is sent in place of the request; nil sends it as it arrived.
	Draft *Draft
	// Sign, when it is not nil, has the last word on what is sent.
	Sign Signer
	// Refused, when it is not nil, says why nothing is sent. It ends the
	// delivery: as Dropped when it is of class ErrDropped, else as Failed.
	Refused *AttemptError
	// Rest, when it is not nil, is given what follows the first MaxAnswer bytes
	// of the answer's body, as it comes.
	Rest AnswerRest
}

// AnswerRest takes the part of an answer's body that is not kept. Writing never
// blocks and never fails; what there is no room for is dropped.
type AnswerRest interface {
	io.Writer
	// Reset says that the body of another answer follows, after a redirect.
	Reset()
}

// Signer makes anew what depends on the moment a message is sent and the place
// it is sent to. m is the message as it would be sent: the URL, and all header
// lines in their order, rules applied, Host, Content-Length and the mark
// included. The receiver changes nothing in m. An error is a sentence for the
// person; nothing is sent then, and the attempt fails with ErrSign.
type Signer func(m Draft) (Signed, error)

// Signed is what a Signer changes.
type Signed struct {
	// Remove names header lines to drop, ignoring case, before Set.
	Remove []string
	// Set are header lines: each takes the place of the first line of its name
	// and drops the others, or is added at the end.
	Set Headers
	// Body replaces the body unless it is nil; Content-Length follows.
	Body []byte
}
