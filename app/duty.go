package app

import (
	"youshi/config"
	"youshi/grid"
	"youshi/handlers"
	"youshi/storage"
)

// assignOf are the site's rules for whom to send.
func assignOf(cfg config.Config) []handlers.Rule {
	var out []handlers.Rule
	for _, a := range cfg.Assign {
		out = append(out, handlers.Rule{Topic: a.Topic, Category: a.Category, Area: grid.AreaID(a.Area), Role: a.Role, Name: a.Name})
	}
	return out
}

// revoked gives the matters of whoever lost an office to somebody else.
func (h *house) revoked(tx storage.Tx, _ grid.Person) error { return h.handlers.Sweep(tx, h.now()) }

// photoOf are the classes of matters that need a picture of the result.
func photoOf(cfg config.Config) map[grid.Category]bool {
	p := cfg.ResolvePhoto
	return map[grid.Category]bool{grid.Immediate: p.Immediate, grid.Pending: p.Pending, grid.Escalate: p.Escalate}
}
