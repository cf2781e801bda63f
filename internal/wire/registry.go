package wire

import "slices"

// Formats returns every format, in the order in which ties of detection are
// broken. A new format is one row here.
func Formats() []Format {
	return slices.Concat(
		nativeFormats(), // exact about their fields, so they go before the logs' guesses
		otlpFormats(),
		logFormats(),
		[]Format{
			browserFormat(),
			{
				Name: "har", Title: "HAR 1.2, a browser's network recording", Paths: []string{"POST /intake/har"},
				ContentTypes: []string{"application/json"}, Decode: decodeHAR, Detect: detectHAR,
			},
		},
	)
}

// Lookup returns the format of that name.
func Lookup(name string) (Format, bool) {
	all := Formats()
	i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return all[i], true
}
