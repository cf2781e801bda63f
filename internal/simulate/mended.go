package simulate

// Mended is an endpoint that is better than it was: what the same seed without it loses
// more, its failures or its slowness cost.
type Mended struct {
	Endpoint string  `json:"endpoint"`
	Errors   bool    `json:"errors"`    // it never fails
	WithinMS float64 `json:"within_ms"` // the servers take no longer; 0 = as long as they take
}

// mend changes how long the servers take, in seconds, and whether they fail.
func (m *Mended) mend(e *endpoint, server float64) float64 {
	if m.Endpoint == e.name() && m.WithinMS > 0 {
		return min(server, m.WithinMS/1000)
	}
	return server
}

// sound says that the endpoint never fails.
func (m *Mended) sound(e *endpoint) bool { return m.Errors && m.Endpoint == e.name() }
