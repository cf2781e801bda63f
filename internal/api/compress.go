package api

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// compressed answers with gzip where the client reads it and the answer has more
// than a kilobyte. It is for answers that are whole before they are sent: streams
// and downloads stay plain, and built files are packed already.
//
// Guessing a secret by the length of answers (BREACH) needs another site's page that
// asks with the victim's login and a secret beside its own words. The login cookie is
// SameSite=Strict, and nothing secret is answered to a GET beside what was asked.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1<<10), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}
