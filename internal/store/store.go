// Package store is the narrow waist between Clickspan and its engines: a few
// writes, about a dozen reads, each specified in its comment to the last
// tie-break. The comments are the contract; internal/store/storetest holds the
// slow, obvious reference store and the suite that every engine must pass.
//
// Rules for all methods. Times are UTC microseconds: finer times and durations,
// of records and of questions, are cut. Ranges are half-open [from, to) on event
// time. Everything belongs to one project; no read ever shows another's rows. An
// empty result is an empty slice and no error. A cancelled context stops the
// engine's work and returns its error. Errors are [event.Permanent] (the query is
// wrong) or [event.Retryable] (try again; also what a closed store answers);
// anything else is a defect. Methods may be called concurrently. Texts compare
// and sort by their bytes.
//
// Records come back as they went in, except for what must not be kept: UserAgent
// and ClientIP are dropped, and so are ClientKey and AgentKey of records with
// consent denied; those of others are shown to [Linking.Unlinked] only. Bodies are
// shown by [Reader.Request], and by [Reader.Calls] when it is asked for them. An untimed
// call has no Duration. Integers in open maps come back as int64, other numbers as
// float64.
//
// The ends of a link lie within a day of each other, and so do a trace's calls and
// spans; a link's Time is that of the call on its far side. Engines need not look
// further.
package store

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// ErrNotFound says that no record has the id asked for.
var ErrNotFound = errors.New("not found")

// Store is one telemetry engine.
type Store interface {
	Writer
	Linking
	Persons
	Reader
	io.Closer
}

// Seq is a record's place in the order of arrival, over all projects and kinds.
// It starts at 1 and only grows; a commit is visible at once with all its Seqs.
type Seq int64

// Receipt tells what became of one batch.
type Receipt struct {
	Accepted   int // rows written
	Duplicates int // records already there, or twice in the batch: the first wins
	// Upto is the highest Seq of the batch, or of the store when all were duplicates.
	Upto Seq
}

// Retention is how long each class of data lives, counted back from now. Zero
// means for ever.
type Retention struct {
	Raw     time.Duration // events, calls, spans, rejections
	Bodies  time.Duration // bodies of calls; they never outlive their call
	Links   time.Duration // links, signals, interactions, sessions, presence, reasons for missing links
	Minutes time.Duration // minute tier of the rollups
	Hours   time.Duration // hour tier of the rollups
}

// DefaultRetention is raw 90 days, bodies 3 days, links 90 days, minutes 48 hours,
// hours 2 years.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Raw: 90 * day, Bodies: 3 * day, Links: 90 * day, Minutes: 2 * day, Hours: 730 * day}
}

// Writer takes records in and out.
type Writer interface {
	// Append makes the batch durable: when it returns without error, a crash of
	// process or machine loses nothing of it. Concurrent calls may share one
	// transaction; each gets its own Receipt, and one failing batch fails alone.
	//
	// A record is a duplicate when its project, kind (event, call, span), ID and
	// Origin.OwnTime equal those of a stored record or of an earlier one in the
	// batch; an id at another own time is another record. Rollups, presence and
	// interned ids change in the same transaction. Rejections are counted even when
	// the batch has no records. The engine neither keeps nor changes the batch's
	// slices after returning.
	//
	// A full disk or a closing store is [event.Retryable]; then nothing was written.
	Append(ctx context.Context, b event.Batch) (Receipt, error)

	// Erase removes every event, call and span of the person, the links, signals,
	// interactions and sessions of theirs, their presence and their share of the
	// rollups, in one transaction. When it returns no read shows them. Erasing
	// twice is no error.
	//
	// Events and calls are theirs when they carry a user id of p, or no user id but a
	// device id of p, or neither id but the session of one that does; calls also when a link ties them
	// to p; and without user id when [Persons] says of their own device, session and time
	// that a user of p signed in first on that shared device. Spans are theirs when their trace is that of a removed event or call.
	// With an event or call goes everything derived that names it, and every claim that
	// names an id of p. A claim whose record goes, here or in Forget, takes the next
	// earliest that carries both ids, or goes too.
	Erase(ctx context.Context, project event.ProjectID, p Person) (Erased, error)

	// Forget removes every event, call and span that an import with this label
	// wrote, and everything derived that names them. Counts of rejections and
	// duplicates stay. The empty label is [event.Permanent].
	Forget(ctx context.Context, project event.ProjectID, label string) (Erased, error)

	// Expire removes what is older than its class allows. A record is as old as the
	// later of its own Time and the UTC day it arrived on, so that an old log that
	// is imported today stays for its time. What was derived is as old as its own
	// Time (sessions: the Start of each part; counts: their hour), but stays within
	// the range of time of older records that arrived since. A claim goes when it was
	// first seen before all that r keeps of records and of links, and no event, call or
	// session part names its device (a merge: its merged user) any more. Client and agent keys
	// older than 48 hours go whatever r says. It may be called at any time and again.
	Expire(ctx context.Context, now time.Time, r Retention) (Erased, error)
}

// Person is all ids of one person, as stored (pseudonyms where personal).
type Person struct{ DeviceIDs, UserIDs []string }

// Erased counts removed rows.
type Erased struct {
	Events int64 `json:"events"`
	Calls  int64 `json:"calls"`
	Spans  int64 `json:"spans"`
	Links  int64 `json:"links"`
	Claims int64 `json:"claims"`
}

// Linking is what the link pass reads and writes.
type Linking interface {
	// Unlinked returns rows that the link pass has to look at, oldest arrival
	// first: it takes up to limit rows that arrived after the watermark and
	// returns them with every row connected to them. Two rows of a project are
	// connected when they share a link key and lie within [LinkGap] of each other,
	// or through a chain of such rows. Two server calls are connected directly by a
	// trace, request or action id only: keys that say who called tie them to the
	// client side, so that a program that calls all day ties no days together.
	//
	// The link keys of a row are its session id (without one: its device id), trace
	// id and server trace id (one space), request id, action id (of an event without
	// one: its own id), user id and Origin.ClientKey.
	// A client-side row (event or client call) without ClientKey also shares
	// Origin.AgentKey with server calls. An event with consent denied keeps its
	// session or device alone, so that the link pass learns of the refusal; calls
	// with consent denied or of class asset have no keys. Rows without keys are left
	// out, and so are components in which no row is client-side: nothing can be
	// linked in them.
	//
	// A link key proves nothing where the rows that it would connect are more than
	// [LinkCap] of one tier or [LinkTiers] times as many in all, or go on for longer
	// than [LinkDay]: it is counted in Crowded and not followed. A tier is the client side, or the server
	// calls of one service and source, so that the rows of one request do not crowd
	// each other out. Server calls that share such a key with a client-side row
	// within LinkGap and are in no component returned come as Strays, if one of the
	// two was taken now and neither a link nor an Unlinked names the call.
	//
	// The rows taken that carry a device and a user, without consent denied, come as
	// Claims: one for each pair, of its earliest row by time, then Seq, ordered by device,
	// then user; by identify when that row is an identify event, else by login.
	//
	// There is one Touched per project, ordered by project; events, calls and strays
	// come ordered by time, then Seq. The Seq returned says how far the rows taken reach: it is the
	// one to pass to WriteLinks, and the watermark itself when nothing arrived.
	Unlinked(ctx context.Context, limit int) ([]Touched, Seq, error)

	// WriteLinks replaces what earlier passes derived: in one transaction it
	// deletes every link one of whose ids, every signal, interaction and session
	// whose event, and every Unlinked whose call is covered by one of the blocks,
	// inserts the blocks' own, and sets the watermark to upto. What names an event
	// or call that is no longer stored, because it was erased since Unlinked, is not
	// inserted. Claims are only added: of a pair that is known the one first seen stays,
	// of two at the same time the one known, or given first; it stays withdrawn when it
	// was. Running it twice changes nothing.
	WriteLinks(ctx context.Context, blocks []Linked, upto Seq) error

	// Watermark is the Seq up to which all rows have been through the link pass.
	Watermark(ctx context.Context) (Seq, error)
}

// LinkGap is the silence that ends a block. It equals the session gap, so that a
// block holds whole derived sessions.
const LinkGap = 30 * time.Minute

// LinkCap is how many rows of one tier may share one link key before it proves
// nothing, and LinkTiers times as many is how many of all tiers may.
const (
	LinkCap   = 5000
	LinkTiers = 8
)

// LinkDay is how long the rows of one link key may go on without a silence of LinkGap
// before it proves nothing. It equals the longest session, and bounds what a pass has
// to look back through.
const LinkDay = 24 * time.Hour

// Touched is the rows of one project that the link pass has to look at.
type Touched struct {
	Project event.ProjectID
	Events  []event.Event
	Calls   []event.Call
	// Crowded counts the link keys of these rows that too many rows share, and Strays
	// are server calls that hang on such keys alone.
	Crowded int
	Strays  []Stray
	Claims  []event.Claim
}

// Stray names a server call that is not worth reading in full.
type Stray struct {
	CallID string
	Time   time.Time
}

// Linked is what one block yielded.
type Linked struct {
	Project  event.ProjectID
	From, To time.Time // first and last time of the block's rows, To inclusive
	// EventIDs and CallIDs are the rows the block covers.
	EventIDs, CallIDs []string
	Links             []event.Link
	Signals           []event.Signal
	Interactions      []event.Interaction
	Sessions          []event.Session
	Unlinked          []Unlinked
	Claims            []event.Claim
}

// Unlinked says why a call has no link.
type Unlinked struct {
	CallID string
	Side   event.Side
	Time   time.Time // of the call
	Reason string    // a fixed word: ambiguous, crowded_key, background, no_consent, defect, …
}

// Reader answers questions. Unless a method says otherwise, rows with
// Scope.Bots unset leave out marked bots where people are counted or listed
// (events, sessions, people) and keep them where calls and endpoints are. Calls
// of class asset are left out unless a filter names call.class. A filter, label
// or field that the rows asked for do not have is [event.Permanent], as are a
// pattern that is not RE2, a limit outside 1 to [MaxRows], a foreign cursor and an
// unknown order or statistic.
type Reader interface {
	// Calls returns calls of both sides in Scope, newest first (time desc, then id
	// desc), or by duration desc (untimed last, then as newest) when Sort says so.
	// Cursor continues after the last row of the page before; rows that arrive
	// meanwhile neither repeat nor shift it.
	Calls(ctx context.Context, q CallsQuery) (CallsPage, error)
	// Events returns events in Scope, newest first (time desc, then id desc).
	Events(ctx context.Context, q EventsQuery) (EventsPage, error)
	// Spans returns spans in Scope's time range, newest first; the filter must be nil.
	Spans(ctx context.Context, q EventsQuery) (SpansPage, error)
	// Links returns links in Scope by their Time, newest first, then event id,
	// client call id, server call id; MinConfidence applies, the filter must be nil.
	Links(ctx context.Context, q EventsQuery) (LinksPage, error)
	// Facets counts the values of fields over what Calls would list: at most limit
	// values per field by count desc, then value. Missing values are not counted.
	// Fields are named as [ParseField] reads them; values are written by [LabelOf];
	// rows count as one each, whatever their weight.
	Facets(ctx context.Context, s Scope, fields []string, limit int) ([]Facet, error)
	// Series computes measures per bucket and label; see [SeriesQuery].
	Series(ctx context.Context, q SeriesQuery) (Series, error)
	// Funnel says how many units get from step to step; see [FunnelQuery].
	Funnel(ctx context.Context, q FunnelQuery) (Funnel, error)
	// Correlation counts what units met on their way through a funnel; see [CorrelationQuery].
	Correlation(ctx context.Context, q CorrelationQuery) (Correlation, error)
	// Retention counts who comes back; see [RetentionQuery].
	Retention(ctx context.Context, q RetentionQuery) (RetentionTables, error)
	// Lifecycle counts how units come and go; see [LifecycleQuery].
	Lifecycle(ctx context.Context, q LifecycleQuery) (Lifecycle, error)
	// Stickiness counts units by the number of intervals in which they are active: at
	// index i those with exactly i+1; see [StickinessQuery].
	Stickiness(ctx context.Context, q StickinessQuery) ([]int64, error)
	// Paths counts which ways units take; see [PathsQuery].
	Paths(ctx context.Context, q PathsQuery) (Paths, error)
	// Exposures lists what requests met and who reached a goal; see [ExposuresQuery].
	Exposures(ctx context.Context, q ExposuresQuery) (Exposures, error)
	// Histories hands over, one after the other and in no order that means anything, what
	// units did; see [HistoriesQuery]. Rows are used again once use returns; use must be
	// quick and ask the store nothing.
	Histories(ctx context.Context, q HistoriesQuery, use func(History)) error
	// Heatmap counts timed calls by bucket of time and of duration; see [HeatmapQuery].
	Heatmap(ctx context.Context, q HeatmapQuery) ([]HeatmapCell, error)
	// Endpoints returns the catalogue: one row per endpoint with server calls in
	// range (client calls when Side says so), by calls desc then name. Quantiles are
	// rounded. It may answer from rollups when the filter is nil; then Approx is set
	// and a quantile is off by at most 4.5 %, the range's ends count whole minutes
	// (within 48 hours) or whole hours, people are counted by whole hours, and
	// LastSeen may be that of an erased call of the same minute, when that is older of
	// the same hour. Rollups also know calls that Expire removed.
	Endpoints(ctx context.Context, q EndpointsQuery) (Endpoints, error)
	// Callers returns the actions that called an endpoint: the events that caused
	// its calls in Scope (of either side, directly or through a client call),
	// grouped by name (the element's where one has a name, else the event's), kind and
	// page, by count desc, then name, page, kind; at most limit. Each event counts once however many calls it caused.
	Callers(ctx context.Context, s Scope, e event.Endpoint, limit int) ([]Caller, error)
	// Sessions returns sessions that began in Scope, newest start first, then id
	// ascending, their parts added up. In the order of parts (Start, then Anchor):
	// device, entry page and bot are the first that is not empty, user, account and
	// exit page the last; Context and Anchor are the first part's; Start is the
	// least, End the greatest; the counts are sums.
	Sessions(ctx context.Context, q SessionsQuery) (SessionsPage, error)
	// People returns who is behind the sessions that q asks for, as [Persons] tells
	// people apart: by the start of their last session descending, then ID, then users
	// before devices. Sessions without any id are nobody's.
	People(ctx context.Context, q SessionsQuery) (PeoplePage, error)
	// Friction ranks elements or pages by the people who gave signals there; see
	// [FrictionQuery].
	Friction(ctx context.Context, q FrictionQuery) (Friction, error)
	// Signals lists the signals that Friction counts, newest first, then event id, kind and
	// call id ascending.
	Signals(ctx context.Context, q SignalsQuery) (SignalsPage, error)
	// Timeline returns everything of one session in order of time: the events and
	// calls that carry its id, its links with confidence ≥ min and the calls they
	// name, the spans of the traces of all these, its signals and interactions. To a
	// derived session belong also events without session id of its device (when it
	// has none: of its user, without device) from Start to End of one of its parts,
	// and client calls of the same, up to LinkGap after End. Session is the sum of
	// its parts, only its id while there are none. ErrNotFound when no event, call,
	// part or link at that confidence has the id.
	Timeline(ctx context.Context, project event.ProjectID, sessionID string, minConfidence float64) (Timeline, error)
	// Request returns one call (the newest of that id), the links that name it or
	// its client call, the other calls that these name (client side, every tier),
	// the spans of all their traces and the action that caused it. ErrNotFound when
	// there is no such call.
	Request(ctx context.Context, project event.ProjectID, callID string) (Request, error)
	// Find looks an exact id up among request ids, trace ids, call, event, session,
	// device, user and account ids of events and calls; newest hit per kind, kinds in
	// that order. An id that a session's part has is that session's and nothing else
	// (Time is the Start of its newest part). Of any other id only hits up to
	// [FindReach] before the newest count. Of hits at the same time the greatest ID counts.
	Find(ctx context.Context, project event.ProjectID, id string) ([]Hit, error)
	// FindProperty looks for value under the keys among the properties of events and
	// the attributes of calls in Scope's time range: newest first, then kind (call
	// before event), then id desc; at most limit. It finds bots and assets too; the
	// filter must be nil. [IsID] says what has the value; nested values do not count. Key is
	// the first of keys that has it.
	FindProperty(ctx context.Context, s Scope, keys []string, value string, limit int) ([]PropertyHit, error)
	// Values returns values of a field that begin with prefix (case-sensitive), by
	// count desc then value, over the rows of the field's record that Calls, Events
	// or Sessions would list, or of all interactions and signals; at most limit. For autocomplete; as in Facets.
	Values(ctx context.Context, s Scope, field, prefix string, limit int) ([]Value, error)
	// Quality says how much is linked, by what, and why the rest is not; the filter
	// must be nil. It counts rows, whatever their weight.
	Quality(ctx context.Context, s Scope) (Quality, error)
	// Stats describes the engine itself.
	Stats(ctx context.Context) (Stats, error)
}
