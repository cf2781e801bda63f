package wire

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// readAhead is how many bytes are read at a time.
const readAhead = 64 << 10

// eachLine calls take with every line of r that is not blank, without its end, and
// its number from 1. The bytes are only valid during the call. A line longer than
// limit goes to tooLong instead and is skipped without being held. It returns the
// first error of take or r.
func eachLine(r io.Reader, limit int, take func(number int, line []byte) error, tooLong func(number int, head []byte)) error {
	in := bufio.NewReaderSize(r, readAhead)
	var held []byte
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			held = held[:0]
			for errors.Is(err, bufio.ErrBufferFull) {
				held = append(held, line[:min(len(line), limit+1-len(held))]...)
				line, err = in.ReadSlice('\n')
			}
			held = append(held, line[:min(len(line), limit+1-len(held))]...)
			line = held
		}
		ended := err != nil
		line = bytes.TrimRight(line, "\r\n")
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte(byteOrderMark))
		}
		switch {
		case len(line) > limit:
			tooLong(number, line)
		case len(bytes.TrimSpace(line)) > 0:
			if err := take(number, line); err != nil {
				return err
			}
		}
		if ended {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read line %d: %w", number+1, err)
		}
	}
}

// byteOrderMark is what Windows editors begin files with.
const byteOrderMark = "\xef\xbb\xbf"

// rejectLong returns the tooLong function of [eachLine] that tells sink.
func rejectLong(limit int, sink Sink) func(int, []byte) {
	return func(number int, head []byte) {
		sink.Reject(Reject{Index: number, Reason: fmt.Sprintf("line is longer than %d bytes", limit), Sample: sample(head)})
	}
}

// LineID is the default identity of a log line: 128 bits of SHA-256 over the
// service, the line and its ordinal among equal lines, in hex. The same file read
// again gives the same ids, equal lines in it stay different records, and so do
// equal lines that two servers wrote about one request.
func LineID(service string, line []byte, ordinal int) string {
	return idOf(lineSum(nil, service, line), ordinal)
}

// lineSum hashes a line; buf is scratch space.
func lineSum(buf []byte, service string, line []byte) [sha256.Size]byte {
	if service == "" {
		return sha256.Sum256(line)
	}
	buf = append(append(append(buf[:0], service...), 0), line...)
	return sha256.Sum256(buf)
}

func idOf(sum [sha256.Size]byte, ordinal int) string {
	if ordinal > 0 {
		binary.BigEndian.PutUint64(sum[16:24], uint64(ordinal))
		sum = sha256.Sum256(sum[:24])
	}
	return hex.EncodeToString(sum[:16])
}

// ordinals counts equal lines, in two generations so that a file of any size needs
// bounded memory: equal lines carry the same time stamp and so lie near each other.
type ordinals struct{ young, old map[[16]byte]int }

const generation = 1 << 17

func (o *ordinals) next(sum [sha256.Size]byte) int {
	key := [16]byte(sum[:16])
	n, found := o.young[key]
	if !found {
		n = o.old[key]
	}
	if o.young == nil || len(o.young) >= generation {
		o.old, o.young = o.young, make(map[[16]byte]int)
	}
	o.young[key] = n + 1
	return n
}
