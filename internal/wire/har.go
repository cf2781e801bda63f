package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// harFile is HAR 1.2, as browsers' developer tools and Playwright write it: the
// client side of every request, read one entry at a time.
type harFile struct {
	opt  Options
	sink Sink
	seen ordinals
	// who stands for parts of identity that an entry does not tell: one recording is
	// one visit of one device.
	who   event.Identity
	pages []harPage
	first map[string]harStart // by page
	agent string
}

// harStart is what a page's first entry tells: it is the document.
type harStart struct {
	url string
	who event.Identity
}

type harPage struct {
	Started string `json:"startedDateTime"`
	ID      string `json:"id"`
	Title   string `json:"title"`
	Timings struct {
		OnLoad float64 `json:"onLoad"`
	} `json:"pageTimings"`
}

type harEntry struct {
	Page    string     `json:"pageref"`
	Started string     `json:"startedDateTime"`
	Time    float64    `json:"time"` // milliseconds, like all of HAR
	Timings harTimings `json:"timings"`
	Request struct {
		Method   string      `json:"method"`
		URL      string      `json:"url"`
		Headers  []harHeader `json:"headers"`
		BodySize float64     `json:"bodySize"`
	} `json:"request"`
	Response struct {
		Status   int         `json:"status"`
		Headers  []harHeader `json:"headers"`
		BodySize float64     `json:"bodySize"`
		Content  struct {
			Size float64 `json:"size"`
		} `json:"content"`
		Error string `json:"_error"`
	} `json:"response"`
	Resource string `json:"_resourceType"`
}

// harTimings are phases in milliseconds; -1 or absent = did not happen. ssl is
// part of connect.
type harTimings struct {
	Blocked, DNS, Connect, Send, Wait, Receive float64
}

type harHeader struct{ Name, Value string }

// decodeHAR is the Decoder of HAR 1.2.
func decodeHAR(r io.Reader, opt Options, sink Sink) error {
	h := &harFile{opt: opt, sink: sink, first: map[string]harStart{}}
	found := false
	err := h.object(json.NewDecoder(filling{r}), map[string]func(*json.Decoder) error{"log": func(in *json.Decoder) error {
		found = true
		return h.log(in)
	}})
	switch {
	case err != nil:
		return err
	case !found:
		return brokenHAR(errors.New("it has no log"))
	}
	return h.views()
}

// filling fills what it is given. json.Decoder scans white space from its start
// again after every read, so reads must grow with its buffer.
type filling struct{ io.Reader }

// Read reads len(p) bytes, fewer only with an error.
func (f filling) Read(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var more int
		more, err = f.Reader.Read(p[n:])
		n += more
	}
	return n, err
}

func (h *harFile) log(in *json.Decoder) error {
	return h.object(in, map[string]func(*json.Decoder) error{
		"pages":   func(in *json.Decoder) error { return array(in, h.page) },
		"entries": func(in *json.Decoder) error { return array(in, h.entry) },
	})
}

// object reads an object and hands the members it knows to their readers.
func (h *harFile) object(in *json.Decoder, members map[string]func(*json.Decoder) error) error {
	if err := bracket(in, '{'); err != nil {
		return err
	}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return brokenHAR(err)
		}
		read := members[fmt.Sprint(name)]
		if read == nil {
			read = func(in *json.Decoder) error { return brokenHAR(in.Decode(&json.RawMessage{})) }
		}
		if err := read(in); err != nil {
			return err
		}
	}
	return bracket(in, '}')
}

// array hands every element to take, which must consume it.
func array(in *json.Decoder, take func(i int, in *json.Decoder) error) error {
	if err := bracket(in, '['); err != nil {
		return err
	}
	for i := 0; in.More(); i++ {
		if err := take(i, in); err != nil {
			return err
		}
	}
	return bracket(in, ']')
}

func bracket(in *json.Decoder, want json.Delim) error {
	token, err := in.Token()
	if err == nil && token != want {
		err = fmt.Errorf("%v where %v belongs", token, want)
	}
	return brokenHAR(err)
}

func brokenHAR(err error) error {
	if err == nil {
		return nil
	}
	return &event.Permanent{Err: worded{"this is not a whole HAR file: " + Plain(err), err}, Hint: "Export it again with \"Save all as HAR\" in the browser's network panel."}
}

// decodeElement reads one element into to. A value of a wrong type costs the element
// (skipped = true), broken JSON the rest of the file.
func (h *harFile) decodeElement(i int, in *json.Decoder, to any) (skipped bool, err error) {
	var raw json.RawMessage
	if err := in.Decode(&raw); err != nil {
		return false, brokenHAR(err)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		h.sink.Reject(Reject{Index: i, Reason: Plain(err), Sample: sample(raw)})
		return true, nil // a bad record costs itself, not the file
	}
	return false, nil
}

func (h *harFile) page(i int, in *json.Decoder) error {
	var p harPage
	if skipped, err := h.decodeElement(i, in, &p); skipped || err != nil {
		return err
	}
	h.pages = append(h.pages, p)
	return nil
}

func (h *harFile) entry(i int, in *json.Decoder) error {
	var e harEntry
	if skipped, err := h.decodeElement(i, in, &e); skipped || err != nil {
		return err
	}
	c, err := h.call(&e)
	if err != nil {
		h.sink.Reject(Reject{Index: i, Reason: err.Error(), Sample: sample([]byte(e.Request.Method + " " + e.Request.URL))})
		return nil //nolint:nilerr // a bad record costs itself, not the file
	}
	if _, known := h.first[e.Page]; !known {
		h.first[e.Page] = harStart{e.Request.URL, c.Identity}
	}
	orElse(&h.agent, c.UserAgent)
	return h.sink.Call(&c)
}

// call makes a client Call of one entry.
func (h *harFile) call(e *harEntry) (event.Call, error) {
	c := event.Call{Side: event.Client, Service: h.opt.Service, PageID: clean(e.Page)}
	c.Source = "har"
	started, err := time.Parse(time.RFC3339Nano, e.Started)
	if err != nil {
		return c, fmt.Errorf("startedDateTime %q is not a time", e.Started)
	}
	c.Time = event.Time(started)
	if !strings.HasPrefix(e.Request.URL, "http://") && !strings.HasPrefix(e.Request.URL, "https://") {
		return c, errors.New("the URL is not one of HTTP")
	}
	var ok bool
	if c.Method, ok = methodOf(e.Request.Method); !ok || e.Request.Method == "" {
		return c, fmt.Errorf("method %q is not HTTP", e.Request.Method)
	}
	if c.Host, c.Path, c.Query = splitTarget(e.Request.URL); isOwnIntake(c.Method, c.Path) {
		return c, errors.New(ownIntake)
	}
	if c.Status = e.Response.Status; c.Status < 100 || c.Status > 599 {
		c.Status, c.Error = 0, networkError(e.Response.Error)
	}
	c.Duration, c.Timed = e.duration()
	c.RequestBytes = int64(max(0, min(e.Request.BodySize, 1<<53)))
	c.ResponseBytes = int64(max(0, min(e.Response.BodySize, 1<<53)))
	if c.ResponseBytes == 0 { // Chrome leaves it at -1
		c.ResponseBytes = int64(max(0, min(e.Response.Content.Size, 1<<53)))
	}
	c.Class = classOf(e.Resource)
	h.identify(&c, e)
	e.Timings.keep(&c)
	c.ID = h.id(c.Time, e.Request.Method, e.Request.URL)
	return c, nil
}

// identify reads the headers of both directions. The traceparent that a client
// sent names its own span.
func (h *harFile) identify(c *event.Call, e *harEntry) {
	found := headerKeys(func(name string) string {
		if value := headerOf(e.Request.Headers, name); value != "" {
			return value
		}
		return headerOf(e.Response.Headers, name)
	})
	found.SpanID, found.ParentSpanID = found.ParentSpanID, ""
	found.PageID = ""
	found.fill(c)
	c.ServerTraceID = serverTimingTrace(headerOf(e.Response.Headers, "server-timing"))
	c.UserAgent = headerOf(e.Request.Headers, "user-agent")
	h.recognise(c)
}

// recognise completes a call's identity. The first entry says who makes the
// recording; what its headers leave out is named after its time, so that a second
// import is the same visitor.
func (h *harFile) recognise(c *event.Call) {
	if h.who.IsZero() {
		stranger := LineID("har", []byte(c.Time.Format(time.RFC3339Nano)), 0)
		h.who = c.Identity
		orElse(&h.who.DeviceID, stranger)
		orElse(&h.who.SessionID, stranger)
	}
	orElse(&c.DeviceID, h.who.DeviceID)
	orElse(&c.SessionID, h.who.SessionID)
}

func headerOf(headers []harHeader, name string) string {
	for _, header := range headers {
		if strings.EqualFold(header.Name, name) {
			return header.Value
		}
	}
	return ""
}

// id names a record by its own facts, so that importing twice changes nothing.
func (h *harFile) id(at time.Time, parts ...string) string {
	key := []byte(at.Format(time.RFC3339Nano) + " " + strings.Join(parts, " "))
	return LineID(h.opt.Service, key, h.seen.next(lineSum(nil, "", key)))
}

// duration is the whole time the person waited; absent phases are -1.
func (e *harEntry) duration() (time.Duration, bool) {
	ms := e.Time
	if ms <= 0 {
		ms = 0
		for _, phase := range e.Timings.phases() {
			ms += max(0, phase.ms)
		}
	}
	d := milliseconds(ms)
	return d, d > 0 || e.Response.Status > 0
}

func milliseconds(ms float64) time.Duration {
	if !(ms >= 0) || ms > float64(event.MaxDuration/time.Millisecond) {
		return 0
	}
	return time.Duration(ms * float64(time.Millisecond)).Truncate(time.Microsecond)
}

type harPhase struct {
	name string
	ms   float64
}

func (t harTimings) phases() []harPhase {
	return []harPhase{{"blocked", t.Blocked}, {"dns", t.DNS}, {"connect", t.Connect}, {"send", t.Send}, {"wait", t.Wait}, {"receive", t.Receive}}
}

// keep notes the phases that took time: they split a wait into network and server.
func (t harTimings) keep(c *event.Call) {
	for _, phase := range t.phases() {
		if d := milliseconds(phase.ms); d > 0 {
			setAttribute(c, "timing."+phase.name+"_us", d.Microseconds())
		}
	}
}

// networkError names what a browser reports instead of a status.
func networkError(text string) string {
	switch {
	case strings.Contains(text, "ABORTED"):
		return event.Aborted
	case strings.Contains(text, "TIMED_OUT"):
		return "timeout"
	}
	return "network"
}

func classOf(resource string) event.Class {
	switch resource {
	case "xhr", "fetch":
		return event.API
	case "document":
		return event.Document
	case "script", "stylesheet", "image", "font", "media", "manifest":
		return event.Asset
	}
	return "" // the pipeline looks at the path
}

// views makes the page views. They come last because a page's address is that of
// its first entry.
func (h *harFile) views() error {
	for i, p := range h.pages {
		started, err := time.Parse(time.RFC3339Nano, p.Started)
		document, known := h.first[p.ID]
		if err != nil || !known {
			h.sink.Reject(Reject{Index: i, Reason: "the page has no time, or no entry that tells its URL", Sample: sample([]byte(p.Title))})
			continue
		}
		e := event.Event{Time: event.Time(started), Name: string(event.PageView), Kind: event.PageView, Duration: milliseconds(p.Timings.OnLoad)}
		e.Page = event.Page{URL: document.url, Title: p.Title, ID: clean(p.ID)}
		e.Identity = document.who
		e.Source, e.UserAgent = "har", h.agent
		e.ID = h.id(e.Time, "page", p.ID)
		if err := h.sink.Event(&e); err != nil {
			return err
		}
	}
	return nil
}

// detectHAR looks for the frame that every HAR begins with.
func detectHAR(head []byte) Match {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	if !bytes.HasPrefix(head, []byte("{")) || !bytes.Contains(head, []byte(`"log"`)) {
		return Match{}
	}
	if bytes.Contains(head, []byte(`"creator"`)) || bytes.Contains(head, []byte(`"entries"`)) {
		return Match{Score: 1}
	}
	return Match{}
}
