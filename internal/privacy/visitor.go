package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Visitor returns the device id of a browser that sends none, as trackers without
// cookies do: a keyed hash of address and user agent that changes every day. When
// the day's salt is destroyed, two days later, nobody can compute it again. It is
// "" when neither address nor user agent is known; errors are retryable.
func (r *Rules) Visitor(ctx context.Context, project event.ProjectID, at time.Time, ip, agent string) (string, error) {
	if ip == "" && agent == "" {
		return "", nil
	}
	salt, err := r.settings.Salt(ctx, at)
	if err != nil {
		return "", &event.Retryable{Err: fmt.Errorf("visitor: %w", err), Hint: "Check the free space and the permissions of the data directory."}
	}
	text := string(salt) + "v" + strconv.FormatInt(int64(project), 10) + "\x00" + ip + "\x00" + agent
	sum := sha256.Sum256([]byte(text))
	return "v_" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])), nil
}
