package duckdb

import (
	"slices"
	"strconv"

	"github.com/clickspan/clickspan/internal/store"
)

const (
	// failedCall and refusedCall are event.Call's Failed and Refused, of a row c.
	failedCall  = "coalesce(c.status >= 500, c.error NOT IN ('', 'abort'))"
	refusedCall = "coalesce(c.status BETWEEN 400 AND 499, false)"
)

// viaLink reports whether a field of calls needs what links tell of the call, as l.
func viaLink(field store.Field) bool {
	switch field.Name {
	case "call.session_id", "call.device_id", "call.user_id":
		return true
	}
	return false
}

func needsLink(f store.Filter) bool { return slices.ContainsFunc(store.FieldsIn(f), viaLink) }

// factsFor is what a filter asks of links.
func factsFor(f store.Filter) []string {
	if needsLink(f) {
		return linkIDs()
	}
	return nil
}

// isLinked is the condition that the action behind a call c is known at a confidence.
func isLinked(minConfidence float64) string {
	return "coalesce(c.linked >= " + strconv.FormatFloat(minConfidence, 'f', -1, 64) + ", false)"
}

// enumOf is the bare column behind a text field of few values, and its type: to compare
// those is several times quicker than to compare their texts.
func enumOf(field store.Field) (column, enum string, ok bool) {
	switch field.Name {
	case "call.side":
		return "c.side", "call_side", true
	case "call.class":
		return "c.class", "call_class", true
	case "call.bot":
		return "c.bot", "bot_class", true
	case "event.kind":
		return "e.kind", "event_kind", true
	case "event.bot":
		return "e.bot", "bot_class", true
	case "session.bot":
		return "s.bot", "bot_class", true
	}
	return "", "", false
}

// callFields are the fields of a row c of calls, whose links count from a confidence
// on. joined says that what links tell of it is joined as l.
func callFields(minConfidence float64, joined bool) columnsOf {
	fields := columnsOf{
		"call.side": {"CAST(c.side AS VARCHAR)", store.String}, "call.service": {"c.service", store.String},
		"call.method": {"c.method", store.String}, "call.route": {"c.route", store.String}, "call.endpoint": {endpointText("c.service", "c.method", "c.route"), store.String},
		"call.path": {"c.path", store.String}, "call.host": {"c.host", store.String}, "call.class": {"CAST(c.class AS VARCHAR)", store.String},
		"call.status": {"c.status", store.Int}, "call.error": {"c.error", store.String},
		"call.failed": {failedCall, store.Bool}, "call.refused": {refusedCall, store.Bool},
		"call.duration_ms":   {"(c.duration_us / 1000)", store.Double},
		"call.request_bytes": {"c.request_bytes", store.Int}, "call.response_bytes": {"c.response_bytes", store.Int},
		"call.trace_id": {traceText(), store.String}, "call.request_id": {packedText("c", "request", 2, 7), store.String},
		"call.session_id": {"c.session_id", store.String}, "call.device_id": {"c.device_id", store.String},
		"call.user_id": {"c.user_id", store.String}, "call.account_id": {"c.account_id", store.String},
		"call.release": {"c.release", store.String},
		"call.device":  {part("c.context", 1), store.String}, "call.os": {part("c.context", 2), store.String}, "call.browser": {part("c.context", 3), store.String},
		"call.bot": {"CAST(c.bot AS VARCHAR)", store.String}, "call.source": {part("c.origin", 1), store.String},
		"call.attributes": {"c.attributes", store.Map},
		"call.linked":     {isLinked(minConfidence), store.Bool},
	}
	if joined {
		for name, own := range map[string]string{"call.session_id": "session_id", "call.device_id": "device_id", "call.user_id": "user_id"} {
			fields[name] = column{"CASE WHEN c." + own + " <> '' THEN c." + own + " ELSE coalesce(l." + own + ", '') END", store.String}
		}
	}
	return fields
}

// eventFields are the fields of a row e of events.
func eventFields() columnsOf {
	return columnsOf{
		"event.name": {"e.name", store.String}, "event.kind": {"CAST(e.kind AS VARCHAR)", store.String},
		"event.page": {"e.path", store.String}, "event.page_route": {"e.page_route", store.String},
		"event.target":     {"e.target", store.String},
		"event.session_id": {"e.session_id", store.String}, "event.device_id": {"e.device_id", store.String},
		"event.user_id": {"e.user_id", store.String}, "event.account_id": {"e.account_id", store.String},
		"event.release": {"e.release", store.String},
		"event.device":  {part("e.context", 1), store.String}, "event.os": {part("e.context", 2), store.String}, "event.browser": {part("e.context", 3), store.String},
		"event.country": {part("e.context", 6), store.String}, "event.bot": {"CAST(e.bot AS VARCHAR)", store.String}, "event.source": {part("e.origin", 1), store.String},
		"event.properties": {"e.properties", store.Map},
	}
}

// sessionFields are the fields of a session s with its parts added up.
func sessionFields() columnsOf {
	return columnsOf{
		"session.id": {"s.session_id", store.String}, "session.device_id": {"s.device_id", store.String},
		"session.user_id": {"s.user_id", store.String}, "session.account_id": {"s.account_id", store.String},
		"session.entry_page": {"s.entry_page", store.String}, "session.exit_page": {"s.exit_page", store.String},
		"session.device": {part("s.context", 1), store.String}, "session.os": {part("s.context", 2), store.String}, "session.browser": {part("s.context", 3), store.String},
		"session.bot":         {"CAST(s.bot AS VARCHAR)", store.String},
		"session.duration_ms": {"((epoch_us(s.ended) - epoch_us(s.started)) / 1000)", store.Double},
		"session.pages":       {"s.pages", store.Int}, "session.actions": {"s.actions", store.Int},
		"session.calls": {"s.calls", store.Int}, "session.failed": {"s.failed", store.Int}, "session.signals": {"s.signals", store.Int},
	}
}
