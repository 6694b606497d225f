package hook

// Safe is where a secret is kept.
type Safe string

// The safes.
const (
	InKeychain Safe = "keychain" // the operating system's
	InFile     Safe = "file"     // secrets.json in the data folder, which only its owner can read
)

// SecretPlace tells where secrets are kept and why there.
type SecretPlace struct {
	// Place is where the next secret is tried to be kept, or where the one asked
	// about is.
	Place Safe
	// Why says in words why it is not the keychain; "" when it is.
	Why string
}
