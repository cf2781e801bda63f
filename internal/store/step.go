package store

// Step is something that a unit can do: a row of Of (OfEvents or OfCalls) that
// matches Filter. Rows are those that [Reader.Series] would measure in the same
// Scope, except that calls are requests. Where a question also looks at rows before or
// after its range, what it asks of their sessions is asked from the first to the last of
// these.
//
// A request is a call as all its sides and tiers saw it, counted once. The server
// calls that are linked to one client call, and that call, are one request; a server
// call without client call and a client call without server call are one each. A
// request matches a step when one of its server calls does or, when it has none, its
// client call. Its time is that of its client call, else of its server call.
type Step struct {
	Of     Record
	Filter Filter
}

// Unit says whose rows make one sequence.
//
// A person is as [Persons] says, of links at Scope.MinConfidence; a session is the row's session
// id, for calls else that of the best link; an account is the account id. A property
// is the value of a field of the row, as [LabelOf] writes it. Rows without the value
// belong to no unit and are left out, and so are marked bots unless Scope.Bots.
type Unit struct {
	Of    UnitOf
	Field Field // of UnitProperty; rows of a record that has no such field are left out
}

// UnitOf is a kind of unit.
type UnitOf string

// The units.
const (
	UnitPerson   UnitOf = "person"
	UnitSession  UnitOf = "session"
	UnitAccount  UnitOf = "account"
	UnitProperty UnitOf = "property"
)
