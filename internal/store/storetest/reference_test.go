package storetest_test

import (
	"testing"

	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

func TestReference(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) store.Store { return storetest.NewReference(storetest.Clock) })
}
