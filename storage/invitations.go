package storage

import (
	"encoding/json"
	"fmt"
	"time"

	"youshi/grid"
)

// Scopes of Notes that the Roster's changes keep; each value is JSON.
const (
	notesInvitations  = "invitations"  // a code's key -> grid.Invitation
	notesAppointments = "appointments" // time and count -> Appointment
)

// Invite keeps what a code is good for. An invitation of the same key is rewritten.
func Invite(tx Tx, in grid.Invitation) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("keeping an invitation: %w", err)
	}
	return tx.Notes().Put(notesInvitations, in.Key, raw)
}

// Invited gives what the code with that key is good for at that time, false when
// there is none or its time is over.
func Invited(tx Tx, key string, at time.Time) (in grid.Invitation, ok bool, err error) {
	raw, err := tx.Notes().Get(notesInvitations, key)
	if err != nil || raw == nil {
		return in, false, err
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return in, false, fmt.Errorf("reading an invitation: %w", err)
	}
	return in, at.Before(in.Until), nil
}

// Uninvite makes the code with that key good for nothing.
func Uninvite(tx Tx, key string) error { return tx.Notes().Put(notesInvitations, key, nil) }

// Invitations lists what codes are good for at that time, by key. Those whose
// time is over are forgotten when forget is true, in a transaction that writes.
func Invitations(tx Tx, at time.Time, forget bool) ([]grid.Invitation, error) {
	var open, over []grid.Invitation
	for _, raw := range tx.Notes().All(notesInvitations) {
		var in grid.Invitation
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, fmt.Errorf("reading an invitation: %w", err)
		}
		if at.Before(in.Until) {
			open = append(open, in)
		} else {
			over = append(over, in)
		}
	}
	for _, in := range over {
		if !forget {
			break
		}
		if err := Uninvite(tx, in.Key); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// Appointment is a line of the record of who came to hold what, and how.
type Appointment struct {
	At      time.Time      `json:"at"`
	Did     string         `json:"did"` // invited, bound, joined, revoked, burnt
	Role    grid.Role      `json:"role,omitempty"`
	Area    grid.AreaID    `json:"area,omitempty"`
	Person  grid.PersonID  `json:"person,omitempty"`  // whom it is about
	Was     grid.PersonID  `json:"was,omitempty"`     // joined: whose account it had been
	Chat    grid.ChatID    `json:"chat,omitempty"`    // a chat that was bound
	Channel grid.ChannelID `json:"channel,omitempty"` // by which the code was said
}

// Appoint writes a line into the record.
func Appoint(tx Tx, a Appointment) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("writing down an appointment: %w", err)
	}
	at := a.At.UTC().Format("2006-01-02T15:04:05.000000000")
	for n := 0; ; n++ { // several may happen at one moment
		key := fmt.Sprintf("%s-%03d", at, n)
		taken, err := tx.Notes().Get(notesAppointments, key)
		if err != nil {
			return fmt.Errorf("writing down an appointment: %w", err)
		}
		if taken == nil {
			return tx.Notes().Put(notesAppointments, key, raw)
		}
	}
}

// Appointments gives the record, oldest first.
func Appointments(tx Tx) ([]Appointment, error) {
	var all []Appointment
	for _, raw := range tx.Notes().All(notesAppointments) {
		var a Appointment
		if err := json.Unmarshal(raw, &a); err != nil {
			return nil, fmt.Errorf("reading an appointment: %w", err)
		}
		all = append(all, a)
	}
	return all, nil
}
