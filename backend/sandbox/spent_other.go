//go:build !unix

package sandbox

import "time"

// spent is the clock: processor time is not asked for here.
func spent() time.Duration { return time.Duration(time.Now().UnixNano()) }
