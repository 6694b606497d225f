// Package failpoint marks the places at which fault tests kill the program.
//
// In a build without the tag "failpoint" a mark compiles to nothing. In one
// with it, CREEL_FAILPOINT="name:n" makes the program kill itself (SIGKILL, so
// nothing is flushed, closed or answered) when it passes the mark of that name
// for the n-th time.
package failpoint

// The marks, in the order in which a request meets them.
const (
	BeforeCommit    = "before-commit"    // a group is written, not committed
	AfterCommit     = "after-commit"     // it is committed and synced, nobody was answered
	BeforeLogEmpty  = "before-log-empty" // history rests: the log is about to be copied into the file
	AfterLogEmpty   = "after-log-empty"
	InPrune         = "in-prune"  // some of what is past its limit is gone for good
	InShrink        = "in-shrink" // some free pages were given back
	InTrash         = "in-trash"  // some of what is to be deleted is hidden
	InRestore       = "in-restore"
	AfterClaim      = "after-claim"       // deliveries are marked as being sent
	AfterFreeze     = "after-freeze"      // what a transform made is recorded, nothing of it is sent
	AfterSend       = "after-send"        // the target has answered, nothing is recorded
	AfterBackup     = "after-backup"      // the copy is there, the schema is still the old one
	InMigration     = "in-migration"      // a step is written, not committed
	BetweenSteps    = "between-steps"     // a step is committed
	BeforeFirstSync = "before-first-sync" // the schema is committed, still in the log alone
)
