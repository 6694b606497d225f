package hook

// Signing says how the requests of an endpoint are signed.
type Signing struct {
	// Secret is the shared secret, several one a line. It is kept in a room of
	// its own and never with the endpoint; "" also when that room cannot be
	// read just now.
	Secret string `json:"-"`
	// SecretRef says under which ref it is kept; "" when there is none, or when
	// Secret is new and is still to be kept.
	SecretRef string `json:",omitempty"`
	Scheme    string `json:",omitempty"` // as the room sign names it; "" follows from the provider
	PublicKey string `json:",omitempty"` // for schemes with one
	// PublicURL is the URL as registered with the provider, for schemes that
	// sign it; "" when it is the one that was called.
	PublicURL string `json:",omitempty"`
	// SignatureHeader names the header line with the signature; "" is the
	// provider's.
	SignatureHeader string `json:",omitempty"`
	// ToleranceSeconds is how far the signed time may lie from the receipt: nil
	// is what is usual for the scheme, 0 does not look at the clock.
	ToleranceSeconds *int `json:",omitempty"`
}

// Resign says that a delivery is signed anew at each try.
type Resign struct {
	Scheme string // "" follows from the endpoint and the request
	// OwnSecret says that a secret came with the order instead of the
	// endpoint's. It is held in memory only.
	OwnSecret bool
}
