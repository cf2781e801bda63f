package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/wire"
)

// Linker is the link pass.
type Linker interface {
	// Wait returns when the pass has seen all rows up to upto, or with ctx's error.
	Wait(ctx context.Context, upto store.Seq) error
}

// IntakeAnswer is what the native and log routes answer.
type IntakeAnswer struct {
	Accepted   int                `json:"accepted"`
	Duplicates int                `json:"duplicates"`
	Rejected   int                `json:"rejected"`
	Errors     []pipeline.Refusal `json:"errors"`
	// Linked is there when ?sync=1 asked for it: whether the link pass has seen
	// the records.
	Linked *bool `json:"linked,omitempty"`
}

// DebugAnswer is what ?debug=1 answers: what would have been stored.
type DebugAnswer struct {
	Events   []Event            `json:"events"`
	Calls    []Call             `json:"calls"`
	Spans    []Span             `json:"spans"`
	Releases []event.Release    `json:"releases"`
	Rejected int                `json:"rejected"`
	Errors   []pipeline.Refusal `json:"errors"`
}

// source decodes the body of one request into a sink.
type source struct {
	format wire.Format
	// public says that browser keys may use the route.
	public bool
}

// intakeDoor is one route of intake.
type intakeDoor struct {
	pattern string // as in net/http
	takes   string // for people
	handler http.HandlerFunc
}

// intakeDoors has one for each path of the wire registry, one for releases and one for
// all access logs.
func (s *Server) intakeDoors() []intakeDoor {
	take := func(from source) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { s.take(w, r, from) }
	}
	doors := []intakeDoor{
		{"POST /intake/logs/{format}", "An access log", s.takeLog},
		{"POST /intake/releases", "Deploy markers", take(source{format: releaseFormat()})},
	}
	for _, format := range wire.Formats() {
		for _, pattern := range format.Paths {
			doors = append(doors, intakeDoor{pattern, format.Title, take(source{format: format, public: format.Name != "har"})})
		}
	}
	return doors
}

func (s *Server) intakeRoutes() {
	for _, door := range s.intakeDoors() {
		s.intakeRoute(door.pattern, door.handler)
	}
}

// takeLog answers POST /intake/logs/{format}.
func (s *Server) takeLog(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("format")
	format, ok := wire.Lookup(name)
	if !ok || len(format.Paths) > 0 {
		s.fail(w, r, problem(http.StatusNotFound, "Use one of: "+strings.Join(logFormats(), ", ")+".", "there is no log format %q", name))
		return
	}
	s.take(w, r, source{format: format})
}

func logFormats() []string {
	var names []string
	for _, f := range wire.Formats() {
		if len(f.Paths) == 0 {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}

// intakeRoute puts a route on both listeners, within reach of browsers.
func (s *Server) intakeRoute(pattern string, handler http.HandlerFunc) {
	_, path, _ := strings.Cut(pattern, " ")
	open := func(w http.ResponseWriter, r *http.Request) {
		allowOrigin(w, r)
		handler(w, r)
	}
	for _, mux := range []*http.ServeMux{s.main, s.intake} {
		mux.HandleFunc(pattern, open)
		mux.HandleFunc("OPTIONS "+path, preflight)
	}
}

// allowOrigin lets the page read the answer. The origin is echoed, because "*" is
// refused by browsers when a client sends credentials, which some SDKs do; intake
// ignores them.
func allowOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
	}
}

// preflight allows every page to ask; whether its key may send is told by the
// request itself.
func preflight(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", http.MethodPost)
	if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" {
		h.Set("Access-Control-Allow-Headers", wanted)
	}
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

// take answers an intake request in the words of its format.
func (s *Server) take(w http.ResponseWriter, r *http.Request, from source) {
	fail := s.fail
	if from.format.Name == otlpName {
		fail = s.failOTLP
	}
	if r.URL.Query().Get("debug") == "1" {
		answer, err := s.preview(w, r, from)
		if err != nil {
			fail(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, "application/json", answer)
		return
	}
	result, err := s.keep(w, r, from)
	if err != nil {
		fail(w, r, err)
		return
	}
	answer := IntakeAnswer{Accepted: result.Accepted, Duplicates: result.Duplicates, Rejected: result.Rejected, Errors: some(result.Errors)}
	if r.URL.Query().Get("sync") == "1" {
		answer.Linked = s.waitLinked(r.Context(), result.Upto)
	}
	status := http.StatusOK
	if nothingGood(result) {
		status = http.StatusBadRequest
	}
	switch {
	case from.format.Name != otlpName:
		writeJSON(w, status, "application/json", answer)
	case status == http.StatusOK:
		s.answerOTLP(w, r, answer)
	default:
		fail(w, r, refusedWhole(answer.Errors))
	}
}

// keep decodes and stores a request's records.
func (s *Server) keep(w http.ResponseWriter, r *http.Request, from source) (pipeline.Result, error) {
	origin, err := s.origin(r, from)
	if err != nil {
		return pipeline.Result{}, err
	}
	if err := fetchSmall(w, r); err != nil {
		return pipeline.Result{}, err
	}
	leave, err := s.slot(r.Context())
	if err != nil {
		return pipeline.Result{}, err
	}
	defer leave()
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	sink := s.pipeline.Begin(ctx, origin)
	if err := s.decode(w, r, from, sink); err != nil {
		stop() // nothing more of a request that ends badly is stored
		_, _ = sink.Close()
		return pipeline.Result{}, err
	}
	result, err := sink.Close()
	s.metrics.took(result)
	if err == nil && result.Good() {
		_ = s.disk.room(ctx) // it was written, so a disk that was full may have space again
	}
	return result, err
}

// preview decodes a request's records and says what would be stored.
func (s *Server) preview(w http.ResponseWriter, r *http.Request, from source) (DebugAnswer, error) {
	origin, err := s.origin(r, from)
	if err != nil {
		return DebugAnswer{}, err
	}
	leave, err := s.slot(r.Context())
	if err != nil {
		return DebugAnswer{}, err
	}
	defer leave()
	sink := s.pipeline.Dry(r.Context(), origin)
	noted := noting{Sink: sink, releases: []event.Release{}}
	err = s.decode(w, r, from, &noted)
	if _, closed := sink.Close(); err == nil {
		err = closed
	}
	kept, result := sink.Preview()
	return DebugAnswer{
		Events: each(kept.Events, eventOf), Calls: each(kept.Calls, bareCall), Spans: each(kept.Spans, spanOf),
		Releases: noted.releases, Rejected: result.Rejected, Errors: some(result.Errors),
	}, err
}

// noting remembers releases, which a dry writer does not give back.
type noting struct {
	wire.Sink
	releases []event.Release
}

// Place passes on which record comes next.
func (n *noting) Place(index int) {
	if sink, ok := n.Sink.(*pipeline.Writer); ok {
		sink.Place(index)
	}
}

// Release notes r.
func (n *noting) Release(r *event.Release) error {
	n.releases = append(n.releases, *r)
	return n.Sink.Release(r)
}

// decode reads the body into sink.
func (s *Server) decode(w http.ResponseWriter, r *http.Request, from source, sink wire.Sink) error {
	q := r.URL.Query()
	zone, err := zoneOf(q.Get("timezone"))
	if err != nil {
		return err
	}
	body, err := s.openBody(w, r)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return from.format.Decode(body, wire.Options{
		Service: q.Get("service"), LogFormat: q.Get("log_format"), Location: zone, ID: lineIDs(r.Header.Get("Idempotency-Key")),
		Header: r.Header.Get, Path: r.URL.Path, Query: r.URL.RawQuery,
	}, sink)
}

// origin is what a request tells about its records: who sends, and from where.
func (s *Server) origin(r *http.Request, from source) (pipeline.Origin, error) {
	who, err := s.identify(r)
	if err != nil {
		return pipeline.Origin{}, err
	}
	if who.browser && !from.public {
		return pipeline.Origin{}, problem(http.StatusForbidden, "Use a server key: `clickspan key create --kind server`.",
			"a browser key may not send %s", from.format.Name)
	}
	origin := pipeline.Origin{
		Project: who.project, Browser: who.browser, ReceivedAt: event.Time(s.now()), Source: from.format.Name,
		Service: cmp.Or(r.URL.Query().Get("service"), from.format.Service), Label: r.URL.Query().Get("label"),
	}
	if len(from.format.Paths) == 0 { // a log: its clock is the server's own, and lines count from 1
		origin.ReceivedAt, origin.FirstIndex = time.Time{}, 1
	}
	// A public key says that a browser sends, and so does an Origin, which programs leave out.
	if who.browser || r.Header.Get("Origin") != "" {
		origin.Beacon, origin.UserAgent, origin.ClientIP = true, r.UserAgent(), clientIP(r, s.proxiesOf(r))
		origin.Denied = r.Header.Get("Sec-GPC") == "1" || r.Header.Get("DNT") == "1"
	}
	return origin, nil
}

// proxiesOf are the proxies whose word counts: those of the intake listener.
func (s *Server) proxiesOf(r *http.Request) []netip.Prefix {
	if isPublic(r.Context()) {
		return s.trusted
	}
	return nil
}

// slot waits for one of the places of requests that may be decoded at once.
// Those who wait cost a connection, and no memory for their body.
func (s *Server) slot(ctx context.Context) (leave func(), err error) {
	patience := time.NewTimer(slotTimeout)
	defer patience.Stop()
	select {
	case s.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-s.slots }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-patience.C:
		return nil, retryLater(time.Second, "Send again later; more requests are under way than this machine takes at once.", "intake is busy")
	}
}

// waitLinked answers ?sync=1.
func (s *Server) waitLinked(ctx context.Context, upto store.Seq) *bool {
	ctx, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	linked := s.linker.Wait(ctx, upto) == nil
	return &linked
}

// lineIDs names log lines. With an Idempotency-Key the same request again names
// them the same; without one each line is new.
func lineIDs(key string) func(line []byte, ordinal int) string {
	if key == "" {
		key = rand.Text()
	}
	return func(line []byte, ordinal int) string {
		h := sha256.New()
		h.Write([]byte(key + "\x00" + strconv.Itoa(ordinal) + "\x00"))
		h.Write(line)
		return hex.EncodeToString(h.Sum(nil)[:16])
	}
}
