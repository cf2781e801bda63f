package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/clickspan/clickspan/internal/event"
)

// zstdWindow is the largest window a sender may ask us to hold: what the format's
// own recommendation (RFC 8878) makes every decoder support.
const zstdWindow = 8 << 20

// beaconBytes is the most that browsers send when a page is left.
const beaconBytes = 64 << 10

// fetchSmall reads a small body before its request takes a place among those being
// decoded, so that phones on slow networks keep nobody else waiting.
func fetchSmall(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength <= 0 || r.ContentLength > beaconBytes {
		return nil
	}
	body, err := io.ReadAll(received{http.MaxBytesReader(w, r.Body, beaconBytes)})
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// received is a body as it comes over the wire. A sender that stops in the middle
// is at fault, not the server.
type received struct{ io.ReadCloser }

// Read reads bytes as sent.
func (b received) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, err
	}
	return n, &event.Permanent{Err: fmt.Errorf("the body ended early: %w", err), Hint: "Send the request again."}
}

// openBody returns the plain bytes of a request. However it is compressed, no
// more than the limits are read: of what came over the wire and of what it
// unpacks to, which stops a small bomb.
func (s *Server) openBody(w http.ResponseWriter, r *http.Request) (io.ReadCloser, error) {
	wire := received{http.MaxBytesReader(w, r.Body, s.limits.Body)}
	if r.ContentLength > s.limits.Body {
		_, _ = io.CopyN(io.Discard, r.Body, 4*s.limits.Body) // see unpacking.Close
		return nil, &http.MaxBytesError{Limit: s.limits.Body}
	}
	var plain io.ReadCloser
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return wire, nil
	case "gzip", "x-gzip":
		unpacked, err := gzip.NewReader(bufio.NewReader(wire))
		if err != nil {
			return nil, notUnpackable(encoding, err)
		}
		plain = unpacked
	case "zstd":
		unpacked, err := zstd.NewReader(wire, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(uint64(s.limits.Unpacked)))
		if err != nil {
			return nil, notUnpackable(encoding, err)
		}
		plain = unpacked.IOReadCloser()
	default:
		return nil, problem(http.StatusUnsupportedMediaType, "Send the body plain, or with gzip or zstd.", "the content encoding %q is not known", encoding)
	}
	return &unpacking{
		ReadCloser: plain, wire: wire, alive: r.Context().Err, encoding: r.Header.Get("Content-Encoding"), left: s.limits.Unpacked, limit: s.limits.Unpacked,
	}, nil
}

func notUnpackable(encoding string, err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return &event.Permanent{Err: fmt.Errorf("the body is not %s: %w", encoding, err), Hint: "Leave Content-Encoding out, or compress the body as it says."}
}

// unpacking ends a compressed body with an error where it grows beyond its limit.
type unpacking struct {
	io.ReadCloser
	wire     io.Reader    // what it is unpacked from
	alive    func() error // why nobody waits for the answer any more
	encoding string
	left     int64
	limit    int64
}

// Read reads plain bytes.
func (u *unpacking) Read(p []byte) (int, error) {
	if err := u.alive(); err != nil {
		return 0, err
	}
	if u.left < 0 {
		return 0, &http.MaxBytesError{Limit: u.limit}
	}
	if int64(len(p)) > u.left+1 {
		p = p[:u.left+1]
	}
	n, err := u.ReadCloser.Read(p)
	u.left -= int64(n)
	switch {
	case u.left < 0:
		return n - 1, &http.MaxBytesError{Limit: u.limit}
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return n, &http.MaxBytesError{Limit: u.limit}
	case err != nil && !errors.Is(err, io.EOF):
		return n, notUnpackable(u.encoding, err)
	}
	return n, err
}

// Close takes what is left of the body as it was sent, which is bounded: a sender
// that is cut off while it writes never reads why.
func (u *unpacking) Close() error {
	_, _ = io.Copy(io.Discard, u.wire)
	return u.ReadCloser.Close()
}
