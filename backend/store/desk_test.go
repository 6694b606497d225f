package store_test

import (
	"creel/backend/desk"
	"creel/backend/store"
)

var _ desk.Store = (*store.Store)(nil)
