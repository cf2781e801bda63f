package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/wire"
)

// releaseFormat is POST /intake/releases: one deploy marker, or an array. It is no
// file format, so it is not in the registry.
func releaseFormat() wire.Format {
	return wire.Format{Name: "releases", Paths: []string{"POST /intake/releases"}, Decode: decodeReleases}
}

func decodeReleases(r io.Reader, _ wire.Options, sink wire.Sink) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	list := []json.RawMessage{text}
	if begin := bytes.TrimSpace(text); len(begin) > 0 && begin[0] == '[' {
		err = json.Unmarshal(text, &list)
	} else {
		err = json.Unmarshal(text, &json.RawMessage{})
	}
	if err != nil {
		return &event.Permanent{Err: errors.New("the body is not JSON: " + wire.Plain(err)), Hint: `Send {"service","version","at","url"?,"note"?}, or an array of them.`}
	}
	for i, one := range list {
		var release event.Release
		decoder := json.NewDecoder(bytes.NewReader(one))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&release); err != nil {
			sink.Reject(wire.Reject{Index: i, Reason: wire.Plain(err)})
			continue
		}
		if release.Version == "" || release.At.IsZero() {
			sink.Reject(wire.Reject{Index: i, Reason: "a release needs version and at"})
			continue
		}
		release.At = event.Time(release.At)
		if err := sink.Release(&release); err != nil {
			return err
		}
	}
	return nil
}
