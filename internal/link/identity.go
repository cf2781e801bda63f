package link

import (
	"slices"

	"github.com/clickspan/clickspan/internal/event"
)

// bond is how strongly two rows show that they are the same person's.
type bond int

const (
	strangers   bond = iota // nothing says so, or something says the opposite
	sameAgent               // the same browser, and one side did not know the address
	sameClient              // the same address and browser, or the same user
	sameSession             // the same session or device
)

// agents are the clients a visit's rows came from.
type agents struct {
	clients []event.Key
	agents  []event.Key
	unknown bool // some row's sender did not know the address
}

func (a *agents) add(o event.Origin) {
	if o.ClientKey == 0 {
		a.unknown = true
	} else if !slices.Contains(a.clients, o.ClientKey) {
		a.clients = append(a.clients, o.ClientKey)
	}
	if o.AgentKey != 0 && !slices.Contains(a.agents, o.AgentKey) {
		a.agents = append(a.agents, o.AgentKey)
	}
}

// bondWith weighs what o tells about being one of these clients.
func (a *agents) bondWith(o event.Origin) bond {
	switch {
	case o.ClientKey != 0 && slices.Contains(a.clients, o.ClientKey):
		return sameClient
	case (o.ClientKey == 0 || a.unknown) && o.AgentKey != 0 && slices.Contains(a.agents, o.AgentKey):
		return sameAgent
	}
	return strangers
}

// bondOf weighs whether server call s belongs to the person of client-side
// identity i in visit v (nil when unknown), whose client is a.
func (l *linker) bondOf(i *event.Identity, v *visit, a *agents, s *call) bond {
	if v != nil && v.denied && s.Consent != event.ConsentGranted {
		return strangers
	}
	if s.SessionID != "" && (i.SessionID != "" || v != nil) {
		if s.visit != none && v == l.visits[s.visit] || i.SessionID != "" && sessionKey(i) == sessionKey(&s.Identity) {
			return sameSession
		}
		return strangers
	}
	device, user := i.DeviceID, i.UserID
	if v != nil {
		if device == "" {
			device = v.device
		}
		if user == "" {
			user = v.userAt(s.start)
		}
	}
	switch {
	case s.DeviceID != "" && s.DeviceID == device:
		return sameSession
	case s.UserID != "" && s.UserID == user:
		return sameClient
	}
	return a.bondWith(s.Origin)
}

// bondOfCall weighs whether s can be the server's view of a call of c's person.
func (l *linker) bondOfCall(c, s *call) bond {
	var v *visit
	own := agents{}
	own.add(c.Origin)
	a := &own
	if c.visit != none {
		v = l.visits[c.visit]
		if c.ClientKey == 0 {
			a = &v.agents
		}
	}
	return l.bondOf(&c.Identity, v, a, s)
}
