package desk

import (
	"creel/backend/hook"
	"creel/backend/unpack"
)

// Decode undoes the Content-Encoding lines of headers, last one first, as
// unpack.Body does: hook.Invalid when an encoding is unknown or broken, and
// hook.TooLarge past 8 MiB or 100 times the size.
func Decode(body []byte, headers hook.Headers) ([]byte, error) { return unpack.Body(body, headers) }
