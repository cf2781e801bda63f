package wire

import (
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// clientCall is a request as a browser saw it.
func (s *otlpSpan) clientCall() event.Call {
	c := s.call(event.Client)
	c.ServerTraceID = hexID(s.text("link.traceId", "link.trace_id"), 32)
	if c.ServerTraceID == "" {
		c.ServerTraceID = serverTimingTrace(s.text("http.response.header.server-timing"))
	}
	switch s.Name() {
	case "documentFetch":
		c.Class = event.Document
	case "resourceFetch":
		c.Class = event.Asset
	default:
		if c.Status == 0 || s.aborted() {
			c.Error = s.failure()
		}
	}
	return c
}

// aborted reports whether the person ended the request although its status had come.
func (s *otlpSpan) aborted() bool { return s.failure() == event.Aborted }

// failure says why a request of a browser has no response. Instrumentations tell
// it by the error's name, by a status text or by an event of the span.
func (s *otlpSpan) failure() string {
	words := []string{s.text("error.type", "http.error_name"), s.text("http.status_text"), s.text("http.error_message")}
	for _, e := range s.Events().All() {
		words = append(words, e.Name(), attributes{e.Attributes()}.text("exception.type"))
	}
	for _, word := range words {
		word = strings.ToLower(word)
		switch {
		case strings.Contains(word, "abort"), strings.Contains(word, "cancel"):
			return event.Aborted
		case strings.Contains(word, "timeout"), strings.Contains(word, "timed out"):
			return "timeout"
		case strings.Contains(word, "cors"):
			return "cors"
		}
	}
	return "network"
}

// event is what a person did: loaded a page, or acted on an element.
func (s *otlpSpan) event() event.Event {
	own := attributeKeys(func(name string) string { return s.text(name) })
	e := event.Event{
		ID: s.id(), Time: timeOf(s.StartTimestamp()), TraceID: s.traceID(), SpanID: s.spanID(), ActionID: own.ActionID,
		Page:    event.Page{URL: s.text("url.full", "http.url"), ID: firstOf(own.PageID, s.scope.keys.PageID)},
		Release: s.scope.release, Context: s.scope.context, Properties: s.rest(), Origin: s.origin(),
	}
	e.Duration, _ = s.duration()
	s.scope.identify(&e.Identity, &own)
	if s.isPageLoad() {
		e.Name, e.Kind = "page_view", event.PageView
		return e
	}
	e.Name = clip(s.text("event_type"))
	e.Kind = interaction(e.Name)
	e.Target = event.Target{Selector: s.text("target_xpath"), Role: roleOf(s.text("target_element"))}
	if to, navigated := strings.CutPrefix(s.Name(), "Navigation: "); navigated { // the instrumentation renames the click that changed the route
		if e.Properties == nil {
			e.Properties = map[string]any{}
		}
		e.Properties["navigated_to"] = to
	}
	return e
}

// interaction is the kind of a DOM event; what is not an action is custom.
func interaction(eventType string) event.Kind {
	switch eventType {
	case "click", "tap", "dblclick":
		return event.Click
	case "submit":
		return event.Submit
	case "change":
		return event.Change
	}
	return event.Custom
}

// roleOf turns a tag into the role that it has for people.
func roleOf(tag string) string {
	switch tag = strings.ToLower(tag); tag {
	case "a":
		return "link"
	case "input":
		return "textbox"
	case "select":
		return "combobox"
	}
	return tag
}
