package wire

import (
	"encoding/json"
	"maps"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/clickspan/clickspan/internal/event"
)

// logs takes log records with an event name as Events: OpenTelemetry's way to tell
// behaviour. Other log lines are not ours; that there were some is told once.
func (o *otlpDecoder) logs(logs plog.Logs) error {
	index := 0
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			scope := o.scope(rl.Resource(), sl.Scope())
			for _, record := range sl.LogRecords().All() {
				if err := o.log(index, scope, record); err != nil {
					return err
				}
				index++
			}
		}
	}
	return nil
}

func (o *otlpDecoder) log(index int, scope *otlpScope, record plog.LogRecord) error {
	l := otlpLog{LogRecord: record, attributes: attributes{record.Attributes()}, scope: scope}
	name := firstOf(record.EventName(), l.text("event.name"))
	if name != "" {
		e := l.event(name)
		return o.sink.Event(&e)
	}
	if !o.skipped {
		o.skipped = true
		o.sink.Reject(Reject{Index: index, Reason: "log records without event_name are skipped: only events are kept"})
	}
	return nil
}

// otlpLog is one log record with what is above it.
type otlpLog struct {
	plog.LogRecord
	attributes
	scope *otlpScope
}

func (l *otlpLog) event(name string) event.Event {
	own := attributeKeys(func(name string) string { return l.text(name) })
	at := l.Timestamp()
	if at == 0 {
		at = l.ObservedTimestamp()
	}
	e := event.Event{
		Time: timeOf(at), Name: clip(name), Kind: logKind(name), ActionID: own.ActionID,
		Page: event.Page{
			URL: l.orResource("browser.document.url.full", "url.full", "http.url"), ID: firstOf(own.PageID, l.scope.keys.PageID),
			Title: l.orResource("browser.document.title"), Referrer: l.orResource("browser.document.referrer"),
		},
		Release: l.scope.release, Context: l.scope.context, Properties: l.properties(), Origin: l.scope.origin,
	}
	if !l.TraceID().IsEmpty() {
		e.TraceID = l.TraceID().String()
	}
	if !l.SpanID().IsEmpty() {
		e.SpanID = l.SpanID().String()
	}
	if agent := l.text("user_agent.original"); agent != "" {
		e.UserAgent = agent
	}
	l.scope.identify(&e.Identity, &own)
	l.refine(&e)
	e.ID = firstOf(l.text("log.record.uid"), contentID(&e))
	return e
}

// logKind knows the events of the semantic conventions and of the browser SDK.
func logKind(name string) event.Kind {
	switch name {
	case "browser.web_vital":
		return event.WebVital
	case "exception", "device.crash", "app.crash":
		return event.PageError
	case "app.screen.click", "app.widget.click", "browser.user_action.click":
		return event.Click
	case "browser.navigation":
		return event.RouteChange
	case "browser.page_view":
		return event.PageView
	}
	return kindOf(name, nil)
}

// refine moves what has a field of its own there, and names vitals and errors as
// every other source does.
func (l *otlpLog) refine(e *event.Event) {
	take := func(name string) string {
		text, _ := e.Properties[name].(string)
		delete(e.Properties, name)
		return text
	}
	coordinate := func(names ...string) float64 {
		for _, name := range names {
			if x, ok := e.Properties[name].(float64); ok {
				delete(e.Properties, name)
				return x
			}
		}
		return 0
	}
	switch e.Kind {
	case event.Click:
		e.Target = event.Target{
			Selector: firstOf(take("browser.css_selector"), take("app.widget.id")),
			Name:     firstOf(take("app.widget.name"), take("browser.element.text")),
			Role:     roleOf(take("browser.tag_name")),
			X:        coordinate("app.screen.coordinate.x", "browser.page.x"),
			Y:        coordinate("app.screen.coordinate.y", "browser.page.y"),
		}
	case event.RouteChange:
		if same, ok := e.Properties["browser.navigation.same_document"].(bool); ok && !same {
			e.Kind = event.PageView
		}
	case event.WebVital, event.PageError:
		for name, value := range maps.Clone(e.Properties) {
			for _, prefix := range []string{"browser.web_vital.", "exception."} {
				if short, found := strings.CutPrefix(name, prefix); found {
					delete(e.Properties, name)
					e.Properties[short] = value
				}
			}
		}
	}
}

// orResource returns the record's attribute, else the resource's.
func (l *otlpLog) orResource(names ...string) string {
	if text := l.text(names...); text != "" {
		return text
	}
	return attributes{l.scope.resource}.text(names...)
}

// properties are the attributes, and the body: older conventions put the payload there.
func (l *otlpLog) properties() map[string]any {
	m := l.rest()
	if m == nil {
		m = map[string]any{}
	}
	switch body := l.Body(); body.Type() {
	case pcommon.ValueTypeEmpty:
	case pcommon.ValueTypeMap:
		for name, value := range body.Map().All() {
			if _, taken := m[name]; !taken {
				m[name] = plainValue(value)
			}
		}
	default:
		m["body"] = plainValue(body)
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// contentID names an event by what it says, so that a retried export changes nothing.
func contentID(e *event.Event) string {
	text, err := json.Marshal(e) // in a fixed order; properties are sorted
	if err != nil {
		return "" // impossible: plainValue makes what JSON can say
	}
	return LineID("otlp", text, 0)
}
