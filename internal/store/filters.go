package store

import "github.com/clickspan/clickspan/internal/event"

// Equals holds for rows whose field has the value.
func Equals(field string, value any) Filter {
	return Compare{Field: Field{Name: field}, Op: Eq, Value: value}
}

// OneOf holds for rows whose text field has one of the values.
func OneOf[T ~string](field string, values ...T) Filter {
	in := In{Field: Field{Name: field}}
	for _, v := range values {
		in.Values = append(in.Values, string(v))
	}
	return in
}

// All joins conditions, of which any may be nil; nil when all are.
func All(conditions ...Filter) Filter {
	var all And
	for _, c := range conditions {
		if c != nil {
			all = append(all, c)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// OnEndpoint holds for calls of e.
func OnEndpoint(e event.Endpoint) Filter {
	service := Filter(Not{Of: Has{Field: Field{Name: "call.service"}}})
	if e.Service != "" {
		service = Equals("call.service", e.Service)
	}
	return And{Equals("call.method", e.Method), Equals("call.route", e.Route), service}
}

// OfPerson holds for the rows of a record, such as "event", that are a person's: those
// with a user id of theirs, and those with a device of theirs and no user.
func OfPerson(record string, p Person) Filter {
	user := record + ".user_id"
	return Or{
		OneOf(user, p.UserIDs...),
		And{Not{Of: Has{Field: Field{Name: user}}}, OneOf(record+".device_id", p.DeviceIDs...)},
	}
}
