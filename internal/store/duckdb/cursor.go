package duckdb

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/clickspan/clickspan/internal/event"
)

// cursor is the place of the last row of a page in its order.
type cursor struct {
	Micros   int64     `json:"t"`
	Duration *int64    `json:"d,omitempty"` // of calls by duration; nil when untimed
	IDs      [3]string `json:"i"`           // ids that break ties
}

func (c cursor) String() string {
	text, _ := json.Marshal(c) // numbers and texts always encode
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(text string) (c cursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return c, &event.Permanent{Err: errors.New("the cursor is not one of ours"), Hint: "Ask for the first page, without a cursor."}
	}
	return c, nil
}
