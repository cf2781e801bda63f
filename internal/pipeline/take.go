package pipeline

import (
	"context"
	"io"

	"github.com/clickspan/clickspan/internal/wire"
)

// Take decodes all of r and stores it: what `clickspan import` does with a file
// and POST /api/v1/import with a stream. The Result tells how far it came even
// when there is an error.
func (p *Pipeline) Take(ctx context.Context, r io.Reader, format wire.Format, opt wire.Options, o Origin) (Result, error) {
	w := p.Begin(ctx, o)
	decodeErr := format.Decode(r, opt, w)
	result, err := w.Close()
	if err == nil { // else decoding stopped because of it
		err = decodeErr
	}
	return result, err
}
