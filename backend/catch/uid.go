package catch

import (
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// newUID returns a UUIDv7 of that time: 48 bits of milliseconds, 74 random
// bits. It takes the time from the catcher's clock, so that a row and its UID
// agree; the random bits need to differ, not to be secret.
func newUID(at time.Time) (id [16]byte) {
	binary.BigEndian.PutUint64(id[0:], uint64(at.UnixMilli())<<16|rand.Uint64()&0x0FFF|0x7000)
	binary.BigEndian.PutUint64(id[8:], rand.Uint64()>>2|1<<63)
	return id
}
